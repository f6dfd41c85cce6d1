"""How a call without an answer is tried again: at most five times, after waits that grow and are never quite equal."""

import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, retry_if_result, stop_after_attempt
from tenacity.wait import wait_exponential

from importer.errors import CallError

__all__ = ["MOST_RETRIES", "Retries"]

MOST_RETRIES = 5
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 20.0
JITTER_S = 0.5

T = TypeVar("T")


class Retries:
    """Makes tenacity's loops, which `rest` on the running event loop's clock; `draws` gives the jitter."""

    def __init__(self, draws: random.Random, *, rest: Callable[[float], Awaitable[None]]) -> None:
        self._draws = draws
        self._rest = rest
        self._grow = wait_exponential(multiplier=FIRST_WAIT_S, max=LONGEST_WAIT_S)

    async def call(
        self,
        attempt: Callable[[], Awaitable[T]],
        error: type[CallError],
        *,
        is_no_answer: Callable[[object], bool] = lambda _result: False,
    ) -> T:
        """Call, and again after `error`, or after a result that is no answer; it ends as the last call did."""
        try:
            result = await attempt()
        except error as failure:
            first: T | CallError = failure
        else:
            if not is_no_answer(result):
                return result
            first = result
        # tenacity is begun only now, with the first call told over: nearly all calls need no second, and its loop costs
        # more than what else is done for a row.
        calls = 0

        async def told_over() -> T:
            nonlocal calls
            calls += 1
            if calls > 1:
                return await attempt()
            if isinstance(first, CallError):
                raise first
            return first

        retrying = AsyncRetrying(
            sleep=self._rest,
            stop=stop_after_attempt(1 + MOST_RETRIES),
            wait=self._wait,
            retry=retry_if_exception_type(error) | retry_if_result(is_no_answer),
            retry_error_callback=_end_as_the_last,
        )
        return await retrying(told_over)

    def _wait(self, state: RetryCallState) -> float:
        return self._grow(state) + self._draws.uniform(0.0, JITTER_S)


def _end_as_the_last(state: RetryCallState) -> object:
    assert state.outcome is not None, "tenacity ends after a call"  # noqa: S101 - its contract
    return state.outcome.result()
