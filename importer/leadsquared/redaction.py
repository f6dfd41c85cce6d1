"""Takes a lead's values and the keys out of a server's text, which goes to logs, ledger and report. Pure."""

import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

__all__ = ["redact"]

_GONE = "…"
_LONGEST = 300
_SHORTEST_ASCII = 3
"""A shorter value in ASCII is no secret, and taking out every `in` or `no` would spoil the message."""
_SURE_LENGTH = 6
"""From here on a value is taken out of the middle of words too: a server puts `+91` before a number, say."""

# Every repetition is bounded or cannot back up: a text of megabytes takes no more than its length's time.
_EMAIL = re.compile(r"""[^\s@'"<>(),;:=]{1,64}@[^\s@'"<>(),;:]+""")
_KEY = re.compile(r"""((?:access|secret)-?key["']?\s{0,3}[=:]\s{0,3}["']?)[^\s&"'<>,]+""", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?P<id>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)|(?<![A-Za-z0-9_])\+?\d(?:[ ().-]{0,3}\d){6,}",
    re.IGNORECASE,
)


def redact(text: str, values: Iterable[str] = ()) -> str:
    """The text in one line of at most 300 characters, without what must not be seen.

    `values` are the lead's values and the keys: they go in every form in which a server may echo them. E-mail
    addresses, numbers of seven digits or more (but not lead ids) and key parameters go whether they are ours or not.
    """
    text = _without_entry(text)
    forms = {form for value in values for form in _forms(value)}
    for form in sorted(forms, key=len, reverse=True):
        if form.casefold() in text.casefold():
            text = re.sub(_pattern(form), _GONE, text, flags=re.IGNORECASE)
    text = _KEY.sub(rf"\1{_GONE}", text)
    text = _EMAIL.sub(_GONE, text)
    text = _NUMBER.sub(lambda match: match[0] if match["id"] else _GONE, text)
    text = " ".join(text.encode("utf-8", "replace").decode().split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}{_GONE}"


def _without_entry(text: str) -> str:
    """Without the value of `Duplicate entry '…' for key '…'`, which may hold quotation marks itself."""
    start, end = text.find("'"), text.rfind("' for key")
    return f"{text[: start + 1]}{_GONE}{text[end:]}" if start < end else text


def _forms(value: str) -> set[str]:
    """A value as it is, and as it stands in a URL, a page, a JSON text and a line."""
    whole = value.encode("utf-8", "replace").decode()
    forms = {value, quote(whole, safe=""), quote_plus(whole), html.escape(value), json.dumps(value)[1:-1]}
    forms |= {json.dumps(value, ensure_ascii=False)[1:-1], " ".join(value.split())}
    return {form for form in forms if form and (len(form) >= _SHORTEST_ASCII or not form.isascii())}


def _pattern(form: str) -> str:
    """A short word of ASCII goes as a whole word only; anything else wherever it stands."""
    bare = re.escape(form)
    return bare if len(form) >= _SURE_LENGTH or not form.isascii() else rf"(?<!\w){bare}(?!\w)"
