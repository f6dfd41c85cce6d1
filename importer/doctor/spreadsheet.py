"""One file: whether it can be read and fits the mapping, and whether its report can be written."""

from collections.abc import Iterator
from pathlib import Path

from importer.config import Config
from importer.doctor.finding import Finding
from importer.errors import UsageError
from importer.report import check_fits, check_writable, default_report_path
from importer.run.intake import open_intake

__all__ = ["check_file"]


def check_file(file: Path, config: Config) -> Iterator[Finding]:
    """Check a file against the config. Its rows are not looked at: a dry run does that."""
    report = default_report_path(file)
    try:
        intake = open_intake(file, config)
    except UsageError as error:
        yield Finding(f"file: {error.message}", error.hint or "Mend the file, or name another.")
        return
    try:
        sheet = f", sheet {intake.table.sheet}" if intake.table.sheet else ""
        kind = "a report, " if intake.shape is not None else ""
        yield Finding(f"file: {file}: {kind}{intake.row_count:,} data rows{sheet}; the mapping fits its header")
        if intake.mapping.unmapped:
            yield Finding(f"file: columns that are not imported: {', '.join(intake.mapping.unmapped)}")
        check_writable(report, input_path=file, input_is_report=intake.shape is not None)
        check_fits(report, row_count=intake.row_count, header=intake.header)
        yield Finding(f"report: {report} can be written")
    except UsageError as error:
        yield Finding(f"report: {error.message}", error.hint or "Choose another with -r.")
    finally:
        intake.close()
