"""A mapping held against the account's fields, before the first call.

LeadSquared refuses a whole lead for one unknown field, and a mandatory field that no column fills would refuse them
all; so each of these is a problem of the file, not of its rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from importer.lead.fieldformats import PLAIN_TYPES
from importer.lead.fieldname import FieldName
from importer.lead.metadata import LEAD_TYPE, Field, FieldList, is_system_name
from importer.nearest import ask, find_near

__all__ = ["CUSTOM_PREFIX", "MappedField", "check_reference", "check_system", "check_targets", "find_field"]

CUSTOM_PREFIX = "mx_"
NEAR_ENOUGH = 0.72  # mx_Citty finds mx_City, Region does not find Origin
SHOWN_SUB_FIELDS = 8
LONGEST_REFERENCE = 45
"""The characters of a row's reference (`lsq_ref`)."""
REFERENCE_TYPES = frozenset({"text", "string", "textarea"})


@dataclass(frozen=True, slots=True)
class MappedField:
    """A field that is filled; `source` says by what, for a message: "`Mobile` (line 12)"."""

    source: str
    name: FieldName


def find_field(name: FieldName, fields: FieldList | None) -> Field | None:
    """The field or sub-field of this name, None where it is not told."""
    parent = fields.get(name.parent) if fields is not None else None
    return parent if parent is None or name.sub is None else parent.sub(name.sub)


def check_system(targets: Sequence[MappedField], fields: FieldList | None) -> Iterator[str]:
    """A problem for each field that LeadSquared fills itself; by its name alone where the account's are not known."""
    for target in targets:
        name = target.name.parent
        field = fields.get(name) if fields is not None else None
        if name.casefold() == LEAD_TYPE.casefold():
            yield (
                f"{target.source}: {name} is set by LeadSquared, by the account's object types; "
                "leave it out, or map the column to a custom field"
            )
        elif is_system_name(name):
            yield f"{target.source}: {name} is written by LeadSquared itself; leave it out"
        elif field is not None and field.is_system:
            yield f"{target.source}: {_both(field)} is not for imports (its ShowInImport is false); leave it out"


def check_targets(targets: Sequence[MappedField], fields: FieldList, *, reference: str | None = None) -> Iterator[str]:
    """A problem for each field that the account has not, or has otherwise, and for each mandatory one not filled.

    `reference` is the field that gets each row's reference.
    """
    if reference is not None:
        yield from check_reference(reference, fields)
    with_subs = {target.name.parent for target in targets if target.name.sub is not None}
    for target in targets:
        field = fields.get(target.name.parent)
        if field is None:
            yield f"{target.source}: the account has no field {target.name.parent}{_ask(target.name.parent, fields)}"
        elif target.name.sub is not None:
            if problem := _sub_problem(target, field, target.name.sub):
                yield problem
        elif field.is_set and field.schema_name not in with_subs:
            yield (
                f"{target.source}: {field.schema_name} is a custom field set; "
                f"map its sub-fields, such as {_listed(field)}"
            )
    filled = {target.name.parent for target in targets} | {reference}
    for field in fields:
        if field.must_be_filled and field.schema_name not in filled:
            yield (
                f"{_both(field)} is mandatory in the account, and nothing fills it: "
                "map a column to it, or set it under constants:"
            )


def check_reference(name: str, fields: FieldList) -> Iterator[str]:
    """A problem where the field for the rows' references is none of the account's, or cannot hold one."""
    field = fields.get(name)
    if field is None:
        meant = _ask(name, fields) or ";"
        yield f"reference: the account has no field {name}{meant} docs/exactly-once.md says how to make one"
    elif field.is_set or field.options or field.data_type.casefold() not in REFERENCE_TYPES:
        yield f"reference: {_both(field)} is of the type {field.data_type}; it must be a text field made for this alone"
    elif field.max_length is not None and field.max_length < LONGEST_REFERENCE:
        yield (
            f"reference: {_both(field)} takes {field.max_length} characters, and a row's reference has "
            f"{LONGEST_REFERENCE}; let it take more"
        )


def _sub_problem(target: MappedField, parent: Field, sub: str) -> str:
    """What is wrong with a dotted name, empty where nothing is, or where the account does not tell."""
    if not parent.is_set:
        is_plain = parent.data_type.casefold() in PLAIN_TYPES
        return f"{target.source}: {parent.schema_name} is no custom field set; map it without a dot" if is_plain else ""
    if not parent.sub_fields or parent.sub(sub) is not None:
        return ""
    near = _nearest(sub, parent.sub_fields)
    meant = f"{parent.schema_name}.{near.schema_name} ({near.display_name})" if near else ""
    return f"{target.source}: {_both(parent)} has no sub-field {sub}{ask(meant) or f'; it has {_listed(parent)}'}"


def _ask(name: str, fields: FieldList) -> str:
    near = _nearest(name, fields)
    return ask(_both(near)) if near else ""


def _nearest(name: str, fields: Iterable[Field]) -> Field | None:
    """The field that was probably meant: by schema name but for case, by display name, then by likeness of either."""
    by_name: dict[str, Field] = {}
    for field in fields:
        for text in (field.schema_name, field.display_name):
            by_name.setdefault(_bare(text), field)
    wanted = _bare(name)
    if wanted in by_name:
        return by_name[wanted]
    return next(iter(find_near(wanted, by_name, cutoff=NEAR_ENOUGH)), None)


def _bare(name: str) -> str:
    """A schema or display name without what people leave out: `mx_Enquiry_Date` and `Enquiry Date` are one."""
    return "".join(mark for mark in name.casefold().removeprefix(CUSTOM_PREFIX) if mark.isalnum())


def _both(field: Field) -> str:
    """A field for a message: its schema name, and the display name where that is another."""
    if field.display_name in {"", field.schema_name}:
        return field.schema_name
    return f"{field.schema_name} ({field.display_name})"


def _listed(parent: Field) -> str:
    names = [f"{parent.schema_name}.{_both(sub)}" for sub in parent.sub_fields or ()]
    more = ", …" if len(names) > SHOWN_SUB_FIELDS else ""
    return (", ".join(names[:SHOWN_SUB_FIELDS]) + more) or f"{parent.schema_name}.Status"
