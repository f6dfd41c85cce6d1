"""Whether a report and an account agree with what a person meant, who gave each row of a file a City of its own.

- *lost*: a row of the file has no lead at the end, and its line does not say why;
- *doubled*: one person has two leads;
- *untrue*: a line says what is not so: created with another's lead, not created with a lead that is there;
- *in doubt*: more rows are unknown, and not there, than calls were lost or in flight when a run ended.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from truth import MARKER, Line

__all__ = ["PersonRound", "find_broken_promises"]

FINAL = {"created", "duplicate", "rejected", "invalid", "unknown"}


@dataclass
class PersonRound:
    """What a round came to; `lies` is empty where every promise was kept."""

    seed: int
    acts: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    refusals: int = 0
    leads: int = 0
    lies: list[str] = field(default_factory=list)
    story: list[str] = field(default_factory=list)

    def tell(self) -> str:
        acts = ", ".join(f"{count} {name}" for name, count in sorted(self.acts.items()))
        told = "; ".join(self.lies) or "no lie"
        return f"seed {self.seed}: {self.runs} runs, {self.refusals} refusals, {self.leads} leads; {acts}; {told}"


def find_broken_promises(
    lines: Sequence[Line], leads: Sequence[Mapping[str, Any]], *, most_doubtful: int, is_last: bool
) -> list[str]:
    """What is wrong; nothing where every promise was kept. `most_doubtful` rows may be in doubt without a lead."""
    by_id = {lead["id"]: lead["attributes"].get("mx_City", "") for lead in leads}
    count = Counter(by_id.values())
    claimed = Counter(line.lead_id for line in lines if line.status == "created")
    doubtful = sum(line.status == "unknown" and not count[line.cells[MARKER]] for line in lines)
    return [
        *(f"doubled: {city} has {many} leads" for city, many in count.items() if many > 1),
        *(f"untrue: {many} lines claim the lead {lead_id}" for lead_id, many in claimed.items() if many > 1),
        *(lie for line in lines for lie in _lies_of(line, by_id, count[line.cells[MARKER]], is_last=is_last)),
        *([f"in doubt: {doubtful} rows, with {most_doubtful} calls lost"] if doubtful > most_doubtful else []),
    ]


def _lies_of(line: Line, by_id: Mapping[str, str], held: int, *, is_last: bool) -> Iterator[str]:
    city = line.cells[MARKER]
    said = f"row {line.row} ({city}) is {line.status}"
    if line.status == "created" and by_id.get(line.lead_id) != city:
        yield f"untrue: {said}, but its lead is {by_id.get(line.lead_id, 'nobody')}'s"
    elif line.status not in {"created", "unknown"} and held:
        yield f"untrue: {said}, but its lead is there"
    elif is_last and line.status not in FINAL:
        yield f"lost: {said} at the end"
