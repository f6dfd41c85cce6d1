"""Which column goes to which field: proposed, with everything doubtful said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from importer.lead.header import tidy
from importer.leadsquared.fields import Field, FieldList
from importer.proposal.likeness import SURE, Match, rank

__all__ = ["Proposal", "ProposedColumn", "best_header_row", "propose"]

WORTH_TELLING = 70.0
LEAST_HEADERS = 2
FULL_NAMES = frozenset({"name", "full name", "customer name", "lead name", "contact name"})
MOST_OFF_LIST = 5


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """A header and what is proposed for it: a sure `match`, a `doubtful` one, a full name to split, or nothing.

    `off_list` holds values of the column that are no option of the field.
    """

    header: str
    match: Match | None = None
    doubtful: Match | None = None
    is_full_name: bool = False
    off_list: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A whole mapping. `unfilled` are the account's mandatory fields that no column fills."""

    columns: tuple[ProposedColumn, ...]
    unfilled: tuple[Field, ...]

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
    ranked = {name: rank(name, fields) for name in usable}
    taken = _assign(ranked)
    has_name = {match.name for match in taken.values()} & {"FirstName", "LastName"}
    columns = []
    for name in usable:
        match = taken.get(name)
        if match is None and name.casefold() in FULL_NAMES and not has_name:
            columns.append(ProposedColumn(name, is_full_name=True))
            continue
        used = {one.name for one in taken.values()}
        doubtful = next((one for one in ranked[name] if one.name not in used and one.score >= WORTH_TELLING), None)
        off_list = _off_list(match.field, samples.get(name, ())) if match is not None else ()
        columns.append(ProposedColumn(name, match, None if match else doubtful, off_list=off_list))
    filled = {match.name.partition(".")[0] for match in taken.values()}
    return Proposal(tuple(columns), tuple(one for one in fields if one.is_mandatory and one.schema_name not in filled))


def best_header_row(rows: Sequence[tuple[int, Sequence[str]]], fields: FieldList) -> int | None:
    """The row, among the first ones of a sheet, that most looks like headers of these fields; None where none does."""
    counts = {
        number: sum(bool(cell.strip()) and rank(cell, fields)[0].score >= SURE for cell in cells)
        for number, cells in rows
    }
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


def _off_list(field: Field, values: Sequence[str]) -> tuple[str, ...]:
    options = {option.strip().casefold() for option in field.options}
    if not options:
        return ()
    off = dict.fromkeys(value.strip() for value in values if value.strip() and value.strip().casefold() not in options)
    return tuple(off)[:MOST_OFF_LIST]
