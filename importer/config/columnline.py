"""A column as the line of config.yaml that says it, with what lets more of its values pass: ready to be pasted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from importer.config.settings import Config
from importer.config.yamltext import in_quotes, yaml_word
from importer.errors import Remedy
from importer.lead.columns import Column
from importer.lead.rule import AS_TEXT, Policies, ValueRule
from importer.lead.values import type_of

__all__ = ["mended_line"]

FORMAT_TYPES = {False: "date", True: "datetime"}  # by whether the format has a time of day


def mended_line(column: Column, remedies: Sequence[Remedy], config: Config) -> str:
    """The line that takes the place of the column's entry under `columns:`; empty where a remedy does not fit it.

    A country is guessed, from the other columns where they have one, so the line says that it may be another.
    """
    rule = column.rule
    for remedy in remedies:
        mended = _mended(rule, remedy, config)
        if mended is None:
            return ""
        rule = mended
    first = f"field: {column.field}" if column.rest is None else f"split: [{column.field}, {column.rest}]"
    said = [first, *(f"{key}: {value}" for key, value in _said(rule, config).items())]
    guess = f"  # {rule.region}, or the numbers' own country" if any(one.key == "region" for one in remedies) else ""
    return f"{yaml_word(column.header)}: {{{', '.join(said)}}}{guess}"


def _mended(rule: ValueRule, remedy: Remedy, config: Config) -> ValueRule | None:
    if remedy.key == "values":
        known = {cell: value for cell, value in rule.values if cell != remedy.cell}
        return replace(rule, values=tuple({**known, remedy.cell: remedy.value}.items()))
    change: Mapping[str, Any] = {remedy.key: remedy.value}
    if remedy.key in {one.name for one in fields(Policies)}:
        return replace(rule, policies=replace(rule.policies or config.policies, **change))
    if remedy.key == "type":
        return replace(rule, type=remedy.value)
    if remedy.key == "format":
        kind = rule.type or FORMAT_TYPES["%H" in remedy.value]
        rule = replace(rule, type=kind, timezone=rule.timezone or config.timezone)
        change = {"format": (*rule.format, remedy.value)}
    if remedy.key == "indian":
        rule, change = replace(rule, type=rule.type or "number", thousands="", decimal="."), {"indian": True}
    if remedy.key == "thousands":
        rule = replace(rule, type=rule.type or "number", decimal="," if remedy.value == "." else ".")
    if remedy.key == "region":
        change = {"region": min({one.rule.region for one in config.columns if one.rule.region} or {remedy.value})}
    needs_zone = "timezone" in type_of(rule).keys and rule.timezone is None
    if remedy.key not in type_of(rule).keys or needs_zone:
        return None
    return replace(rule, **change)


def _said(rule: ValueRule, config: Config) -> Mapping[str, str]:
    """What is said of a column beside its field, as YAML; what the whole configuration says is left to it."""
    return {key: value for key, value in _written(rule, config) if value}


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    written = ", ".join(f"{yaml_word(old)}: {yaml_word(new)}" for old, new in pairs)
    return f"{{{written}}}" if written else ""


def _written(rule: ValueRule, config: Config) -> Iterator[tuple[str, str]]:
    own = rule.policies or config.policies
    yield "type", rule.type or ""
    yield "region", rule.region or ""
    yield "strip", f"[{', '.join(map(in_quotes, rule.strip))}]" if rule.strip else ""
    yield "replace", _pairs(rule.replace)
    yield "case", rule.case
    formats = list(map(in_quotes, rule.format))
    yield "format", f"[{', '.join(formats)}]" if len(formats) > 1 else "".join(formats)
    yield "timezone", str(rule.timezone) if rule.timezone is not None and rule.timezone != config.timezone else ""
    yield "thousands", in_quotes(rule.thousands) if rule.thousands else ""
    yield "decimal", in_quotes(rule.decimal) if rule.decimal != AS_TEXT.decimal else ""
    yield "options", f"[{', '.join(map(yaml_word, rule.options))}]" if rule.options else ""
    yield "indian", "true" if rule.indian else ""
    yield "values", _pairs(rule.values)
    yield "default", yaml_word(rule.default) if rule.default else ""
    yield "required", "true" if rule.is_required else ""
    for one in fields(Policies):
        value = getattr(own, one.name)
        yield one.name, "" if value == getattr(config.policies, one.name) else value
