"""A value as it is sent → as it is stored and read back. Pure.

What the real account does is told in each function; what no source tells is invented and says so.
"""

import datetime as dt
import re
from collections.abc import Mapping

from importer.sandbox.metadata import Field

__all__ = ["Rejected", "is_stored_phone", "store_email", "store_phone", "store_value", "unique_key"]

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_STORED_PHONE = re.compile(r"\+(\d{1,3})-", re.ASCII)
_NOT_DIGITS = re.compile(r"\D", re.ASCII)
_PHONE_MARKS = re.compile(r"[\s().\-/]")
_PHONE_SENT = re.compile(r"\+?\d+", re.ASCII)
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.\d{1,3})?)?", re.ASCII)
_BOOLEANS: Mapping[str, str] = {"true": "1", "1": "1", "false": "0", "0": "0"}


class Rejected(Exception):  # noqa: N818 - an answer of the API, not a failure of ours
    """The call is answered with an MX exception of this type and text."""

    def __init__(self, exception_type: str, message: str) -> None:
        super().__init__(message)
        self.exception_type = exception_type
        self.message = message


def store_value(field: Field, value: str, *, country_code: str) -> str:
    """What is stored for a value of this field; Rejected where the account would not take it.

    A dropdown value that is no option is stored as it is, and a text over MaxLength is cut without a word (live,
    client); the length is counted in code points (invented).
    """
    match field.data_type:
        case "Email":
            stored = store_email(value, name=field.schema_name)
        case "Phone" | "Mobile":
            stored = store_phone(value, country_code=country_code, name=field.schema_name)
        case "Boolean":
            return _store_boolean(value, name=field.schema_name)
        case "Date" | "DateTime":
            return _store_date(value, name=field.schema_name)
        case "Number":  # which numbers an account takes is invented
            stored = _match(_NUMBER, value, name=field.schema_name)
        case "Time":  # HH:MM and HH:MM:SS are invented
            stored = _match(_TIME, value, name=field.schema_name)
        case _:  # any text, for types that the sandbox does not know as well (invented)
            stored = value
    return stored if field.max_length is None else stored[: field.max_length]


def store_email(value: str, *, name: str = "EmailAddress") -> str:
    """The address without blanks around it; what is none is refused.

    The type and text are live, when they appear is invented: no `@` between two parts, no dot in the second one.
    """
    stored = value.strip()
    if _EMAIL.fullmatch(stored) is None:
        raise Rejected("MXInvalidInputException", f"Invalid Input! Parameter Name: {name}")
    return stored


def store_phone(value: str, *, country_code: str, name: str = "Phone") -> str:
    """The number as `+CC-national`, the one form in which an account stores it.

    `+CC-national` is taken as it is, any other number gets the account's own country code put in front of all of its
    digits, even where it begins with `+` and a country code: `+919999730196` is stored as `+91-919999730196`,
    `9999730196` as `+91-9999730196`. So it was seen on one account; that every account does it is not known. Blanks,
    brackets, dots, slashes and hyphens between digits are dropped, anything else is refused (both invented).
    """
    marked = _STORED_PHONE.match(value.strip())
    bare = _PHONE_MARKS.sub("", value)
    if _PHONE_SENT.fullmatch(bare) is None:
        raise Rejected("MXInvalidInputException", f"Invalid Input! Parameter Name: {name}")
    digits = _NOT_DIGITS.sub("", bare)
    if marked is not None:
        return f"+{marked[1]}-{digits[len(marked[1]) :]}"
    return f"+{country_code}-{digits}"


def is_stored_phone(text: str) -> bool:
    """Whether a number is written as it is stored, `+CC-national`."""
    marked = _STORED_PHONE.match(text)
    return marked is not None and _PHONE_SENT.fullmatch(text[marked.end() :]) is not None


def unique_key(field: Field, stored: str) -> str:
    """What two stored values of a unique field are compared by.

    E-mail addresses without case, phones by their digits; other fields without case and outer blanks (invented).
    """
    if field.data_type in ("Phone", "Mobile"):
        return _NOT_DIGITS.sub("", stored)
    return stored.strip().casefold()


def _store_boolean(value: str, *, name: str) -> str:
    """Written `true` or `false`, read back "1" or "0" (live); that nothing else is taken is invented."""
    try:
        return _BOOLEANS[value.strip().lower()]
    except KeyError:
        raise _wrong_type(name) from None


def _store_date(value: str, *, name: str) -> str:
    """Written `YYYY-MM-DD HH:MM:SS` (doc), read back with `.000`; a date alone is midnight (invented)."""
    match = _DATE.fullmatch(value.strip())
    if match is None:
        raise _wrong_type(name)
    try:
        moment = dt.datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]  # noqa: DTZ001 - no zone is sent
    except ValueError:
        raise _wrong_type(name) from None
    return f"{moment:%Y-%m-%d %H:%M:%S}.000" if moment.year >= 1000 else f"{moment.isoformat(' ')}.000"  # noqa: PLR2004 - strftime does not pad years


def _match(pattern: re.Pattern[str], value: str, *, name: str) -> str:
    stored = value.strip()
    if pattern.fullmatch(stored) is None:
        raise _wrong_type(name)
    return stored


def _wrong_type(name: str) -> Rejected:
    """The type is live for companies; the text, and that leads have it too, is invented."""
    return Rejected("MXInvalidDataTypeException", f"Invalid data type for attribute - {name}.")
