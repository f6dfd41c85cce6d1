"""Replies that nobody honest sends: endless, packed, dripping, huge, unprintable. Each costs little, leaks nothing."""

import asyncio
import gzip
import html
import json
import re
import resource
import time
from collections.abc import Callable
from urllib.parse import quote

import pytest
from raw_server import Conversation, answer, serve_raw
from test_client import LEAD, client_of

from importer.errors import AmbiguousError, TransientError
from importer.leadsquared import answers, lookup, redaction
from importer.leadsquared.answers import Kind, Reply, read_answer, read_leads
from importer.leadsquared.client import MOST_BYTES, MOST_LISTED_BYTES, fetch_plain
from importer.leadsquared.redaction import redact
from importer.servertime import ServerTime

ACCESS = "u$r0123456789abcdef0123456789abcdef"
SECRET = "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432"
MEGABYTE = 1_000_000


async def say_endlessly(talk: Conversation) -> None:
    await talk.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    piece = b" " * 65_536
    while True:
        await talk.say(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")


def packed(size: int) -> bytes:
    return gzip.compress(b" " * size)


BOMB = packed(300 * MEGABYTE)


async def say_bomb(talk: Conversation) -> None:
    await talk.say(answer("200 OK", BOMB, "Content-Encoding: gzip"))


@pytest.mark.parametrize("say", [say_endlessly, say_bomb])
async def test_an_answer_of_any_size_is_in_doubt_and_costs_little_memory(say: object) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with serve_raw(say) as server, client_of(server.base_url) as client:  # type: ignore[arg-type]
        with pytest.raises(AmbiguousError, match="larger than 1,048,576 bytes"):
            await client.create_lead(LEAD)
        with pytest.raises(AmbiguousError, match="larger than 8,388,608 bytes"):
            await client.fields()
        assert await fetch_plain(f"{server.base_url}stats") == b""
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 120_000  # kilobytes


async def test_an_answer_within_the_bounds_is_read_whole_packed_or_not() -> None:
    async def say(talk: Conversation) -> None:
        size = MOST_LISTED_BYTES if "MetaData" in talk.server.requests[-1].line else MOST_BYTES
        await talk.say(answer("200 OK", packed(size), "Content-Encoding: gzip"))

    async with serve_raw(say) as server, client_of(server.base_url) as client:
        assert len((await client.create_lead(LEAD)).body) == MOST_BYTES
        assert len((await client.fields()).body) == MOST_LISTED_BYTES


async def test_a_connection_is_not_used_again_after_an_answer_that_was_too_large() -> None:
    async def say(talk: Conversation) -> None:
        await (say_endlessly(talk) if talk.number == 1 else talk.say(answer()))

    async with serve_raw(say) as server, client_of(server.base_url) as client:
        with pytest.raises(AmbiguousError):
            await client.create_lead(LEAD)
        assert (await client.create_lead(LEAD)).status == 200
        assert server.connections == 2


@pytest.mark.parametrize("part", ["head", "body"])
async def test_an_answer_that_drips_ends_by_the_time_out_as_a_whole(part: str) -> None:
    async def drip(talk: Conversation) -> None:
        await talk.say(b"HTTP/1.1 200 OK\r\n" + (b"Content-Length: 100000\r\n\r\n" if part == "body" else b""))
        for number in range(100_000):
            await talk.say(b" " if part == "body" else f"X-{number}: 1\r\n".encode())
            await asyncio.sleep(0.02)

    async with serve_raw(drip) as server, client_of(server.base_url, timeout_s=0.5) as client:
        began = time.monotonic()
        with pytest.raises((AmbiguousError, TransientError)):
            await client.create_lead(LEAD)
        assert time.monotonic() - began < 5


def test_an_id_that_fits_no_report_is_no_id() -> None:
    body = json.dumps({"Status": "Success", "Message": {"Id": "1" * 40_000}}).encode()
    found = json.dumps([{"ProspectID": "1" * 40_000}]).encode()
    assert read_answer(Reply(200, body)).kind is Kind.AMBIGUOUS
    assert getattr(read_leads(Reply(200, found)), "kind", None) is Kind.AMBIGUOUS


UNPRINTABLE = "a\x1b[31mb\x9b2Jc\u202ed\u2066e\x00f\u2028g\ud800h\x7fi"


@pytest.mark.parametrize("name", ["ExceptionMessage", "Message"])
@pytest.mark.parametrize("kind", ["MXInvalidInputException", "MXDuplicateEntryException", "MXOther", ""])
@pytest.mark.parametrize("status", [200, 400, 401, 404, 418, 429, 500])
def test_what_an_answer_says_prints_and_is_short(name: str, kind: str, status: int) -> None:
    for text in (UNPRINTABLE, UNPRINTABLE * 2_000, "does not exist - " + ",".join(["mx_" + "A" * 90] * 2_000)):
        body = json.dumps({"Status": "Error", "ExceptionType": kind, name: text}).encode()
        told = read_answer(Reply(status, body))
        for shown in (told.lead_id, told.error, told.message, told.tip, *told.fields):
            assert shown.isprintable()
            assert len(shown) < 3000
            shown.encode()


@pytest.mark.parametrize(
    "body",
    [
        b'{"Status":"Error","ExceptionMessage":' + b"[" * depth + b"]" * depth + b"}"
        for depth in (10, 300, 900, 950, 980, 990, 1000, 100_000)
    ],
)
def test_lists_within_lists_have_a_meaning(body: bytes) -> None:
    for status in (200, 400, 500):
        assert read_answer(Reply(status, body)).kind in set(Kind)


WORST = {
    "answers._RATE": ["API calls exceeded the limit of 1 in ", "API calls exceeded the limit of 1"],
    "answers._UNKNOWN_ATTRIBUTES": ["does not exist   ", "does not exist"],
    "answers._SCHEMA_NAME": ["a"],
    "answers._EXCEPTION_TYPE": ["a"],
    "answers._UNIQUE_KEY": ["for key 'Base_Base_", "for key '" + "a" * 5000],
    "answers._DUPLICATE_TEXT": ["A Lead with same ", "Duplicate entry ", "Duplicate entry ' for ke"],
    "answers._KEYS_REFUSED": ["InvalidAcces", "Unauthori"],
    "answers._DATABASE": ["deadlock ", "sqlexceptio", "lock wait "],
    "lookup.STORED_PHONE": ["+1", "+123-1"],
    "lookup.NOT_DIGITS": ["a", "a1"],
    "redaction._EMAIL": ["a", "a@"],
    "redaction._KEY": ["accessKey = ", "access-key' : '", "accesskey"],
    "redaction._NUMBER": ["1", "1 ().-", "+1", "12345678-1234-1234-1234-"],
    "redaction._ESCAPE": ["\\u00", "\\"],
}
"""The worst text for each pattern that a server's text meets: starts that never end, as dense as can be."""

OTHERS = ["%25", "&amp;", "&#", "' for key", "İ", "\u202e"]

PATTERNS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": pattern
    for module in (answers, lookup, redaction)
    for name, pattern in vars(module).items()
    if isinstance(pattern, re.Pattern)
}


def test_every_pattern_that_a_server_s_text_meets_has_its_worst_text() -> None:
    assert PATTERNS.keys() == WORST.keys()


@pytest.mark.parametrize("name", WORST)
def test_a_pattern_reads_a_megabyte_of_its_worst_text_in_its_length_s_time(name: str) -> None:
    for text in WORST[name]:
        whole = text * (MEGABYTE // len(text))
        began = time.process_time()
        for _ in PATTERNS[name].finditer(whole):
            pass
        assert time.process_time() - began < 5, text[:20]  # a quadratic one takes minutes


@pytest.mark.parametrize("text", [*OTHERS, *(text for texts in WORST.values() for text in texts)])
def test_an_answer_of_the_worst_text_is_read_in_its_length_s_time(text: str) -> None:
    whole = text * (MEGABYTE // len(text))
    began = time.process_time()
    for body in (whole.encode(), _envelope("MXDuplicateEntryException", whole), _envelope("", whole)):
        read_answer(Reply(400, body), values=[ACCESS, SECRET, "Zoë", text])
    assert time.process_time() - began < 10


def _envelope(kind: str, text: str) -> bytes:
    return json.dumps({"Status": "Error", "ExceptionType": kind, "ExceptionMessage": text}, ensure_ascii=False).encode()


def entities(text: str) -> str:
    return "".join(f"&#{ord(mark)};" for mark in text)


FORMS: dict[str, Callable[[str], str]] = {
    "as it is": lambda key: key,
    "in capitals": str.upper,
    "URL-encoded": lambda key: quote(key, safe=""),
    "every character URL-encoded": lambda key: "".join(f"%{ord(mark):02x}" for mark in key),
    "twice": lambda key: quote(quote(key, safe=""), safe=""),
    "three times": lambda key: quote(quote(quote(key, safe=""), safe=""), safe=""),
    "entities": entities,
    "hexadecimal entities": lambda key: "".join(f"&#x{ord(mark):x};" for mark in key),
    "entities of a URL": lambda key: html.escape(quote(key, safe="")),
    "a named entity": lambda key: key.replace("$", "&dollar;"),
    "backslashes": lambda key: "".join(f"\\u{ord(mark):04x}" for mark in key),
    "a dollar's backslash": lambda key: key.replace("$", "\\u0024").replace("7", "\\x37"),
    "broken by a blank of no width": "\u200b".join,
    "broken by joiners": "\u200d".join,
    "broken by soft hyphens": "\u00ad".join,
    "broken by marks of direction": "\u202e".join,
    "broken by NULs": "\0".join,
    "its first twelve characters": lambda key: key[:12],
    "its last twelve characters": lambda key: key[-12:],
    "twelve in its middle, encoded": lambda key: quote(quote(key[8:20], safe=""), safe=""),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("key", [ACCESS, SECRET, "9f8e7d6c5b+/4=&%39281706f5e4d3c2b1a09876"])
def test_no_form_of_a_key_shows(form: str, key: str) -> None:
    shown = redact(f"Denied: ({FORMS[form](key)}) is not known", [key, "Zoë"])
    assert shown in {"Denied: (…) is not known", "Denied: (……) is not known"}


def test_what_holds_no_value_is_told_as_it_came() -> None:
    text = "Field &lt;b&gt; takes 100%25 of \\u0024 5"
    assert redact(text, [ACCESS, "Zoë"]) == text


def test_a_value_that_is_cut_by_the_end_of_what_is_read_does_not_show() -> None:
    value = "a secret word of mine " * 20
    assert redact("x@y " * 2_400 + value[:430] + "z" * 10_000, [value.strip()]).strip("… ") == ""


@pytest.mark.parametrize(
    "date",
    [
        *("", "x", "Mon", ",", "Thu, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "1 2 3 4 5"),
        *("Thu, 99 Jan 2026 00:00:00 GMT", "Thu, 01 Jan 99999 00:00:00 GMT", "Thu, 01 Jan 2026 00:00:00 +999999"),
        *(
            "(" * 8000,
            "Thu, 01 Jan 2026 99:99:99 GMT",
            "٣ Jan ٢٠٢٦ 00:00:00 GMT",
            "Thu, 01 Jan 2026 00:00:00 -99999999",
        ),
    ],
)
def test_no_date_header_upsets_the_clock(date: str) -> None:
    time_told = ServerTime(wall_clock=lambda: 1_800_000_000.0, steady_clock=lambda: 5.0)
    time_told.note(date)
    assert time_told.skew_s is None or abs(time_told.skew_s) < 200 * 366 * 86_400
