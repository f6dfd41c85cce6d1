"""What a configuration says about the values of a column, beyond their field."""

from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Literal

__all__ = ["AS_TEXT", "STRICT", "BadEmail", "Case", "OffList", "Policies", "TooLong", "ValueRule"]

TooLong = Literal["invalid", "cut"]
OffList = Literal["invalid", "send"]
BadEmail = Literal["invalid", "send"]
Case = Literal["title", "upper", "lower"]


@dataclass(frozen=True, slots=True)
class Policies:
    """What becomes of a value that the account would take but store otherwise than meant, or might refuse.

    `too_long`: longer than the field's MaxLength, which LeadSquared cuts without a word. `off_list`: no option of its
    dropdown, which LeadSquared stores all the same. `bad_email`: no e-mail address.
    """

    too_long: TooLong = "invalid"
    off_list: OffList = "invalid"
    bad_email: BadEmail = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRule:
    """How a column's cells are read. Without a `type` they are text, or what the account's field asks for;
    the types are those of `importer.lead.values.TYPES`.

    Before all else `strip` takes prefixes away, `replace` words, and `case` (`title`, `upper`, `lower`, empty for none)
    writes them otherwise. `region` is a country (`IN`) for phones without a country code. `format` are the ways in
    which dates are written, tried in order, `timezone` where their times are. `thousands` and `decimal` are the marks
    in numbers, `indian` says that they have lakhs and crores. `options` are what a choice may be, by default the
    field's own. `values` translates a tidied text, `default` fills blanks; `policies` win over those of the whole
    configuration. `latest` is the last day that a date can be: today, where it is a birth.
    """

    type: str | None = None
    region: str | None = None
    format: tuple[str, ...] = ()
    timezone: tzinfo | None = None
    thousands: str = ""
    decimal: str = "."
    indian: bool = False
    strip: tuple[str, ...] = ()
    replace: tuple[tuple[str, str], ...] = ()
    case: str = ""
    options: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    default: str = ""
    is_required: bool = False
    policies: Policies | None = None
    latest: date | None = None


STRICT = Policies()
AS_TEXT = ValueRule()
