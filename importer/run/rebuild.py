"""A ledger that was lost, made to know again what its reports say: which rows are created, and which are in doubt.

A report holds the cells of its source, so the source's rows are known by them again. A row that was corrected in the
report has other cells there than in its source: where the source itself is at hand, it is found by its row number.
"""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import time

from importer.config import Config
from importer.errors import SheetError, UsageError
from importer.ledger.digests import Digests, account_tag
from importer.ledger.ledger import Ledger
from importer.ledger.records import Intent, KnownRow, State
from importer.ledger.reference import read_reference
from importer.ledger.scratch import Scratch
from importer.outcome import Status
from importer.report import default_report_path, recognise
from importer.run.account import Target
from importer.run.book import file_digest
from importer.run.candidate import Candidate, CandidateMaker
from importer.run.decision import unresolved_since
from importer.run.intake import Intake, open_intake
from importer.sheet import FORMATS, open_table

__all__ = ["Rebuilt", "account_tags", "lost_rows", "rebuild", "source_of"]

BATCH = 400
_TOLD = {Status.CREATED: State.CREATED, Status.UNKNOWN: State.UNKNOWN}
_OPEN = (State.INTENT, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of one report: rows that the ledger knows from now on, knew already, and could not take.

    `foreign` lines are another account's.
    """

    created: int = 0
    unknown: int = 0
    known: int = 0
    foreign: int = 0


def account_tags(ledger: Ledger, target: Target) -> frozenset[bytes]:
    """The marks of an account in the references of its reports, by whatever name it went."""
    return frozenset(map(account_tag, (ledger.account.identity, target.identity, target.address)))


def lost_rows(report: Path, ledger: Ledger, tags: frozenset[bytes]) -> int:
    """How many rows a report calls created in this account of which the ledger knows nothing."""
    try:
        table = open_table(report)
    except SheetError:
        return 0
    with table:
        shape = recognise(table.header)
        if shape is None:
            return 0
        refs = (
            reference[1]
            for line in table.rows()
            if (past := shape.past(line)).status is Status.CREATED
            and past.lead_id
            and (reference := read_reference(past.ref)) is not None
            and reference[0] in tags
        )
        count = 0
        while batch := list(islice(refs, BATCH)):
            count += len(set(batch) - ledger.rows.find_rows(batch).keys())
        return count


def source_of(report: Path, config: Config, *, named: str | None) -> tuple[str, Path | None]:
    """The name of a report's source, and the source itself where it lies beside the report; UsageError without one."""
    beside = [
        file
        for file in sorted(report.absolute().parent.iterdir())
        if file.suffix.lower() in FORMATS
        and file.name != report.name
        and default_report_path(file).stem == report.stem
        and file.is_file()
    ]
    name = named or config.source
    if name is None:
        if len(beside) != 1:
            found = "several files" if beside else "no file"
            raise UsageError(
                f"Which file {report} is the report of cannot be told: {found} of that name {_lie(beside)} beside it.",
                hint="Name it as it was imported: --source leads.xlsx",
            )
        name = beside[0].name
    file = next((file for file in beside if file.name == name), beside[0] if config.source and beside else None)
    return name, file


def _lie(files: list[Path]) -> str:
    return "lie" if files else "lies"


def rebuild(report: Path, config: Config, ledger: Ledger, target: Target, *, source: str, file: Path | None) -> Rebuilt:
    """Make a report's created and unknown rows known to the ledger, as rows of their source; UsageError where the file
    is no report, or another run is at work on the source.
    """
    identity = ledger.account.identity
    if not ledger.locks.take_source(identity, source):
        raise UsageError(f"Another run is importing {source} right now.", hint="Wait until it has ended.")
    with closing(open_intake(report, config)) as intake, Scratch() as scratch:
        if intake.shape is None:
            raise UsageError(f"{report} is no report: it has no columns lsq_row and lsq_status.")
        digests = Digests(ledger.secret, account=identity, source=source, header=intake.header)
        maker = CandidateMaker(
            intake,
            digests,
            account=identity,
            unique=config.unique,
            country_code=ledger.account.country_code,
            is_any_account=True,
        )
        in_source = {} if file is None else _source_refs(file, config, ledger, source)
        left = dict(in_source)
        tags = account_tags(ledger, target)
        ledger.rows.run_id = ledger.runs.begin(
            mode="rebuild", source=source, file=str(report.resolve()), report=str(report.resolve())
        )
        lines = _lines(intake, maker, digests, scratch, left)
        rebuilt = _write(lines, ledger, tags, in_source=in_source, left=left)
    counts = {Status.CREATED.value: rebuilt.created, Status.UNKNOWN.value: rebuilt.unknown}
    digest = file_digest(report)
    ledger.runs.end(ledger.rows.run_id, exit_status=0, calls=0, counts=counts, report_digest=digest)
    return rebuilt


def _source_refs(file: Path, config: Config, ledger: Ledger, source: str) -> dict[int, bytes]:
    """The references of a source's rows as it is now, by row number."""
    with closing(open_intake(file, config)) as intake, Scratch() as scratch:
        digests = Digests(ledger.secret, account=ledger.account.identity, source=source, header=intake.header)
        refs: dict[int, bytes] = {}
        for _place, row, _past in intake.rows():
            cells = digests.of_cells(row.cells)
            refs[row.number] = digests.of_row(cells, scratch.next_ordinal(cells))
        return refs


def _lines(
    intake: Intake, maker: CandidateMaker, digests: Digests, scratch: Scratch, left: dict[int, bytes]
) -> list[tuple[Candidate, bytes]]:
    """The lines that tell of a lead, each with its reference as a row of the source.

    The source's rows that have a line with their very cells are taken out of `left`.
    """
    by_ref = {ref: number for number, ref in left.items()}
    lines: list[tuple[Candidate, bytes]] = []
    for place, row, past in intake.rows():
        candidate = maker.make(place, row, past)
        ref = digests.of_row(candidate.cells, scratch.next_ordinal(candidate.cells))
        left.pop(by_ref.get(ref, -1), None)
        if past is not None and past.status in _TOLD:
            lines.append((candidate, ref))
    return lines


def _write(
    lines: Iterable[tuple[Candidate, bytes]],
    ledger: Ledger,
    tags: frozenset[bytes],
    *,
    in_source: dict[int, bytes],
    left: dict[int, bytes],
) -> Rebuilt:
    counts = {State.CREATED: 0, State.UNKNOWN: 0}
    known = foreign = 0
    source_refs = set(in_source.values())
    remaining = iter(lines)
    while batch := list(islice(remaining, BATCH)):
        rows: list[tuple[Candidate, bytes]] = []
        for candidate, ref in batch:
            given = read_reference(candidate.past.ref) if candidate.past is not None else None
            if given is not None and given[0] not in tags:
                foreign += 1
                continue
            corrected = left.get(candidate.row.number) if source_refs and ref not in source_refs else None
            rows.append((candidate, corrected or ref))
        there = ledger.rows.find_rows([ref for _candidate, ref in rows])
        with ledger.begin() as connection:
            for candidate, ref in rows:
                past = candidate.past
                outcome = past.outcome() if past is not None else None
                if outcome is None or (outcome.status is Status.CREATED and not outcome.lead_id):
                    continue
                state = _TOLD[outcome.status]
                if not _is_news(there.get(ref), state):
                    known += 1
                    continue
                since = unresolved_since(candidate, None) or time()
                intent = Intent(ref, candidate.cells, candidate.keys, candidate.row.number, since)
                ledger.rows.record(connection, intent, state, outcome)
                if state is State.CREATED:
                    ledger.rows.point_keys(connection, ref, candidate.keys)
                counts[state] += 1
    return Rebuilt(counts[State.CREATED], counts[State.UNKNOWN], known, foreign)


def _is_news(known: KnownRow | None, state: State) -> bool:
    return known is None or (known.state in _OPEN and state is State.CREATED)
