"""A cell's text as it goes to LeadSquared: blanks around it and invisible characters in it removed, nothing else.

Zero-width characters and BOMs pasted into values break LeadSquared's filters (reported from live accounts). Which
of them go, and why not all:

- Always: zero-width space (U+200B), word joiner and invisible operators (U+2060–2064), BOM (U+FEFF), soft hyphen
  (U+00AD), and NUL, DEL and the other control characters below U+0020 that are no tab or line break.
- Joiners (ZWNJ U+200C, ZWJ U+200D) spell words in Arabic and Indic scripts and build emoji. They stay between two
  characters of which one belongs to such a script and the other to any word, between two emoji, and (ZWJ) after a
  virama, where they are part of the letter even at a word's end. Anywhere else they go.
- Marks for writing direction (U+200E, U+202A–202E, U+2066–2069, U+061C, …), which address books paste around phone
  numbers, stay only inside a text that holds a right-to-left letter, never at its ends.

What cannot be text is refused, never mended: lone surrogates have no UTF-8, and U+0080–U+009F are what a
Windows-1252 file looks like when it is read as Latin-1, where dropping them would turn O’Brien into OBrien.
"""

import re
import unicodedata

__all__ = ["LONE_DASHES", "UnreadableTextError", "clean"]

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d"
LONE_DASHES = frozenset(dash * count for dash in DASHES for count in (1, 2, 3))
"""Whole texts that say that there is nothing. LeadSquared shows an empty custom field as `-` (seen on live accounts): a
dash which is sent could not be told from it."""

ALWAYS_REMOVED = {
    **dict.fromkeys(code for code in range(0x20) if chr(code) not in "\t\n\v\f\r"),
    **dict.fromkeys([0x7F, 0xAD, 0x200B, *range(0x2060, 0x2065), 0xFEFF]),
}
DIRECTION_MARKS = dict.fromkeys([0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x2070)])

NO_TEXT = re.compile("[\ud800-\udfff\x80-\x9f]")
ODD = re.compile(f"[\ud800-\udfff\x80-\x9f\u200c\u200d{''.join(map(chr, [*ALWAYS_REMOVED, *DIRECTION_MARKS]))}]")
OUTER = "".join(chr(code) for code in range(0x3001) if chr(code).isspace() or code in DIRECTION_MARKS)
RIGHT_TO_LEFT = {"R", "AL"}
JOINERS = re.compile("[\u200c\u200d]+")
ZWJ = "\u200d"
VIRAMA_CLASS = 9  # the canonical combining class of every virama

JOINING_SCRIPTS = (  # blocks whose letters change shape or meaning at a joiner (Unicode, chapters 9 and 12 to 16)
    (0x0600, 0x0DFF),  # Arabic, Syriac, N'Ko, Mandaic, and Devanagari to Sinhala
    (0x0F00, 0x109F),  # Tibetan, Myanmar
    (0x1780, 0x18AF),  # Khmer, Mongolian
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x1B00, 0x1C4F),  # Balinese to Lepcha
    (0x1CD0, 0x1CFF),  # Vedic signs
    (0xA840, 0xA8FF),  # Phags-pa, Saurashtra, Devanagari extended
    (0xA930, 0xA9FF),  # Rejang, Javanese, Myanmar extended
    (0xAA00, 0xAAFF),  # Cham, Myanmar extended, Meetei Mayek extensions
    (0xABC0, 0xABFF),  # Meetei Mayek
    (0xFB50, 0xFDFF),  # Arabic presentation forms
    (0xFE70, 0xFEFC),
    (0x10A00, 0x10FFF),  # Kharoshthi to Sogdian
    (0x11000, 0x11FFF),  # Brahmi and the scripts that came of it
    (0x1E900, 0x1E95F),  # Adlam
)
EMOJI = (0x1F000, 0x1FAFF)
EMOJI_PARTS = {"\ufe0f", "\u20e3"}  # the emoji presentation selector and the keycap


class UnreadableTextError(ValueError):
    """The text cannot be a person's: its message says what it holds, as the end of "Cell D17 holds …"."""


def clean(value: str) -> str:
    """`value` as it is sent; UnreadableTextError where it holds what can be no text. Applying it twice adds nothing."""
    if value.isascii() and value.isprintable():
        return value.strip(" ")
    if not ODD.search(value):
        return value.strip()
    value = value.translate(ALWAYS_REMOVED).strip()
    if found := NO_TEXT.search(value):
        code = ord(found[0])
        what = "half a character" if code >= 0xD800 else "a control character"  # noqa: PLR2004 surrogates begin here
        raise UnreadableTextError(f"{what} (U+{code:04X})")
    if not any(unicodedata.bidirectional(mark) in RIGHT_TO_LEFT for mark in value):
        value = value.translate(DIRECTION_MARKS)
    return JOINERS.sub(_joiner_kept, value.strip(OUTER)).strip(OUTER)


def _joiner_kept(found: re.Match[str]) -> str:
    """The first joiner of a run where it means something between its neighbours, else nothing."""
    text, joiner = found.string, found[0][0]
    before = text[found.start() - 1 : found.start()]  # empty at the start: a slice from -1 to 0
    after = text[found.end() : found.end() + 1]
    if joiner == ZWJ and before and unicodedata.combining(before) == VIRAMA_CLASS:
        return joiner
    if not before or not after:
        return ""
    joins_word = (_in_joining_script(before) or _in_joining_script(after)) and _in_word(before) and _in_word(after)
    joins_emoji = joiner == ZWJ and _ends_emoji(before) and _is_symbol(after)
    return joiner if joins_word or joins_emoji else ""


def _in_joining_script(mark: str) -> bool:
    return any(first <= ord(mark) <= last for first, last in JOINING_SCRIPTS)


def _in_word(mark: str) -> bool:
    return unicodedata.category(mark)[0] in "LMN"


def _is_symbol(mark: str) -> bool:
    return unicodedata.category(mark) == "So" or EMOJI[0] <= ord(mark) <= EMOJI[1]


def _ends_emoji(mark: str) -> bool:
    return _is_symbol(mark) or mark in EMOJI_PARTS
