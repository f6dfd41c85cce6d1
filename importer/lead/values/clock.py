"""A time of day, for the account's fields of type Time."""

import re

from importer.lead.refusal import Refusal

__all__ = ["read_clock"]

CLOCK = re.compile(r"(\d{1,2})(:[0-5]\d(?::[0-5]\d)?)", re.ASCII)
HOURS = 24

REFUSAL = Refusal("bad_time", "holds something that is no time of day", "Write it as HH:MM, from 00:00 to 23:59.")


def read_clock(text: str, _kind: str | None) -> str | Refusal:
    """`HH:MM` or `HH:MM:SS` as it is, an hour of one digit with its zero."""
    found = CLOCK.fullmatch(text)
    if found is None or int(found[1]) >= HOURS:
        return REFUSAL
    return f"{found[1]:0>2}{found[2]}"
