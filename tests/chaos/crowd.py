"""The rows of a round: people of every kind, and what they must come to."""

import random
from collections.abc import Sequence

from truth import Cells
from workbench import person

__all__ = ["expected_keys", "is_keyless", "make_rows"]


def make_rows(count: int, draw: random.Random, *, keyless: int = 10) -> list[Cells]:
    """Rows of every kind: one unique value, two, or none (`keyless`, to some 90 others), repeats of values, of whole
    rows, and hopeless ones.
    """
    rows: list[Cells] = []
    while len(rows) < count:
        number = len(rows) + 1
        first, last, email, phone, city, remark = person(number)
        kind = draw.choices(
            ["both", "email", "phone", "nobody", "same value", "same row", "nameless", "refused"],
            [50, 12, 12, keyless, 6, 4, 3, 3],
        )[0]
        if kind == "email":
            phone = ""
        elif kind == "phone":
            email = ""
        elif kind == "nobody":
            email = phone = ""
        elif kind == "nameless":
            first = last = email = phone = ""
        elif kind == "refused":
            email, phone = f"address {number}", ""
        elif kind == "same value":
            keyed = [row for row in rows if "@" in row[2]]
            if keyed:
                email, phone = draw.choice(keyed)[2].upper(), ""
        elif kind == "same row" and rows:
            rows.append(draw.choice(rows))
            continue
        rows.append((first, last, email, phone, city, remark))
    return rows


def expected_keys(rows: Sequence[Cells]) -> int:
    """How many leads the rows with a unique value come to."""
    taken: set[str] = set()
    count = 0
    for _first, _last, email, phone, _city, _remark in rows:
        keys = {value for value in (email.casefold(), phone) if value}
        if not keys or (email and "@" not in email):
            continue
        count += not keys & taken
        taken |= keys
    return count


def is_keyless(row: Cells) -> bool:
    """Whether a row has a name and no unique value."""
    return bool(row[0]) and not row[2] and not row[3]
