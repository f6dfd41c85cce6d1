"""Cells of the report that no spreadsheet program runs as a formula, and the way back.

A cell that a spreadsheet would take for a formula gets one `'` in front; so does a cell that itself begins with `'`,
which makes the way back exact: `unescape_formula` takes one `'` away, whatever put it there. For every text,
`unescape_formula(escape_formula(x)) == x`.

Taken for a formula, after any blanks, control and zero-width characters: a text that begins with `=`, `+`, `-`, `@`
or a full-width form of these. A text that begins with a TAB or a line break is guarded too: some programs drop these.

A program that divides the report at `;`, TAB or `|`, as spreadsheets of many countries do, makes cells of their own out
of what stands behind these, and out of a cell's lines. So a piece of a text that begins with such a sign gets one `'`
in front as well, in the same exact way: where a piece, without any `'` in front, is taken for a formula, one `'` is
added, and one is taken away again.

Left as they are, because nothing in them can run:

- a phone: `+`, then nothing but ASCII digits, blanks, dots, dashes and parentheses, with a digit among them
  (`+91-98450 98450`, `+1 (617) 555-0143`);
- a number: a sign, digits with the usual marks, perhaps an exponent or `%` (`-12.5`, `+1,000`, `-3e-7`).

By hand: defusedcsv has no way back.
"""

import re
from collections.abc import Callable, Sequence

__all__ = ["GUARD", "RISKY_FIRST", "escape_formula", "is_formula", "may_need_guard", "unescape_formula"]

GUARD = "'"

_LINE_FIRST = "\t\r\n"
_SIGNS = "=+-@＝＋－＠﹢﹣﹦﹫"  # the full-width and small forms too

# What programs are known to skip, or show as nothing, in front of a formula.
_UNSEEN = "".join(
    map(
        chr,
        (
            *range(0x21),
            *range(0x7F, 0xA1),
            0xAD,
            0x61C,
            0x1680,
            0x180E,
            *range(0x2000, 0x2010),
            *range(0x2028, 0x2030),
            *range(0x205F, 0x2070),
            0x3000,
            0xFEFF,
        ),
    )
)

# A cell whose first character is not one of these needs no closer look: the hot path's test.
RISKY_FIRST = frozenset(_SIGNS + _UNSEEN + GUARD)

_HARMLESS = re.compile(
    r"""\+ (?=[^0-9]*+[0-9]) [0-9 \xa0().-]++                                          # a phone
      | [+-] [ \xa0]? (?:[0-9][0-9.,]*+|\.[0-9]++) (?:[eE][+-]?[0-9]++)? [ \xa0]*+ %?   # a number
    """,
    re.VERBOSE,
)
_BLANKS = " \xa0"

_DIVIDERS = ";|\t\r\n"
_SKIPPED = "".join(mark for mark in _UNSEEN if mark not in _DIVIDERS) + '"' + GUARD
# A sign behind a divider, with nothing between them but what a program skips. Each try ends at the next divider.
_RISKY_PIECE = re.compile(f"[{re.escape(_DIVIDERS)}][{re.escape(_SKIPPED)}]*+[{re.escape(_SIGNS)}]")
_PIECES = re.compile(f"([{re.escape(_DIVIDERS)}])")


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet program might run the text, were it a cell of a CSV."""
    if text[:1] in RISKY_FIRST and text[:1] != GUARD:
        if text[0] in _LINE_FIRST:
            return True
        seen = text.lstrip(_UNSEEN)
        return seen[:1] != "" and seen[0] in _SIGNS and not _is_harmless(text)
    return False


def _is_harmless(text: str) -> bool:
    return _HARMLESS.fullmatch(text.strip(_BLANKS)) is not None


def may_need_guard(cells: Sequence[str]) -> bool:
    """Tell quickly whether any of the cells might be divided by a program other than ours."""
    joined = "".join(cells)
    return any(mark in joined for mark in _DIVIDERS)


def escape_formula(text: str) -> str:
    """Give the text as a cell that runs nowhere and from which `unescape_formula` gives it back."""
    if _RISKY_PIECE.search(text) is not None:
        text = _change_pieces(text, lambda piece: GUARD + piece)
    return GUARD + text if text.startswith(GUARD) or is_formula(text) else text


def unescape_formula(text: str) -> str:
    """Give the text that `escape_formula` was given: exactly one `'` is taken away wherever it puts one."""
    text = text.removeprefix(GUARD)
    if GUARD in text and _RISKY_PIECE.search(text) is not None:
        return _change_pieces(text, lambda piece: piece.removeprefix(GUARD))
    return text


def _change_pieces(text: str, change: Callable[[str], str]) -> str:
    """The text with `change` made to each piece behind a divider that is a formula, any `'` in front left aside.

    Harmless pieces are left alone where only such follow, for a program may divide at some of the dividers alone. A
    `'` more or less in front of a piece changes no answer, which makes the change exact both ways.
    """
    pieces = _PIECES.split(text)  # piece, divider, piece, …
    is_rest_harmless = True
    for at in range(len(pieces) - 1, 1, -2):
        piece = pieces[at]
        bare = piece.lstrip(GUARD)
        seen = bare.lstrip(_SKIPPED)
        is_sign = seen[:1] != "" and seen[0] in _SIGNS
        is_harmless = not bare.strip(_BLANKS) or _is_harmless(bare)
        if is_sign and not (is_harmless and is_rest_harmless):
            pieces[at] = change(piece)
        is_rest_harmless = is_rest_harmless and is_harmless and bare == piece
    return "".join(pieces)
