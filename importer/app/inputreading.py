"""The file of an import: read where it holds up nobody, and checked with what is going to be written for it."""

import os
from contextlib import AsyncExitStack
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
from importer.report import check_fits, check_writable
from importer.run.inputfile import InputFile, open_input_file

__all__ = ["OwnReportError", "read_input"]


class OwnReportError(UsageError):
    """A file among several is a report of ours by its columns, whatever its name: it is left out."""


async def read_input(
    stack: AsyncExitStack,
    blocking: Blocking,
    options: ImportRequest,
    config: Config,
    report: Path,
    *,
    notify: Notify,
) -> tuple[str, InputFile]:
    """The file, with its digest where it is the report that is going to be replaced; UsageError where it does not do.

    `stack` closes it.
    """
    notices: list[Notice] = []

    def work() -> tuple[str, InputFile]:
        read_digest = _digest_in_place(options, report)
        return read_digest, open_input_file(
            options.file, config, sheet=options.sheet, first=options.first, notify=notices.append
        )

    try:
        read_digest, input_file = await blocking.read(work, let_go=lambda read: read[1].close())
    finally:
        for notice in notices:
            notify(notice)
    stack.callback(input_file.close)
    if options.is_one_of_several and input_file.shape is not None:
        raise OwnReportError(f"{options.file} is {OWN_REPORT}.")
    _check_outputs(options, report, input_file)
    return read_digest, input_file


def _digest_in_place(options: ImportRequest, report: Path) -> str:
    """The digest of a file in whose place its report goes, taken before it is read: a later one would hide an edit."""
    if not options.file.is_file() or os.path.realpath(report) != os.path.realpath(options.file):
        return ""
    try:
        return file_digest(options.file)
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
    if payloads is not None and not payloads.parent.is_dir():
        raise UsageError(f"The payloads' folder does not exist: {payloads.parent}.", hint="Create it first.")
    if payloads is not None and os.path.realpath(payloads) in map(os.path.realpath, (options.file, report)):
        raise UsageError(f"The payloads would be written over {payloads}.", steps=[NextStep(Action.CHOOSE_PAYLOADS)])
