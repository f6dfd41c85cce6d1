"""What a column's cells are read as: one table, from a `type:` to all that is true of it.

A new type is one entry here and the module of its converter. The configuration's check, the field's form, cutting and
the proposals of `lsq-import map` ask the entry.

A converter is a pure function from a cell's cleaned text to what is sent, or to a `Refusal` that tells why not.
phonenumbers and email-validator are imported when a column asks for them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from importer.lead.refusal import Converter
from importer.lead.rule import Policies, ValueRule
from importer.lead.users import AccountUser
from importer.lead.values.boolean import read_boolean
from importer.lead.values.choice import make_choice_converter
from importer.lead.values.datepattern import DatePattern, compile_pattern
from importer.lead.values.datetimes import make_date_converter, make_datetime_converter
from importer.lead.values.indian import read_indian_number
from importer.lead.values.number import make_number_converter
from importer.lead.values.owner import make_owner_converter

__all__ = ["PLAIN_TEXT", "TYPES", "Choices", "ValueType", "make_converter", "type_of", "types_with_key"]


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
    return make_date_converter(_patterns(rule))


def _make_datetime(rule: ValueRule, _policies: Policies, _choices: Choices) -> Converter:
    assert rule.timezone is not None, "config sees to it that a datetime has a time zone"  # noqa: S101 - our own misuse
    return make_datetime_converter(_patterns(rule), rule.timezone)


def _patterns(rule: ValueRule) -> Sequence[DatePattern]:
    return [replace(compile_pattern(one), latest=rule.latest) for one in rule.format]


def _make_number(rule: ValueRule, _policies: Policies, _choices: Choices) -> Converter:
    if rule.indian:
        return read_indian_number
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueType:
    """All that is true of one type. Field types are the account's words (DataType) in small letters.

    `make` gives the converter of a rule, None where the text stays as it is. `keys` are the keys of a column that only
    such types understand; one with `timezone` needs it. `safe_in` are the field types whose form its values always
    have, so that nobody looks again. `proposed_for` are the field types for which `lsq-import map` proposes it, for
    dropdowns only where they have options. `is_cuttable`: a value may lose its end, since half of it is no other value.
    `is_date`: no value of a birth lies in the future. `is_choice`: its values are the field's options unless the column
    has its own. `is_user`: its values are users of the account. `is_for_constants`: a constant may have it.
    """

    make: Callable[[ValueRule, Policies, Choices], Converter | None]
    keys: tuple[str, ...] = ()
    safe_in: frozenset[str] = frozenset()
    proposed_for: frozenset[str] = frozenset()
    is_cuttable: bool = True
    is_date: bool = False
    is_choice: bool = False
    is_user: bool = False
    is_for_constants: bool = False


_PHONES = frozenset({"phone", "mobile"})
_DATES = frozenset({"date", "datetime"})

TYPES: Mapping[str, ValueType] = {
    "text": ValueType(make=lambda *_: None, is_for_constants=True),
    "phone": ValueType(make=_make_phone, keys=("region",), safe_in=_PHONES, proposed_for=_PHONES, is_cuttable=False),
    "email": ValueType(make=_make_email, proposed_for=frozenset({"email"}), is_cuttable=False),
    "date": ValueType(
        make=_make_date, keys=("format",), safe_in=_DATES, proposed_for=frozenset({"date"}), is_date=True
    ),
    "datetime": ValueType(
        make=_make_datetime,
        keys=("format", "timezone"),
        safe_in=_DATES,
        proposed_for=frozenset({"datetime"}),
        is_date=True,
    ),
    "number": ValueType(
        make=_make_number,
        keys=("thousands", "decimal", "indian"),
        safe_in=frozenset({"number"}),
        proposed_for=frozenset({"number"}),
        is_cuttable=False,
    ),
    "boolean": ValueType(make=_make_boolean, safe_in=frozenset({"boolean"}), proposed_for=frozenset({"boolean"})),
    "choice": ValueType(
        make=_make_choice,
        keys=("options",),
        proposed_for=frozenset({"select", "searchabledropdown", "multiselect"}),
        is_choice=True,
    ),
    "owner": ValueType(make=_make_owner, proposed_for=frozenset({"activeusers"}), is_user=True, is_for_constants=True),
}

PLAIN_TEXT = TYPES["text"]


def type_of(rule: ValueRule) -> ValueType:
    """The type of a rule; without one its cells are text."""
    return PLAIN_TEXT if rule.type is None else TYPES[rule.type]


def types_with_key(key: str) -> frozenset[str]:
    """The types that understand a key of a column; none for a key that every column understands."""
    return frozenset(name for name, one in TYPES.items() if key in one.keys)


def make_converter(rule: ValueRule, policies: Policies, choices: Choices) -> Converter | None:
    """The converter of a rule's type; None where the text stays as it is."""
    return type_of(rule).make(rule, policies, choices)
