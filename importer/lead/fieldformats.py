"""What the account takes for a field of each type: a value of another form is refused there, so it is not sent.

Each form is a converter that never alters a value which the account takes, and brings another into that form only
where it can mean one thing: `yes` to `true`, `2026-10-06T11:30` to `2026-10-06 11:30:00`. Phones and e-mail
addresses are looked at and left as they are; what is plainly not one of them (`<a@b.in>`, two numbers) is refused.
Types that are not listed (Text, Select, Website, …) take any text.

That numbers, booleans, dates and times have a form is documented; which exactly, and how loosely e-mail addresses and
phones are looked at, is not: the forms here are those of the sandbox, each with its source beside it below.
"""

import re
from collections.abc import Mapping

from importer.lead.metadata import Field
from importer.lead.refusal import Converter, Refusal
from importer.lead.values.boolean import read_boolean
from importer.lead.values.clock import read_clock
from importer.lead.values.datetimes import read_account_date, read_account_datetime
from importer.lead.values.emailtext import BAD_EMAIL_TIP, find_email_fault, is_not_one_address
from importer.lead.values.number import read_plain_number
from importer.lead.values.phonetext import find_writing_fault, strip_phone, tidy_phone

__all__ = ["EMAIL_TYPES", "FIELD_FORMATS", "PLAIN_TYPES", "STANDARD_FIELDS"]

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
PHONE_MARKS = re.compile(r"[\s().\-/]")
PHONE = re.compile(r"\+?\d+", re.ASCII)
MOST_DIGITS = 17  # 15 is the most that a number has, and 00 may stand before it

EMAIL_REFUSAL = Refusal("bad_email", "holds something that is no e-mail address, for an e-mail field", BAD_EMAIL_TIP)
PHONE_REFUSAL = Refusal(
    "bad_phone",
    "holds something that is no phone number, for a phone field",
    "Leave digits, and a + in front; what is written beside the number goes into a column of its own.",
)
TOO_LONG_REFUSAL = Refusal(
    "bad_phone",
    f"holds more digits than any phone number has, for a phone field: {MOST_DIGITS} at most",
    "Correct it; if it is two numbers, keep one.",
)


def _see_email(text: str, _kind: str | None) -> str | Refusal:
    """An address as it is; one that is plainly none, or more than one, is refused."""
    if EMAIL.fullmatch(text) is None or is_not_one_address(text):
        return find_email_fault(text) or EMAIL_REFUSAL
    return text


def _see_phone(text: str, _kind: str | None) -> str | Refusal:
    """A number as it is, but for `p:` or an apostrophe in front; what is plainly no single number is refused."""
    digits = PHONE_MARKS.sub("", text)
    if PHONE.fullmatch(digits) is None:
        text = strip_phone(text)
        digits = PHONE_MARKS.sub("", text)
        if PHONE.fullmatch(digits) is None:
            return find_writing_fault(tidy_phone(text)) or PHONE_REFUSAL
    if len(digits) > MOST_DIGITS:
        return find_writing_fault(text) or TOO_LONG_REFUSAL
    return text if digits == text else find_writing_fault(text) or text


STANDARD_FIELDS: Mapping[str, Field] = {
    "EmailAddress": Field("EmailAddress", data_type="Email"),
    "Phone": Field("Phone", data_type="Phone"),
    "Mobile": Field("Mobile", data_type="Phone"),
}
"""Fields that every account has, for looking at values where the account's own fields are not known."""

FIELD_FORMATS: Mapping[str, Converter] = {
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
    (*FIELD_FORMATS, "text", "textarea", "select", "multiselect", "searchabledropdown", "website", "activeusers")
)
"""The types of which it is known that they are no custom field set."""
