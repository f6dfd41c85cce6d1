"""Rows that are no leads, by what a column says: `skip_rows:`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from importer.errors import UsageError
from importer.lead.columns import Column
from importer.lead.fieldname import FieldName
from importer.lead.header import match_columns, shown
from importer.lead.text import LONE_DASHES, UnreadableTextError, clean

__all__ = ["Skip", "SkipRule", "make_skip"]

Skip = Callable[[Sequence[str]], str]
"""Gives the reason why a row with these cells is left out, empty where it is not."""

MOST_NAMED = 3
_NO_FIELD = FieldName("Skipped")


@dataclass(frozen=True, slots=True)
class SkipRule:
    """Rows whose cell in `column` is one of `texts`, or none of `others`, or (`is_blank`) blank or not, are left out.

    One of the three is given. Case and blanks around a text make no difference.
    """

    column: str
    line: int = 0
    texts: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    is_blank: bool | None = None


def make_skip(header: Sequence[str], rules: Sequence[SkipRule]) -> Skip | None:
    """What tells rows that are left out; None without rules. UsageError where a column is not there, or there twice."""
    if not rules:
        return None
    columns = {rule.column: Column(rule.column, _NO_FIELD, rule.line) for rule in rules}
    match = match_columns(header, columns.values())
    if match.problems:
        problems = "\n".join(["skip_rows does not fit the spreadsheet:", *map("  {}".format, match.problems)])
        raise UsageError(problems, hint="Mend skip_rows: in config.yaml. Nothing was sent.")
    places = {column.header: index for index, column in match.found}
    tests = [_make_test(places[rule.column], rule) for rule in rules]
    return lambda cells: next(filter(None, (test(cells) for test in tests)), "")


def _make_test(place: int, rule: SkipRule) -> Skip:
    texts, others = ({_loose(text) for text in given} for given in (rule.texts, rule.others))
    name = shown(rule.column)

    def test(cells: Sequence[str]) -> str:
        cell = _loose(cells[place])
        if rule.is_blank is not None:
            is_blank = not cell or cell in LONE_DASHES
            return f"{name} is {'blank' if is_blank else 'not blank'}" if is_blank is rule.is_blank else ""
        if texts:
            return (
                f"{name} is {_listed([text for text in rule.texts if _loose(text) == cell])}" if cell in texts else ""
            )
        return "" if cell in others else f"{name} is not {_listed(rule.others)}"

    return test


def _loose(text: str) -> str:
    try:
        return " ".join(clean(text).split()).casefold()
    except UnreadableTextError:
        return text.casefold()


def _listed(texts: Sequence[str]) -> str:
    more = ", …" if len(texts) > MOST_NAMED else ""
    return " or ".join(map(shown, texts[:MOST_NAMED])) + more
