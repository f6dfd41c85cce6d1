"""The way to stop an import from outside: politely, or at once."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

__all__ = ["STOPPED", "Interrupted", "Stop", "Watch"]

T = TypeVar("T")

STOPPED = 130
"""The exit status of a run that was stopped, unless who stopped it says another."""


class Interrupted(BaseException):
    """The run was asked to end before anything was sent. No `except Exception` may take it for a fault of a file."""


def _nothing() -> None:
    return None


class Stop:
    """Stops the imports that it was given to. Its methods may be called from any thread, and in signal handlers.

    `within_s` is how many seconds an import takes at most to end after a polite request: calls on their way may be
    answered in that time. An import that has sent nothing yet ends at once, without a report. One that is begun with a
    stop that was requested already ends before it sends anything.
    """

    def __init__(self, *, within_s: float = 10.0) -> None:
        self.within_s = within_s
        self._exit_status: int | None = None
        self._is_urgent = False
        self._watches: set[Watch] = set()

    @property
    def is_requested(self) -> bool:
        """Whether somebody wants a stop."""
        return self._exit_status is not None

    @property
    def exit_status(self) -> int | None:
        """The exit status of a run that this has stopped; None before a stop was requested."""
        return self._exit_status

    def request(self, *, exit_status: int = STOPPED) -> None:
        """Make no new calls, wait for those on their way, write the report, and end. A second request adds nothing."""
        if self._exit_status is None:
            self._exit_status = exit_status
            for watch in tuple(self._watches):
                watch.call_first()

    def request_now(self, *, exit_status: int = STOPPED) -> None:
        """End at once: calls on their way are cut off; their rows are `unknown` until the next run looks them up."""
        self.request(exit_status=exit_status)
        self._is_urgent = True
        for watch in tuple(self._watches):
            watch.call_second()

    def check(self) -> None:
        """Raise Interrupted when a stop was requested."""
        if self.is_requested:
            raise Interrupted

    @property
    def has_loop(self) -> bool:
        """Whether an import hears of requests in a loop that runs."""
        return any(watch.has_loop for watch in tuple(self._watches))

    def call(self, action: Callable[[], object]) -> None:
        """Call this in each import's event loop when it has its turn."""
        for watch in tuple(self._watches):
            watch.call(action)

    @contextmanager
    def watched(self) -> Iterator["Watch"]:
        """Let one import hear of requests, in the event loop that runs now."""
        watch = Watch(self, asyncio.get_running_loop())
        self._watches.add(watch)
        try:
            yield watch
        finally:
            self._watches.discard(watch)


class Watch:
    """What one import does when a stop is requested. What is done is looked up when the event loop has its turn."""

    def __init__(self, stop: Stop, loop: asyncio.AbstractEventLoop) -> None:
        self.stop = stop
        self._loop = loop
        self._on_first: Callable[[], object] = _nothing
        self._on_second: Callable[[], object] = _nothing

    def act(self, *, on_first: Callable[[], object] = _nothing, on_second: Callable[[], object] = _nothing) -> None:
        """Do this from now on at a polite request, and at one to end at once; by default nothing."""
        self._on_first, self._on_second = on_first, on_second
        if self.stop.is_requested:
            on_first()
        if self.stop._is_urgent:  # noqa: SLF001 - the two classes are one thing
            on_second()

    async def guard(self, main: Coroutine[Any, Any, T]) -> T:
        """Await an import. Until it acts by itself, a request cancels it: it ends as Interrupted."""
        task = asyncio.create_task(main)
        was_cut = False

        def cut() -> None:
            nonlocal was_cut
            was_cut = True
            task.cancel()

        self.act(on_first=cut, on_second=cut)
        try:
            return await task
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if not was_cut or (caller is not None and caller.cancelling()):
                raise
            raise Interrupted from None

    @contextmanager
    def left_to(self, hook: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
        """Let `hook` deal with requests while something keeps the event loop from its turn.

        Raises Interrupted at the beginning and the end when one has come.
        """
        before = self._on_first, self._on_second
        self._on_first = self._on_second = _nothing
        self.stop.check()
        with hook():
            yield
        self.stop.check()
        self._on_first, self._on_second = before

    def call_first(self) -> None:
        """A polite request has come."""
        self.call(lambda: self._on_first())  # noqa: PLW0108 - looked up then, not now

    def call_second(self) -> None:
        """A request to end at once has come."""
        self.call(lambda: self._on_second())  # noqa: PLW0108 - looked up then, not now

    @property
    def has_loop(self) -> bool:
        """Whether the event loop still runs, as far as that can be told."""
        return not self._loop.is_closed()

    def call(self, action: Callable[[], object]) -> None:
        """Call this when the event loop has its turn."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(action)
