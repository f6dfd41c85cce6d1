"""Whether a column's values can stand in a field: values are evidence for a match, and a veto against one. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from importer.lead.metadata import Field
from importer.lead.values import TYPES
from importer.lead.values.choice import SEPARATOR
from importer.proposal.column import Column
from importer.proposal.numbers import find_number_style
from importer.proposal.options import OptionFit, fit_options
from importer.proposal.tokens import words_of

__all__ = ["Fitness", "Verdict", "fitness", "option_values"]

DROPDOWNS = TYPES["choice"].proposed_for
MOST_FOR_YES_NO = 6
ENOUGH_READ = 0.5
YES_NO = ("Yes", "No")


class Verdict(Enum):
    """What a column's values say about a field."""

    FITS = "fits"
    SILENT = "silent"
    DOUBTFUL = "doubtful"
    VETO = "veto"


@dataclass(frozen=True, slots=True)
class Fitness:
    """A verdict, why it is no good one, and how the values fit a dropdown's options or a checkbox."""

    verdict: Verdict
    reason: str = ""
    options: OptionFit | None = None


_FITS, _SILENT = Fitness(Verdict.FITS), Fitness(Verdict.SILENT)


def fitness(column: Column, field: Field, holds: str = "") -> Fitness:
    """Hold a column against a field; `holds` is what the values of a text field must look like."""
    if column.is_empty:
        return _SILENT
    data_type = field.data_type.casefold()
    if data_type in DROPDOWNS and field.options:
        return _dropdown(column, field)
    check = _BY_TYPE.get(data_type)
    if check is not None:
        return check(column)
    fits = _BY_CONTENT.get(holds)
    if fits is not None and not fits(column):
        return Fitness(Verdict.VETO, "its values are of another kind")
    return _FITS


def option_values(column: Column, field: Field) -> tuple[str, ...]:
    """The different values that are looked up among a field's options."""
    if field.data_type.casefold() != "multiselect":
        return column.distinct
    return tuple(dict.fromkeys(part.strip() for value in column.distinct for part in value.split(SEPARATOR) if part))


def _dropdown(column: Column, field: Field) -> Fitness:
    found = fit_options(option_values(column, field), field.options, column.tables)
    if found.count:
        return Fitness(Verdict.FITS, options=found)
    return Fitness(Verdict.VETO, "none of its values is an option of the field", options=found)


def _yes_no(column: Column) -> Fitness:
    if len(column.distinct) > MOST_FOR_YES_NO:
        return Fitness(Verdict.VETO, "its values are no yes and no")
    found = fit_options(column.distinct, YES_NO, column.tables)
    if found.off:
        return Fitness(Verdict.VETO, "its values are no yes and no", options=found)
    return Fitness(Verdict.FITS, options=found)


def _number(column: Column) -> Fitness:
    if not any(mark.isdigit() for value in column.values for mark in value):
        return Fitness(Verdict.VETO, "its values are no numbers")
    if column.mostly("date"):
        return Fitness(Verdict.VETO, "its values are dates")
    if find_number_style(column.values, is_continental=None).unread > ENOUGH_READ:
        return Fitness(Verdict.DOUBTFUL, "most values are more than a number")
    return _FITS


def _date(column: Column) -> Fitness:
    if column.mostly("date"):
        return _FITS
    if column.mostly("phone") or column.mostly("number"):
        return Fitness(Verdict.VETO, "its values are no dates")
    dated = sum(sum(mark.isdigit() for mark in value) >= 4 for value in column.values)  # noqa: PLR2004 - a year
    if dated * 2 >= len(column.values):
        return Fitness(Verdict.DOUBTFUL, "most values are no dates that can be read")
    return Fitness(Verdict.VETO, "its values are no dates")


def _kind(kind: str, what: str) -> Callable[[Column], Fitness]:
    def check(column: Column) -> Fitness:
        return _FITS if column.mostly(kind) else Fitness(Verdict.VETO, f"its values are no {what}")

    return check


def _user(column: Column) -> Fitness:
    if column.mostly("guid"):
        return _FITS
    if column.mostly("email") or column.mostly("name"):
        return Fitness(Verdict.DOUBTFUL, "the account must have users of these addresses or names")
    return Fitness(Verdict.VETO, "its values are no users")


def _clock(column: Column) -> Fitness:
    if column.mostly("clock"):
        return _FITS
    return Fitness(Verdict.DOUBTFUL, "most values are no times such as 16:30")


def _email(column: Column) -> Fitness:
    """Addresses with a slip (`a b@example.com`, `a@@example.com`) are addresses still: the import tells of each."""
    return _FITS if column.mostly("at") else Fitness(Verdict.VETO, "its values are no e-mail addresses")


_BY_TYPE: Mapping[str, Callable[[Column], Fitness]] = {
    "email": _email,
    "phone": _kind("phone", "phone numbers"),
    "mobile": _kind("phone", "phone numbers"),
    "website": _kind("url", "web addresses"),
    "activeusers": _user,
    "boolean": _yes_no,
    "number": _number,
    "date": _date,
    "datetime": _date,
    "time": _clock,
}


def _is_name(column: Column) -> bool:
    return column.mostly("name") and not column.mostly("salutation") and not column.is_progress


def _is_place(column: Column) -> bool:
    return column.mostly("name") and not column.is_progress and not column.mostly("salutation")


def _is_words(column: Column) -> bool:
    kinds = ("email", "phone", "guid", "date", "number")
    return not any(map(column.mostly, kinds)) and not column.is_progress


def _is_job(column: Column) -> bool:
    return _is_words(column) and not column.mostly("salutation") and not _are_sentences(column)


def _is_code(column: Column) -> bool:
    return column.mostly("code") and not column.mostly("date")


def _are_sentences(column: Column) -> bool:
    return sum(len(words_of(value)) > 8 for value in column.values) * 2 > len(column.values)  # noqa: PLR2004


_BY_CONTENT: Mapping[str, Callable[[Column], bool]] = {
    "name": _is_name,
    "place": _is_place,
    "words": _is_words,
    "job": _is_job,
    "code": _is_code,
    "zip": lambda column: column.mostly("zip"),
    "year": lambda column: column.mostly("year"),
    "pan": lambda column: column.mostly("pan"),
}
