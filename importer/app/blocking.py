"""Work that would keep the caller's event loop from its turn, and where it is done.

A file is read in a thread, so that the loop stays responsive. A program that has nothing else to do may give a hook
instead: then the reading is done in the loop's own thread, inside the hook, which may raise Interrupted in its midst.
Passes over the rows give the loop its turn after every batch (`breathe`).
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import TypeVar

from importer.app.stop import Watch
from importer.events import Notice, Notify

__all__ = ["Blocking", "Hook", "across_threads"]

T = TypeVar("T")

Hook = Callable[[], AbstractContextManager[None]]
"""Is entered while the loop has no turn."""


class Blocking:
    """Does the long work of one import. Without a watch nothing stops it, without a hook files are read in a thread."""

    def __init__(self, watch: Watch | None = None, hook: Hook | None = None) -> None:
        self._watch = watch
        self._hook = hook

    async def read(self, work: Callable[[], T], *, let_go: Callable[[T], object]) -> T:
        """Do work that touches nothing but files. `let_go` gets the result where nobody waits for it any more."""
        if self._hook is not None:
            return self.here(work)
        reading = asyncio.get_running_loop().run_in_executor(None, work)
        try:
            return await asyncio.shield(reading)
        except asyncio.CancelledError:
            reading.add_done_callback(lambda done: _let_go(done, let_go))
            raise

    def here(self, work: Callable[[], T]) -> T:
        """Do work that belongs to this thread, such as opening the ledger: short unless another program holds it."""
        if self._hook is None or self._watch is None:
            return work()
        with self._watch.left_to(self._hook):
            return work()

    async def breathe(self) -> None:
        """Give the event loop its turn; Interrupted when a stop was requested."""
        await asyncio.sleep(0)
        if self._watch is not None:
            self._watch.stop.check()


def across_threads(notify: Notify) -> Notify:
    """Notify in the thread of the loop that runs now, from whatever thread."""
    loop = asyncio.get_running_loop()

    def tell(notice: Notice) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody hears it any more
            loop.call_soon_threadsafe(notify, notice)

    return tell


def _let_go(reading: "asyncio.Future[T]", let_go: Callable[[T], object]) -> None:
    with suppress(BaseException):
        let_go(reading.result())
