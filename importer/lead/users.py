"""The account's users, as Users.Get tells them (the vendor's page). Pure: bytes in, frozen values out."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from importer.printable import printable

__all__ = ["AccountUser", "read_users"]

ACTIVE = (None, "", 0, "0")
"""StatusCode 0 is active, 1 inactive (the vendor's page); a user of whom it is not told counts as active."""


@dataclass(frozen=True, slots=True)
class AccountUser:
    """A user of the account; `id` is the GUID that a lead's owner is written as."""

    id: str
    name: str
    email: str
    is_active: bool = True


def read_users(body: bytes) -> Sequence[AccountUser]:
    """The users in an answer of Users.Get; ValueError, repeating nothing of it, where it is no such answer."""
    try:
        parsed: Any = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise ValueError("the answer is no JSON") from None
    if not isinstance(parsed, list):
        raise ValueError("the answer is no list of users")  # noqa: TRY004 - an answer's content, not a caller's type
    users = tuple(_read_each(parsed))
    if not users:
        raise ValueError("the answer names no user")
    return users


def _read_each(entries: Sequence[Any]) -> Iterator[AccountUser]:
    for entry in entries:
        if isinstance(entry, dict) and (user_id := _text(entry.get("ID"))):
            name = " ".join(filter(None, (_text(entry.get("FirstName")), _text(entry.get("LastName")))))
            is_active = (
                entry.get("StatusCode") in ACTIVE if not isinstance(entry.get("StatusCode"), list | dict) else True
            )
            yield AccountUser(user_id, name, _text(entry.get("EmailAddress")), is_active)


def _text(value: object) -> str:
    return printable(value) if isinstance(value, str) else ""
