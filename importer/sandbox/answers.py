"""What the API says: every text of an answer in one place, each with its source or marked as invented."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "BAD_GATEWAY",
    "GATEWAY_TIMEOUT",
    "JSON",
    "NO_SUCH_API",
    "PLAIN_ERROR",
    "Reply",
    "answer_bad_keys",
    "answer_created",
    "answer_json",
    "answer_malformed",
    "answer_mx",
    "answer_over_limit",
    "answer_success",
    "answer_wrong_verb",
]

JSON = "application/json"
_HTML = "text/html"
_TEXT = "text/plain"

_GATEWAY_PAGE = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body>\r\n</html>\r\n"
)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `kind` is what the statistics call it: `created`, `found`, or the name of the error.

    `rest` is what the account may still do after it has answered; each step is given the time of it.
    """

    status: int
    body: bytes
    kind: str
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    rest: Sequence[Callable[[float], object]] = ()


# "An HTML page" is all that the sources tell of these; their text is invented.
BAD_GATEWAY = Reply(502, _GATEWAY_PAGE.format("502 Bad Gateway").encode(), "html_502", _HTML)
GATEWAY_TIMEOUT = Reply(504, _GATEWAY_PAGE.format("504 Gateway Time-out").encode(), "gateway_504", _HTML)
PLAIN_ERROR = Reply(500, b"Internal Server Error", "error_500", _TEXT)
NO_SUCH_API = Reply(404, b"Not Found", "no_such_api", _TEXT)  # text invented


def answer_json(value: Any, kind: str) -> Reply:  # noqa: ANN401 - whatever JSON can say
    """A 200 with this value; characters outside ASCII go as they are."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Reply(200, text.encode("utf-8", "backslashreplace"), kind)


def answer_created(lead_id: str) -> Reply:
    """A success of Lead.Create (doc)."""
    return Reply(200, b'{"Status":"Success","Message":{"Id":"%s"}}' % lead_id.encode(), "created")


def answer_success(message: Mapping[str, Any], kind: str) -> Reply:
    """A success of another call that changes something (doc)."""
    return answer_json({"Status": "Success", "Message": message}, kind)


def answer_mx(exception_type: str, message: str, *, status: int) -> Reply:
    """The error envelope (doc), normally with HTTP 500."""
    body = json.dumps(
        {"Status": "Error", "ExceptionType": exception_type, "ExceptionMessage": message, "IsMXException": True},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return Reply(status, body.encode("utf-8", "backslashreplace"), exception_type)


def answer_over_limit(*, status: int, calls: int, per_seconds: float) -> Reply:
    """A rate refusal in one of its three forms: HTTP 429, 403 or 200 (live)."""
    message = f"API calls exceeded the limit of {calls} in {per_seconds:g} second(s)"
    return answer_mx("MXAPIRateLimitExceededException", message, status=status)


def answer_bad_keys() -> Reply:
    """Keys that the account does not know (type and text weakly sourced)."""
    return answer_mx("MXInvalidAccessDetailsException", "Invalid Access Details provided.", status=401)


def answer_malformed(reason: str) -> Reply:
    """A body that is not per specification: 400 and free text (live); the text is invented."""
    return Reply(400, f"Bad Request: {reason}".encode(), "malformed", _TEXT)


def answer_wrong_verb(verb: str) -> Reply:
    """A call with the wrong HTTP method; `verb` is the right one. The text is invented."""
    return Reply(405, b"Method Not Allowed", "wrong_verb", _TEXT, {"Allow": verb})
