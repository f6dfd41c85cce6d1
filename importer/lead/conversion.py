"""A column's rule and its field, made into one function from a cell's text to what is sent: worked out once a file."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from importer.errors import Remedy
from importer.lead.fieldformats import EMAIL_TYPES, FIELD_FORMATS
from importer.lead.metadata import Field
from importer.lead.refusal import Converter, Refusal
from importer.lead.rule import Policies, ValueRule
from importer.lead.text import LONE_DASHES, UnreadableTextError, clean
from importer.lead.tidying import make_tidier
from importer.lead.users import AccountUser
from importer.lead.values import Choices, make_converter, type_of
from importer.lead.values.choice import make_option_check
from importer.lead.values.datetimes import make_latest_check
from importer.lead.values.owner import see_owner

__all__ = ["PLAIN", "Conversion", "make_conversion"]

NO_LIMIT = sys.maxsize
DATE_TYPES = frozenset({"date", "datetime"})  # of fields
MULTIPLE_TYPES = frozenset({"multiselect"})

REQUIRED_REFUSAL = Refusal("required", "is empty, and the column is required", "Fill the cell, or delete the row.")


@dataclass(frozen=True, slots=True)
class Conversion:
    """How a column's cells become what is sent.

    `convert` is None for plain text, which stays as it is; a longer text than `limit` (characters) is refused.
    `convert` is called for blank cells too, and gives an empty text where nothing is to be sent. A text that is one of
    `blanks` counts as blank.
    """

    convert: Converter | None = None
    limit: int = NO_LIMIT
    blanks: frozenset[str] = LONE_DASHES

    def judge(self, text: str, kind: str | None = None) -> str | Refusal:
        """What is sent for a cleaned text, or why it is not."""
        text = "" if text in self.blanks else text
        value = text if self.convert is None else self.convert(text, kind)
        return _too_long(self.limit) if isinstance(value, str) and len(value) > self.limit else value


PLAIN = Conversion()


def make_conversion(
    rule: ValueRule,
    field: Field | None,
    policies: Policies,
    *,
    part: Converter | None = None,
    users: Sequence[AccountUser] | None = None,
    is_owner: bool = False,
) -> tuple[Conversion, tuple[str, ...]]:
    """The conversion for a column's rule, and what is wrong with its default and values, as sentences' ends.

    `field` is None where the account's fields are not known: what follows from them is then not looked at. `part`
    takes its part of a value that is split between two fields. `users` are the account's, None where they are not
    known; `is_owner` says that the field takes one.
    """
    policies = rule.policies or policies
    stages = list(_stages(rule, field, policies, part, users))
    if is_owner and not type_of(rule).is_user:
        stages.append(see_owner)
    words = {*(cell for cell, _ in rule.values), *rule.options, *(field.options if field else ())}
    blanks = LONE_DASHES - words
    limit = NO_LIMIT if field is None or field.limit is None else field.limit
    tidy = make_tidier(rule)
    if not (stages or tidy or rule.values or rule.default or rule.is_required) and (
        policies.too_long == "invalid" or limit == NO_LIMIT
    ):
        return Conversion(None, limit, blanks), ()
    if limit != NO_LIMIT:
        can_cut = _may_be_cut(rule, field)
        stages.append(_make_length_check(limit, can_cut=can_cut, cuts=can_cut and policies.too_long == "cut"))
    inner = _chain(stages)
    convert, problems = _with_words(rule, inner, blanks)
    if tidy is not None:
        convert = _tidied(tidy, convert, blanks)
    return Conversion(convert, blanks=blanks), problems


def _stages(
    rule: ValueRule,
    field: Field | None,
    policies: Policies,
    part: Converter | None,
    users: Sequence[AccountUser] | None,
) -> Iterator[Converter]:
    """What a value goes through in turn: its own type, its field's form, its field's options."""
    is_multiple = field is not None and field.data_type.casefold() in MULTIPLE_TYPES
    choices = Choices(rule.options or (field.options if field else ()), is_multiple, users)
    own = make_converter(rule, policies, choices)
    if own is not None:
        yield own
    if part is not None:
        yield part
    if field is not None:
        yield from _field_stages(rule, field, policies, is_multiple=is_multiple)
    if rule.latest is not None and (type_of(rule).is_date or (field and field.data_type.casefold() in DATE_TYPES)):
        yield make_latest_check(rule.latest)


def _field_stages(rule: ValueRule, field: Field, policies: Policies, *, is_multiple: bool) -> Iterator[Converter]:
    data_type = field.data_type.casefold()
    form = FIELD_FORMATS.get(data_type)
    is_safe = data_type in type_of(rule).safe_in
    is_waived = data_type in EMAIL_TYPES and policies.bad_email == "send"
    if form is not None and not is_safe and not is_waived:
        yield form
    is_checked = type_of(rule).is_choice and not rule.options
    if field.options and policies.off_list == "invalid" and not is_checked:
        yield make_option_check(field.options, is_multiple=is_multiple)


def _tidied(tidy: Callable[[str], str], convert: Converter, blanks: frozenset[str]) -> Converter:
    """A converter for texts that are tidied first; what is left of one may be nothing."""

    def tidied(text: str, kind: str | None) -> str | Refusal:
        text = tidy(text) if text else text
        return convert("" if text in blanks else text, kind)

    return tidied


def _may_be_cut(rule: ValueRule, field: Field | None) -> bool:
    """Whether a value may lose its end: only texts, since half a number is another number."""
    kind = field.data_type.casefold() if field else ""
    return type_of(rule).is_cuttable and kind not in FIELD_FORMATS and not (field and field.options)


def _make_length_check(limit: int, *, can_cut: bool, cuts: bool) -> Converter:
    refusal = _too_long(limit, can_cut=can_cut)

    def check(text: str, _kind: str | None) -> str | Refusal:
        if len(text) <= limit:
            return text
        return clean(text[:limit]) if cuts else refusal

    return check


def _too_long(limit: int, *, can_cut: bool = True) -> Refusal:
    return Refusal(
        "too_long",
        f"holds more than the {limit:,} characters that its field takes; LeadSquared would cut it without a word",
        "Shorten it, or let it be cut: too_long: cut in config.yaml." if can_cut else "Shorten it, or empty the cell.",
        Remedy("too_long", "cut") if can_cut else None,
    )


def _chain(stages: Sequence[Converter]) -> Converter:
    """The stages one after the other; the first refusal, or empty text, is the result."""
    if len(stages) == 1:
        return stages[0]

    def convert(text: str, kind: str | None) -> str | Refusal:
        for stage in stages:
            value = stage(text, kind)
            if isinstance(value, Refusal) or not value:
                return value
            text = value
        return text

    return convert


def _with_words(rule: ValueRule, inner: Converter, blanks: frozenset[str]) -> tuple[Converter, tuple[str, ...]]:
    """`inner` behind what `values`, `default` and `required` say, each of whose texts goes through it once, here."""
    problems: list[str] = []

    def settle(text: str, what: str) -> str:
        try:
            cleaned = clean(text)
            value = inner(cleaned, None) if cleaned and cleaned not in blanks else ""
        except UnreadableTextError as error:
            problems.append(f"{what} holds {error}")
            return ""
        if isinstance(value, Refusal):
            options = f". {value.tip}" if value.error == "off_list" else ""
            problems.append(f"{what} {value.reason}{options}")
            return ""
        return value

    exact = {clean(cell): settle(text, f"the value `{text}`") for cell, text in rule.values}
    folds = Counter(cell.casefold() for cell in exact)
    loose = {cell.casefold(): value for cell, value in exact.items() if folds[cell.casefold()] == 1}
    blank: str | Refusal = REQUIRED_REFUSAL if rule.is_required else ""
    if rule.default:
        blank = settle(rule.default, f"the default `{rule.default}`")
    if not exact and not blank:
        return (lambda text, kind: inner(text, kind) if text else ""), tuple(problems)

    def convert(text: str, kind: str | None) -> str | Refusal:
        if not text:
            return blank
        known = exact.get(text)
        if known is None:
            known = loose.get(text.casefold())
        return inner(text, kind) if known is None else known or blank

    return convert, tuple(problems)
