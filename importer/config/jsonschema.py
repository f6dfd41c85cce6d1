"""The JSON Schema of config.yaml, for editors: what `validate` takes, as far as a schema can say it.

It is made of the same models, so that no key is declared twice. What a function reads (a time zone, a date's format) is
any text to it; the command says more.
"""

from typing import Any

from importer.config.schema import ConfigModel

__all__ = ["SCHEMA_FILE", "TITLE", "config_schema"]

SCHEMA_FILE = "config.schema.json"
"""What the schema is called beside a config.yaml that names it."""

TITLE = "config.yaml of lsq-import"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
NOT_NEEDED = {"title", "default", "description"}
PLAIN = ["string", "number", "boolean"]
"""A text in YAML may look like a number or a truth to an editor: 007, No. The command takes it literally."""


def config_schema() -> dict[str, Any]:
    """The schema as an object of JSON, in the dialect of 2020-12."""
    made = ConfigModel.model_json_schema()
    schema = _as_written(made)
    assert isinstance(schema, dict)  # noqa: S101 - made of one
    return {"$schema": DIALECT, **schema, "title": TITLE}


def _as_written(part: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """A part of the schema, with what YAML writes otherwise than JSON: texts without quotes, keys without a value."""
    if isinstance(part, list):
        return [_as_written(one) for one in part]
    if not isinstance(part, dict):
        return part
    made = {key: _as_written(value) for key, value in part.items() if key not in NOT_NEEDED}
    if part.get("type") == "string" and "enum" not in part:
        made["type"] = PLAIN
    if "properties" in part:
        made["properties"] = {name: _or_nothing(_as_written(one)) for name, one in part["properties"].items()}
    return made


def _or_nothing(schema: dict[str, Any]) -> dict[str, Any]:
    """A key without a value means its default."""
    options = schema["anyOf"] if set(schema) == {"anyOf"} else [schema]
    nothing = {"type": "null"}
    return {"anyOf": options if nothing in options else [*options, nothing]}
