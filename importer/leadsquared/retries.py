"""How a call without an answer is tried again: at most five times, after waits that grow and are never quite equal."""

import random
from collections.abc import Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, retry_if_result, stop_after_attempt
from tenacity.wait import wait_exponential

from importer.errors import CallError

__all__ = ["MOST_RETRIES", "Retries"]

MOST_RETRIES = 5
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 20.0
JITTER_S = 0.5


class Retries:
    """Makes tenacity's loops, which sleep on the running event loop's clock; `draws` gives the jitter."""

    def __init__(self, draws: random.Random) -> None:
        self._draws = draws
        self._grow = wait_exponential(multiplier=FIRST_WAIT_S, max=LONGEST_WAIT_S)

    def on(
        self, error: type[CallError], *, is_no_answer: Callable[[object], bool] = lambda _result: False
    ) -> AsyncRetrying:
        """A loop that calls again after `error`, or after a result that is no answer, and ends as the last call did."""
        return AsyncRetrying(
            stop=stop_after_attempt(1 + MOST_RETRIES),
            wait=self._wait,
            retry=retry_if_exception_type(error) | retry_if_result(is_no_answer),
            retry_error_callback=_end_as_the_last,
        )

    def _wait(self, state: RetryCallState) -> float:
        return self._grow(state) + self._draws.uniform(0.0, JITTER_S)


def _end_as_the_last(state: RetryCallState) -> object:
    assert state.outcome is not None, "tenacity ends after a call"  # noqa: S101 - its contract
    return state.outcome.result()
