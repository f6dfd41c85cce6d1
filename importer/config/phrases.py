"""A validation error in the words of a person who edits config.yaml."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from importer.config.document import KeyPath
from importer.config.texts import ask
from importer.nearest import find_near

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["describe"]

KEY_MARK = "$r"  # access keys look like u$r<32 hex>; a value that holds one is not repeated
WHOLE_NUMBER = "{where} must be a whole number{given}"
NUMBER = "{where} must be a number{given}"
SECTION = "{where} must be a section: keys and values, indented beneath it"
LIST = "{where} must be a list, such as [EmailAddress, Phone]"
PLAIN_WORDS = {  # by pydantic's type of error
    "int_parsing": WHOLE_NUMBER,
    "int_parsing_size": WHOLE_NUMBER,
    "int_type": WHOLE_NUMBER,
    "int_from_float": WHOLE_NUMBER,
    "float_parsing": NUMBER,
    "float_type": NUMBER,
    "finite_number": NUMBER,
    "greater_than_equal": "{where} must be at least {ge}{given}",
    "less_than_equal": "{where} must be at most {le}{given}",
    "greater_than": "{where} must be more than {gt:g}{given}",
    "bool_parsing": "{where} must be true or false{given}",
    "bool_type": "{where} must be true or false{given}",
    "no_field": "{where} has no `field`",
    "too_short": "{where} is an empty list; leave the line out",
    "string_too_short": "{where} is empty; give it a value, or leave the line out",
    "string_type": "{where} must be one text",
    "model_type": SECTION,
    "model_attributes_type": SECTION,
    "dict_type": SECTION,
    "tuple_type": LIST,
    "list_type": LIST,
    "value_error": "{where}: {error}",
}


def describe(detail: "ErrorDetails", known: Sequence[str]) -> str:
    """What is wrong; `known` are the keys that may stand where this one does."""
    path, context = detail["loc"], detail.get("ctx", {})
    where, value = _name(path), detail["input"]
    given = f", not `{value}`" if isinstance(value, str) and KEY_MARK not in value else ""
    if detail["type"] == "extra_forbidden":
        near = find_near(str(path[-1]).lower(), {key: key for key in known})
        return f"unknown key {where}{ask(near) or '; known here: ' + ', '.join(known)}"
    if detail["type"] == "literal_error":
        expected = str(context["expected"]).replace("'", "")
        near = find_near(str(value).lower(), {word: word for word in expected.replace(" or ", ", ").split(", ")})
        return f"{where} must be {expected}{given}{ask(near)}"
    if detail["type"] == "missing":
        return f"{_name(path[:-1])} has no `{path[-1]}`"
    if value is None:
        return f"{where} has no value; give it one, or leave the line out"
    words = PLAIN_WORDS.get(detail["type"])
    return f"{where}: {detail['msg']}" if words is None else words.format(where=where, given=given, **context)


def _name(path: KeyPath) -> str:
    """A key by its way from the top, `limits.calls`; a header or schema name as it stands."""
    if len(path) > 1 and path[0] in {"columns", "constants"}:
        return f"{path[0]}: `{path[1]}`" + "".join(f" `{part}`" for part in path[2:] if part not in {"field", "value"})
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1} of {_name(path[:-1])}"
    return "`" + ".".join(str(part) for part in path) + "`"
