"""The file that is imported, spreadsheet or report: opened, recognised, and fitted to the mapping."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from importer.config import Config
from importer.errors import SheetError, UsageError
from importer.events import Level, Notice, Notify, log_notice
from importer.lead.columns import Column
from importer.lead.fieldname import FieldName
from importer.lead.header import MissingHeaderError, match_columns
from importer.lead.mapping import LeadMapping
from importer.lead.metadata import FieldList
from importer.lead.plan import plan_mapping
from importer.lead.skipping import Skip, make_skip
from importer.lead.users import AccountUser
from importer.report import PastLine, ReportShape, recognise, refuse_collisions
from importer.sheet import Layout, Row, Table, find_header_row, find_sheet, open_table

__all__ = ["InputFile", "open_input_file"]


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file ready to be imported. `header` is the original one, without a report's own columns.

    `identity` are the places of the columns that make a row the same row; None: those that are mapped.
    `skip` tells the rows that are left out.
    """

    table: Table
    shape: ReportShape | None
    header: tuple[str, ...]
    mapping: LeadMapping
    row_count: int
    identity: tuple[int, ...] | None = None
    skip: Skip | None = None

    def check_against(
        self,
        fields: FieldList | None,
        config: Config,
        users: Sequence[AccountUser] | None = None,
        *,
        notify: Notify = log_notice,
    ) -> "InputFile":
        """The same input file with its mapping checked against the account's fields and users, if they are known;
        UsageError where they do not fit.
        """
        input_file = replace(self, mapping=_plan(self.table, self.header, config, fields, users))
        for note in input_file.mapping.notes:
            notify(Notice(Level.INFO, note))
        if input_file.mapping.unmapped:
            text = f"Columns that are not imported: {', '.join(input_file.mapping.unmapped)}"
            notify(Notice(Level.INFO, text))
        return input_file

    def rows(self, *, are_all: bool = False) -> Iterator[tuple[int, Row, PastLine | None]]:
        """Each data row with its place (from 0); for a report, the original row and what was written on its line.

        `are_all`: those behind the first ones that are taken as well.
        """
        shape = self.shape
        for place, row in enumerate(itertools.islice(self.table.rows(), None if are_all else self.row_count)):
            if shape is None:
                yield place, row, None
            else:
                yield place, shape.row(row), shape.past(row)

    @property
    def reported_count(self) -> int:
        """How many rows the report holds: those that are imported, and of a report the lines behind `--first` too."""
        return self.row_count if self.shape is None else self.table.row_count

    def reported_rows(self) -> Iterator[Row]:
        """The rows that the report holds, `reported_count` of them."""
        return (row for _place, row, _past in self.rows(are_all=self.shape is not None))

    def close(self) -> None:
        """Let go of the file."""
        self.table.close()


def open_input_file(
    file: Path, config: Config, *, sheet: str | None = None, first: int | None = None, notify: Notify = log_notice
) -> InputFile:
    """Open a file and plan its mapping; UsageError, SheetError included, where it cannot be imported as it is.

    What the account's fields say of the mapping comes later (`check_against`), for this needs no account. `sheet` wins
    over the config's; `first` takes only that many data rows.
    """
    table, shape = _open(file, config, sheet or config.sheet)
    try:
        if sheet is not None and table.sheet is None:
            raise SheetError(f"{file} is a text file and has no sheets.", hint="Name no sheet.")
        for note in table.notes:
            notify(Notice(Level.INFO, f"{file.name}: {note}"))
        for warning in table.warnings:
            notify(Notice(Level.WARNING, f"{file.name}: {warning}"))
        header = table.header if shape is None else shape.header
        if shape is None:
            refuse_collisions(header)
        mapping = _plan(table, header, config)
        row_count = table.row_count if first is None else min(first, table.row_count)
        if not row_count:
            text = f"{file.name}: there is no data row below the header: nothing to be done."
            notify(Notice(Level.INFO, text))
        skip = _make_skip(table, header, config)
        identity = _find_identity(table, header, config, is_report=shape is not None)
        return InputFile(table, shape, header, mapping, row_count, identity, skip)
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
            header_rows=config.header_rows,
            encoding=config.encoding,
            delimiter=config.delimiter,
            layout=Layout(merged=config.merged, hidden_rows=config.hidden_rows),
        )
    except SheetError as error:
        where = _other_sheet(file, [column.header for column in config.columns], but_not=sheet)
        hint = " ".join(filter(None, (error.hint, where)))
        raise SheetError(error.message, hint=hint, steps=error.steps) from error
    try:
        return table, recognise(table.header)
    except UsageError:
        table.close()
        raise


def _make_skip(table: Table, header: tuple[str, ...], config: Config) -> Skip | None:
    try:
        return make_skip(header, config.skip_rows)
    except UsageError as error:
        raise UsageError(f"{table.path}: {error.message}", hint=error.hint) from None


def _find_identity(table: Table, header: tuple[str, ...], config: Config, *, is_report: bool) -> tuple[int, ...] | None:
    """The places of the columns under `identity:`. A report's lines have references: there one may be missing."""
    if config.identity == "mapped":
        return None
    if config.identity == "all":
        return tuple(range(len(header)))
    match = match_columns(header, [Column(name, FieldName("Identity")) for name in config.identity])
    if match.problems and not is_report:
        problems = "\n".join(
            ["The columns under identity: do not fit the spreadsheet:", *map("  {}".format, match.problems)]
        )
        raise UsageError(f"{table.path}: {problems}", hint="Mend identity: in config.yaml. Nothing was sent.")
    return tuple(sorted(index for index, _ in match.found)) or None


def _plan(
    table: Table,
    header: tuple[str, ...],
    config: Config,
    fields: FieldList | None = None,
    users: Sequence[AccountUser] | None = None,
) -> LeadMapping:
    try:
        return plan_mapping(
            header,
            config.columns,
            config.constants,
            config.unmapped_columns,
            combinations=config.combinations,
            fields=fields,
            policies=config.policies,
            today=datetime.now().astimezone().date(),
            reference=config.reference,
            users=users,
        )
    except MissingHeaderError as error:
        where = _where_headers_stand(table, [column.header for column in config.columns])
        steps = () if where else error.steps
        raise UsageError(f"{table.path}: {error.message}", hint=where or error.hint, steps=steps) from None
    except UsageError as error:
        raise UsageError(f"{table.path}: {error.message}", hint=error.hint, steps=error.steps) from None


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
