"""What a column of config.yaml may say: its field, and how its cells are read."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

from importer.config.phrases import ask
from importer.config.section import Section, read_field_name
from importer.lead.fieldname import FieldName
from importer.lead.rule import BadEmail, OffList, Policies, TooLong, ValueRule, ValueType
from importer.lead.values.datepattern import compile_pattern
from importer.nearest import find_near

__all__ = ["ColumnModel", "ConstantModel", "Timezone"]

THOUSANDS = {mark: mark for mark in (",", ".", "'", "’", " ", "_")} | {"blank": " ", "\u00a0": " ", "\u202f": " "}
DECIMALS = {",", "."}
COUNTRIES_BY_HABIT = {"UK": "GB", "EN": "GB", "USA": "US", "UAE": "AE", "INDIA": "IN"}
FITTING_TYPES: Mapping[str, frozenset[ValueType]] = {
    "region": frozenset({"phone"}),
    "format": frozenset({"date", "datetime"}),
    "timezone": frozenset({"datetime"}),
    "thousands": frozenset({"number"}),
    "decimal": frozenset({"number"}),
    "options": frozenset({"choice"}),
}
"""The keys that only columns of these types understand."""


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


def _timezone(text: object) -> ZoneInfo:
    name = str(text).strip()
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        known = sorted(available_timezones())
        by_fold = {zone.lower(): zone for zone in known} | {zone.rpartition("/")[2].lower(): zone for zone in known}
        near = find_near(name.lower().replace(" ", "_"), by_fold)
        raise ValueError(f"`{name}` is no known time zone, such as Asia/Kolkata{ask(near)}") from None


def _format(text: object) -> str:
    compile_pattern(str(text))
    return str(text)


def _thousands(text: object) -> str:
    mark = THOUSANDS.get(str(text))
    if mark is None:
        raise ValueError('it must be one of "," "." "\'" "_" in quotes, or the word blank')
    return mark


def _decimal(text: object) -> str:
    if text not in DECIMALS:
        raise ValueError('it must be "," or "." in quotes')
    return str(text)


Target = Annotated[FieldName, PlainValidator(read_field_name)]
Text = Annotated[str, Field(min_length=1)]
Timezone = Annotated[ZoneInfo, PlainValidator(_timezone)]


class ConstantModel(Section):
    """One entry of `constants:`, written as its value or as a section with `value:` and `type: owner`."""

    value: Text
    type: Literal["text", "owner"] = "text"

    @model_validator(mode="before")
    @classmethod
    def _from_value(cls, data: Any) -> Any:  # noqa: ANN401 pydantic hands in anything
        if data is None:
            raise PydanticCustomError("no_value", "has no value")
        return data if isinstance(data, dict) else {"value": data}


class ColumnModel(Section):
    """One entry of `columns:`, written as a schema name or as a section with `field:` or `split:`."""

    field: Target | None = None
    split: Annotated[tuple[FieldName, FieldName], PlainValidator(_split)] | None = None
    type: Literal["text", "phone", "email", "date", "datetime", "number", "boolean", "choice", "owner"] | None = None
    region: Annotated[str, PlainValidator(_region)] | None = None
    format: Annotated[str, PlainValidator(_format)] | None = None
    timezone: Timezone | None = None
    thousands: Annotated[str, PlainValidator(_thousands)] | None = None
    decimal: Annotated[str, PlainValidator(_decimal)] | None = None
    options: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    values: dict[str, str | None] = Field(default_factory=dict)
    default: Text | None = None
    required: bool = False
    too_long: TooLong | None = None
    off_list: OffList | None = None
    bad_email: BadEmail | None = None

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
        for key, types in FITTING_TYPES.items():
            if getattr(self, key) is not None and self.type not in types:
                yield f"`{key}` goes with type: {' or '.join(sorted(types))}"
        if self.default is not None and self.required:
            yield "with a `default` no cell is blank, so `required` has no meaning; keep one"
        if self.type == "number" and self.thousands == (self.decimal or "."):
            yield f"`thousands` and `decimal` are both `{self.thousands}`"

    def rule(self, *, timezone: ZoneInfo | None, policies: Policies) -> ValueRule:
        """The column's rule, with what it leaves to the whole configuration taken from there."""
        own = Policies(
            too_long=self.too_long or policies.too_long,
            off_list=self.off_list or policies.off_list,
            bad_email=self.bad_email or policies.bad_email,
        )
        return ValueRule(
            type=self.type,
            region=self.region,
            format=self.format,
            timezone=(self.timezone or timezone) if self.type == "datetime" else None,
            thousands=self.thousands or "",
            decimal=self.decimal or ".",
            options=self.options or (),
            values=tuple((cell, value or "") for cell, value in self.values.items()),
            default=self.default or "",
            is_required=self.required,
            policies=None if own == policies else own,
        )
