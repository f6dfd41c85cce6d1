"""Which fault strikes a call: by the odds of the settings, from a seeded random, or as a script says."""

import random
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

from importer.sandbox.calls import CREATES
from importer.sandbox.settings import FAULTS, Settings

__all__ = ["Faults", "Script", "Scripted", "parse_script"]

_REFUSALS = ("refuse_429", "refuse_403", "refuse_200")


class Faults:
    """Draws one number for each call that can be struck, so that a seed gives the same faults to the same calls."""

    def __init__(self, settings: Settings, draws: random.Random) -> None:
        self._draws = draws
        self.change(settings)

    def change(self, settings: Settings) -> None:
        """Go on with other odds."""
        self._bounds = tuple(zip(accumulate(settings.odds()), FAULTS, strict=True))
        self._all = settings.faults_on == "all"
        self._any = any(settings.odds())

    def strike(self, call: str) -> str | None:
        """The fault that strikes this call, if any."""
        if not self._any or not (self._all or call in CREATES):
            return None
        drawn = self._draws.random()
        return next((name for bound, name in self._bounds if drawn < bound), None)


@dataclass(frozen=True, slots=True)
class Scripted:
    """What a test wants for a coming call.

    `call` restricts it to one call by its short name, `times` repeats it. `fault` is one of FAULTS, `refuse_429`,
    `refuse_403`, `refuse_200`, or `none` for the ordinary answer. With a `status` this answer is given in place of
    the account's own, after the lead is stored if `store` is set. Of a bulk call no more than its first `rows` are
    worked on, where that is given. `delay_ms` is spent before the reply.
    """

    call: str | None = None
    times: int = 1
    fault: str | None = None
    status: int | None = None
    body: str = ""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    store: bool = False
    rows: int | None = None
    delay_ms: float = 0.0


class Script:
    """The answers that tests have ordered, oldest first."""

    def __init__(self) -> None:
        self._queue: deque[Scripted] = deque()

    def __len__(self) -> int:
        return sum(entry.times for entry in self._queue)

    def extend(self, entries: Iterable[Scripted]) -> None:
        """Add answers behind those that still wait."""
        self._queue.extend(entries)

    def clear(self) -> None:
        """Forget what still waits."""
        self._queue.clear()

    def take(self, call: str) -> Scripted | None:
        """The oldest answer that fits this call, used up by it."""
        for index, entry in enumerate(self._queue):
            if entry.call in (None, call):
                if entry.times > 1:
                    self._queue[index] = replace(entry, times=entry.times - 1)
                else:
                    del self._queue[index]
                return entry
        return None


def parse_script(value: object, *, calls: Iterable[str]) -> list[Scripted]:
    """The script from its JSON, an array of objects; ValueError says which one is wrong and why."""
    if not isinstance(value, list):
        raise ValueError("a script is an array of answers")  # noqa: TRY004 - JSON from outside
    return [_parse_entry(item, number, tuple(calls)) for number, item in enumerate(value, start=1)]


def _parse_entry(item: object, number: int, calls: tuple[str, ...]) -> Scripted:
    where = f"answer {number}"
    if not isinstance(item, dict):
        raise ValueError(f"{where} is no object")  # noqa: TRY004 - JSON from outside
    values: dict[str, Any] = dict(item)
    if unknown := sorted(set(values) - set(Scripted.__dataclass_fields__)):
        raise ValueError(f"{where}: unknown key {unknown[0]!r}")
    fault, call, status = values.get("fault"), values.get("call"), values.get("status")
    times, delay_ms, rows = values.get("times", 1), values.get("delay_ms", 0), values.get("rows")
    if isinstance(values.get("body"), dict | list):
        raise ValueError(f"{where}: body is the text to send, also where that text is JSON")  # noqa: TRY004 - JSON from outside
    rules = (
        (fault is None or fault in (*FAULTS, *_REFUSALS, "none"), f"no fault is called {fault!r}"),
        (call is None or call in calls, f"no call is called {call!r}"),
        (status is None or (type(status) is int and 200 <= status <= 599), "status is 200 to 599"),  # noqa: PLR2004 - HTTP
        (fault is None or status is None, "fault and status exclude each other"),
        (type(times) is int and times >= 1, "times is 1 or more"),
        (rows is None or (type(rows) is int and rows >= 0), "rows is 0 or more"),
        (type(delay_ms) in (int, float) and delay_ms >= 0, "delay_ms is 0 or more"),
        (isinstance(values.get("body", ""), str), "body is a text"),
        (isinstance(values.get("content_type", ""), str), "content_type is a text"),
        (isinstance(values.get("store", False), bool), "store is true or false"),
        (_is_headers(values.get("headers", {})), "headers are texts by name, without content type and length"),
    )
    for ok, rule in rules:
        if not ok:
            raise ValueError(f"{where}: {rule}")
    return Scripted(**values)


def _is_headers(value: object) -> bool:
    """Texts by name; the content type has its own key, the length is the server's business."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in (*value, *value.values())):
        return False
    return not {name.lower() for name in value} & {"content-type", "content-length", "transfer-encoding"}
