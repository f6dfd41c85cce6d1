"""What the account takes for a field of each type: a value of another form is refused there, so it is not sent.

Each form is a converter that never alters a value which the account takes, and brings another into that form only
where it can mean one thing: `yes` to `true`, `2026-10-06T11:30` to `2026-10-06 11:30:00`. Phones and e-mail
addresses are looked at and left as they are. Types that are not listed (Text, Select, Website, …) take any text.

That numbers, booleans, dates and times have a form is documented; which exactly, and how loosely e-mail addresses and
phones are looked at, is not: the forms here are those of the sandbox, each with its source beside it below.
"""

import re
from collections.abc import Mapping

from importer.lead.refusal import Converter, Refusal
from importer.lead.rule import ValueType
from importer.lead.values.boolean import read_boolean
from importer.lead.values.clock import read_clock
from importer.lead.values.moment import read_account_date, read_account_datetime
from importer.lead.values.number import read_plain_number

__all__ = ["EMAIL_TYPES", "FORMS", "PLAIN_TYPES", "SAFE_TYPES"]

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
PHONE_MARKS = re.compile(r"[\s().\-/]")
PHONE = re.compile(r"\+?\d+", re.ASCII)
PLAIN_PHONE = re.compile(r"\+?\d[\d \-]*", re.ASCII)

EMAIL_REFUSAL = Refusal(
    "bad_email",
    "holds something that is no e-mail address, for an e-mail field",
    "Correct it, or empty the cell. To send such values all the same: bad_email: send in config.yaml.",
)
PHONE_REFUSAL = Refusal(
    "bad_phone",
    "holds something that is no phone number, for a phone field",
    "Leave digits, and a + in front; what is written beside the number goes into a column of its own.",
)


def _see_email(text: str, _kind: str | None) -> str | Refusal:
    return text if EMAIL.fullmatch(text) else EMAIL_REFUSAL


def _see_phone(text: str, _kind: str | None) -> str | Refusal:
    if PLAIN_PHONE.fullmatch(text) or PHONE.fullmatch(PHONE_MARKS.sub("", text)):
        return text
    return PHONE_REFUSAL


FORMS: Mapping[str, Converter] = {
    "number": read_plain_number,  # that digits, a sign and a point are the form is invented
    "boolean": read_boolean,  # `true` and `false` (live); that nothing else is taken is invented
    "date": read_account_date,  # `YYYY-MM-DD HH:MM:SS` (the vendor's page); a date alone is invented
    "datetime": read_account_datetime,  # the same
    "time": read_clock,  # `HH:MM` and `HH:MM:SS` are invented
    "email": _see_email,  # invented, and meant to be loose
    "phone": _see_phone,  # invented, and meant to be loose; the stored form is live
    "mobile": _see_phone,  # the same
}
"""By a field's DataType in small letters."""

EMAIL_TYPES = frozenset({"email"})

PLAIN_TYPES = frozenset(
    (*FORMS, "text", "textarea", "select", "multiselect", "searchabledropdown", "website", "activeusers")
)
"""The types of which it is known that they are no custom field set."""

SAFE_TYPES: Mapping[ValueType, frozenset[str]] = {
    "phone": frozenset({"phone", "mobile"}),
    "date": frozenset({"date", "datetime"}),
    "datetime": frozenset({"date", "datetime"}),
    "number": frozenset({"number"}),
    "boolean": frozenset({"boolean"}),
}
"""Column types whose values always have the form of these fields, so that nobody need look again."""
