"""Which column goes to which field: proposed, with everything doubtful said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from importer.lead.header import tidy
from importer.leadsquared.fields import Field, FieldList
from importer.proposal.dates import DateStyle, find_date_style
from importer.proposal.likeness import FieldNames, Match
from importer.proposal.reference import find_reference
from importer.proposal.vocabulary import spelt

__all__ = ["Proposal", "ProposedColumn", "best_header_row", "propose"]

WORTH_TELLING = 70.0
LEAST_HEADERS = 2
FULL_NAMES = frozenset(
    f"{whose}name"
    for whose in ("", "full", "customer", "client", "lead", "contact", "student", "candidate", "applicant")
) | {"contactperson"}
MOST_OFF_LIST = 5
NAMES = ("FirstName", "LastName")
DATE_TYPES = frozenset({"Date", "DateTime"})
NO_STYLE = DateStyle()


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """A header and what is proposed for it: a sure `match`, a `doubtful` one, a full name to split, or nothing.

    `off_list` holds values of the column that are no option of the field; `dates` is how the column writes its dates.
    A full name that has a `match` too could be split instead.
    """

    header: str
    match: Match | None = None
    doubtful: Match | None = None
    is_full_name: bool = False
    off_list: tuple[str, ...] = ()
    dates: DateStyle = NO_STYLE


@dataclass(frozen=True, slots=True)
class Proposal:
    """A whole mapping.

    `unfilled` are the account's mandatory fields that no column fills, `repeated` the headers that stand twice.
    """

    columns: tuple[ProposedColumn, ...]
    unfilled: tuple[Field, ...]
    repeated: tuple[str, ...] = ()

    @property
    def has_moments(self) -> bool:
        """Whether a column goes to a field that holds times."""
        return any(one.match is not None and one.match.field.data_type == "DateTime" for one in self.columns)


def propose(header: Sequence[str], samples: Mapping[str, Sequence[str]], fields: FieldList) -> Proposal:
    """Propose a mapping; `samples` holds some values of each column. No field is proposed twice.

    Headers that stand twice, or are blank, are left out: they cannot be mapped.
    """
    names = [tidy(text) for text in header]
    usable = [name for name in dict.fromkeys(names) if name and names.count(name) == 1]
    reference = find_reference(fields)
    fields = FieldList(tuple(one for one in fields if not one.is_system and one.schema_name != reference))
    known = FieldNames(fields)
    ranked = {name: known.rank(name) for name in usable}
    taken = _assign(ranked)
    used = {match.name for match in taken.values()}
    can_split = not used.intersection(NAMES) and all(fields.get(name) for name in NAMES)
    columns: list[ProposedColumn] = []
    for name in usable:
        match = taken.get(name)
        is_full_name = can_split and spelt(name) in FULL_NAMES
        if match is not None:
            columns.append(_described(name, match, samples.get(name, ()), is_full_name=is_full_name))
        elif is_full_name:
            columns.append(ProposedColumn(name, is_full_name=True))
            used.update(NAMES)
            can_split = False
        else:
            doubtful = next((one for one in ranked[name] if one.name not in used and one.score >= WORTH_TELLING), None)
            columns.append(ProposedColumn(name, doubtful=doubtful))
    filled = {name.partition(".")[0] for name in used}
    return Proposal(
        columns=tuple(columns),
        unfilled=tuple(one for one in fields if one.must_be_filled and one.schema_name not in filled),
        repeated=tuple(name for name in dict.fromkeys(names) if name and names.count(name) > 1),
    )


def best_header_row(rows: Sequence[tuple[int, Sequence[str]]], fields: FieldList) -> int | None:
    """The row, among the first ones of a sheet, that most looks like headers of these fields; None where none does."""
    known = FieldNames(fields)
    counts = {number: sum(map(known.is_sure_of, cells)) for number, cells in rows}
    best = max(counts, key=lambda number: (counts[number], -number), default=None)
    return best if best is not None and counts[best] >= LEAST_HEADERS else None


def _assign(ranked: Mapping[str, Sequence[Match]]) -> dict[str, Match]:
    """Give each field to the header most like it; a header that loses one may still have its next sure match."""
    pairs = [(match.score, header, match) for header, matches in ranked.items() for match in matches if match.is_sure]
    taken: dict[str, Match] = {}
    used: set[str] = set()
    for _score, header, match in sorted(pairs, key=lambda pair: -pair[0]):
        if header not in taken and match.name not in used:
            taken[header] = match
            used.add(match.name)
    return taken


def _described(name: str, match: Match, values: Sequence[str], *, is_full_name: bool) -> ProposedColumn:
    """A sure match with what its values tell."""
    dates = find_date_style(values) if match.field.data_type in DATE_TYPES else NO_STYLE
    off_list = _off_list(match.field, values)
    return ProposedColumn(name, match, is_full_name=is_full_name, off_list=off_list, dates=dates)


def _off_list(field: Field, values: Sequence[str]) -> tuple[str, ...]:
    options = {option.strip().casefold() for option in field.options}
    if not options:
        return ()
    off = dict.fromkeys(value.strip() for value in values if value.strip() and value.strip().casefold() not in options)
    return tuple(off)[:MOST_OFF_LIST]
