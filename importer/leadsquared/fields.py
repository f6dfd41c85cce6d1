"""The account's lead fields, as LeadsMetaData.Get tells them. Pure: bytes in, frozen values out.

The keys read here are the vendor's documented ones; any others that stand beside them are passed over, and one that is
missing or of another type than documented has its default: what an account says about itself must never end a run.
How the metadata names the sub-fields of a custom field set is not known from any source. What is read, an array
`Fields` of the parent in the same form, is invented and fits the sandbox; a set without it takes any sub-field.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Field", "FieldList", "read_fields"]

SET_TYPES = frozenset({"customfieldset", "customobject", "cfs"})  # invented
FALSE = (False, 0, "0", "false", "False")
TRUE = (True, 1, "1", "true", "True")
LENGTH = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the account.

    `data_type` is the account's word: Text, Number, Email, Phone, Select, … `max_length` counts characters, None where
    there is no limit. `options` are the exact texts of a dropdown. `sub_fields` is None for a field that is no custom
    field set, and empty for a set whose sub-fields are not told. `is_system` marks what LeadSquared fills itself and
    shows in no import (`ShowInImport` is false).
    """

    schema_name: str
    display_name: str = ""
    data_type: str = "Text"
    is_mandatory: bool = False
    max_length: int | None = None
    options: tuple[str, ...] = ()
    sub_fields: "tuple[Field, ...] | None" = None
    is_system: bool = False

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

    An entry without a schema name, or with one that stood before, is passed over.
    """
    try:
        told: Any = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise ValueError("the answer is no JSON") from None
    if not isinstance(told, list):
        raise ValueError("the answer is no list of fields")  # noqa: TRY004 - an answer's content, not a caller's type
    fields = tuple(_read_each(told))
    if not fields:
        raise ValueError("the answer names no field")
    return FieldList(fields)


def _read_each(entries: Iterable[Any]) -> Iterator[Field]:
    seen: set[str] = set()
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        name = _text(entry, "SchemaName")
        if name and name not in seen:
            seen.add(name)
            yield _read_field(name, entry)


def _read_field(name: str, entry: Mapping[str, Any]) -> Field:
    data_type = _text(entry, "DataType") or "Text"
    inner = entry.get("Fields")
    if isinstance(inner, list):
        sub_fields: tuple[Field, ...] | None = tuple(_read_each(inner))
    else:
        sub_fields = () if data_type.casefold() in SET_TYPES else None
    return Field(
        schema_name=name,
        display_name=_text(entry, "DisplayName") or name,
        data_type=data_type,
        is_mandatory=entry.get("IsMandatory") in TRUE,
        max_length=_length(entry.get("MaxLength")),
        options=tuple(_read_options(entry.get("Options"))),
        sub_fields=sub_fields,
        is_system=entry.get("ShowInImport") in FALSE,
    )


def _read_options(told: object) -> Iterator[str]:
    """The options' texts in order, each once; a bare text is taken for one too."""
    seen: set[str] = set()
    for option in told if isinstance(told, list) else ():
        value = option.get("Value") if isinstance(option, dict) else option
        if isinstance(value, str) and value and value not in seen:
            seen.add(value)
            yield value


def _length(told: object) -> int | None:
    """MaxLength is a string (doc); empty, zero or junk is no limit."""
    text = str(told).strip()
    return (int(text) or None) if LENGTH.fullmatch(text) else None


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return value.strip() if isinstance(value, str) else ""
