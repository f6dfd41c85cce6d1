"""One file: whether it can be read and fits the mapping, and whether its report can be written."""

from collections.abc import Iterator
from pathlib import Path

from importer.config import Config
from importer.doctor.finding import Finding
from importer.errors import UsageError
from importer.report import check_fits, check_writable, default_report_path
from importer.run.inputfile import open_input_file

__all__ = ["check_file"]


def check_file(file: Path, config: Config) -> Iterator[Finding]:
    """Check a file against the config. Its rows are not looked at: a dry run does that."""
    try:
        input_file = open_input_file(file, config)
    except UsageError as error:
        yield Finding(f"file: {error.message}", error.hint or "Mend the file, or name another.")
        return
    report = default_report_path(file, is_report=input_file.shape is not None)
    try:
        sheet = f", sheet {input_file.table.sheet}" if input_file.table.sheet else ""
        prefix = "a report, " if input_file.shape is not None else ""
        yield Finding(f"file: {file}: {prefix}{input_file.row_count:,} data rows{sheet}; the mapping fits its header")
        if input_file.mapping.unmapped:
            yield Finding(f"file: columns that are not imported: {', '.join(input_file.mapping.unmapped)}")
        check_writable(report, input_path=file, input_is_report=input_file.shape is not None)
        check_fits(
            report,
            row_count=input_file.reported_count,
            header=input_file.header,
            rows=input_file.reported_rows(),
        )
        yield Finding(f"report: {report} can be written")
    except UsageError as error:
        yield Finding(f"report: {error.message}", error.hint or "Choose another with -r.")
    finally:
        input_file.close()
