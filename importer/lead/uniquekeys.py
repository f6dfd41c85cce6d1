"""What makes two rows the same lead: the values of the account's unique fields, normalised."""

import re
from collections.abc import Iterable
from typing import NamedTuple
from unicodedata import combining, decimal, normalize

__all__ = ["PHONE_FIELDS", "UniqueKey", "unique_keys"]

EMAIL_FIELDS = frozenset({"EmailAddress"})
PHONE_FIELDS = frozenset({"Phone", "Mobile"})

_LOOSE_DIGITS = 6
"""The end of a number that its country code and trunk zeros do not reach: national numbers have six digits or more."""

_LONGEST_NATIONAL = 10
_NOT_DIGITS = re.compile(r"\D+")
_SEPARATORS = str.maketrans("", "", " -()./")
_LETTER = re.compile(r"[^\W\d_]")


class UniqueKey(NamedTuple):
    """One unique value of a row.

    `exact` is equal for two rows only where LeadSquared would surely see the same value in both; `loose` is equal
    wherever it might. The first decides that a lead is already there, the second only keeps two rows from being in
    flight together. `value` is the text as it is sent.
    """

    field: str
    value: str
    exact: str

    @property
    def forms(self) -> tuple[str, ...]:
        """`exact`, and for a phone without a country code what it is where the account's is not known: that may be
        learnt late, or change, and the value stays the same.
        """
        if self.field in PHONE_FIELDS and self.value[:1] != "+":
            written = _exact_phone(self.value, None)
            return (self.exact,) if written == self.exact else (self.exact, written)
        return (self.exact,)

    @property
    def loose(self) -> str:
        """The value in the form in which whatever may be the same is equal; worked out when it is asked for."""
        if self.field in PHONE_FIELDS and (digits := _NOT_DIGITS.sub("", self.exact)):
            return digits[-_LOOSE_DIGITS:]
        return _folded(self.value)


def unique_keys(values: Iterable[tuple[str, str]], *, country_code: str | None = None) -> tuple[UniqueKey, ...]:
    """The unique values of a lead, of its unique fields' `values` (schema name and text as sent); blank ones are none.

    E-mail addresses are compared without case, phones by country code and number; `country_code` (digits, the
    account's DefaultCountryCode) stands in where a phone is written without one.
    """
    return tuple([UniqueKey(field, value, _exact(field, value, country_code)) for field, value in values if value])


def _exact(field: str, value: str, country_code: str | None) -> str:
    if field in PHONE_FIELDS:
        return _exact_phone(value, country_code)
    # Not casefold, which makes one address of two: straße@ and strasse@.
    return value.lower() if field in EMAIL_FIELDS else value


def _folded(value: str) -> str:
    """A text without case, accents and forms: databases differ in which of them they tell apart."""
    plain = "".join(letter for letter in normalize("NFKD", value.casefold()) if not combining(letter))
    return plain.casefold()


def _exact_phone(value: str, country_code: str | None) -> str:
    """The number with its country code; a form of its own where the code cannot be told for sure."""
    if value[:1] == "+" and (bare := value.translate(_SEPARATORS)).isascii() and bare[1:].isdecimal():
        return bare  # as most are written
    digits = _NOT_DIGITS.sub("", value)
    if not digits:
        return value
    if not digits.isascii():
        digits = "".join(str(decimal(digit)) for digit in digits)
    if _LETTER.search(value):  # an extension, a note: not the bare number
        return f"?{value.casefold()}"
    if value.lstrip().startswith("+"):
        return f"+{digits}"
    if digits.startswith("00") and len(digits) > len("00"):
        return f"+{digits[2:]}"
    national = digits.lstrip("0")
    is_unsure = country_code is None or (national.startswith(country_code) and len(national) > _LONGEST_NATIONAL)
    return f"?{digits}" if is_unsure or not national else f"+{country_code}{national}"
