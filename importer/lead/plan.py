"""A configuration's columns and constants, fitted to one spreadsheet's header."""

from collections.abc import Iterable, Sequence

from importer.errors import UsageError
from importer.lead.columns import Column, Constant, UnmappedColumns
from importer.lead.fieldname import FieldName
from importer.lead.header import MappedColumn, MissingHeaderError, column_letters, match_columns, shown, tidy
from importer.lead.mapping import LeadMapping

__all__ = ["plan_mapping"]

REPORT_PREFIX = "lsq_"  # a report's own columns, where a report is the input: neither sent nor complained of


def plan_mapping(
    header: Sequence[str],
    columns: Iterable[Column],
    constants: Iterable[Constant] = (),
    unmapped: UnmappedColumns = "ignore",
) -> LeadMapping:
    """How a row under `header` becomes a lead; UsageError with all problems where it cannot, before any call.

    It is a MissingHeaderError where mapped headers are missing. `unmapped` says what becomes of the other headers:
    `ignore` (listed in `.unmapped`), `error`, or `pass`: one that is itself a schema name is sent under it, and the
    rest are ignored. Columns without a header are passed over.
    """
    constants = tuple(constants)
    match = match_columns(header, columns)
    problems = list(match.problems)
    mapped = {column.index for column in match.found}
    rest = [index for index, text in enumerate(header) if index not in mapped and _is_users(text)]
    passed: list[MappedColumn] = []
    if unmapped == "pass":
        taken = [*(column.field for column in match.found), *(constant.field for constant in constants)]
        passed, collisions = _pass_through(header, rest, taken)
        problems += collisions
    elif unmapped == "error" and rest:
        problems.append(
            f"{_count(len(rest))} not mapped: {', '.join(shown(header[index]) for index in rest)} "
            "(unmapped_columns is error; map them under columns, or say ignore)"
        )
    if problems:
        _refuse(problems, match.missing)
    sent = {column.index for column in passed}
    return LeadMapping(
        columns=(*match.found, *passed),
        constants=constants,
        unmapped=tuple(tidy(header[index]) for index in rest if index not in sent),
        width=len(header),
    )


def _is_users(header: str) -> bool:
    text = tidy(header)
    return bool(text) and not text.casefold().startswith(REPORT_PREFIX)


def _pass_through(
    header: Sequence[str], rest: Iterable[int], taken: Iterable[FieldName]
) -> tuple[list[MappedColumn], list[str]]:
    """The columns of `rest` that name their field themselves, and those that name one that has a value already."""
    passed: list[MappedColumn] = []
    collisions: list[str] = []
    filled = set(taken)
    for index in rest:
        try:
            name = FieldName.parse(tidy(header[index]))
        except ValueError:
            continue
        if name in filled:
            where = f"column {column_letters(index)}"
            collisions.append(f"{where} would be sent as {name} (unmapped_columns is pass), which is mapped already")
        filled.add(name)
        passed.append(MappedColumn(index, header[index], name))
    return passed, collisions


def _count(number: int) -> str:
    return "1 column is" if number == 1 else f"{number} columns are"


def _refuse(problems: Sequence[str], missing: Sequence[str]) -> None:
    message = "\n".join(["The mapping does not fit the spreadsheet:", *(f"  {problem}" for problem in problems)])
    if missing:
        raise MissingHeaderError(
            message,
            missing=missing,
            hint="Mend the headers under columns: in config.yaml, or in the spreadsheet. Nothing was sent.",
        )
    raise UsageError(message, hint="Mend config.yaml or the spreadsheet's headers. Nothing was sent.")
