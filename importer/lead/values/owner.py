"""An owner by e-mail address or full name → the GUID of a user of the account, which is what LeadSquared takes."""

import re
from collections import defaultdict
from collections.abc import Sequence

from importer.errors import Remedy
from importer.lead.refusal import Converter, Refusal
from importer.lead.users import AccountUser
from importer.nearest import find_near, loosen

__all__ = ["make_owner_converter", "see_owner"]

NEAR_ENOUGH = 0.7
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

UNTYPED_REFUSAL = Refusal(
    "bad_owner",
    "holds a name or an address where LeadSquared takes the GUID of a user",
    "Say type: owner for it in config.yaml: e-mail addresses and full names are then turned into GUIDs.",
    Remedy("type", "owner"),
)
INACTIVE_REFUSAL = Refusal(
    "inactive_owner",
    "holds a user who is not active in the account any more",
    "Give the lead to another, or translate the owner with values: in config.yaml.",
)


def see_owner(text: str, _kind: str | None) -> str | Refusal:
    """A user's GUID as it is; anything else is refused with what would turn it into one."""
    return text if GUID.fullmatch(text) else UNTYPED_REFUSAL


def make_owner_converter(users: Sequence[AccountUser]) -> Converter:
    """A converter that finds the user meant: by GUID, e-mail address or full name, whatever its case."""
    known: dict[str, list[AccountUser]] = defaultdict(list)
    for user in users:
        for text in dict.fromkeys(loosen(text) for text in (user.id, user.email, user.name)):
            if text:
                known[text].append(user)
    names = {loosen(text): user for user in users if user.is_active for text in (user.name, user.email) if text}

    def convert(text: str, _kind: str | None) -> str | Refusal:
        found = known.get(loosen(text), [])
        active = [user for user in found if user.is_active]
        if len(active) == 1:
            return active[0].id
        if active:
            return _refuse_several(active)
        near = find_near(loosen(text), names, cutoff=NEAR_ENOUGH)
        return INACTIVE_REFUSAL if found else _refuse_unknown(near[0] if near else None)

    return convert


def _refuse_several(users: Sequence[AccountUser]) -> Refusal:
    addresses = ", ".join(user.email for user in users if user.email)
    return Refusal(
        "several_owners",
        "holds a name that several users of the account have",
        f"Write the e-mail address of the one meant{f': {addresses}' if addresses else ''}.",
    )


def _refuse_unknown(near: AccountUser | None) -> Refusal:
    ask = f"Did you mean {near.name or near.email} ({near.email})? " if near else ""
    return Refusal(
        "unknown_owner",
        "holds nobody among the account's users",
        f"{ask}Write an e-mail address or a full name as LeadSquared has it; for a user who is new there, run with "
        "--refresh-fields.",
    )
