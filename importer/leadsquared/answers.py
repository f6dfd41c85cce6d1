"""What a reply of the API means, from one pure table: body first, then status.

A 200 may hold an error and a 500 with an MX type is final, so the status alone says little. What LeadSquared's
messages look like is documented or reported from live accounts; `tests/leadsquared/test_answers.py` holds each case.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from importer.leadsquared.redaction import redact
from importer.leadsquared.tips import FATAL_TIPS, RATE_TIP, SERVER_TIP, status_tip, tip_for

__all__ = [
    "Answer",
    "FoundLead",
    "Kind",
    "Reply",
    "duplicate_answer",
    "read_answer",
    "read_id",
    "read_leads",
    "says_database",
]


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
    REJECTED = auto()  # known not created, for good
    RATE_LIMITED = auto()  # known not created: too many calls
    AMBIGUOUS = auto()  # may have been created
    FATAL = auto()  # known not created, and every further call would end the same way


@dataclass(frozen=True, slots=True)
class Answer:
    """The meaning of one reply. Its texts hold no value of the lead and no key.

    `fields` names the schema names that the answer blames; `limit` is (calls, seconds) where a refusal tells the
    account's true limit; `retry_after_s` where the server asked for a wait (never more than ten minutes: a spell that
    long ends the run anyway).
    """

    kind: Kind
    lead_id: str = ""
    error: str = ""
    message: str = ""
    tip: str = ""
    fields: tuple[str, ...] = ()
    limit: tuple[int, int] | None = None
    retry_after_s: float | None = None

    @property
    def wait_s(self) -> float | None:
        """How long no call should go: what the server asked for, else the window that a refusal names."""
        if self.retry_after_s is None and self.limit is not None:
            return min(float(self.limit[1]), LONGEST_RETRY_AFTER_S)
        return self.retry_after_s


@dataclass(frozen=True, slots=True)
class FoundLead:
    """A lead that a look-up returned: its id and its attributes as LeadSquared reads them back."""

    lead_id: str
    attributes: Mapping[str, Any]


LONGEST_RETRY_AFTER_S = 600.0
LONGEST_TEXT = 10_000
"""Of a longer explanation only the beginning is read: no person reads more, and patterns take their time."""
LONGEST_ID = 100
"""A real id has 36 characters; what is longer fits no cell of a workbook in the end."""
MOST_FIELDS = 20
"""So many fields of those that an answer blames are kept."""

_RATE = re.compile(r"API calls exceeded the limit(?: of ([0-9]{1,9}) in ([0-9]{1,9}) second)?", re.IGNORECASE)
_UNKNOWN_ATTRIBUTES = re.compile(r"does not exist\s{0,3}-", re.IGNORECASE)
_SCHEMA_NAME = re.compile(r"\w{1,100}", re.ASCII)
_EXCEPTION_TYPE = re.compile(r"\w{1,100}", re.ASCII)
_UNIQUE_KEY = re.compile(r"for key '(\w{1,200})'", re.IGNORECASE | re.ASCII)
_DUPLICATE_TEXT = re.compile(
    r"A Lead with same .{1,100} already exists|Duplicate entry .{1,1000} for key", re.IGNORECASE | re.DOTALL
)
_KEYS_REFUSED = re.compile(r"InvalidAccess|Unauthori[sz]ed|AccessDenied", re.IGNORECASE)
_DATABASE = re.compile(
    r"sqlexception|dbexception|mysqlclient|deadlock (?:found|victim)|lock wait timeout", re.IGNORECASE
)
"""How a body names an error of the database (`MySqlException` was reported; the others are what databases say)."""

_DUPLICATE = "MXDuplicateEntryException"
_OF_ONE_LEAD = frozenset(
    {
        _DUPLICATE,
        "MXUnknownAttributeException",
        "MXMandatoryAttributeMissingException",
        "MXInvalidInputException",
        "MXInvalidDataTypeException",
    }
)
"""The types that speak of the lead that was sent and prove that nothing was stored, whatever their HTTP status."""

_KEYS = "MXInvalidAccessDetailsException"

_OK = 200
_TOO_MANY_REQUESTS = 429
_SERVER_ERRORS = 500  # and above
_FINAL_STATUSES = frozenset(
    {301, 302, 307, 308, 400, 402, 403, 405, 407, 410, 411, 413, 414, 415, 416, 417, 421, 422, 426, 428, 431, 451}
)
"""The statuses by which a server says that it did not do what was asked.

Not among them: 303 and 406, which may follow the deed; 408, 425 and 499, which speak of time; 409 and 412, of which
nobody knows what the account means by them.
"""
_FATAL_STATUSES = frozenset({401, 404})
_FORBIDDEN = 403


def read_answer(reply: Reply, *, values: Iterable[str] = ()) -> Answer:
    """Tell what a reply to Lead.Create means. Total: any status with any body has a meaning.

    `values` are texts that must not show in the answer's message: the lead's values and the keys.
    """
    content = _content(reply.body)
    envelope = content if isinstance(content, dict) else None
    lead_id = "" if envelope is None else _created_id(envelope)
    if lead_id:
        return Answer(Kind.CREATED, lead_id=lead_id)
    if says_database(reply.body.decode("utf-8-sig", "replace")):
        return _ambiguous(reply, _exception_type(envelope or {}) or f"HTTP {reply.status}", "an error of its database")
    if envelope is not None and _is_error(envelope):
        answer = _read_error(envelope, reply, values)
        if answer is not None:
            return answer
    return _read_status(reply, envelope, values)


def read_leads(reply: Reply, *, values: Iterable[str] = ()) -> tuple[FoundLead, ...] | Answer:
    """Tell what a look-up returned: the leads (none is an answer too), or what stood in the way.

    A list of things that are no leads is no "none": it says that something is there which cannot be read.
    """
    content = _content(reply.body)
    if reply.status != _OK or not isinstance(content, list):
        return read_answer(reply, values=values)
    leads = [
        FoundLead(lead_id, lead)
        for lead in content
        if isinstance(lead, dict) and (lead_id := read_id(lead.get("ProspectID")))
    ]
    if len(leads) < len(content):
        message = "LeadSquared answered a look-up with something that is no list of leads."
        return Answer(Kind.AMBIGUOUS, error="unreadable_leads", message=message, tip=SERVER_TIP)
    return tuple(leads)


def duplicate_answer(text: str, message: str) -> Answer:
    """A unique value is taken: whose, LeadSquared's `text` tells; `message` is that text as it may be shown."""
    fields = _duplicate_fields(text)
    return Answer(Kind.DUPLICATE, error=_DUPLICATE, message=message, tip=tip_for(_DUPLICATE, fields), fields=fields)


def says_database(text: str) -> bool:
    """Whether a text names an error of the database, after which nobody knows what was stored."""
    return _DATABASE.search(text) is not None


def _content(body: bytes) -> Any:  # noqa: ANN401 - whatever JSON can say
    """What the body says as JSON, None where it is none (or so deeply nested that nobody meant it)."""
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _status(envelope: Mapping[str, Any]) -> str:
    status = envelope.get("Status")
    return status.casefold() if isinstance(status, str) else ""


def _created_id(envelope: Mapping[str, Any]) -> str:
    if _status(envelope) != "success":
        return ""
    message = envelope.get("Message")
    return read_id(message.get("Id")) if isinstance(message, dict) else ""


def read_id(value: object) -> str:
    """A readable lead id, empty where it is none: it goes to the ledger and into the report."""
    text = value.strip() if isinstance(value, str) else ""
    return text if len(text) <= LONGEST_ID and text.isprintable() and text.isascii() else ""


def _is_error(envelope: Mapping[str, Any]) -> bool:
    return _status(envelope) == "error" or bool(envelope.get("ExceptionType"))


def _read_error(envelope: Mapping[str, Any], reply: Reply, values: Iterable[str]) -> Answer | None:
    """Read an error envelope; None where it is not LeadSquared's own (MX) and the status must tell.

    Only the listed types prove that nothing was stored: whatever else is called MX may have come after the deed.
    """
    error = _exception_type(envelope)
    text = _explanation(envelope)
    is_mx = error.startswith("MX") or envelope.get("IsMXException") is True
    says_so = _RATE.search(text) and (not is_mx or not error or reply.status in {_TOO_MANY_REQUESTS, _FORBIDDEN})
    if "RateLimit" in error or (error not in _OF_ONE_LEAD and says_so):
        return _rate_limited(text, reply)
    if reply.status in _FATAL_STATUSES and error not in _OF_ONE_LEAD:
        return None
    message = redact(text, values)
    if error == _DUPLICATE or (not error and _DUPLICATE_TEXT.search(text)):
        return duplicate_answer(text, message)
    if not is_mx:
        return None
    if error == _KEYS or (reply.status == _FORBIDDEN and _KEYS_REFUSED.search(error)):
        return Answer(Kind.FATAL, error=error, message=message, tip=FATAL_TIPS[401])
    if error in _OF_ONE_LEAD:
        fields = _unknown_attributes(text) if error == "MXUnknownAttributeException" else ()
        return Answer(Kind.REJECTED, error=error, message=message, tip=tip_for(error, fields), fields=fields)
    answer = _ambiguous(
        reply, error or "MXException", f"{error or 'an error'}, which does not tell whether it stored it"
    )
    return replace(answer, message=f"{answer.message} {message}".strip())


def _read_status(reply: Reply, envelope: Mapping[str, Any] | None, values: Iterable[str]) -> Answer:
    """Read what no MX envelope explains, by the HTTP status."""
    if envelope is not None and _status(envelope) == "success":
        return _ambiguous(reply, "success_without_id", "a success without a lead id")
    text = reply.body.decode("utf-8-sig", "replace")
    # A server error that quotes such a text is still a server error.
    says_so = reply.status < _SERVER_ERRORS and _RATE.search(text)
    if reply.status == _TOO_MANY_REQUESTS or says_so:
        return _rate_limited(text, reply)
    error = f"HTTP {reply.status}"
    detail = _plain_detail(text, envelope, values)
    if reply.status in _FATAL_STATUSES:
        return Answer(
            Kind.FATAL,
            error=_exception_type(envelope or {}) or error,
            message=detail or error,
            tip=FATAL_TIPS[reply.status],
        )
    if reply.status in _FINAL_STATUSES:
        message = f"{error}: {detail}" if detail else error
        return Answer(Kind.REJECTED, error=error, message=message, tip=status_tip(reply.status))
    return _ambiguous(reply, error, f"{error} without a known error")


def _ambiguous(reply: Reply, error: str, what: str) -> Answer:
    return Answer(
        Kind.AMBIGUOUS,
        error=error,
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
    text = (retry_after or "").strip()
    return min(float(text), LONGEST_RETRY_AFTER_S) if text.isascii() and text.isdigit() else None


def _exception_type(envelope: Mapping[str, Any]) -> str:
    """The ExceptionType if it is a name: it goes to logs as it is."""
    name = envelope.get("ExceptionType")
    return name if isinstance(name, str) and _EXCEPTION_TYPE.fullmatch(name) else ""


def _explanation(envelope: Mapping[str, Any]) -> str:
    try:
        return str(envelope.get("ExceptionMessage") or envelope.get("Message") or "")[:LONGEST_TEXT]
    except RecursionError:  # lists within lists within lists
        return ""


def _duplicate_fields(text: str) -> tuple[str, ...]:
    key = _UNIQUE_KEY.search(text)
    if key:
        return (_field_of_key(key[1]),)
    lowered = text.casefold()
    if "mobile" in lowered:  # its text is not known from any source
        return ("Mobile",)
    if "phone" in lowered:
        return ("Phone",)
    if "email" in lowered or "e-mail" in lowered:
        return ("EmailAddress",)
    return ()


def _field_of_key(name: str) -> str:
    """The field that the database's key is for: `UQ_Prospect_Base_EmailAddress` is for EmailAddress."""
    start = name.casefold().rfind("base_")
    field = name[start + len("base_") :] if start >= 0 else ""
    return field or (name[3:] if name.casefold().startswith("uq_") else "") or name


def _unknown_attributes(text: str) -> tuple[str, ...]:
    match = _UNKNOWN_ATTRIBUTES.search(text)
    names = [part.strip(" .\r\n") for part in text[match.end() :].split(",")] if match else []
    return tuple(name for name in names if _SCHEMA_NAME.fullmatch(name))[:MOST_FIELDS]


def _plain_detail(text: str, envelope: Mapping[str, Any] | None, values: Iterable[str]) -> str:
    """What a plain refusal says, if it says it in words: an HTML page is no explanation."""
    text = text[:LONGEST_TEXT] if envelope is None else _explanation(envelope)
    return "" if text.lstrip().startswith("<") else redact(text, values)
