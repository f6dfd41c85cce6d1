"""Takes a lead's values and the keys out of a server's text, which goes to logs, ledger and report. Pure."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote

from importer.printable import JOINERS, is_shown, printable

__all__ = ["redact"]

_GONE = "…"
_LONGEST = 300
_LONGEST_READ = 10_000
"""Of a longer text only the beginning is read, and less than that is shown."""
_SHORTEST_ASCII = 3
"""A shorter value in ASCII is no secret, and taking out every `in` or `no` would spoil the message."""
_SURE_LENGTH = 6
"""From here on a value is taken out of the middle of words too: a server puts `+91` before a number, say."""
_KEY_LENGTH = 20
"""From here on a value without blanks may be a key, of which no part may show either."""
_PART = 12
"""So many characters of a key are a part of it, and no accident."""
_MOST_LAYERS = 5
"""How often a text may be encoded one over another, as a URL in a URL in a page is."""

# Every repetition is bounded or cannot back up: a text of megabytes takes no more than its length's time.
_EMAIL = re.compile(r"""[^\s@'"<>(),;:=]{1,64}@[^\s@'"<>(),;:]+""")
_KEY = re.compile(r"""((?:access|secret)-?key["']?\s{0,3}[=:]\s{0,3}["']?)[^\s&"'<>,]+""", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?P<id>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)|(?<![A-Za-z0-9_])\+?\d(?:[ ().-]{0,3}\d){6,}",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([/\"']))", re.IGNORECASE)


def redact(text: str, values: Iterable[str] = ()) -> str:
    """The text in one line of at most 300 characters, without what must not be seen and what does not print.

    `values` are the lead's values and the keys: they go in every form in which a server may echo them, also encoded
    several times, and of what may be a key each part of twelve characters goes too. E-mail addresses, numbers of seven
    digits or more (but not lead ids) and key parameters go whether they are ours or not.
    """
    values = [value for value in values if value]
    is_cut = len(text) > _LONGEST_READ
    text = _without_entry(text[:_LONGEST_READ])
    for take_out in (_without_values, _without_parts):  # whole values first, or what is beside a part would stay
        text = take_out(text, values)
        for layer in _layers(text):
            if (plainer := take_out(layer, values)) != layer:
                text = plainer  # a value was in it only when it was decoded: then what was decoded is told
    text = _KEY.sub(rf"\1{_GONE}", text)
    text = _EMAIL.sub(_GONE, text)
    text = _NUMBER.sub(lambda match: match[0] if match["id"] else _GONE, text)
    if is_cut:  # a value that was cut in two stands at its end
        text = text[: -max((len(value) for value in values), default=1)] + _GONE
    return printable(text.encode("utf-8", "replace").decode(), _LONGEST)


def _without_values(text: str, values: Iterable[str]) -> str:
    folded = text.casefold()
    forms = {form for value in values for form in _forms(value) if form.casefold() in folded}
    for form in sorted(forms, key=len, reverse=True):
        text = re.sub(_pattern(form), _GONE, text, flags=re.IGNORECASE)
    return text


def _without_parts(text: str, values: Iterable[str]) -> str:
    """Without any twelve characters of what may be a key that stand side by side."""
    for value in values:
        if len(value) >= _KEY_LENGTH and not any(mark.isspace() for mark in value):
            text = _without_parts_of(value, text)
    return text


def _without_parts_of(key: str, text: str) -> str:
    parts = {key[at : at + _PART].lower() for at in range(len(key) - _PART + 1)}
    lowered = text.lower()
    if len(lowered) != len(text):  # a few characters have two in lower case
        lowered = "".join(mark.lower()[0] for mark in text)
    if not any(part in lowered for part in parts):
        return text
    gone = [False] * len(text)
    for part in parts:
        at = lowered.find(part)
        while at >= 0:
            gone[at : at + _PART] = [True] * _PART
            at = lowered.find(part, at + 1)
    return "".join(
        mark if not gone[at] else _GONE if at == 0 or not gone[at - 1] else "" for at, mark in enumerate(text)
    )


def _layers(text: str) -> Iterator[str]:
    """What the text says without its invisible characters, then with one encoding after another taken off."""
    for _ in range(_MOST_LAYERS):
        plainer = _decoded(text)
        if plainer == text:
            return
        yield plainer
        text = plainer


def _decoded(text: str) -> str:
    """A text with one encoding less: percent signs, entities and backslashes, and nothing that does not show."""
    text = html.unescape(unquote(_ESCAPE.sub(_escaped, text)))
    if text.isprintable():
        return text
    return "".join(mark for mark in text if mark.isspace() or (is_shown(mark) and mark not in JOINERS))


def _escaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else match[3]


def _without_entry(text: str) -> str:
    """Without the value of `Duplicate entry '…' for key '…'`, which may hold quotation marks itself."""
    start, end = text.find("'"), text.rfind("' for key")
    return f"{text[: start + 1]}{_GONE}{text[end:]}" if start < end else text


def _forms(value: str) -> set[str]:
    """A value as it is, and as it stands in a URL, a page, a JSON text and a line."""
    whole = value.encode("utf-8", "replace").decode()
    forms = {value, quote(whole, safe=""), quote_plus(whole), html.escape(value), json.dumps(value)[1:-1]}
    forms |= {json.dumps(value, ensure_ascii=False)[1:-1], " ".join(value.split()), _decoded(value)}
    return {form for form in forms if form and (len(form) >= _SHORTEST_ASCII or not form.isascii())}


def _pattern(form: str) -> str:
    """A short word of ASCII goes as a whole word only; anything else wherever it stands."""
    bare = re.escape(form)
    return bare if len(form) >= _SURE_LENGTH or not form.isascii() else rf"(?<!\w){bare}(?!\w)"
