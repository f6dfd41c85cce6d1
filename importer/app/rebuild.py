"""A ledger that was lost, made to know again what its reports say: which rows are created, and which are in doubt.

A report holds the cells of its source, so the source's rows are known by them again. A row that was corrected in the
report has other cells there than in its source: where the source itself is at hand, it is found by its row number.
"""

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import time

from importer.app.account import Destination
from importer.app.lostledger import account_tags
from importer.app.runhistory import RunHistory
from importer.clocks import Moment
from importer.config import Config
from importer.errors import UsageError
from importer.exitstatus import ExitStatus
from importer.ledger.digestkinds import RowRef
from importer.ledger.digests import Digests
from importer.ledger.ledger import Ledger
from importer.ledger.records import Intent, KnownRow, State
from importer.ledger.reference import read_reference
from importer.ledger.scratch import Scratch
from importer.outcome import Outcome, Status
from importer.run.decision import unresolved_since
from importer.run.filedigests import make_digests
from importer.run.inputfile import InputFile, open_input_file
from importer.run.preparedrow import PreparedRow, RowPreparer

__all__ = ["Rebuilt", "rebuild"]

BATCH = 400


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of one report: rows that the ledger knows from now on, knew already, and could not take.

    `foreign` lines are another account's.
    """

    created: int = 0
    unknown: int = 0
    known: int = 0
    foreign: int = 0


def rebuild(
    report: Path, config: Config, ledger: Ledger, target: Destination, *, source: str, file: Path | None
) -> Rebuilt:
    """Make a report's created and unknown rows known to the ledger, as rows of their source; UsageError where the file
    is no report. The caller has taken the source's lock.
    """
    identity = ledger.account.identity
    with closing(open_input_file(report, config)) as input_file, Scratch() as scratch:
        if input_file.shape is None:
            raise UsageError(f"{report} is no report: it has no columns lsq_row and lsq_status.")
        digests = make_digests(input_file, ledger, source=source)
        maker = RowPreparer(
            input_file,
            digests,
            account=identity,
            unique=config.unique,
            country_code=ledger.account.country_code,
            is_any_account=True,
        )
        in_source = {} if file is None else _source_refs(file, config, ledger, source)
        left = dict(in_source)
        tags = account_tags(ledger, target)
        history = RunHistory(ledger)
        history.begin(mode="rebuild", source=source, file=str(report.resolve()), report=report)
        try:
            lines = _lines(input_file, maker, digests, scratch, left)
            rebuilt = _write(lines, ledger, tags, in_source=in_source, left=left)
            with ledger.begin() as connection:
                ledger.rows.identities.remember(connection, digests.source, digests.identity)
        except BaseException as error:
            history.end_early(error)
            raise
    counts = {Status.CREATED.value: rebuilt.created, Status.UNKNOWN.value: rebuilt.unknown}
    history.end(exit_status=ExitStatus.OK, calls=0, counts=counts, report=report)
    return rebuilt


def _source_refs(file: Path, config: Config, ledger: Ledger, source: str) -> dict[int, RowRef]:
    """The references of a source's rows as it is now, by row number."""
    with closing(open_input_file(file, config)) as input_file, Scratch() as scratch:
        digests = make_digests(input_file, ledger, source=source)
        refs: dict[int, RowRef] = {}
        for _place, row, _past in input_file.rows():
            own = digests.of_identity(row.cells)
            refs[row.number] = digests.of_row(own, scratch.next_ordinal(own))
        return refs


def _lines(
    input_file: InputFile, maker: RowPreparer, digests: Digests, scratch: Scratch, left: dict[int, RowRef]
) -> list[tuple[PreparedRow, RowRef]]:
    """The lines that tell of a lead, each with its reference as a row of the source.

    The source's rows that have a line with their very cells are taken out of `left`.
    """
    by_ref = {ref: number for number, ref in left.items()}
    lines: list[tuple[PreparedRow, RowRef]] = []
    for place, row, past in input_file.rows():
        prepared = maker.make(place, row, past)
        own = digests.of_identity(row.cells)
        ref = digests.of_row(own, scratch.next_ordinal(own))
        left.pop(by_ref.get(ref, -1), None)
        if past is not None and past.status is not None and past.status.facts.told_as is not None:
            lines.append((prepared, ref))
    return lines


def _write(
    lines: Iterable[tuple[PreparedRow, RowRef]],
    ledger: Ledger,
    tags: frozenset[bytes],
    *,
    in_source: dict[int, RowRef],
    left: dict[int, RowRef],
) -> Rebuilt:
    """Write the lines down, each as a row of the source and under the reference that the report gives it."""
    counts = Counter[State]()
    known = foreign = 0
    source_refs = set(in_source.values())
    remaining = iter(lines)
    while batch := list(islice(remaining, BATCH)):
        rows: list[tuple[PreparedRow, Outcome, State, RowRef, RowRef]] = []
        for prepared, ref in batch:
            outcome = prepared.past.outcome() if prepared.past is not None else None
            state = None if outcome is None else outcome.status.facts.told_as
            given = read_reference(prepared.past.ref) if prepared.past is not None else None
            if given is not None and given[0] not in tags:
                foreign += 1
            elif outcome is not None and state is not None and (outcome.lead_id or state is State.UNKNOWN):
                corrected = left.get(prepared.row.number) if source_refs and ref not in source_refs else None
                rows.append((prepared, outcome, state, corrected or ref, ref if given is None else given[1]))
        there = ledger.rows.find_rows([place for *_, ref, in_report in rows for place in (ref, in_report)])
        with ledger.begin() as connection:
            for prepared, outcome, state, ref, in_report in rows:
                is_news = _is_news(there.get(ref), state)
                counts[state] += is_news
                known += not is_news
                for place in {in_report, ref}:
                    if _is_news(there.get(place), state):
                        ledger.rows.record(connection, _intent(prepared, place), state, outcome)
                if is_news and state is State.CREATED:
                    ledger.rows.point_keys(connection, ref, prepared.keys)
    return Rebuilt(counts[State.CREATED] + counts[State.UPDATED], counts[State.UNKNOWN], known, foreign)


def _intent(prepared: PreparedRow, ref: RowRef) -> Intent:
    since = unresolved_since(prepared, None) or Moment(time())
    return Intent(ref, prepared.cells, prepared.keys, prepared.row.number, since.at, since.skew_s)


def _is_news(known: KnownRow | None, state: State) -> bool:
    return known is None or (known.state.is_unresolved and state is State.CREATED)
