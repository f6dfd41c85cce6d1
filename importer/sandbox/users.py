"""The users of the account, and the calls that tell of them. Their names and addresses are invented."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["SELF", "USERS", "User", "find_user", "tell_as_owner", "tell_user"]


@dataclass(frozen=True, slots=True)
class User:
    """One user. `status` is 0 for an active one, 1 for an inactive one (doc)."""

    id: str
    first_name: str
    last_name: str
    email: str
    role: str
    status: int = 0

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


SELF = User("00000000-0000-4000-8000-000000000001", "Sandbox", "User", "sandbox.user@example.com", "Administrator")
"""Whose keys the sandbox's are."""

USERS = (
    SELF,
    User("00000000-0000-4000-8000-000000000002", "Asha", "Verma", "asha.verma@example.com", "Sales_User"),
    User("00000000-0000-4000-8000-000000000003", "Ravi", "Nair", "ravi.nair@example.com", "Sales_Manager"),
    User("00000000-0000-4000-8000-000000000004", "Meera", "Iyer", "meera.iyer@example.com", "Sales_User", 1),
    User("00000000-0000-4000-8000-000000000005", "Ravi", "Nair", "ravi.nair.pune@example.com", "Sales_User"),
)
"""Two of them have one name, and one is inactive."""


def find_user(*, user_id: str = "", email: str = "") -> User | None:
    """The user of this id or address, compared without case."""
    wanted_id, wanted_email = user_id.strip().lower(), email.strip().lower()
    return next((one for one in USERS if wanted_id == one.id or (email and wanted_email == one.email)), None)


def tell_user(user: User) -> dict[str, Any]:
    """A user as Users.Get tells it (doc)."""
    return {
        "ID": user.id,
        "FirstName": user.first_name,
        "LastName": user.last_name,
        "EmailAddress": user.email,
        "Role": user.role,
        "StatusCode": user.status,
    }


def tell_as_owner(owner_id: str) -> Mapping[str, str]:
    """What a lead tells of its owner beside the id: name and address (client), nothing where nobody has that id."""
    user = find_user(user_id=owner_id)
    return {} if user is None else {"OwnerIdName": user.name, "OwnerIdEmailAddress": user.email}
