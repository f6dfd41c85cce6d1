"""Which column goes to which field: proposed, with everything doubtful said."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from importer.lead.header import tidy
from importer.lead.metadata import Field, FieldList
from importer.proposal.column import Column
from importer.proposal.dates import DateStyle, find_date_style, settle
from importer.proposal.evidence import by_values, spelling_mistakes
from importer.proposal.finish import NAMES, Entry, finish, split_entry
from importer.proposal.fitness import Fitness, Verdict, fitness
from importer.proposal.meaning import Meaning, Reader, shared_prefix
from importer.proposal.names import SPLIT, settle_names
from importer.proposal.reference import find_reference
from importer.proposal.similarity import FieldNames, Match
from importer.proposal.tables import CONTINENTAL, Tables, load_tables

__all__ = ["Proposal", "ProposedColumn", "propose"]

DATE_TYPES = frozenset({"date", "datetime"})
FILL_WEIGHT = 0.9
"""By how much a column that is hardly filled stands behind one that is, where both want the same field."""


CHOSEN = 1e6
"""The score of what a person chose: above all others."""


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """A header and what is proposed for it: a sure `entry`, a `doubtful` one with the `reason`, or neither.

    Without any, `reason` tells why where the header names a field all the same. A full name that is split has an
    `instead` where the account has a field for full names.
    """

    header: str
    entry: Entry | None = None
    doubtful: Entry | None = None
    reason: str = ""
    instead: Entry | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A whole mapping.

    `unfilled` are the account's mandatory fields that no column fills, `repeated` the headers that stand twice.
    `fields` are all that a column may go to, by dotted schema name.
    """

    columns: tuple[ProposedColumn, ...]
    unfilled: tuple[Field, ...] = ()
    repeated: tuple[str, ...] = ()
    fields: tuple[tuple[str, Field], ...] = ()

    @property
    def sure(self) -> int:
        """How many columns are taken without asking."""
        return sum(one.entry is not None for one in self.columns)

    @property
    def doubtful(self) -> int:
        """How many columns a person is asked about."""
        return sum(one.doubtful is not None for one in self.columns)

    @property
    def unmapped(self) -> int:
        """How many columns go nowhere, those whose header stands twice among them."""
        return len(self.columns) - self.sure - self.doubtful + len(self.repeated)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A match, how the column's values fit it, and why it is doubtful, where it is."""

    match: Match
    fit: Fitness
    reason: str = ""

    @property
    def is_sure(self) -> bool:
        return self.match.is_sure and not self.reason

    @property
    def is_forbidden(self) -> bool:
        return self.fit.verdict is Verdict.VETO


class _File:
    """A file's columns with what their headers mean, held against one account's fields."""

    def __init__(self, header: Sequence[str], samples: Mapping[str, Sequence[str]], fields: FieldList) -> None:
        self.tables: Tables = load_tables()
        self.names = FieldNames(fields, self.tables)
        self.columns = {name: Column(name, samples.get(name, ()), self.tables) for name in header}
        self.reader = Reader(self.tables, self.names.keys, shared_prefix(header, self.tables))
        self.meanings = {name: self._meaning(column) for name, column in self.columns.items()}
        self.name_concepts = settle_names(self.columns, self.meanings)
        for name, concept in self.name_concepts.items():
            if concept != SPLIT:
                self.meanings[name] = replace(self.meanings[name], concept=concept)

    @property
    def is_continental(self) -> bool | None:
        """Whether the headers are of a language that writes a comma before decimals; None where none is known."""
        languages = [meaning.language for meaning in self.meanings.values() if meaning.language]
        if not languages:
            return None
        return sum(language in CONTINENTAL for language in languages) * 2 > len(languages)

    def candidates(self, header: str) -> list[_Candidate]:
        """What a column may go to, the surest first; those that its values forbid are among them."""
        column, meaning = self.columns[header], self.meanings[header]
        concept = self.tables.concepts.get(meaning.concept or "")
        found = [
            self._judged(column, match, concept.holds if concept else "", meaning)
            for match in self.names.matches(header, meaning)
        ]
        is_unknown = meaning.concept is None and not found and (column.is_empty or not meaning.meanings)
        if is_unknown and not self.reader.is_about_somebody_else(header):
            found = list(self._guessed(column, meaning))
        return sorted(found, key=lambda one: -one.match.score)

    def _guessed(self, column: Column, meaning: Meaning) -> Iterator[_Candidate]:
        """What values and likeness tell of a column whose header is not understood."""
        for match in spelling_mistakes(column, self.tables, self.names):
            yield self._judged(column, match, "", meaning)
        for match, fit in by_values(column, self.names):
            yield _Candidate(match, fit, "" if match.is_sure else "its values are options of this field")
        for match in self.names.alike(column.header):
            yield self._judged(column, match, "", meaning, f"{match.score:.0f} of 100 alike")

    def entry(self, header: str, candidate: _Candidate, dates: DateStyle) -> Entry:
        """The finished line of a column that goes to a candidate."""
        match = candidate.match
        return finish(
            match.name,
            match.field,
            self.columns[header],
            candidate.fit,
            dates=dates,
            zone=self.meanings[header].zone,
            is_continental=self.is_continental,
        )

    def _meaning(self, column: Column) -> Meaning:
        meaning = self.reader.read(column.header)
        if meaning.meanings is None:
            return meaning
        kinds = ("email", "phone", "salutation", "status", "place", "job", "name")
        fitting = [kind for kind in kinds if kind in meaning.meanings and _is_kind(column, kind)]
        return replace(meaning, concept=meaning.meanings[fitting[0]]) if fitting else meaning

    def _judged(self, column: Column, match: Match, holds: str, meaning: Meaning, reason: str = "") -> _Candidate:
        fit = fitness(column, match.field, holds)
        reason = reason or fit.reason or ("the header may mean something else" if meaning.is_open else "")
        return _Candidate(match, fit, reason)


def propose(
    header: Sequence[str],
    samples: Mapping[str, Sequence[str]],
    fields: FieldList,
    *,
    grouped: Collection[str] = (),
    chosen: Mapping[str, str] | None = None,
) -> Proposal:
    """Propose a mapping; `samples` holds some cells of each column, row by row. No field is proposed twice.

    `chosen` is what a person has decided: header → schema name, empty for a column that goes nowhere. KeyError where
    the account has no such field.

    Headers that stand twice, or are blank, are left out: they cannot be mapped. `grouped` are headers that a group
    title above was put before: they are only asked about.
    """
    names = [tidy(text) for text in header]
    usable = [name for name in dict.fromkeys(names) if name and names.count(name) == 1]
    reference = find_reference(fields)
    fields = FieldList(tuple(one for one in fields if not one.is_system and one.schema_name != reference))
    file = _File(usable, samples, fields)
    chosen = chosen or {}
    split = _split_header(file, fields)
    if split in chosen or set(NAMES) & set(chosen.values()):
        split = None
    found = {name: [] if name == split else file.candidates(name) for name in usable}
    candidates = {name: [one for one in found[name] if not one.is_forbidden] for name in usable}
    if grouped:
        reason = "the group title above tells it from others of its name"
        candidates |= {
            name: [replace(one, reason=one.reason or reason) for one in candidates[name]]
            for name in usable
            if name in grouped
        }
    candidates |= {name: _chosen(file, name, chosen[name]) for name in usable if name in chosen}
    taken = _assign(file, candidates, split)
    used = {one.match.name for one in taken.values()} | (set(NAMES) if split else set())
    doubtful = _ask(candidates, taken, used, split)
    styles = _date_styles(file, taken | doubtful)
    columns = []
    for name in usable:
        if name == split:
            columns.append(ProposedColumn(name, split_entry(), instead=_full_name_field(file, used)))
        elif name in taken:
            columns.append(ProposedColumn(name, file.entry(name, taken[name], styles.get(name, DateStyle()))))
        elif name in doubtful:
            entry = file.entry(name, doubtful[name], styles.get(name, DateStyle()))
            columns.append(ProposedColumn(name, doubtful=entry, reason=doubtful[name].reason))
        else:
            columns.append(ProposedColumn(name, reason=_why_not(found[name])))
    filled = {name.partition(".")[0] for name in used}
    return Proposal(
        columns=tuple(columns),
        unfilled=tuple(one for one in fields if _is_missed(one, filled)),
        repeated=tuple(name for name in dict.fromkeys(names) if name and names.count(name) > 1),
        fields=tuple(file.names.all()),
    )


def _chosen(file: _File, header: str, name: str) -> list[_Candidate]:
    """What a person chose for a column: sure, whatever its values are like."""
    if not name:
        return []
    field = file.names.get(name)
    if field is None:
        raise KeyError(name)
    return [_Candidate(Match(name, field, CHOSEN), fitness(file.columns[header], field))]


def _split_header(file: _File, fields: FieldList) -> str | None:
    """The column of full names that is split, where the account has the two names."""
    if not all(fields.get(name) for name in NAMES):
        return None
    return next((header for header, concept in file.name_concepts.items() if concept == SPLIT), None)


def _assign(file: _File, candidates: Mapping[str, Sequence[_Candidate]], split: str | None) -> dict[str, _Candidate]:
    """Give each field to the column that is surest of it; one that loses a field may still have its next sure one."""
    pairs = [
        (one.match.score - FILL_WEIGHT * (1 - file.columns[header].fill), header, one)
        for header, found in candidates.items()
        for one in found
        if one.is_sure
    ]
    taken: dict[str, _Candidate] = {}
    used = set(NAMES) if split else set()
    for _score, header, one in sorted(pairs, key=lambda pair: -pair[0]):
        if header not in taken and one.match.name not in used:
            taken[header] = one
            used.add(one.match.name)
    return taken


def _ask(
    candidates: Mapping[str, Sequence[_Candidate]], taken: Mapping[str, _Candidate], used: set[str], split: str | None
) -> dict[str, _Candidate]:
    """The best doubtful candidate of each column that has no sure one; no field is asked about twice."""
    asked: dict[str, _Candidate] = {}
    left = [
        (header, one)
        for header, found in candidates.items()
        if header not in taken and header != split
        for one in found
    ]
    free = set(used)
    for header, one in sorted(left, key=lambda pair: -pair[1].match.score):
        if header not in asked and one.match.name not in free and one.reason:
            asked[header] = one
            free.add(one.match.name)
    return asked


def _why_not(found: Sequence[_Candidate]) -> str:
    """Why a column goes nowhere although its header names a field; empty where it names none."""
    named = [one for one in found if one.match.is_sure]
    if not named:
        return ""
    if named[0].is_forbidden:
        return f"{named[0].match.name} by its header, but {named[0].fit.reason}"
    return f"{named[0].match.name} by its header, but another column goes there"


def _date_styles(file: _File, chosen: Mapping[str, _Candidate]) -> dict[str, DateStyle]:
    """How the columns that go to fields of dates write them; those that are clear settle the others."""
    headers = [name for name, one in chosen.items() if one.match.field.data_type.casefold() in DATE_TYPES]
    return dict(zip(headers, settle([find_date_style(file.columns[name].values) for name in headers]), strict=True))


def _full_name_field(file: _File, used: set[str]) -> Entry | None:
    field = next((name for name in file.tables.concepts["full_name"].fields if file.names.get(name)), None)
    return Entry((field,)) if field and field not in used else None


def _is_missed(field: Field, filled: set[str]) -> bool:
    return field.must_be_filled and field.schema_name not in filled


def _is_kind(column: Column, kind: str) -> bool:
    """Whether a column's values are what an ambiguous header may stand for."""
    if column.is_empty:
        return False
    if kind == "status":
        return column.is_progress
    if kind == "place":
        return column.mostly("name") and not column.is_progress
    if kind == "job":
        return column.mostly("name") and not column.mostly("salutation")
    return column.mostly(kind)
