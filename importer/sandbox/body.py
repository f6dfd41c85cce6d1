"""The body of a call that writes a lead → the attributes to store, or why the account refuses it. Pure."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from importer.sandbox.metadata import SYSTEM_FIELDS, Field, Metadata
from importer.sandbox.values import Rejected, store_value

__all__ = [
    "Malformed",
    "check_items",
    "check_known",
    "complete",
    "parse_body",
    "parse_json",
    "read_attributes",
    "read_changes",
]

Items = Iterable[Mapping[str, Any]]

_IDENTITY = ("FirstName", "LastName", "EmailAddress", "Phone")


class Malformed(Exception):  # noqa: N818 - an answer of the API, not a failure of ours
    """The body is not per specification: HTTP 400."""


class _Number(str):
    """A number of a body as it was written there."""

    __slots__ = ()


def parse_json(body: bytes) -> Any:  # noqa: ANN401 - whatever JSON can say
    """What a body says, its numbers as texts; Malformed when it is no JSON in UTF-8."""
    try:
        return json.loads(body.decode("utf-8"), parse_int=_Number, parse_float=_Number)
    except UnicodeDecodeError:
        raise Malformed("the body is no UTF-8") from None
    except (ValueError, RecursionError):
        raise Malformed("the body is no JSON") from None


def parse_body(body: bytes) -> list[dict[str, Any]]:
    """The array of attributes of a call; Malformed when it is none.

    A value is a text (doc). A number is taken as its text (client), `true` and `false` too, null counts as empty, and
    anything else is a 400 (all three invented).
    """
    return check_items(parse_json(body))


def check_items(parsed: object) -> list[dict[str, Any]]:
    """An array of attributes as `parse_body` gives it."""
    if not isinstance(parsed, list) or not parsed:
        raise Malformed("an array of attributes is expected")
    for item in parsed:
        _check_item(item)
        inner = item.get("Fields")
        if inner is None:
            continue
        if not isinstance(inner, list):
            raise Malformed("Fields must be an array")
        for sub in inner:
            _check_item(sub)
    return parsed


def _check_item(item: object) -> None:
    if type(item) is not dict or type(item.get("Attribute")) is not str or "Value" not in item:
        raise Malformed("each attribute is an object with Attribute and Value")
    value = item["Value"]
    if isinstance(value, bool):
        item["Value"] = str(value).lower()
    elif value is not None and not isinstance(value, str):
        raise Malformed("each Value must be a string")


def read_attributes(items: Items, metadata: Metadata, *, country_code: str) -> dict[str, str]:
    """The values of a new lead as they are stored; empty ones are left out. Rejected tells the first reason against it.

    All unknown names are told at once and the whole lead is refused (live). The order in which the account looks at
    the other rules is not known: mandatory, values, identity.
    """
    given, sets = _sort_out(items, metadata)
    _check_mandatory({name: value or "set" if name in sets else value for name, value in given.items()}, metadata)
    stored = _store_all(given, sets, metadata, country_code=country_code)
    return complete({name: value for name, value in stored.items() if value}, metadata)


def read_changes(items: Items, metadata: Metadata, *, country_code: str) -> dict[str, str]:
    """The values that an update brings, as they are stored; an empty one clears its field (invented)."""
    given, sets = _sort_out(items, metadata)
    return _store_all(given, sets, metadata, country_code=country_code)


def complete(attributes: Mapping[str, str], metadata: Metadata) -> dict[str, str]:
    """A lead's values with the defaults of mandatory fields (doc); Rejected where it may not be as it is."""
    _check_mandatory(attributes, metadata)
    if not any(map(attributes.get, _IDENTITY)):
        raise Rejected(  # that one of the four is needed is documented, type and text are invented
            "MXInvalidInputException", f"Invalid Input! Parameter Name: {','.join(_IDENTITY)}"
        )
    filled = {name: default for name in metadata.mandatory if (default := metadata.defaults.get(name))}
    return {**filled, **attributes}


def check_known(items: Items, metadata: Metadata) -> None:
    """Rejected names every attribute that is no field, nor a sub-field of the set that it stands in (live)."""
    unknown: list[str] = []
    for item in items:
        field = metadata.fields.get(item["Attribute"])
        if field is None:
            unknown.append(item["Attribute"])
        elif field.sub_fields:
            inner = item.get("Fields") or ()
            unknown += [sub["Attribute"] for sub in inner if sub["Attribute"] not in field.sub_fields]
    if unknown:
        names = ",".join(dict.fromkeys(unknown))
        raise Rejected("MXUnknownAttributeException", f"Attribute(s) does not exist - {names}.")


def _check_mandatory(given: Mapping[str, str], metadata: Metadata) -> None:
    """A mandatory field with a default is never missing: the server fills it (doc)."""
    if missing := [name for name in metadata.mandatory if not given.get(name) and name not in metadata.defaults]:
        raise Rejected(  # the type is documented, the text invented
            "MXMandatoryAttributeMissingException", f"Mandatory attribute(s) missing - {','.join(missing)}."
        )


def _store_all(
    given: Mapping[str, str], sets: Mapping[str, Items], metadata: Metadata, *, country_code: str
) -> dict[str, str]:
    """Each value in its stored form, empty ones as they are; system fields are passed over (invented)."""
    stored: dict[str, str] = {}
    for name, value in given.items():
        if name in SYSTEM_FIELDS:
            continue
        if name in sets:
            stored[name] = _store_set(metadata.fields[name], value, sets[name], country_code=country_code)
        else:
            stored[name] = value and store_value(metadata.fields[name], value, country_code=country_code)
    return stored


def _sort_out(items: Items, metadata: Metadata) -> tuple[dict[str, str], dict[str, list[Mapping[str, Any]]]]:
    """Each name's own value, and the sub-fields of those that bring some; Rejected names all that do not exist."""
    items = list(items)
    check_known(items, metadata)
    given: dict[str, str] = {}
    sets: dict[str, list[Mapping[str, Any]]] = {}
    for item in items:
        name = item["Attribute"]
        if name in given:  # what a real account does with a repeated attribute is not known
            raise Rejected("MXInvalidInputException", f"Invalid Input! Parameter Name: {name}")
        given[name] = str(item["Value"] or "")
        if inner := item.get("Fields"):
            sets[name] = inner
    return given, sets


def _store_set(parent: Field, value: str, inner: Items, *, country_code: str) -> str:
    """A custom field set as the JSON text that it is read back as (live).

    A value of the parent itself beside its sub-fields is kept under the parent's name (invented).
    """
    if parent.sub_fields is None:  # sub-fields under an ordinary field: the answer is invented
        raise Rejected("MXInvalidInputException", f"Invalid Input! Parameter Name: {parent.schema_name}")
    stored = {parent.schema_name: value} if value else {}
    for sub in inner:
        name, sub_value = sub["Attribute"], str(sub["Value"] or "")
        if name in stored:
            raise Rejected("MXInvalidInputException", f"Invalid Input! Parameter Name: {name}")
        if sub_value:
            field = parent.sub_fields.get(name)
            stored[name] = sub_value if field is None else store_value(field, sub_value, country_code=country_code)
    return json.dumps(stored, ensure_ascii=False, separators=(",", ":"))
