"""Cells of the report that no spreadsheet program runs as a formula, and the way back.

A cell that a spreadsheet would take for a formula gets one `'` in front; so does a cell that itself begins with `'`,
which makes the way back exact: `unescape_formula` takes one `'` away, whatever put it there. For every text,
`unescape_formula(escape_formula(x)) == x`.

Taken for a formula, after any blanks, control and zero-width characters: a text that begins with `=`, `+`, `-`, `@`
or a full-width form of these. A text that begins with a TAB or a line break is guarded too: some programs drop these.

Left as they are, because nothing in them can run:

- a phone: `+`, then nothing but ASCII digits, blanks, dots, dashes and parentheses, with a digit among them
  (`+91-98450 98450`, `+1 (617) 555-0143`);
- a number: a sign, digits with the usual marks, perhaps an exponent or `%` (`-12.5`, `+1,000`, `-3e-7`).

By hand: defusedcsv has no way back.
"""

import re

__all__ = ["GUARD", "RISKY_FIRST", "escape_formula", "is_formula", "unescape_formula"]

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
    r"""[ \xa0]*
    (?: \+ (?=[^0-9]*[0-9]) [0-9 \xa0().-]+                                   # a phone
      | [+-] [ \xa0]? (?:[0-9][0-9.,]*|\.[0-9]+) (?:[eE][+-]?[0-9]+)? [ \xa0]*%?   # a number
    ) [ \xa0]*""",
    re.VERBOSE,
)


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet program might run the text, were it a cell of a CSV."""
    if text[:1] in RISKY_FIRST and text[:1] != GUARD:
        if text[0] in _LINE_FIRST:
            return True
        seen = text.lstrip(_UNSEEN)
        return seen[:1] != "" and seen[0] in _SIGNS and _HARMLESS.fullmatch(text) is None
    return False


def escape_formula(text: str) -> str:
    """Give the text as a cell that runs nowhere and from which `unescape_formula` gives it back."""
    return GUARD + text if text.startswith(GUARD) or is_formula(text) else text


def unescape_formula(text: str) -> str:
    """Give the text that `escape_formula` was given: exactly one `'` in front is taken away."""
    return text.removeprefix(GUARD)
