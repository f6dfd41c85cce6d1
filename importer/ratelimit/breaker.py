"""The circuit breaker: a run that gets nowhere pauses, and in the end stops, rather than spending calls in vain.

Two rules, each off with 0:

- *failures*: so many calls of one kind in a row without an answer pause all calls. After the pause one more failure
  begins a longer one; when the last pause did not help either, the run ends. Any answer closes the breaker again.
- *same error*: when each of the first so many rows that were sent ended with one and the same error, the run ends. One
  row that went otherwise shows that the mapping is not to blame, and turns the rule off. Duplicates tell nothing.

Refusals because of the limit are no failures here: the pacing answers them.
"""

from collections import Counter
from collections.abc import Callable

from importer.errors import FatalError
from importer.outcome import Outcome
from importer.ratelimit.estimate import tell_duration

__all__ = ["FIRST_PAUSE_S", "MOST_PAUSES", "Breaker", "BreakerError"]

FIRST_PAUSE_S = 30.0

MOST_PAUSES = 4
"""30, 60, 120 and 240 s: a stop after 7 to 8 minutes of outage."""


class BreakerError(FatalError):
    """The breaker ended the run: what is left is unsent."""


class Breaker:
    """Follows the calls and the rows of one run; pure but for `clock`, which tells seconds.

    `failures` and `same_error` are the thresholds, 0 turning a rule off. No pause is shorter than `longest_call_s`, so
    that what was on its way has failed when it ends.
    """

    def __init__(
        self, *, failures: int, same_error: int, clock: Callable[[], float], longest_call_s: float = 0.0
    ) -> None:
        self._most_failures = failures
        self._most_same = same_error
        self._clock = clock
        self._first_pause_s = max(FIRST_PAUSE_S, longest_call_s)
        self._failures: Counter[str] = Counter()
        self._pauses = 0
        self._paused_until = float("-inf")
        self._same: Outcome | None = None
        self._same_count = 0
        self._is_judging = same_error > 0

    def answered(self, call: str) -> bool:
        """A call of this kind got its answer; True where that ends a spell of pauses."""
        self._failures[call] = 0
        was_open = self._pauses > 0 and not any(self._failures.values())
        if was_open:
            self._pauses = 0
        return was_open

    def failed(self, call: str) -> float:
        """A call of this kind got no answer: how many seconds all calls shall pause, mostly 0.

        BreakerError when the last pause did not help.
        """
        if not self._most_failures or self._clock() < self._paused_until:
            return 0.0
        self._failures[call] += 1
        if self._failures[call] < self._most_failures:
            return 0.0
        if self._pauses == MOST_PAUSES:
            raise BreakerError(
                f"LeadSquared did not answer {self._failures[call]:,} calls in a row, with pauses of up to "
                f"{tell_duration(self._pause_s(MOST_PAUSES - 1))} between them.",
                hint="Look whether LeadSquared and the network are up, then run the same command again: it goes on "
                "where this run stopped. breaker.failures in config.yaml sets how many are too many; 0 turns it off.",
            )
        pause_s = self._pause_s(self._pauses)
        self._pauses += 1
        self._paused_until = self._clock() + pause_s
        return pause_s

    def settled(self, outcome: Outcome) -> None:
        """A row that was sent has its outcome; BreakerError when all so far ended with the same error."""
        if not self._is_judging or not outcome.attempts or outcome.status.facts.is_in_vain is None:
            return  # a row that was only looked up tells nothing either
        if not outcome.status.facts.is_in_vain or (self._same is not None and outcome.error != self._same.error):
            self._is_judging = False
            return
        self._same = self._same or outcome
        self._same_count += 1
        if self._same_count < self._most_same:
            return
        raise BreakerError(
            f"Each of the first {self._same_count:,} rows that were sent ended with the same error, so no more are "
            f"sent. {self._same.error}: {self._same.message}",
            hint=f"{self._same.tip} If the rows are to go all the same, set breaker: {{same_error: 0}} in config.yaml.",
        )

    def _pause_s(self, nth: int) -> float:
        return self._first_pause_s * 2.0**nth
