"""The account's lead fields, as LeadsMetaData.Get tells them. Pure: bytes in, frozen values out.

The keys read here are the vendor's documented ones; any others that stand beside them are passed over, and one that is
missing or of another type than documented has its default: what an account says about itself must never end a run.
How the v2 metadata names the sub-fields of a custom field set is not known. Read are `CustomObjectMetaData.Fields`, as
in the vendor's own interface, and `Fields` of the parent itself, which is invented and fits the sandbox; a set without
either takes any sub-field.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from importer.lead.fieldname import SCHEMA_NAME
from importer.printable import is_shown, printable

__all__ = ["LEAD_TYPE", "OWNER_FIELD", "Field", "FieldList", "is_system_name", "read_fields"]

SET_TYPES = frozenset({"customfieldset", "customobject", "cfs"})  # invented
TRUE = (True, 1, "1", "true", "True")
FALSE = (False, 0, "0", "false", "False")
LENGTH = re.compile(r"[0-9]{1,9}")
LONGEST_NAME = 200

OWNER_FIELD = "OwnerId"
LEAD_TYPE = "LeadType"
"""What kind of lead it is (`OT_0`, …), where an account has object types: the server fills it (the vendor's page)."""

SYSTEM_NAMES = frozenset(
    {
        *("ProspectID", "ProspectAutoId", "LeadAutoId", "Prospect_Id", "CreatedOn", "CreatedBy", "CreatedByName"),
        *("CreatedByEmailAddress", "ModifiedOn", "ModifiedBy", "ModifiedByName", "ModifiedByEmailAddress"),
        *("LastModifiedOn", "LeadLastModifiedOn", LEAD_TYPE),
    }
)
"""What LeadSquared writes itself: ids, and who made or changed a lead, and when."""
_SYSTEM_FOLDED = frozenset(name.casefold() for name in SYSTEM_NAMES)

PHONE_TYPES = frozenset({"phone", "mobile"})


def is_schema_name(text: str) -> bool:
    """Whether a text can be a schema name: what the metadata says goes into config.yaml and into calls."""
    return len(text) <= LONGEST_NAME and SCHEMA_NAME.fullmatch(text) is not None


def is_system_name(schema_name: str) -> bool:
    """Whether LeadSquared itself fills the field of this name in every account."""
    return schema_name.casefold() in _SYSTEM_FOLDED


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the account.

    `data_type` is the account's word: Text, Number, Email, Phone, Select, … `max_length` counts characters, None where
    there is no limit. `options` are the exact texts of a dropdown. `default` is what the server fills
    in. `is_shown` says whether the vendor's own import offers the field. `sub_fields` is None for a field that is no
    custom field set, and empty for a set whose sub-fields are not told.
    """

    schema_name: str
    display_name: str = ""
    data_type: str = "Text"
    is_mandatory: bool = False
    max_length: int | None = None
    options: tuple[str, ...] = ()
    sub_fields: "tuple[Field, ...] | None" = None
    default: str = ""
    is_shown: bool = True

    @property
    def is_system(self) -> bool:
        """Whether LeadSquared fills the field itself, so that no column goes to it by intent.

        The owner's field can be written (public clients do), whatever the vendor's own import offers.
        """
        return is_system_name(self.schema_name) or (not self.is_shown and self.schema_name != OWNER_FIELD)

    @property
    def must_be_filled(self) -> bool:
        """Whether the account refuses a lead without it: mandatory, and nothing that the server fills by itself."""
        return self.is_mandatory and not self.default and not self.is_system

    @property
    def limit(self) -> int | None:
        """How many characters a value may have, None where nothing says so.

        The length of a phone field does not speak of the stored form: the vendor's example has 10, and such a field
        holds `+91-9845098450`.
        """
        return None if self.data_type.casefold() in PHONE_TYPES else self.max_length

    @property
    def is_set(self) -> bool:
        """Whether it is a custom field set (CFS)."""
        return self.sub_fields is not None

    def sub(self, schema_name: str) -> "Field | None":
        """The sub-field of this schema name."""
        return next((one for one in self.sub_fields or () if one.schema_name == schema_name), None)


@dataclass(frozen=True, slots=True)
class FieldList:
    """The account's fields in its own order, found by schema name; names are compared as written."""

    fields: tuple[Field, ...]
    _by_name: Mapping[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {one.schema_name: one for one in self.fields})

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def get(self, schema_name: str) -> Field | None:
        """The field of this schema name, no sub-field."""
        return self._by_name.get(schema_name)


def read_fields(body: bytes) -> FieldList:
    """The fields in an answer of LeadsMetaData.Get; ValueError, repeating nothing of it, where it is no such answer.

    An entry without a schema name, with what can be none, or with one that stood before, is passed over.
    """
    try:
        parsed: Any = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise ValueError("the answer is no JSON") from None
    if not isinstance(parsed, list):
        raise ValueError("the answer is no list of fields")  # noqa: TRY004 - an answer's content, not a caller's type
    fields = tuple(_read_each(parsed))
    if not fields:
        raise ValueError("the answer names no field")
    return FieldList(fields)


def _read_each(entries: Iterable[Any]) -> Iterator[Field]:
    seen: set[str] = set()
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        name = _text(entry, "SchemaName")
        if is_schema_name(name) and name not in seen:
            seen.add(name)
            yield _read_field(name, entry)


def _read_field(name: str, entry: Mapping[str, Any]) -> Field:
    data_type = _text(entry, "DataType") or "Text"
    if entry.get("IsMultiSelectDropdown") in TRUE:
        data_type = "MultiSelect"
    inner = _sub_entries(entry)
    if inner is not None:
        sub_fields: tuple[Field, ...] | None = tuple(_read_each(inner))
    else:
        sub_fields = () if data_type.casefold() in SET_TYPES else None
    options = (*_read_options(entry.get("Options")), *_read_options(entry.get("OptionSet")))
    return Field(
        schema_name=name,
        display_name=printable(_text(entry, "DisplayName")) or name,
        data_type=printable(data_type),
        is_mandatory=entry.get("IsMandatory") in TRUE,
        max_length=_length(entry.get("MaxLength")),
        options=tuple(dict.fromkeys(options)),
        sub_fields=sub_fields,
        default=_text(entry, "DefaultValue"),
        is_shown=not _is_among(entry.get("ShowInImport"), FALSE),
    )


def _sub_entries(entry: Mapping[str, Any]) -> list[Any] | None:
    """The sub-fields of a custom field set as the metadata tells them, None where it tells none."""
    metadata = _as_json(entry.get("CustomObjectMetaData"))
    for holder in (metadata, entry):
        inner = _as_json(holder.get("Fields")) if isinstance(holder, dict) else holder
        if isinstance(inner, list):
            return inner
    return None


def _as_json(value: object) -> object:
    """What stands in a text that is JSON, as parts of a LeadSquared answer are at times; anything else as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _is_among(value: object, values: tuple[object, ...]) -> bool:
    return isinstance(value, str | int) and value in values


def _read_options(value: object) -> Iterator[str]:
    """The options' texts in order, each once; a bare text is taken for one too.

    One with characters that do not show is passed over: no cell's text has them.
    """
    seen: set[str] = set()
    options = _as_json(value)
    for option in options if isinstance(options, list) else ():
        text = option.get("Value") if isinstance(option, dict) else option
        if isinstance(text, str) and text and text not in seen and all(map(is_shown, text)):
            seen.add(text)
            yield text


def _length(value: object) -> int | None:
    """MaxLength is a string (doc); empty, zero or junk is no limit."""
    text = str(value).strip()
    return (int(text) or None) if LENGTH.fullmatch(text) else None


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return value.strip() if isinstance(value, str) else ""
