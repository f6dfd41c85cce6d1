"""Which line of a report is which row. A person copies, sorts and swaps lines; the reference alone does not tell.

The row of a reference is the line that holds the cells which the ledger remembers. Another line with that reference is
a copy, and a new row. A line that holds just the cells of another line's created row is that row. What cannot be told
is not sent but asked about. Where most created lines were changed, as a sort of the data columns alone does, nothing is
sent at all.
"""

import itertools
from collections.abc import Iterator, Sequence
from enum import StrEnum

from importer.errors import UsageError
from importer.events import Level, Notice, Notify
from importer.ledger.cellmarks import are_marks, compare_marks
from importer.ledger.digestkinds import CellsDigest, RowRef
from importer.ledger.ledger import Ledger
from importer.ledger.linetable import Fit, Line, LineTable
from importer.ledger.records import KnownRow
from importer.nextstep import Action, NextStep
from importer.outcome import Status
from importer.run.inputfile import InputFile
from importer.run.preparedrow import UNCLEAR_COPY, PreparedRow, RowPreparer

__all__ = ["Verdict", "fit_of", "tie_lines"]

BATCH = 400
MOST_COMPARED = 200
"""How many rows that stand on no line of their own are looked for among as many lines: each is held against each."""


class Verdict(StrEnum):
    """What a line is that is not simply the row of its reference."""

    ROW = "row"  # the row of another reference
    COPY = "copy"  # a copy of another line: a new row
    UNCLEAR = "unclear"  # one of several lines, any of which may be the row


def tie_lines(
    input_file: InputFile, maker: RowPreparer, ledger: Ledger, table: LineTable, *, trusts: bool, notify: Notify
) -> Iterator[None]:
    """Compare a report's lines with what the ledger remembers and decide in `table` what each is, batch by batch.

    `trusts`: the references are right, whatever the cells say. UsageError where most created lines hold other cells
    than were sent.
    """
    prepared_rows = itertools.starmap(maker.make, input_file.rows(are_all=True))
    while batch := list(itertools.islice(prepared_rows, BATCH)):
        tied = [(prepared, prepared.given_ref) for prepared in batch if prepared.given_ref is not None]
        known = ledger.rows.find_rows([ref for _, ref in tied])
        table.add(_line(prepared, ref, known.get(ref)) for prepared, ref in tied)
        table.add(_nameless_line(one) for one in batch if one.given_ref is None and not one.is_foreign)
        yield
    table.finish()
    taken = {} if trusts else _give_back(table)
    if not trusts:
        _refuse_sorted(input_file, table.count_fits(), table, taken)
    for lines in table.shared():
        _tell_apart(lines, table, taken)
    _resettle(table, taken)
    _tell(table.count_fits(), taken, notify)


def _line(prepared: PreparedRow, ref: RowRef, known: KnownRow | None) -> Line:
    past = prepared.past
    marks = prepared.cells
    digest = prepared.digests.of_cells(prepared.row.cells)
    says_created = past is not None and past.status is Status.CREATED
    if known is None:
        is_settled = past is not None and (_may_be_ours(past.status) or past.error == UNCLEAR_COPY)
        is_native = _is_native(prepared, ref)
        nothing = CellsDigest(b"")
        return Line(prepared.place, ref, marks, digest, nothing, Fit.UNSURE, is_settled, is_native, says_created)
    return Line(
        prepared.place,
        known.ref,
        marks,
        digest,
        known.cells,
        fit_of(known.cells, marks, digest),
        is_settled=known.state.in_account.may_be_ours,
        is_likely=not set(known.keys).isdisjoint(prepared.keys),
        says_created=says_created,
    )


def _nameless_line(prepared: PreparedRow) -> Line:
    """A line without a reference, which may have lost it to another line."""
    digest = prepared.digests.of_cells(prepared.row.cells)
    return Line(
        prepared.place,
        RowRef(b""),
        prepared.cells,
        digest,
        CellsDigest(b""),
        Fit.UNSURE,
        is_settled=False,
        is_likely=prepared.has_lost_reference,
        says_created=prepared.past is not None and prepared.past.status is Status.CREATED,
    )


def _may_be_ours(status: Status | None) -> bool:
    return status is not None and status.facts.in_account.may_be_ours


def _is_native(prepared: PreparedRow, ref: RowRef) -> bool:
    """Whether a reference was made of the very cells that a line holds; of a corrected line's it was not."""
    digests = prepared.digests
    return digests.of_row(digests.of_identity(prepared.row.cells), 0) == ref


def fit_of(known: CellsDigest, marks: CellsDigest, digest: CellsDigest) -> Fit:
    """How a line's cells, given in both forms, agree with those that the ledger remembers."""
    if not are_marks(known):  # a column that was added or deleted since changes the digest as an edit does
        return Fit.SAME if known == digest else Fit.UNSURE
    difference = compare_marks(known, marks)
    if not difference.compared:
        return Fit.UNSURE
    if not difference.differing:
        return Fit.SAME
    return Fit.OTHER if 2 * difference.differing > difference.compared else Fit.EDITED


def _give_back(table: LineTable) -> dict[RowRef, Line]:
    """Each row whose cells stand on another line than its own, all of them or, edited, most: the line that is it."""
    taken: dict[RowRef, Line] = {}
    placed: set[int] = set()
    for line, ref in table.displaced():
        if ref not in taken and line.place not in placed:
            taken[ref] = line
            placed.add(line.place)
    strays = [line for line in table.strays(MOST_COMPARED) if line.place not in placed]
    for own in table.robbed(MOST_COMPARED) if strays else ():
        near = [line for line in strays if line.ref != own.ref and _is_edited(own.known, line)]
        if own.ref not in taken and len(near) == 1 and near[0].place not in placed:
            taken[own.ref] = near[0]
            placed.add(near[0].place)
    return taken


def _is_edited(known: CellsDigest, line: Line) -> bool:
    """Whether a line holds most of the cells that are known of a row."""
    return are_marks(known) and fit_of(known, line.marks, line.digest) is Fit.EDITED


def _refuse_sorted(input_file: InputFile, fits: dict[Fit, int], table: LineTable, taken: dict[RowRef, Line]) -> None:
    """UsageError where the data columns seem to be sorted without ours."""
    moved = {ref for ref, line in taken.items() if table.at(ref)[0].fit is Fit.UNSURE}
    count, total = fits.get(Fit.OTHER, 0) + len(moved), sum(fits.values())
    if count < 2 or 2 * count <= total:  # noqa: PLR2004 - a single line is an edit or a swap
        return
    raise UsageError(
        f"{input_file.table.path}: {count:,} of {total:,} created lines hold other cells than those that were sent, as "
        "if the data columns had been sorted or moved without the columns lsq_…: nobody can tell which line is which.",
        hint="Nothing was sent. Undo that in your spreadsheet program, sort all columns together, and save again.",
        steps=[NextStep(Action.TRUST_REFERENCES)],
    )


def _tell_apart(lines: Sequence[Line], table: LineTable, taken: dict[RowRef, Line]) -> None:
    """Decide which of several lines with one reference is the row."""
    ref = lines[0].ref
    away = {line.place for line in taken.values()}
    stay = [line for line in lines if line.place not in away]
    owner: Line | None = None
    if ref not in taken and stay:
        best = max((line.fit, line.is_likely) for line in stay)
        nearest = [line for line in stay if (line.fit, line.is_likely) == best]
        if len({line.marks for line in nearest}) > 1 and any(line.is_settled for line in stay):
            for line in stay:
                table.decide(line.place, Verdict.UNCLEAR, ref)
            return
        owner = nearest[0]
    for line in stay:
        if line is not owner:
            table.decide(line.place, Verdict.COPY, ref)


def _resettle(table: LineTable, taken: dict[RowRef, Line]) -> None:
    """Carry out what `_give_back` found; a line that lost its row so gets the one that is left over by the swap."""
    left = {line.ref for line in taken.values() if line.ref} - taken.keys()
    for ref, line in taken.items():
        table.decide(line.place, Verdict.ROW, ref)
    away = {line.place for line in taken.values()}
    for ref, taker in taken.items():
        stay = [line for line in table.at(ref) if line.place not in away]
        if not stay:
            continue
        free, seen = taker.ref, {ref}
        while free in taken and free not in seen:
            seen.add(free)
            free = taken[free].ref
        if free in left and all(line.place in away for line in table.at(free)):
            left.discard(free)
            table.decide(stay[0].place, Verdict.ROW, free)
        else:
            table.decide(stay[0].place, Verdict.COPY, ref)


def _tell(fits: dict[Fit, int], taken: dict[RowRef, Line], notify: Notify) -> None:
    if taken:
        text = (
            f"{len(taken):,} lines carry the lsq_ref of another line: each is taken for the row whose cells it holds."
        )
        notify(Notice(Level.WARNING, text))
    edited = fits.get(Fit.EDITED, 0) + fits.get(Fit.OTHER, 0) - len(taken)
    if edited > 0:
        text = (
            f"Of {sum(fits.values()):,} created lines, {edited:,} hold other cells than were sent. That changes "
            "nothing in LeadSquared but with existing: update; else change the leads there."
        )
        notify(Notice(Level.WARNING, text))
