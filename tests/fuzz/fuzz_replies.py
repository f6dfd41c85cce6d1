"""Replies of servers that mean no good, made by their structure.

By hand: python tests/fuzz/fuzz_replies.py [COUNT [SEED]]. Every reader of an answer gets each reply: none may raise
anything but its own refusal, take long, show a key, or hand on what does not print.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

from importer.lead.metadata import read_fields
from importer.lead.users import read_users
from importer.leadsquared.answers import Answer, Reply, read_answer, read_leads
from importer.leadsquared.user import read_user
from importer.printable import JOINERS
from importer.servertime import ServerTime

__all__ = ["check_replies"]

KEYS = ("u$r0123456789abcdef0123456789abcdef", "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432", "asha@example.com")
LONGEST_S = 5.0
MOST_SHOWN = 3000

NAMES = (
    *("Status", "Message", "ExceptionType", "ExceptionMessage", "IsMXException", "Id", "ProspectID", "CreatedOn"),
    *("SchemaName", "DisplayName", "DataType", "MaxLength", "Options", "Value", "CustomObjectMetaData", "Fields"),
    *("OptionSet", "IsMandatory", "ShowInImport", "DefaultValue", "ID", "FirstName", "LastName", "EmailAddress"),
    *("StatusCode", "OrgDisplayName", "TimeZone", "Role", "DefaultCountryCode", ""),
)
TEXTS = (
    *("Success", "Error", "success", "", "-", "0", "1", "true", "mx_City", "Phone", "Text", "Select", "91", "+91"),
    *("MXDuplicateEntryException", "MXInvalidInputException", "MXUnknownAttributeException", "MXTimeoutException"),
    *("MXAPIRateLimitExceededException", "MXInvalidAccessDetailsException", "MySqlException", "1b3c7a52-9f0e-4d55"),
    *("A Lead with same Phone Number already exists.", "Duplicate entry 'x' for key 'UQ_Prospect_Base_Phone'"),
    *("API calls exceeded the limit of 20 in 5 second(s)", "Attribute(s) does not exist - mx_A,mx_B."),
    *(
        "\x1b[2J\x9b31m",
        "\u202eevil\u2066",
        "\ud800",
        "\0",
        "a\r\nconstants:\n  A: b",
        "<html><script>",
        "=cmd|' /C calc'!A0",
    ),
    *("%25%32%35" * 50, "&amp;" * 500, "\\u0024" * 100, "for key 'Base_" * 300, "a@" * 3000, "1 " * 3000, *KEYS),
)
NUMBERS = (0, 1, -1, 2**31, 2**63, 10**400, 1.5, float("inf"), float("nan"), True, False, None)
STATUSES = (200, 200, 200, 201, 204, 301, 303, 400, 401, 403, 404, 409, 412, 418, 429, 500, 502, 503, 599, 999)
HEADERS = (None, "", "1", "0", "9" * 5000, "-1", "x", "Wed, 21 Oct 2026 07:28:00 GMT", "٣", "1e308")
DATES = (
    *(None, "", "Thu, 26 Nov 2026 02:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 +2359"),
    *("x" * 8000, "1 Jan", "Thu, 01 Jan 99999999999 00:00:00 GMT", "Thu, 99 Foo 2026 99:99:99 -9999", ", , ,"),
)


def make_value(draws: random.Random, depth: int = 0) -> Any:
    """Whatever JSON can say, mostly in the words of the API."""
    kind = draws.random()
    if kind < 0.4 or depth > 4:
        text = draws.choice(TEXTS)
        return text if draws.random() < 0.9 else text * draws.randrange(200)
    if kind < 0.5:
        return draws.choice(NUMBERS)
    if kind < 0.75:
        return [make_value(draws, depth + 1) for _ in range(draws.randrange(4))]
    return {draws.choice(NAMES): make_value(draws, depth + 1) for _ in range(draws.randrange(6))}


def make_reply(draws: random.Random) -> Reply:
    """A status, a Retry-After and a body: built, cut, spoilt, nested or no JSON at all."""
    body = json.dumps(make_value(draws), ensure_ascii=draws.random() < 0.5).encode("utf-8", "surrogatepass")
    kind = draws.random()
    if kind < 0.1:
        body = body[: draws.randrange(len(body) + 1)]
    elif kind < 0.2 and body:
        spoilt = bytearray(body)
        for _ in range(draws.randrange(1, 6)):
            spoilt[draws.randrange(len(spoilt))] = draws.randrange(256)
        body = bytes(spoilt)
    elif kind < 0.25:
        depth = draws.choice((10, 300, 900, 985, 1000, 5000))
        body = b'{"Status":"Error","ExceptionMessage":' + b"[" * depth + b"]" * depth + b"}"
    elif kind < 0.3:
        body = draws.randbytes(draws.randrange(2000))
    elif kind < 0.35:
        body = draws.choice((b"\xef\xbb\xbf", b"\xff\xfe", b" " * 1000)) + body
    return Reply(draws.choice(STATUSES), body, draws.choice(HEADERS))


def _refusing(read: Callable[[bytes], object]) -> Callable[[Reply], object]:
    def call(reply: Reply) -> object:
        try:
            return read(reply.body)
        except ValueError as refusal:
            return refusal if type(refusal) is ValueError else _fail(refusal)

    return call


def _fail(error: Exception) -> object:
    raise AssertionError(f"{type(error).__name__} is no refusal") from error


READERS: tuple[Callable[[Reply], object], ...] = (
    lambda reply: read_answer(reply, values=KEYS),
    lambda reply: read_leads(reply, values=KEYS),
    read_user,
    _refusing(read_fields),
    _refusing(read_users),
)


def check_replies(count: int, seed: int) -> None:
    """Read so many replies; AssertionError, naming the number and the seed, where one does what none may."""
    for number in range(count):
        draws = random.Random(f"{seed} {number}")
        reply, date = make_reply(draws), draws.choice(DATES)
        began = time.process_time()
        try:
            for read in READERS:
                told = read(reply)
                if isinstance(told, Answer):
                    _check_answer(told)
            clock = ServerTime(wall_clock=lambda: 1.8e9, steady_clock=lambda: 1.0)
            clock.note(date)
            assert time.process_time() - began < LONGEST_S, "it took too long"
        except Exception as error:
            raise AssertionError(f"reply {number} of seed {seed}: {type(error).__name__}: {error}") from error


def _check_answer(answer: Answer) -> None:
    for text in (answer.lead_id, answer.error, answer.message, answer.tip, *answer.fields):
        assert all(mark.isprintable() or mark in JOINERS for mark in text), "it does not print"
        assert len(text) <= MOST_SHOWN, "it is too long"
        assert not any(key[at : at + 12] in text for key in KEYS for at in range(len(key) - 11)), "a key shows"


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]] or [100_000]
    check_replies(given[0], given[1] if len(given) > 1 else random.SystemRandom().randrange(2**32))
    sys.stdout.write(f"{given[0]:,} replies: nothing found\n")
