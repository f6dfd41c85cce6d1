"""The file of an import: read where it holds up nobody, and checked with what is going to be written for it."""

import os
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from importer.app.blocking import Blocking
from importer.app.fileselection import OWN_REPORT
from importer.app.request import ImportRequest
from importer.app.runhistory import file_digest
from importer.config import Config
from importer.errors import UsageError
from importer.events import Notice, Notify
from importer.html_report.document import check_page, page_path
from importer.nextstep import Action, NextStep
from importer.report import check_fits, check_writable, default_report_path
from importer.report.formats import is_refused_ending
from importer.run.inputfile import InputFile, open_input_file

__all__ = ["OwnReportError", "ReadInput", "read_input"]


class OwnReportError(UsageError):
    """A file among several is a report of ours by its columns, whatever its name: it is left out."""


@dataclass(frozen=True, slots=True)
class ReadInput:
    """The file of an import, and where its report goes. `digest` is the file's where the report takes its place."""

    input_file: InputFile
    report: Path
    digest: str


async def read_input(
    stack: AsyncExitStack, blocking: Blocking, options: ImportRequest, config: Config, *, notify: Notify
) -> ReadInput:
    """Read the file; UsageError where it does not do, or its report cannot be written. `stack` closes it."""
    notices: list[Notice] = []

    def work() -> tuple[str, InputFile]:
        # Taken before it is read: a later one would hide an edit. Whether it is needed is known when it was read.
        return _digest(options.file), open_input_file(
            options.file, config, sheet=options.sheet, first=options.first, notify=notices.append
        )

    try:
        digest, input_file = await blocking.read(work, let_go=lambda read: read[1].close())
    finally:
        for notice in notices:
            notify(notice)
    stack.callback(input_file.close)
    if options.is_one_of_several and input_file.shape is not None:
        raise OwnReportError(f"{options.file} is {OWN_REPORT}.")
    is_report = input_file.shape is not None
    report = options.report or default_report_path(
        options.place, first=options.first, is_report=is_report, are_chosen=options.rows is not None
    )
    _check_outputs(options, report, input_file)
    return ReadInput(input_file, report, digest if _is_same(report, options.file) else "")


def _is_same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _digest(file: Path) -> str:
    """The digest of a file that may be a report, empty for others."""
    if is_refused_ending(file.suffix.casefold()):
        return ""
    try:
        return file_digest(file) if file.is_file() else ""
    except OSError:  # reading it tells why
        return ""


def _check_outputs(options: ImportRequest, report: Path, input_file: InputFile) -> None:
    check_writable(report, input_path=options.file, input_is_report=input_file.shape is not None)
    check_fits(
        report,
        row_count=input_file.reported_count,
        header=input_file.header,
        rows=input_file.reported_rows(),
    )
    if options.html:
        check_page(page_path(report))
    payloads = options.payloads
    if payloads is not None and not os.path.isdir(payloads.parent):  # noqa: PTH112 - Path's fails on a long name
        raise UsageError(f"The payloads' folder does not exist: {payloads.parent}.", hint="Create it first.")
    if payloads is not None and os.path.realpath(payloads) in map(os.path.realpath, (options.file, report)):
        raise UsageError(f"The payloads would be written over {payloads}.", steps=[NextStep(Action.CHOOSE_PAYLOADS)])
