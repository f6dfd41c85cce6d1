"""Reports as people and programs leave them behind: edited, sorted, cut, copied and saved in other forms."""

import csv
import io
import random

from workbooks import NAMES, text

__all__ = ["edit_report"]

OWN = (
    "lsq_row",
    "lsq_status",
    "lsq_lead_id",
    "lsq_error",
    "lsq_message",
    "lsq_tip",
    "lsq_attempts",
    "lsq_time",
    "lsq_ref",
    "lsq_extra",
)
STATUSES = ("created", "duplicate", "rejected", "invalid", "unknown", "unsent", "failed", "ready", "CREATED", "", "?")


def edit_report(chance: random.Random) -> bytes:
    """A report of some lines with some edits."""
    header = [*NAMES, *OWN]
    lines = [
        [
            *(text(chance)[:2_000] for _ in NAMES),
            chance.choice((str(row), str(row), "1", "0", "9" * 12, "x", f"{row}.0", "")),
            chance.choice(STATUSES),
            chance.choice(("", "3f2a0000-0000-0000-0000-000000000001", text(chance)[:100])),
            *(text(chance)[:200] for _ in range(3)),
            chance.choice(("", "1", "99999999999", "-1")),
            chance.choice(("", "2026-01-02 03:04:05", "yesterday")),
            chance.choice(("", "a" * 45, f"ref{row % 3}", text(chance)[:60])),
            chance.choice(("", "a,b", '"open', text(chance)[:60])),
        ]
        for row in range(2, 2 + chance.choice((1, 5, 40)))
    ]
    table = [header, *lines]
    for _ in range(chance.choice((0, 1, 3))):
        how = chance.randrange(5)
        column = chance.randrange(len(header))
        if how == 0:
            table = [line[:column] + line[column + 1 :] for line in table]
        elif how == 1:
            table = [[*line, line[min(column, len(line) - 1)]] for line in table]
        elif how == 2:
            table = [table[0], *sorted(table[1:])]
        elif how == 3:
            table = [*table, *table[1:3]]
        else:
            chance.shuffle(table)
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=chance.choice(",,;\t")).writerows(table)
    return out.getvalue().encode(chance.choice(("utf-8-sig", "utf-8", "utf-16")), "replace")
