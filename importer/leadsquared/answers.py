"""What a reply of the API means, from one pure table: body first, then status.

A 200 may hold an error and a 500 with an MX type is final, so the status alone says little. What LeadSquared's
messages look like is documented or reported from live accounts; `tests/leadsquared/test_answers.py` holds each case.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from importer.leadsquared.tips import FATAL_TIPS, RATE_TIP, SERVER_TIP, STATUS_TIPS, tip_for

__all__ = ["Answer", "FoundLead", "Kind", "Reply", "read_answer", "read_leads"]


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as it came: HTTP status, body, and the Retry-After header if there was one."""

    status: int
    body: bytes
    retry_after: str | None = None


class Kind(Enum):
    """What is known after a reply to Lead.Create."""

    CREATED = auto()
    DUPLICATE = auto()  # known not created: a unique value is taken
    REFUSED = auto()  # known not created, for good
    RATE_LIMITED = auto()  # known not created: too many calls
    AMBIGUOUS = auto()  # may have been created
    FATAL = auto()  # known not created, and every further call would end the same way


@dataclass(frozen=True, slots=True)
class Answer:
    """The meaning of one reply. Its texts hold no value of the lead and no key.

    `fields` names the schema names that the answer blames; `limit` is (calls, seconds) where a refusal tells the
    account's true limit; `retry_after_s` where the server asked for a wait.
    """

    kind: Kind
    lead_id: str = ""
    error: str = ""
    message: str = ""
    tip: str = ""
    fields: tuple[str, ...] = ()
    limit: tuple[int, int] | None = None
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class FoundLead:
    """A lead that a look-up returned: its id and its attributes as LeadSquared reads them back."""

    lead_id: str
    attributes: Mapping[str, Any]


_RATE = re.compile(r"API calls exceeded the limit(?: of (\d+) in (\d+) second)?", re.IGNORECASE)
_UNKNOWN_ATTRIBUTES = re.compile(r"does not exist\s*-\s*(.+?)\.?\s*$", re.IGNORECASE | re.DOTALL)
_UNIQUE_KEY = re.compile(r"for key '(?:UQ_)?(?:\w+_Base_)?(\w+)'", re.IGNORECASE)
_DUPLICATE_TEXT = re.compile(r"already exists|duplicate entry", re.IGNORECASE)
_KEYS_REFUSED = re.compile(r"InvalidAccess|Unauthori[sz]ed|AccessDenied", re.IGNORECASE)
_QUOTED = re.compile(r"'[^']*'(?= for key)")
_SHORTEST_REDACTED = 3

_FINAL_STATUSES = frozenset({400, 403, 405})
_FATAL_STATUSES = frozenset({401, 404})


def read_answer(reply: Reply, *, values: Iterable[str] = ()) -> Answer:
    """Tell what a reply to Lead.Create means. Total: any status with any body has a meaning.

    `values` are texts that must not show in the answer's message: the lead's values and the keys.
    """
    envelope = _envelope(reply.body)
    if envelope is not None:
        lead_id = _created_id(envelope)
        if lead_id:
            return Answer(Kind.CREATED, lead_id=lead_id)
        if _is_error(envelope):
            answer = _read_error(envelope, reply, values)
            if answer is not None:
                return answer
    return _read_status(reply, envelope, values)


def read_leads(reply: Reply) -> tuple[FoundLead, ...] | Answer:
    """Tell what a look-up returned: the leads (none is an answer too), or what stood in the way."""
    try:
        content = json.loads(reply.body)
    except ValueError:
        content = None
    ok = 200
    if reply.status == ok and isinstance(content, list):
        return tuple(
            FoundLead(str(lead["ProspectID"]), lead)
            for lead in content
            if isinstance(lead, dict) and lead.get("ProspectID")
        )
    return read_answer(reply)


def _envelope(body: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(body.decode("utf-8-sig"))
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _created_id(envelope: Mapping[str, Any]) -> str:
    if str(envelope.get("Status", "")).casefold() != "success":
        return ""
    message = envelope.get("Message")
    lead_id = message.get("Id") if isinstance(message, dict) else None
    return lead_id.strip() if isinstance(lead_id, str) else ""


def _is_error(envelope: Mapping[str, Any]) -> bool:
    return str(envelope.get("Status", "")).casefold() == "error" or bool(envelope.get("ExceptionType"))


def _read_error(envelope: Mapping[str, Any], reply: Reply, values: Iterable[str]) -> Answer | None:
    """Read an error envelope; None where it is not LeadSquared's own (MX) and the status must tell."""
    error = str(envelope.get("ExceptionType") or "")
    text = str(envelope.get("ExceptionMessage") or envelope.get("Message") or "")
    if "RateLimit" in error or _RATE.search(text):
        return _rate_limited(text, reply)
    is_mx = error.startswith("MX") or envelope.get("IsMXException") is True
    if reply.status in _FATAL_STATUSES and not (is_mx and not _KEYS_REFUSED.search(error)):
        return None
    message = _redact(text, values)
    if error == "MXDuplicateEntryException" or (_DUPLICATE_TEXT.search(text) and not error):
        fields = _duplicate_fields(text)
        return Answer(
            Kind.DUPLICATE,
            error=error or "MXDuplicateEntryException",
            message=message,
            tip=tip_for("MXDuplicateEntryException", fields),
            fields=fields,
        )
    if not is_mx:
        return None
    if _KEYS_REFUSED.search(error):
        return Answer(Kind.FATAL, error=error, message=message, tip=FATAL_TIPS[401])
    fields = _unknown_attributes(text) if error == "MXUnknownAttributeException" else ()
    return Answer(
        Kind.REFUSED, error=error or "MXException", message=message, tip=tip_for(error, fields), fields=fields
    )


def _read_status(reply: Reply, envelope: Mapping[str, Any] | None, values: Iterable[str]) -> Answer:
    """Read what no MX envelope explains, by the HTTP status."""
    text = reply.body.decode("utf-8", "replace")
    too_many_requests = 429
    is_success = envelope is not None and str(envelope.get("Status", "")).casefold() == "success"
    if reply.status == too_many_requests or (not is_success and _RATE.search(text)):
        return _rate_limited(text, reply)
    error = f"HTTP {reply.status}"
    detail = _plain_detail(text, envelope, values)
    if reply.status in _FATAL_STATUSES:
        named = str((envelope or {}).get("ExceptionType") or error)
        return Answer(Kind.FATAL, error=named, message=detail or error, tip=FATAL_TIPS[reply.status])
    if reply.status in _FINAL_STATUSES:
        return Answer(Kind.REFUSED, error=error, message=detail or error, tip=STATUS_TIPS[reply.status])
    what = "a success without a lead id" if is_success else f"HTTP {reply.status} without a known error"
    return Answer(
        Kind.AMBIGUOUS,
        error="success_without_id" if is_success else error,
        message=f"LeadSquared answered {what}.",
        tip=SERVER_TIP,
        retry_after_s=_seconds(reply.retry_after),
    )


def _rate_limited(text: str, reply: Reply) -> Answer:
    match = _RATE.search(text)
    limit = (int(match[1]), int(match[2])) if match and match[1] else None
    return Answer(
        Kind.RATE_LIMITED,
        error="MXAPIRateLimitExceededException",
        message=match[0] if match else "Too many calls.",
        tip=RATE_TIP,
        limit=limit,
        retry_after_s=_seconds(reply.retry_after),
    )


def _seconds(retry_after: str | None) -> float | None:
    """Read a Retry-After header that gives seconds; its date form is not worth trusting two clocks for."""
    return float(retry_after) if retry_after is not None and retry_after.strip().isdecimal() else None


def _duplicate_fields(text: str) -> tuple[str, ...]:
    key = _UNIQUE_KEY.search(text)
    if key:
        return (key[1],)
    lowered = text.casefold()
    if "phone" in lowered:
        return ("Phone",)
    if "email" in lowered or "e-mail" in lowered:
        return ("EmailAddress",)
    return ()


def _unknown_attributes(text: str) -> tuple[str, ...]:
    match = _UNKNOWN_ATTRIBUTES.search(text)
    return tuple(name for part in match[1].split(",") if (name := part.strip())) if match else ()


def _plain_detail(text: str, envelope: Mapping[str, Any] | None, values: Iterable[str]) -> str:
    """What a plain refusal says, if it says it in words: an HTML page is no explanation."""
    longest = 300
    if envelope is not None:
        text = str(envelope.get("ExceptionMessage") or envelope.get("Message") or "")
    text = " ".join(text.split())
    return "" if text.startswith("<") else _redact(text[:longest], values)


def _redact(text: str, values: Iterable[str]) -> str:
    """Take the lead's values and the keys out of a text that goes to logs and to the ledger."""
    text = _QUOTED.sub("'…'", text)
    for value in sorted({value for value in values if len(value) >= _SHORTEST_REDACTED}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "…", text, flags=re.IGNORECASE)
    return text
