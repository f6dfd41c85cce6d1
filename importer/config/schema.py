"""What config.yaml may say: a model for each class of the settings, made of its fields.

A key is declared once, as a field of `importer.config.settings`: its name, its type with what limits it, its default.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

from pydantic import Field, ValidationError, create_model

from importer.config.columnschema import ColumnModel, CombinationModel, ConstantModel, SkipModel
from importer.config.document import Document, KeyPath, Problem
from importer.config.phrases import describe
from importer.config.section import Section
from importer.config.settings import NO_KEY, Config
from importer.lead.rule import Policies

__all__ = ["SECTIONS", "ConfigModel", "settings_of", "validate"]

_Settings = TypeVar("_Settings")


def _keys_of(settings: type) -> dict[str, Any]:
    """The keys of a class of settings, each with its type and its default; one that is a class itself is a section."""
    hints = get_type_hints(settings, include_extras=True)
    keys: dict[str, Any] = {}
    for one in fields(settings):
        hint = hints[one.name]
        if one.metadata == NO_KEY:
            continue
        if isinstance(hint, type) and is_dataclass(hint):
            model = create_model(one.name, __base__=Section, **_keys_of(hint))
            keys[one.name] = (model, model())
        else:
            keys[one.name] = (hint, one.default)
    return keys


def _make_model() -> type[Section]:
    special: dict[str, Any] = {
        "columns": (dict[str, ColumnModel], Field(default_factory=dict)),
        "combine": (dict[str, CombinationModel], Field(default_factory=dict)),
        "skip_rows": (list[SkipModel], Field(default_factory=list)),
        "constants": (dict[str, ConstantModel], Field(default_factory=dict)),
    }
    return create_model("config.yaml", __base__=Section, **(_keys_of(Config) | _keys_of(Policies) | special))


ConfigModel = _make_model()
"""The whole of config.yaml."""

SECTIONS: Mapping[KeyPath, type[Section]] = {(): ConfigModel} | {
    (name,): type(one.default) for name, one in ConfigModel.model_fields.items() if isinstance(one.default, Section)
}
"""Each section by the keys that lead to it."""


ENTRIES: Mapping[str, type[Section]] = {
    "combine": CombinationModel,
    "constants": ConstantModel,
    "skip_rows": SkipModel,
}
"""What stands in each section of the user's own keys, beside the columns."""


def validate(document: Document) -> Section | None:
    """The document as a model; None where it is wrong, with every problem added to the document's."""
    try:
        return ConfigModel.model_validate(document.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            path = detail["loc"]
            inner = ENTRIES.get(str(path[0]), ColumnModel)
            fields = SECTIONS.get(path[:-1], inner).model_fields
            known = [info.alias or name for name, info in fields.items()]
            document.problems.append(Problem(document.line_of(path), describe(detail, known)))
        return None


def settings_of(settings: type[_Settings], section: Section, **others: object) -> _Settings:
    """The settings that a section says; `others` are those that no key of it says."""
    hints = get_type_hints(settings)
    values = {name: value for name, value in section if name in hints and name not in others}
    values = {
        name: settings_of(hints[name], value) if isinstance(value, Section) else value for name, value in values.items()
    }
    return settings(**values, **others)
