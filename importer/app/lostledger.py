"""A ledger that was lost, noticed by its reports: they say what was created, and it knows nothing of that."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from importer.app.account import Destination
from importer.app.runhistory import RunHistory
from importer.config import Config
from importer.errors import SettingsError, SheetError, UsageError
from importer.events import Level, Notice, Notify, log_notice
from importer.ledger.digests import account_tag
from importer.ledger.ledger import Ledger
from importer.ledger.reference import read_reference
from importer.nextstep import Action, NextStep
from importer.outcome import Status
from importer.report import is_report_of, recognise
from importer.sheet import FORMATS, open_table

__all__ = ["LostSource", "account_tags", "check_known", "find_lost_source", "source_of"]

BATCH = 400


@dataclass(frozen=True, slots=True)
class LostSource:
    """The source of a report: its name, and the file itself where it is at hand."""

    name: str
    file: Path | None


def check_known(reports: Iterable[Path], ledger: Ledger, target: Destination, history: RunHistory) -> None:
    """UsageError where the ledger knows nothing of what a report in the place of ours says that it has created."""
    for report in dict.fromkeys(reports):
        if not report.is_file() or history.is_as_written(report):
            continue
        lost = lost_rows(report, ledger, account_tags(ledger, target))
        if not lost:
            continue
        raise SettingsError(
            f"{report} says of {lost:,} rows that they are created, and the ledger {ledger.where} knows nothing of "
            "them: it is not the one that they were written to, or it has lost them. Rows without a unique value "
            "would be created twice.",
            hint=(
                "Nothing was sent. Point ledger: or LSQ_LEDGER at the right ledger, or restore it. If these rows are "
                "not to count, move the report away. Otherwise make them known again:"
            ),
            steps=[NextStep(Action.REBUILD_LEDGER, str(report))],
        )


def find_lost_source(
    report: Path,
    config: Config,
    ledger: Ledger,
    target: Destination,
    history: RunHistory,
    *,
    notify: Notify = log_notice,
) -> LostSource | None:
    """The source of a report that is imported and of which the ledger knows nothing: its rows are to be known before
    they come again. None where the ledger knows it, and, with a warning, where no source lies beside it. UsageError
    where several do.
    """
    if history.is_as_written(report) or not lost_rows(report, ledger, account_tags(ledger, target)):
        return None
    if config.source is None and not _beside(report):
        text = (
            f"The ledger knows nothing of what {report} says that it has created. Before its source is imported again, "
            "make the source's rows known:"
        )
        notify(Notice(Level.WARNING, text, (NextStep(Action.REBUILD_LEDGER_OF_SOURCE, str(report)),)))
        return None
    try:
        return source_of(report, config, named=None)
    except UsageError as error:
        raise SettingsError(
            f"The ledger knows nothing of what {report} says that it has created. {error.message}",
            hint="Say it once:",
            steps=[NextStep(Action.REBUILD_LEDGER_OF_SOURCE, str(report))],
        ) from None


def source_of(report: Path, config: Config, *, named: str | None) -> LostSource:
    """The source of a report, as it is named or lies beside the report; UsageError where that cannot be told."""
    if not os.path.isfile(report):  # noqa: PTH113 - Path's fails on a name that is too long
        open_table(report).close()  # tells why it cannot be read
    beside = _beside(report)
    name = named or config.source
    if name is None:
        if len(beside) != 1:
            found = "several files" if beside else "no file"
            raise SettingsError(
                f"Which file {report} is the report of cannot be told: {found} of that name {_lie(beside)} beside it.",
                steps=[NextStep(Action.NAME_SOURCE, "leads.xlsx")],
            )
        name = beside[0].name
    file = next((file for file in beside if file.name == name), beside[0] if config.source and beside else None)
    return LostSource(name, file)


def _beside(report: Path) -> list[Path]:
    """The files in a report's folder that it may be the report of."""
    return [
        file
        for file in sorted(report.absolute().parent.iterdir())
        if file.suffix.lower() in FORMATS and file.name != report.name and is_report_of(report, file) and file.is_file()
    ]


def _lie(files: list[Path]) -> str:
    return "lie" if files else "lies"


def account_tags(ledger: Ledger, target: Destination) -> frozenset[bytes]:
    """The marks of an account in the references of its reports, by whatever name it went."""
    names = {ledger.account.identity, target.identity, target.address, *ledger.names()}
    return frozenset(map(account_tag, names))


def lost_rows(report: Path, ledger: Ledger, tags: frozenset[bytes]) -> int:
    """How many rows a report calls created in this account of which the ledger knows nothing."""
    try:
        table = open_table(report)
    except SheetError:
        return 0
    with table, suppress(UsageError):
        shape = recognise(table.header)
        if shape is None:
            return 0
        lines = (
            (reference[1], past.lead_id)
            for line in table.rows()
            if (past := shape.past(line)).status is Status.CREATED
            and past.lead_id
            and (reference := read_reference(past.ref)) is not None
            and reference[0] in tags
        )
        count = 0
        while batch := list(islice(lines, BATCH)):
            known = ledger.rows.find_rows([ref for ref, _ in batch])
            # A person may have moved references: a lead that is known is not lost.
            lost = {ref for ref, lead_id in batch if ref not in known and ledger.rows.find_lead(lead_id) is None}
            count += len(lost)
        return count
    return 0
