"""What a column's cells are read as: one table, from a type to the converter that its rule makes.

A converter is a pure function from a cell's cleaned text to what is sent, or to a `Refusal` that tells why not.
phonenumbers and email-validator are imported when a column asks for them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from importer.lead.refusal import Converter
from importer.lead.rule import Policies, ValueRule, ValueType
from importer.lead.users import AccountUser
from importer.lead.values.boolean import read_boolean
from importer.lead.values.choice import make_choice_converter
from importer.lead.values.datepattern import DatePattern, compile_pattern
from importer.lead.values.datetimes import make_date_converter, make_datetime_converter
from importer.lead.values.number import make_number_converter
from importer.lead.values.owner import make_owner_converter

__all__ = ["TYPES", "Choices", "make_converter"]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a choice may be: none where nothing tells; `is_multiple` where several stand in one value. `users` are those
    who may own a lead, None where nobody tells them.
    """

    options: tuple[str, ...] = ()
    is_multiple: bool = False
    users: Sequence[AccountUser] | None = None


def _make_phone(rule: ValueRule, _policies: Policies, _choices: Choices) -> Converter:
    from importer.lead.values.phone import make_phone_converter

    return make_phone_converter(rule.region)


def _make_email(_rule: ValueRule, policies: Policies, _choices: Choices) -> Converter:
    from importer.lead.values.email import make_email_converter

    return make_email_converter(sends_bad=policies.bad_email == "send")


def _make_date(rule: ValueRule, _policies: Policies, _choices: Choices) -> Converter:
    return make_date_converter(_pattern(rule))


def _make_datetime(rule: ValueRule, _policies: Policies, _choices: Choices) -> Converter:
    assert rule.timezone is not None, "config sees to it that a datetime has a time zone"  # noqa: S101 - our own misuse
    return make_datetime_converter(_pattern(rule), rule.timezone)


def _pattern(rule: ValueRule) -> DatePattern | None:
    return None if rule.format is None else replace(compile_pattern(rule.format), latest=rule.latest)


def _make_number(rule: ValueRule, _policies: Policies, _choices: Choices) -> Converter:
    return make_number_converter(thousands=rule.thousands, decimal=rule.decimal)


def _make_boolean(_rule: ValueRule, _policies: Policies, _choices: Choices) -> Converter:
    return read_boolean


def _make_choice(_rule: ValueRule, policies: Policies, choices: Choices) -> Converter | None:
    if not choices.options:
        return None
    sends_others = policies.off_list == "send"
    return make_choice_converter(choices.options, sends_others=sends_others, is_multiple=choices.is_multiple)


def _make_owner(_rule: ValueRule, _policies: Policies, choices: Choices) -> Converter | None:
    return None if choices.users is None else make_owner_converter(choices.users)


TYPES: Mapping[ValueType, Callable[[ValueRule, Policies, Choices], Converter | None]] = {
    "text": lambda *_: None,
    "phone": _make_phone,
    "email": _make_email,
    "date": _make_date,
    "datetime": _make_datetime,
    "number": _make_number,
    "boolean": _make_boolean,
    "choice": _make_choice,
    "owner": _make_owner,
}


def make_converter(rule: ValueRule, policies: Policies, choices: Choices) -> Converter | None:
    """The converter of a rule's type; None where the text stays as it is."""
    return None if rule.type is None else TYPES[rule.type](rule, policies, choices)
