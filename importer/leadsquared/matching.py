"""Is a lead that a look-up found the one that we sent? Pure rules."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from unicodedata import normalize

from importer.clocks import ServerSeconds
from importer.lead.lead import Lead
from importer.lead.uniquekeys import PHONE_FIELDS, UniqueKey, unique_keys
from importer.leadsquared.answers import FoundLead

__all__ = ["CREATED_ALLOWANCE_S", "created_at", "has_same_names", "holds", "is_equal", "is_ours", "plain"]

_BOOLEANS = {"true": "1", "false": "0"}
_NUMBER_OR_TIME = re.compile(r"(?:[0-9-]{8,10} [0-9:]{5,8}|-?[0-9]{1,30})\.[0-9]{1,30}", re.ASCII)

EMPTY = "-"
"""How an empty custom field may be read back (reported from live accounts)."""

CREATED_ALLOWANCE_S = 5.0
"""How much before our intent a lead of ours may seem to be created: clocks and whole seconds."""


def holds(found: FoundLead, key: UniqueKey, *, country_code: str | None) -> bool:
    """Whether `found` holds this unique value in this very field: another field's, or no value, proves nothing.

    A text counts whatever its case and accents, for databases differ in which they tell apart.
    """
    told = found.attributes.get(key.field)
    if not isinstance(told, str | int):
        return False
    theirs = unique_keys([(key.field, str(told))], country_code=country_code)
    if not theirs:
        return False
    return _same_key(key, theirs[0]) or (key.field not in PHONE_FIELDS and key.loose.strip() == theirs[0].loose.strip())


def is_ours(
    found: FoundLead,
    lead: Lead,
    *,
    unique: Sequence[str],
    country_code: str | None,
    since: ServerSeconds,
    needs_reference: bool = False,
) -> bool:
    """Whether `found` came from our own call for `lead`.

    A lead with our row's reference did, one with another reference did not. Where it holds none, as an earlier run may
    have sent none, it did when it was not created before our intent, `since`, and its unique values and names agree
    with ours, normalised. `needs_reference`: every call carried it.
    """
    if lead.reference is not None:
        told = found.attributes.get(lead.reference.field)
        if told not in {None, "", EMPTY}:
            return holds(found, lead.reference, country_code=country_code)
        if needs_reference:
            return False
    moment = created_at(found.attributes)
    if moment is None or moment < since - CREATED_ALLOWANCE_S:
        return False
    return has_same_names(found, lead) and _same_keys(found, lead, unique, country_code)


def created_at(attributes: Mapping[str, Any]) -> ServerSeconds | None:
    """CreatedOn, in UTC; it reads `2026-11-24 10:15:00.000`."""
    try:
        moment = datetime.fromisoformat(str(attributes.get("CreatedOn", "")))
    except ValueError:
        return None
    return ServerSeconds(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp())


def is_equal(found: FoundLead, lead: Lead, *, unique: Sequence[str]) -> bool:
    """Whether `found` holds every text that was sent for `lead`, and no unique value, for `lead` has none.

    Texts are compared as `plain` makes them. How a custom field set is read back is not known, so a lead that fills
    one is equal to none.
    """
    if any(found.attributes.get(field) not in {None, "", EMPTY} for field in unique):
        return False
    sent = [(name, text) for name, text in zip(lead.payload_plan.fields, lead.texts, strict=True) if text]
    return bool(sent) and all(
        name.sub is None and plain(found.attributes.get(name.parent)) == plain(text) for name, text in sent
    )


def plain(value: object) -> str:
    """A value in the form in which what may be the same is equal: case, blanks, fractions of a second and zeros behind
    a decimal point are lost, and a yes is 1 (booleans are written true and read back 1, live).
    """
    text = _folded(value)
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    return text.rstrip("0").rstrip(".") if _NUMBER_OR_TIME.fullmatch(text) else text


def has_same_names(found: FoundLead, lead: Lead) -> bool:
    """Whether first and last name are those that we sent, or blank where we sent none."""
    return all(
        _folded(found.attributes.get(field)) == _folded(lead.value(field)) for field in ("FirstName", "LastName")
    )


def _folded(value: object) -> str:
    return " ".join(normalize("NFC", str(value or "")).casefold().split())


def _same_keys(found: FoundLead, lead: Lead, unique: Sequence[str], country_code: str | None) -> bool:
    """Whether every unique value that we sent stands in the found lead."""
    told = found.attributes
    values = [(field, str(told[field])) for field in unique if isinstance(told.get(field), str | int)]
    theirs = {key.field: key for key in unique_keys(values, country_code=country_code)}
    return all(ours.field in theirs and _same_key(ours, theirs[ours.field]) for ours in lead.keys)


def _same_key(ours: UniqueKey, theirs: UniqueKey) -> bool:
    """Whether a value as we sent it became the one that is read back.

    LeadSquared completes a phone's country code, so a number whose code we cannot tell is compared by its last digits.
    Some accounts put their own code before all of our digits: `+919999730196` is read back as `+91-919999730196`
    (reported from a live account).
    """
    if ours.exact.startswith("?") or theirs.exact.startswith("?"):
        return ours.loose == theirs.loose
    if ours.exact == theirs.exact:
        return True
    code, _, national = theirs.value.partition("-")
    is_phone = ours.exact.startswith("+") and code.startswith("+")
    return is_phone and bool(national) and _digits(national) == _digits(ours.value)


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))
