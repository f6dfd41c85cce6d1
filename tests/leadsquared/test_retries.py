"""A call without an answer is tried again, a set number of times, with growing waits; then it ends as its last try."""

import random
from collections.abc import Awaitable, Callable

import pytest

from importer.errors import AmbiguousError, TransientError
from importer.leadsquared.retries import FIRST_WAIT_S, JITTER_S, LONGEST_WAIT_S, MOST_RETRIES, Retries

NO_ANSWER = "no answer"


class Rests:
    """Writes down how long each wait was, and waits for none of them."""

    def __init__(self) -> None:
        self.waits_s: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.waits_s.append(seconds)


def tries(*told: object) -> Callable[[], Awaitable[object]]:
    """A call that ends with the next of these each time."""
    left = list(told)

    async def attempt() -> object:
        end = left.pop(0)
        if isinstance(end, Exception):
            raise end
        return end

    return attempt


async def call(*told: object) -> tuple[object, list[float]]:
    rests = Rests()
    retries = Retries(random.Random(1), rest=rests)
    try:
        result = await retries.call(tries(*told), TransientError, is_no_answer=lambda result: result == NO_ANSWER)
    except TransientError as error:
        result = str(error)
    return result, rests.waits_s


async def test_an_answer_at_once_waits_for_nothing() -> None:
    assert await call("yes", "never asked for") == ("yes", [])


@pytest.mark.parametrize("nothing", [TransientError("unreachable"), NO_ANSWER])
async def test_what_gives_no_answer_is_called_again_until_it_does(nothing: object) -> None:
    result, waits_s = await call(nothing, nothing, "yes")
    assert (result, len(waits_s)) == ("yes", 2)


@pytest.mark.parametrize(("last", "end"), [(TransientError("the last"), "the last"), (NO_ANSWER, NO_ANSWER)])
async def test_it_ends_as_the_last_call_did(last: object, end: str) -> None:
    result, waits_s = await call(*[TransientError("before")] * MOST_RETRIES, last, "never asked for")
    assert (result, len(waits_s)) == (end, MOST_RETRIES)


async def test_the_waits_double_and_each_has_a_jitter_of_its_own() -> None:
    _, waits_s = await call(*[NO_ANSWER] * (MOST_RETRIES + 1))
    grown_s = [min(FIRST_WAIT_S * 2**number, LONGEST_WAIT_S) for number in range(MOST_RETRIES)]
    jitters_s = [wait_s - least_s for wait_s, least_s in zip(waits_s, grown_s, strict=True)]
    assert all(0 <= jitter_s <= JITTER_S for jitter_s in jitters_s)
    assert len(set(jitters_s)) == MOST_RETRIES


async def test_another_kind_of_error_comes_out_at_once() -> None:
    rests = Rests()
    with pytest.raises(AmbiguousError):
        await Retries(random.Random(1), rest=rests).call(tries(AmbiguousError("lost"), "yes"), TransientError)
    assert rests.waits_s == []
