"""A match as a finished entry of `columns:`: its type, and how its values are read. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from importer.lead.metadata import Field
from importer.lead.values import TYPES, types_with_key
from importer.proposal.column import Column
from importer.proposal.dates import DateStyle
from importer.proposal.fitness import Fitness
from importer.proposal.numbers import find_number_style

__all__ = ["NAMES", "Entry", "finish", "split_entry"]

NAMES = ("FirstName", "LastName")
MOST_OFF_LIST = 5
MOST_TRANSLATIONS = 40
YES_NO_WORDS = frozenset(("yes", "no", "y", "n", "true", "false", "1", "0"))


@dataclass(frozen=True, slots=True)
class Entry:
    """What a line of `columns:` says. `fields` are two where a full name is split.

    `needs_region` and `needs_zone` tell that the account's country and time zone belong to it; without `can_shift` its
    values are days, which no zone moves. `notes` are what a person should know of the line, and `off_list` values that
    are none of the dropdown's options.
    """

    fields: tuple[str, ...]
    type: str = ""
    format: str = ""
    timezone: str = ""
    thousands: str = ""
    decimal: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    needs_region: bool = False
    needs_zone: bool = False
    can_shift: bool = True
    notes: tuple[str, ...] = ()
    off_list: tuple[str, ...] = ()


def split_entry() -> Entry:
    """A full name, split into first and last name."""
    return Entry(NAMES)


def finish(
    name: str,
    target: Field,
    column: Column,
    fit: Fitness,
    *,
    dates: DateStyle,
    zone: str,
    is_continental: bool | None,
) -> Entry:
    """The entry of a column that goes to the field `name`; `zone` is the time zone that its header names."""
    kind = _proposed_type(target)
    if kind == "datetime":
        return _moment(name, column, dates, zone)
    if kind == "date":
        return Entry((name,), kind, dates.format, notes=_date_notes(dates))
    if kind == "number":
        return _number(name, column, is_continental=is_continental)
    if kind == "boolean":
        translations = fit.options.translations if fit.options else {}
        other = {cell: option for cell, option in translations.items() if cell.casefold() not in YES_NO_WORDS}
        return Entry((name,), kind, values=other)
    if kind == "choice":
        return _choice(name, fit)
    return Entry((name,), kind, needs_region=kind in types_with_key("region"))


def _proposed_type(target: Field) -> str:
    """The type whose values a field takes, empty for plain text and for a dropdown without options."""
    data_type = target.data_type.casefold()
    for name, one in TYPES.items():
        if data_type in one.proposed_for and (target.options or not one.is_choice):
            return name
    return ""


def _moment(name: str, column: Column, dates: DateStyle, zone: str) -> Entry:
    """A time, in its header's zone, or else in the account's; where each value names its offset, any zone will do."""
    zone = zone or ("UTC" if dates.has_offsets else "")
    can_shift = column.is_empty or dates.has_times
    notes = _date_notes(dates)
    return Entry((name,), "datetime", dates.format, zone, needs_zone=not zone, can_shift=can_shift, notes=notes)


def _date_notes(dates: DateStyle) -> tuple[str, ...]:
    if dates.is_mixed:
        return ("its dates are written in several ways, which one format cannot read; make them alike",)
    if dates.is_settled:
        return ("its values do not tell day from month; it is read like the file's other dates",)
    if dates.is_unclear:
        return ('day or month first? The values do not tell; say it, such as format: "%d/%m/%Y"',)
    return ()


def _number(name: str, column: Column, *, is_continental: bool | None) -> Entry:
    style = find_number_style(column.values, is_continental=is_continental)
    notes = []
    if style.is_unclear:
        notes.append('a mark for thousands or for decimals? The values do not tell; say it, such as thousands: ","')
    if style.unread:
        notes.append("some values are more than digits and marks; such rows are refused until that is mended")
    thousands = "blank" if style.thousands == " " else style.thousands
    return Entry((name,), "number", thousands=thousands, decimal=style.decimal, notes=tuple(notes))


def _choice(name: str, fit: Fitness) -> Entry:
    found = fit.options
    if found is None:
        return Entry((name,), "choice")
    translations = dict(list(found.translations.items())[:MOST_TRANSLATIONS])
    return Entry((name,), "choice", values=translations, off_list=found.off[:MOST_OFF_LIST])
