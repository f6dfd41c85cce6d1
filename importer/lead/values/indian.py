"""A number as it is written in India: `50 L`, `2.5 lakh`, `1.2 Cr`, `₹ 45,00,000/-`. Nothing is rounded."""

import re

from importer.lead.refusal import Refusal
from importer.lead.values.number import SEVERAL_REFUSAL, refuse_number

__all__ = ["read_indian_number"]

UNITS = {
    "k": 3,
    "thousand": 3,
    **dict.fromkeys(("l", "lac", "lacs", "lakh", "lakhs"), 5),
    **dict.fromkeys(("cr", "crs", "crore", "crores"), 7),
}
MOST_CHARS = 60
NUMBER = r"\d{1,2}(?:,\d\d){0,20},\d{3}|\d{1,3}(?:,\d{3}){1,20}|\d{1,60}"
WRITTEN = re.compile(
    rf"(?P<before>[-+\u2212]?) ?(?:₹|rs\.?|inr)? ?(?P<sign>[-+\u2212]?)"
    rf"(?P<whole>{NUMBER})?(?:\.(?P<fraction>\d{{1,60}}))? ?(?P<unit>{'|'.join(sorted(UNITS, key=len, reverse=True))})?"
    r"\.? ?(?:/-|inr|rupees)?",
    re.IGNORECASE | re.ASCII,
)
RANGE = re.compile(r"\d\D{0,20}(?:[-\u2013\u2014/]|\bto\b|\bor\b) ?(?:₹|rs\.?)? ?\d", re.IGNORECASE | re.ASCII)


def read_indian_number(text: str, _kind: str | None) -> str | Refusal:
    """The number in digits: thousands (`K`), lakhs (`L`) and crores (`Cr`) counted out, a rupee sign left out.

    Commas part thousands, as in India or elsewhere; a point is a decimal's. A range of two numbers is refused.
    """
    written = " ".join(text[: MOST_CHARS + 1].split())
    found = WRITTEN.fullmatch(written) if len(written) <= MOST_CHARS else None
    if found is None or (found["before"] and found["sign"]) or not (found["whole"] or found["fraction"]):
        return SEVERAL_REFUSAL if RANGE.search(written) else refuse_number(text)
    whole, fraction = (found["whole"] or "0").replace(",", ""), found["fraction"] or ""
    if found["unit"]:  # the point goes so many digits to the right
        zeros = UNITS[found["unit"].lower()]
        whole = (whole + fraction[:zeros].ljust(zeros, "0")).lstrip("0") or "0"
        fraction = fraction[zeros:].rstrip("0")
    minus = "-" if (found["before"] or found["sign"]) in {"-", "\u2212"} else ""
    return f"{minus}{whole}{f'.{fraction}' if fraction else ''}"
