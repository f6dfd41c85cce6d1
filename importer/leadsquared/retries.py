"""How a call without an answer is tried again: at most five times, after waits that grow and are never quite equal."""

import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from importer.errors import CallError

__all__ = ["MOST_RETRIES", "Retries"]

MOST_RETRIES = 5
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 20.0
JITTER_S = 0.5

T = TypeVar("T")


class Retries:
    """Calls until there is an answer. Between two calls it waits by `rest`; `draws` gives the jitter of the waits."""

    def __init__(self, draws: random.Random, *, rest: Callable[[float], Awaitable[None]]) -> None:
        self._draws = draws
        self._rest = rest

    async def call(
        self,
        attempt: Callable[[], Awaitable[T]],
        error: type[CallError],
        *,
        is_no_answer: Callable[[object], bool] = lambda _result: False,
    ) -> T:
        """Call, and again after `error`, or after a result that is no answer; it ends as the last call did."""
        for retry in range(MOST_RETRIES):
            try:
                result = await attempt()
            except error:
                pass
            else:
                if not is_no_answer(result):
                    return result
            grown_s = min(FIRST_WAIT_S * 2**retry, LONGEST_WAIT_S)
            await self._rest(grown_s + self._draws.uniform(0.0, JITTER_S))
        return await attempt()
