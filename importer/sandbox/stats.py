"""What the sandbox saw: counts by call, answer and fault, and a log of the latest arrivals."""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Any

from importer.sandbox.limit import Peak

__all__ = ["LOG_LENGTH", "Arrival", "Stats"]

LOG_LENGTH = 100_000
"""So many of the latest arrivals are kept."""


@dataclass(slots=True)
class Arrival:
    """One call as it arrived; `at_s` counts from the sandbox's start. `answer` is the reply's kind or the fault."""

    at_s: float
    call: str
    answer: str = ""
    body: str | None = None


class Stats:
    """Counters that only ever go up until they are cleared."""

    def __init__(self, *, per_seconds: float) -> None:
        self.peak = Peak(per_seconds=per_seconds)
        self.calls: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.refusals = 0
        self.in_flight = 0
        self.log: deque[Arrival] = deque(maxlen=LOG_LENGTH)

    def arrive(self, call: str, *, now: float, started: float, body: bytes | None) -> Arrival:
        """Count an arrival; what becomes of it is written into the value that comes back."""
        self.peak.arrive(now)
        self.calls[call] += 1
        text = None if body is None else body.decode("utf-8", "replace")
        arrival = Arrival(now - started, call, body=text)
        self.log.append(arrival)
        return arrival

    def clear(self) -> None:
        """Start again from nothing."""
        self.peak.clear()
        for counter in (self.calls, self.answers, self.faults):
            counter.clear()
        self.refusals = 0
        self.log.clear()

    def tell(self) -> dict[str, Any]:
        """The counts as JSON says them."""
        arrivals = self.calls.total()
        return {
            "arrivals": arrivals,
            "accepted": arrivals - self.refusals,
            "refusals": self.refusals,
            "most_in_window": self.peak.most,
            "creates": self.calls["Lead.Create"],
            "created": self.answers["created"],
            "duplicates": self.answers["MXDuplicateEntryException"],
            "in_flight": self.in_flight,
            "calls": dict(self.calls),
            "answers": dict(self.answers),
            "faults": dict(self.faults),
        }
