"""The file that is imported, spreadsheet or report: opened, recognised, and fitted to the mapping."""

import itertools
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from importer.config import Config
from importer.errors import SheetError, UsageError
from importer.lead.header import MissingHeaderError
from importer.lead.mapping import LeadMapping
from importer.lead.plan import plan_mapping
from importer.leadsquared.fields import FieldList
from importer.report import PastLine, ReportShape, recognise, refuse_collisions
from importer.sheet import Layout, Row, Table, find_header_row, find_sheet, open_table

__all__ = ["Intake", "open_intake"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Intake:
    """A file ready to be imported. `header` is the original one, without a report's own columns."""

    table: Table
    shape: ReportShape | None
    header: tuple[str, ...]
    mapping: LeadMapping
    row_count: int

    def check_against(self, fields: FieldList | None, config: Config) -> "Intake":
        """The same intake with its mapping checked against the account's fields, if they are known; UsageError where
        the two do not fit.
        """
        intake = replace(self, mapping=_plan(self.table, self.header, config, fields))
        for note in intake.mapping.notes:
            logger.info("%s", note)
        if intake.mapping.unmapped:
            logger.info("Columns that are not imported: %s", ", ".join(intake.mapping.unmapped))
        return intake

    def rows(self) -> Iterator[tuple[int, Row, PastLine | None]]:
        """Each data row with its place (from 0); for a report, the original row and what was written on its line."""
        shape = self.shape
        for place, row in enumerate(itertools.islice(self.table.rows(), self.row_count)):
            if shape is None:
                yield place, row, None
            else:
                yield place, shape.row(row), shape.past(row)

    def close(self) -> None:
        """Let go of the file."""
        self.table.close()


def open_intake(file: Path, config: Config, *, sheet: str | None = None, first: int | None = None) -> Intake:
    """Open a file and plan its mapping; UsageError, SheetError included, where it cannot be imported as it is.

    What the account's fields say of the mapping comes later (`check_against`), for this needs no account. `sheet` wins
    over the config's; `first` takes only that many data rows.
    """
    table, shape = _open(file, config, sheet or config.sheet)
    try:
        if sheet is not None and table.sheet is None:
            raise SheetError(f"{file} is a text file and has no sheets.", hint="Leave --sheet out.")
        for note in table.notes:
            logger.info("%s: %s", file.name, note)
        for warning in table.warnings:
            logger.warning("%s: %s", file.name, warning)
        header = table.header if shape is None else shape.header
        if shape is None:
            refuse_collisions(header)
        mapping = _plan(table, header, config)
        row_count = table.row_count if first is None else min(first, table.row_count)
        if not row_count:
            logger.info("%s: there is no data row below the header: nothing to be done.", file.name)
        return Intake(table, shape, header, mapping, row_count)
    except BaseException:
        table.close()
        raise


def _open(file: Path, config: Config, sheet: str | None) -> tuple[Table, ReportShape | None]:
    """Open the file as the config says, unless it is a report: that begins in row 1, whatever its source did."""
    has_layout = config.header_row != 1 or sheet is not None or config.delimiter is not None
    if has_layout:
        with suppress(SheetError):
            table = open_table(file, encoding=config.encoding)
            shape = recognise(table.header)
            if shape is not None:
                return table, shape
            table.close()
    try:
        table = open_table(
            file,
            sheet=sheet,
            header_row=config.header_row,
            encoding=config.encoding,
            delimiter=config.delimiter,
            layout=Layout(merged=config.merged, hidden_rows=config.hidden_rows),
        )
    except SheetError as error:
        where = _other_sheet(file, [column.header for column in config.columns], but_not=sheet)
        raise SheetError(error.message, hint=" ".join(filter(None, (error.hint, where)))) from error
    try:
        return table, recognise(table.header)
    except UsageError:
        table.close()
        raise


def _plan(table: Table, header: tuple[str, ...], config: Config, fields: FieldList | None = None) -> LeadMapping:
    try:
        return plan_mapping(
            header,
            config.columns,
            config.constants,
            config.unmapped_columns,
            fields=fields,
            policies=config.policies,
        )
    except MissingHeaderError as error:
        hint = _where_headers_stand(table, [column.header for column in config.columns]) or error.hint
        raise UsageError(f"{table.path}: {error.message}", hint=hint) from None
    except UsageError as error:
        raise UsageError(f"{table.path}: {error.message}", hint=error.hint) from None


def _where_headers_stand(table: Table, wanted: Sequence[str]) -> str:
    """What to set so that the mapped headers are found; empty where they stand nowhere."""
    row = find_header_row(table, wanted)
    if row:
        return f"They seem to stand in row {row}: set header_row: {row} in config.yaml."
    return _other_sheet(table.path, wanted, but_not=table.sheet) if table.sheet else ""


def _other_sheet(file: Path, wanted: Sequence[str], *, but_not: str | None) -> str:
    """What to set where all the mapped headers stand on another sheet of a workbook; else empty."""
    found = find_sheet(file, wanted, but_not=but_not)
    if found is None:
        return ""
    sheet, row = found
    return f"The mapped headers all stand on sheet {sheet!r}, row {row}: set {_settings(sheet, row)} in config.yaml."


def _settings(sheet: str, row: int) -> str:
    return f'sheet: "{sheet}"' + (f" and header_row: {row}" if row != 1 else "")
