"""What a column of config.yaml may say: its field, and how its cells are read."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError, PydanticKnownError

from importer.config.section import Section
from importer.config.texts import TEXTS, Read, ask, read_field_name, read_timezone
from importer.lead.columns import Combination
from importer.lead.fieldname import FieldName
from importer.lead.rule import BadEmail, Case, OffList, Policies, TooLong, ValueRule
from importer.lead.skipping import SkipRule
from importer.lead.values import TYPES, types_with_key
from importer.lead.values.datepattern import compile_pattern

__all__ = ["ColumnModel", "CombinationModel", "ConstantModel", "SkipModel"]

THOUSANDS = {mark: mark for mark in (",", ".", "'", "’", " ", "_")} | {"blank": " ", "\u00a0": " ", "\u202f": " "}
DECIMALS = {",", "."}
CONSTANT_TYPES = [name for name, one in TYPES.items() if one.is_for_constants]
TEXT_OR_TEXTS = {"anyOf": [{"type": "string"}, TEXTS]}
POLICIES = tuple(one.name for one in fields(Policies))
COUNTRIES_BY_HABIT = {"UK": "GB", "EN": "GB", "USA": "US", "UAE": "AE", "INDIA": "IN"}


def _split(names: object) -> tuple[FieldName, FieldName]:
    if not isinstance(names, list) or len(names) != 2:  # noqa: PLR2004 - first and last name
        raise ValueError("it must be a list of two fields, such as [FirstName, LastName]")
    first, last = map(read_field_name, names)
    if first == last:
        raise ValueError("its two fields must not be the same")
    return first, last


def _region(text: object) -> str:
    from importer.lead.values.phone import is_region

    region = str(text).strip().upper()
    region_by_habit = COUNTRIES_BY_HABIT.get(region)
    if region_by_habit is not None or not is_region(region):
        near = [region_by_habit] if region_by_habit else []
        raise ValueError(f"`{text}` is no country's two letters, such as IN{ask(near)}")
    return region


def _type(text: object) -> str:
    return _one_of(TYPES, text)


def _constant_type(text: object) -> str:
    return _one_of(CONSTANT_TYPES, text)


def _one_of(names: Iterable[str], text: object) -> str:
    """The text, if it is one of the names; the same error as that of a Literal, whose names are written in the code."""
    *others, last = names
    if text not in [*others, last]:
        expected = f"{', '.join(map(repr, others))} or {last!r}"
        raise PydanticKnownError("literal_error", {"expected": expected})
    return str(text)


def _formats(written: object) -> tuple[str, ...]:
    formats = tuple(map(str, written)) if isinstance(written, list) else (str(written),)
    if not formats:
        raise ValueError("it must be a format such as dd/mm/yyyy, or a list of them")
    for one in formats:
        try:
            compile_pattern(one)
        except ValueError as error:
            raise ValueError(f"`{one}`: {error}" if len(formats) > 1 else str(error)) from None
    return formats


def _headers(written: object) -> tuple[str, ...]:
    if not isinstance(written, list) or not written or not all(isinstance(one, str) and one.strip() for one in written):
        raise ValueError("it must be a list of headers, such as [Street, City]")
    if len(set(written)) < len(written):
        raise ValueError("it names a header twice")
    return tuple(written)


def _texts(written: object) -> tuple[str, ...]:
    texts = tuple(written) if isinstance(written, list) else (written,)
    if not texts or not all(isinstance(one, str) and one.strip() for one in texts):
        raise ValueError("it must be a text or a list of texts; for blank cells, say `blank: true`")
    return texts


def _prefixes(written: object) -> tuple[str, ...]:
    prefixes = tuple(written) if isinstance(written, list) else (written,)
    if not prefixes or not all(isinstance(one, str) and one.strip() for one in prefixes):
        raise ValueError('it must be a prefix or a list of them, such as ["p:", "tel:"]')
    return tuple(one.strip() for one in prefixes)


def _thousands(text: object) -> str:
    mark = THOUSANDS.get(str(text))
    if mark is None:
        raise ValueError('it must be one of "," "." "\'" "_" in quotes, or the word blank')
    return mark


def _decimal(text: object) -> str:
    if str(text) not in DECIMALS:
        raise ValueError('it must be "," or "." in quotes')
    return str(text)


Target = Annotated[FieldName, Read(read_field_name)]
Text = Annotated[str, Field(min_length=1)]


def _or_text(schema: dict[str, Any]) -> None:
    """Add to a JSON Schema the short form of an entry, its value alone."""
    inner = dict(schema)
    schema.clear()
    schema["anyOf"] = [{"type": "string"}, inner]


class ConstantModel(Section):
    """One entry of `constants:`, written as its value or as a section with `value:` and `type: owner`."""

    model_config = ConfigDict(json_schema_extra=_or_text)

    value: Text
    type: Annotated[str, Read(_constant_type, {"enum": CONSTANT_TYPES})] = "text"

    @model_validator(mode="before")
    @classmethod
    def _from_value(cls, data: Any) -> Any:  # noqa: ANN401 pydantic hands in anything
        if data is None:
            raise PydanticCustomError("no_value", "has no value")
        return data if isinstance(data, dict) else {"value": data}


class SkipModel(Section):
    """One entry of `skip_rows:`: a column, and which of its cells leave a row out."""

    column: Text
    texts: Annotated[tuple[str, ...], Read(_texts, TEXT_OR_TEXTS)] = Field(default=(), alias="is")
    others: Annotated[tuple[str, ...], Read(_texts, TEXT_OR_TEXTS)] = Field(default=(), alias="is_not")
    blank: bool | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> "SkipModel":
        if sum((bool(self.texts), bool(self.others), self.blank is not None)) != 1:
            raise ValueError("needs one of `is`, `is_not` and `blank`")
        return self

    def rule(self, line: int) -> SkipRule:
        """The rule that the entry says."""
        return SkipRule(self.column, line, self.texts, self.others, self.blank)


class _RuleModel(Section):
    """How the text of a column, or of several, is read."""

    type: Annotated[str, Read(_type, {"enum": list(TYPES)})] | None = None
    region: Annotated[str, Read(_region)] | None = None
    format: Annotated[tuple[str, ...], Read(_formats, TEXT_OR_TEXTS)] | None = None
    timezone: Annotated[ZoneInfo, Read(read_timezone)] | None = None
    thousands: Annotated[str, Read(_thousands, {"enum": list(THOUSANDS)})] | None = None
    decimal: Annotated[str, Read(_decimal, {"enum": sorted(DECIMALS)})] | None = None
    indian: bool | None = None
    strip: Annotated[tuple[str, ...], Read(_prefixes, TEXT_OR_TEXTS)] | None = None
    replace: dict[Text, str | None] = Field(default_factory=dict)
    case: Case | None = None
    options: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    values: dict[str, str | None] = Field(default_factory=dict)
    default: Text | None = None
    required: bool = False
    too_long: TooLong | None = None
    off_list: OffList | None = None
    bad_email: BadEmail | None = None

    def _contradictions(self) -> Iterator[str]:
        for key in dict.fromkeys(key for one in TYPES.values() for key in one.keys):
            if getattr(self, key) is not None and self.type not in (types := types_with_key(key)):
                yield f"`{key}` goes with type: {' or '.join(sorted(types))}"
        if self.default is not None and self.required:
            yield "with a `default` no cell is blank, so `required` has no meaning; keep one"
        if self.indian and (self.thousands is not None or self.decimal is not None):
            yield "`indian` says what commas and points mean; leave out `thousands` and `decimal`"
        if self._has("thousands") and self.thousands == (self.decimal or "."):
            yield f"`thousands` and `decimal` are both `{self.thousands}`"

    def _has(self, key: str) -> bool:
        """Whether the column's type understands a key that not all do."""
        return self.type in types_with_key(key)

    def rule(self, *, timezone: ZoneInfo | None, policies: Policies) -> ValueRule:
        """The column's rule, with what it leaves to the whole configuration taken from there."""
        said = {name: value for name in POLICIES if (value := getattr(self, name)) is not None}
        own = replace(policies, **said)
        return ValueRule(
            type=self.type,
            region=self.region,
            format=self.format or (),
            timezone=(self.timezone or timezone) if self._has("timezone") else None,
            thousands=self.thousands or "",
            decimal=self.decimal or ".",
            indian=bool(self.indian),
            strip=self.strip or (),
            replace=tuple((old, new or "") for old, new in self.replace.items()),
            case=self.case or "",
            options=self.options or (),
            values=tuple((cell, value or "") for cell, value in self.values.items()),
            default=self.default or "",
            is_required=self.required,
            policies=None if own == policies else own,
        )


class ColumnModel(_RuleModel):
    """One entry of `columns:`, written as a schema name or as a section with `field:` or `split:`."""

    model_config = ConfigDict(json_schema_extra=_or_text)

    field: Target | None = None
    split: Annotated[tuple[FieldName, FieldName], Read(_split, TEXTS | {"minItems": 2, "maxItems": 2})] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, data: Any) -> Any:  # noqa: ANN401 pydantic hands in anything
        if data is None:
            raise ValueError("names no field; write its schema name, or leave the line out")
        return {"field": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _fits_together(self) -> "ColumnModel":
        if self.field is None and self.split is None:
            raise PydanticCustomError("no_field", "has no field")
        if problems := "; ".join(self._contradictions()):
            raise ValueError(problems)
        return self

    def _contradictions(self) -> Iterator[str]:
        if self.field is not None and self.split is not None:
            yield "it has both `field` and `split`; keep one"
        if self.split is not None and self.type not in {None, "text"}:
            yield f"a {self.type} cannot be split; leave out its type"
        yield from super()._contradictions()


class CombinationModel(_RuleModel):
    """One entry of `combine:`: the columns that go to its field."""

    join: Annotated[tuple[str, ...], Read(_headers, TEXTS)] | None = None
    separator: str | None = Field(default=None, alias="with")
    first_of: Annotated[tuple[str, ...], Read(_headers, TEXTS)] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "CombinationModel":
        if (self.join is None) == (self.first_of is None):
            raise ValueError("needs one of `join` and `first_of`, each a list of headers")
        if self.separator is not None and self.join is None:
            raise ValueError("`with` goes with `join`")
        if problems := "; ".join(self._contradictions()):
            raise ValueError(problems)
        return self

    def combination(self, field: FieldName, line: int, *, timezone: ZoneInfo | None, policies: Policies) -> Combination:
        """What the entry says, for its field."""
        separator = None if self.join is None else " " if self.separator is None else self.separator
        rule = self.rule(timezone=timezone, policies=policies)
        return Combination(field, self.join or self.first_of or (), separator, line, rule)
