"""Whether the account still takes calls: a spell without one accepted call ends the run."""

import asyncio
from collections.abc import Callable

from importer.errors import FatalError

__all__ = ["BULK_CREATE", "CREATE", "LONGEST_SPELL_S", "LOOK_UP", "Watchdog"]

LONGEST_SPELL_S = 600.0

CREATE, BULK_CREATE, LOOK_UP = "Lead.Create", "Lead/Bulk/Create", "look-up"
"""The kinds of calls: that one of them is answered says little of the other."""


class Watchdog:
    """Counts what the account did with our calls. Its clock is the running event loop's, in seconds.

    `on_refusal` is told the time of each refusal because of the limit; `on_answer` and `on_failure` the kind of each
    call that was answered, and of each that got no useful answer. `on_failure` may raise a FatalError.
    """

    def __init__(
        self,
        *,
        longest_spell_s: float = LONGEST_SPELL_S,
        on_refusal: Callable[[float], object] = lambda _at_s: None,
        on_answer: Callable[[str], object] = lambda _call: None,
        on_failure: Callable[[str], object] = lambda _call: None,
    ) -> None:
        self.refusals = 0
        self.has_answered = False
        """Whether the account took or refused any call."""
        self._on_refusal = on_refusal
        self._on_answer = on_answer
        self._on_failure = on_failure
        self._longest_spell_s = longest_spell_s
        self._spell_began: float | None = None

    def accepted(self, call: str) -> None:
        """A call was answered with what it asked for, or with a reason against this one lead."""
        self._spell_began = None
        self.has_answered = True
        self._on_answer(call)

    def refused(self) -> None:
        """A call was refused because of the account's limit; FatalError as in `failed`."""
        self.refusals += 1
        self.has_answered = True
        self._on_refusal(asyncio.get_running_loop().time())
        self._check_spell()

    def failed(self, call: str) -> None:
        """A call got no useful answer; FatalError when none did for too long."""
        self._check_spell()
        self._on_failure(call)

    def _check_spell(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._spell_began is None:
            self._spell_began = now
        elif now - self._spell_began >= self._longest_spell_s:
            raise FatalError(
                f"LeadSquared has not accepted a single call for {self._longest_spell_s / 60:.0f} minutes.",
                hint="Look whether LeadSquared is up and who else uses the account's limit; then run the same command "
                "again: it goes on where this run stopped.",
            )
