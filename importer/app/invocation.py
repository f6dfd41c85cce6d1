"""The command of an import, as the next one repeats it."""

from pathlib import Path

from importer.app.request import ImportRequest
from importer.html_report.invocation import Invocation

__all__ = ["invocation_of"]


def invocation_of(request: ImportRequest, *, report: Path) -> Invocation:
    """The command that asks for this import from the current folder; `report` is where its report goes."""
    return Invocation(
        file=request.origin or str(request.file),
        report=str(report),
        folder=str(Path.cwd()),
        is_report_named=request.report is not None,
        config=None if request.config is None else str(request.config),
        sheet=request.sheet,
        first=request.first,
        rows=request.rows,
        route=request.route,
        existing=request.existing,
        is_dry_run=request.dry_run,
        is_sandbox=request.sandbox,
        is_until_quota=request.until_quota,
    )
