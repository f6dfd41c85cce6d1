"""Whose keys are used: what UserByAccessKey.Get tells of a user and the account."""

import json
from dataclasses import dataclass
from typing import Any

from importer.leadsquared.answers import Reply
from importer.printable import is_shown

__all__ = ["User", "read_user"]

_OK = 200
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class User:
    """A user and the account, as far as the answer tells (documented); what it does not tell is empty.

    `country_code` is the account's DefaultCountryCode in digits, without a plus. `organisation` is None where the
    answer does not speak of one. `user_id` is what leads tell as their CreatedBy; that it is called Id
    is not documented.
    """

    organisation: str | None
    role: str
    time_zone: str
    country_code: str
    user_id: str = ""


def read_user(reply: Reply) -> User | None:
    """What a reply to UserByAccessKey.Get tells; None where it is an error, or no such answer."""
    try:
        told: Any = json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
    if reply.status != _OK or not isinstance(told, dict) or told.get("Status") == "Error":
        return None
    organisation = told.get("OrgDisplayName")
    role, zone, code = (_text(told.get(name)).strip() for name in ("Role", "TimeZone", "DefaultCountryCode"))
    # Its blanks stay as they are: accounts are told apart by this name.
    name = None if organisation is None else _text(organisation)
    return User(name, role, zone, code.lstrip("+"), _text(told.get("Id") or told.get("UserId")).strip())


def _text(told: object) -> str:
    """A text or a number as it may be shown and written down; anything else is none."""
    text = str(told) if isinstance(told, str | int) else ""
    return "".join(mark for mark in text[:_LONGEST] if is_shown(mark))
