"""A configuration's columns and constants, fitted to one spreadsheet's header and to the account's fields."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from importer.errors import UsageError
from importer.lead.births import is_birth
from importer.lead.checks import CUSTOM_PREFIX, MappedField, check_system, check_targets, find_field
from importer.lead.columns import Column, Combination, Constant, UnmappedColumns
from importer.lead.combining import make_combiner, place_combinations
from importer.lead.conversion import make_conversion
from importer.lead.fieldformats import STANDARD_FIELDS
from importer.lead.fieldname import FieldName
from importer.lead.header import MappedColumn, MissingHeaderError, column_letters, match_columns, named, shown, tidy
from importer.lead.mapping import LeadMapping
from importer.lead.metadata import OWNER_FIELD, Field, FieldList, is_system_name
from importer.lead.refusal import Refusal
from importer.lead.rule import STRICT, Policies
from importer.lead.text import clean
from importer.lead.users import AccountUser
from importer.lead.values import type_of
from importer.lead.values.fullname import read_first, read_last
from importer.nextstep import Action, NextStep

__all__ = ["plan_mapping"]

USER_TYPES = frozenset({"activeusers"})  # invented, and the sandbox's: how an account calls such fields is not known
TOLD_WITH_TIP = {"off_list", "too_long", "bad_owner", "inactive_owner", "several_owners", "unknown_owner"}
REPORT_PREFIX = "lsq_"  # a report's own columns, where a report is the input: neither sent nor complained of


def plan_mapping(
    header: Sequence[str],
    columns: Iterable[Column],
    constants: Iterable[Constant] = (),
    unmapped: UnmappedColumns = "ignore",
    *,
    combinations: Iterable[Combination] = (),
    fields: FieldList | None = None,
    policies: Policies = STRICT,
    today: date | None = None,
    reference: str | None = None,
    users: Sequence[AccountUser] | None = None,
) -> LeadMapping:
    """How a row under `header` becomes a lead; UsageError with all problems where it cannot, before any call.

    It is a MissingHeaderError where mapped headers are missing. `unmapped` says what becomes of the other headers:
    `ignore` (listed in `.unmapped`), `error`, or `pass`: one that is itself a schema name is sent under it, and the
    rest are ignored. Columns without a header are passed over. `fields` are the account's, None where they are not
    known: then nothing is held against them. `policies` are the whole configuration's; a column's own win.
    `today` is the last day of which a birth can be; None sets no bound. `reference` is the field that gets each row's
    reference. `users` are the account's, None where they are not known: then owners stay as they are written.
    """
    constants = tuple(constants)
    match = match_columns(header, columns)
    placed, combining_problems, missing = place_combinations(header, combinations)
    problems = list(dict.fromkeys([*match.problems, *combining_problems]))
    mapped = {index for index, _ in match.found} | {place for places, _ in placed for place in places}
    rest = [index for index, text in enumerate(header) if index not in mapped and _is_users(text)]
    passed: list[tuple[int, Column]] = []
    if unmapped == "pass":
        taken = [*(name for _, column in match.found for name in column.fields), *(one.field for one in constants)]
        taken += [one.field for _, one in placed]
        taken += [] if reference is None else [FieldName(reference)]
        passed, collisions = _pass_through(header, rest, taken, fields)
        problems += collisions
    elif unmapped == "error" and rest:
        problems.append(
            f"{_count(len(rest))} not mapped: {', '.join(shown(header[index]) for index in rest)} "
            "(unmapped_columns is error; map them under columns, or say ignore)"
        )
    chosen = (*match.found, *passed)
    targets = [
        *(MappedField(named(column), name) for _, column in chosen for name in column.fields),
        *(MappedField(_combination(one), one.field) for _, one in placed),
        *(MappedField(_constant(constant), constant.field) for constant in constants),
    ]
    problems += check_system(targets, fields)
    missing = [*match.missing, *missing]
    if fields is not None and not missing:  # a missing header is mended first: it may fill a mandatory field
        problems += check_targets(targets, fields, reference=reference)
    mapped_columns, rule_problems = _convert(header, chosen, fields, policies, users=users, today=today)
    combined, combined_problems = _convert_combined(header, placed, fields, policies, users=users, today=today)
    constants, constant_problems = _convert_constants(constants, fields, policies, users)
    problems += [*rule_problems, *combined_problems, *constant_problems]
    if problems:
        _refuse(problems, missing)
    sent = {index for index, _ in passed}
    return LeadMapping(
        columns=(*mapped_columns, *combined),
        constants=constants,
        unmapped=tuple(tidy(header[index]) for index in rest if index not in sent),
        mandatory=frozenset(one.schema_name for one in fields or () if one.must_be_filled) - {reference or ""},
        notes=tuple(_notes(chosen, fields)),
    )


def _is_users(header: str) -> bool:
    text = tidy(header)
    return bool(text) and not text.casefold().startswith(REPORT_PREFIX)


def _pass_through(
    header: Sequence[str], rest: Iterable[int], taken: Iterable[FieldName], fields: FieldList | None
) -> tuple[list[tuple[int, Column]], list[str]]:
    """The columns of `rest` that name their field themselves, and those that name one that has a value already.

    Where the account's fields are known, a plain word that is none of them (`Remark`) is no schema name; one that
    looks like a custom field or a sub-field is kept, so that its misspelling is told. What LeadSquared fills itself is
    left out: an export holds it.
    """
    passed: list[tuple[int, Column]] = []
    collisions: list[str] = []
    filled = set(taken)
    for index in rest:
        try:
            name = FieldName.parse(tidy(header[index]))
        except ValueError:
            continue
        is_named = name.sub is not None or name.parent.startswith(CUSTOM_PREFIX)
        field = fields.get(name.parent) if fields is not None else None
        if fields is not None and field is None and not is_named:
            continue
        if is_system_name(name.parent) or (field is not None and field.is_system):
            continue
        if name in filled:
            where = f"column {column_letters(index)}"
            collisions.append(f"{where} would be sent as {name} (unmapped_columns is pass), which is mapped already")
        filled.add(name)
        passed.append((index, Column(header[index], name)))
    return passed, collisions


def _convert(
    header: Sequence[str] | Mapping[int, str],
    chosen: Iterable[tuple[int, Column]],
    fields: FieldList | None,
    policies: Policies,
    *,
    users: Sequence[AccountUser] | None,
    today: date | None,
) -> tuple[tuple[MappedColumn, ...], list[str]]:
    """The columns with their conversions, and what is wrong with their rules."""
    mapped: list[MappedColumn] = []
    problems: dict[str, None] = {}
    for index, column in chosen:
        parts = [None] if column.rest is None else [read_first, read_last]
        for name, part in zip(column.fields, parts, strict=True):
            field = find_field(name, fields) if fields is not None else STANDARD_FIELDS.get(str(name))
            rule = column.rule
            if today is not None and is_birth(header[index], str(name), field.display_name if field else ""):
                rule = replace(rule, latest=today)
            is_owner = _is_owner(name, field)
            conversion, wrong = make_conversion(rule, field, policies, part=part, users=users, is_owner=is_owner)
            problems |= dict.fromkeys(f"{named(column)}: {reason}" for reason in wrong)
            if fields is not None and field is not None and type_of(column.rule).is_choice:
                has_options = bool(column.rule.options or field.options)
                problems |= (
                    {} if has_options else {f"{named(column)}: {name} has no options; list them: options:": None}
                )
            if field is not None and field.options:
                problems |= dict.fromkeys(_strange_options(column, field.options, policies))
            mapped.append(MappedColumn(index, header[index], name, conversion))
    return tuple(mapped), list(problems)


def _convert_combined(
    header: Sequence[str],
    placed: Iterable[tuple[tuple[int, ...], Combination]],
    fields: FieldList | None,
    policies: Policies,
    *,
    users: Sequence[AccountUser] | None,
    today: date | None,
) -> tuple[tuple[MappedColumn, ...], list[str]]:
    """The combinations as columns that read several cells, and what is wrong with their rules."""
    mapped: list[MappedColumn] = []
    problems: list[str] = []
    for places, one in placed:
        if not places:  # told already
            continue
        name = " + ".join(header[place] for place in places)
        column = Column(name, one.field, one.line, one.rule)
        (converted,), wrong = _convert(
            {places[0]: name}, [(places[0], column)], fields, policies, users=users, today=today
        )
        mapped.append(replace(converted, sources=places, combine=make_combiner(one.separator)))
        problems += wrong
    return tuple(mapped), problems


def _combination(one: Combination) -> str:
    line = f" (line {one.line})" if one.line else ""
    return f"the combination {one.field}{line}"


def _strange_options(column: Column, options: Sequence[str], policies: Policies) -> Iterator[str]:
    if (column.rule.policies or policies).off_list == "invalid":
        for option in column.rule.options:
            if option not in options:
                yield f"{named(column)}: the option `{option}` is none of the field's in the account"


def _convert_constants(
    constants: Iterable[Constant],
    fields: FieldList | None,
    policies: Policies,
    users: Sequence[AccountUser] | None,
) -> tuple[tuple[Constant, ...], list[str]]:
    """The constants as the account takes them, and what is wrong with the others."""
    converted: list[Constant] = []
    problems: list[str] = []
    for constant in constants:
        field = find_field(constant.field, fields)
        is_owner = _is_owner(constant.field, field)
        conversion, _ = make_conversion(constant.rule, field, policies, users=users, is_owner=is_owner)
        value = conversion.judge(clean(constant.value))
        if isinstance(value, Refusal):
            tip = f". {value.tip}" if value.error in TOLD_WITH_TIP else ""
            problems.append(f"{_constant(constant)}: it {value.reason}{tip}")
        else:
            converted.append(replace(constant, value=value))
    return tuple(converted), problems


def _is_owner(name: FieldName, field: Field | None) -> bool:
    """Whether a field takes a user of the account."""
    return str(name) == OWNER_FIELD or (field is not None and field.data_type.casefold() in USER_TYPES)


def _notes(chosen: Iterable[tuple[int, Column]], fields: FieldList | None) -> Iterator[str]:
    """What a user should know of columns that are sent as they are, though a type would serve better."""
    for _, column in chosen:
        field = find_field(column.field, fields)
        kind = field.data_type.casefold() if field is not None else ""
        if column.rule.type is None and kind == "datetime":
            yield (
                f"{named(column)}: its times are sent as they are written, and LeadSquared takes them for UTC; if they "
                "are local, say type: datetime and timezone:"
            )
        if fields is None and type_of(column.rule).is_choice and not column.rule.options:
            yield f"{named(column)}: the field's options are not known, so its values are not checked"


def _constant(constant: Constant) -> str:
    line = f" (line {constant.line})" if constant.line else ""
    return f"the constant {constant.field}{line}"


def _count(number: int) -> str:
    return "1 column is" if number == 1 else f"{number} columns are"


def _refuse(problems: Sequence[str], missing: Sequence[str]) -> None:
    message = "\n".join(["The mapping does not fit the spreadsheet:", *(f"  {problem}" for problem in problems)])
    if missing:
        raise MissingHeaderError(
            message,
            missing=missing,
            hint="Nothing was sent. Mend the headers under columns: in config.yaml, or in the spreadsheet.",
            steps=[NextStep(Action.PROPOSE_MAPPING)],
        )
    raise UsageError(message, hint="Mend config.yaml or the spreadsheet's headers. Nothing was sent.")
