"""Text that was damaged before it came into the file: `JosÃ©` for José, `Jos�` for a letter that is lost.

UTF-8 that somebody read as another encoding and saved again is valid text, so no reader of files stumbles over it. What
gives it away: the bytes which that encoding would write for it are letters in UTF-8 again.

By hand: ftfy is made to mend what it suspects; here nothing is altered, and what is suspected is told.
"""

import re
import unicodedata

__all__ = ["is_damaged"]

LOST = "\ufffd"
ENCODINGS = ("cp1252", "cp1250", "cp1251", "mac_roman", "cp437")
"""What UTF-8 is wrongly read as: Windows in the west, in Central Europe and in Cyrillic lands, old Macs, DOS."""

RUN = re.compile(r"[^\x00-\x7f]+")
SHORT = 2
CLOSING_MARKS = frozenset("»«”“’‘›‹…°™®")  # stand behind a letter in good text: CAFÉ», ß°
USUAL_LEADS = frozenset("ÂÃĂĹ√├┬")  # of them come é, ü, ñ and the no-break space: no language writes so


def _letters(encoding: str, codes: range) -> dict[str, bytes]:
    """What these bytes look like in an encoding; a byte that it has no letter for stands for itself."""
    written = {code: bytes([code]).decode(encoding, errors="ignore") or chr(code) for code in codes}
    return {mark: bytes([code]) for code, mark in written.items()}


BYTES = {encoding: _letters(encoding, range(0x80, 0x100)) for encoding in ENCODINGS}
SUSPECT = re.compile(
    "|".join(
        f"[{''.join(map(re.escape, _letters(encoding, range(0xC2, 0xF5))))}]"
        f"[{''.join(map(re.escape, _letters(encoding, range(0x80, 0xC0))))}]"
        for encoding in ENCODINGS
    )
)
"""How a letter of UTF-8 begins, as each encoding shows it; few good texts hold one."""


def is_damaged(text: str) -> bool:
    """Whether a text holds letters that were read in a wrong encoding, or the mark of a letter that was lost."""
    if text.isascii():
        return False
    return LOST in text or (SUSPECT.search(text) is not None and any(map(_was_utf8, RUN.findall(text))))


def _was_utf8(run: str) -> bool:
    """Whether the bytes of a run of letters, in one of the encodings, are UTF-8 for others and hardly good text."""
    return any(_means_text(run, letters) and not _is_chance(run, name) for name, letters in BYTES.items())


def _is_chance(run: str, encoding: str) -> bool:
    """Whether a run of two may be good text: a letter and a closing mark, or two letters of eastern languages."""
    if len(run) != SHORT or run[0] in USUAL_LEADS:
        return False
    return run[1] in CLOSING_MARKS or (encoding != "cp1252" and run[1].isalpha())


def _means_text(run: str, letters: dict[str, bytes]) -> bool:
    if not all(mark in letters for mark in run):
        return False
    try:
        meant = b"".join(letters[mark] for mark in run).decode()
    except UnicodeError:
        return False
    return all(unicodedata.category(mark) != "Cn" for mark in meant)
