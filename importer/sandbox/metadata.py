"""The account's fields: read from a file in the form of LeadsMetaData.Get, so that a real account's answer can be used.

How real metadata names the sub-fields of a custom field set is not known. The form here is invented: the parent has
`"DataType": "CustomFieldSet"` and `"Fields"`, an array of sub-fields in the same form as fields. A parent without
`Fields` takes any sub-field, so that a real account's saved answer works whatever it says there.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from importer.sandbox.names import refuse_unknown

__all__ = ["SYSTEM_FIELDS", "Field", "Metadata", "load_metadata"]

SYSTEM_FIELDS = ("ProspectID", "ProspectAutoId", "CreatedOn", "ModifiedOn", "CreatedBy", "ModifiedBy")
"""Set by LeadSquared; a value that is sent for one is passed over (invented)."""

_SET_TYPES = frozenset({"customfieldset", "customobject", "cfs"})


@dataclass(frozen=True, slots=True)
class Field:
    """What the sandbox needs to know of one field. `sub_fields` is None for a field that is no custom field set."""

    schema_name: str
    display_name: str
    data_type: str
    mandatory: bool
    max_length: int | None
    default: str
    sub_fields: "Mapping[str, Field] | None" = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """The account's fields by schema name, and the array that LeadsMetaData.Get answers with."""

    fields: Mapping[str, Field]
    entries: tuple[Mapping[str, Any], ...]
    mandatory: tuple[str, ...] = field(init=False)
    defaults: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        known = self.fields.values()
        object.__setattr__(self, "mandatory", tuple(one.schema_name for one in known if one.mandatory))
        object.__setattr__(self, "defaults", {one.schema_name: one.default for one in known if one.default})

    def with_mandatory(self, names: Iterable[str]) -> "Metadata":
        """The same fields, these ones mandatory as well; ValueError when there is no such field."""
        names = tuple(names)
        self.check_names(names)
        if not names:
            return self
        fields = {name: replace(one, mandatory=one.mandatory or name in names) for name, one in self.fields.items()}
        entries = tuple(
            {**entry, "IsMandatory": True} if entry["SchemaName"] in names else entry for entry in self.entries
        )
        return Metadata(fields, entries)

    def check_names(self, names: Iterable[str]) -> None:
        """ValueError for the first name that is no field's schema name."""
        for name in names:
            refuse_unknown("field", name, self.fields)


def load_metadata(path: Path | None) -> Metadata:
    """The fields of a file, or the built-in ones; ValueError says what is wrong with the file and where."""
    if path is None:
        text = files("importer.sandbox").joinpath("fields.json").read_text(encoding="utf-8")
    else:
        if not path.is_file():  # reading a pipe or a device would not end
            raise ValueError(f"{path} is a folder, a pipe or a device, or not there: the fields stand in a file")
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"{path} cannot be read: {error}") from error
    where = "the built-in field list" if path is None else str(path)
    try:
        entries = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{where}, line {error.lineno}: no JSON: {error.msg}") from error
    if not isinstance(entries, list) or not entries:
        raise ValueError(f"{where}: an array of fields is expected, as LeadsMetaData.Get answers")
    fields: dict[str, Field] = {}
    for number, entry in enumerate(entries, start=1):
        one = _read_field(entry, f"{where}, field {number}")
        if one.schema_name in fields:
            raise ValueError(f"{where}, field {number}: {one.schema_name} is there twice")
        fields[one.schema_name] = one
    return Metadata(fields, tuple(entries))


def _read_field(entry: object, where: str) -> Field:
    """One field of the array; keys that the sandbox does not know are left alone."""
    if not isinstance(entry, dict):
        raise ValueError(f"{where}: an object is expected")  # noqa: TRY004 - a file's content, not a caller's type
    name = entry.get("SchemaName")
    if not isinstance(name, str) or not name:
        raise ValueError(f"{where}: SchemaName is missing")
    data_type = str(entry.get("DataType") or "Text")
    length = str(entry.get("MaxLength") or "").strip()
    inner = entry.get("Fields")
    sub_fields: dict[str, Field] | None = None
    if isinstance(inner, list):
        read = (_read_field(one, f"{where}, sub-field {number}") for number, one in enumerate(inner, start=1))
        sub_fields = {one.schema_name: one for one in read}
    elif data_type.lower() in _SET_TYPES:
        sub_fields = {}
    return Field(
        schema_name=name,
        display_name=str(entry.get("DisplayName") or name),
        data_type=data_type,
        mandatory=entry.get("IsMandatory") in (True, 1, "1", "true", "True"),
        max_length=int(length) if length.isdecimal() and int(length) > 0 else None,
        default=str(entry.get("DefaultValue") or ""),
        sub_fields=sub_fields,
    )
