"""Who hears of an import's events: what the core gathers of them for itself, and the caller's own observer."""

import logging

from importer.events import CallRefused, CallSent, Event, Observer
from importer.ratelimit.timeline import Timeline

__all__ = ["Observers", "observe_calls"]

logger = logging.getLogger(__name__)


class Observers:
    """Tells each event to all of them; is an `Observer` itself.

    A caller's observer that raises is not called again: rows that are on their way must still be written down.
    """

    def __init__(self, caller: Observer) -> None:
        self._caller: Observer | None = caller
        self._own: list[Observer] = []

    def add(self, observer: Observer) -> None:
        """Tell one of the core's own observers, too, from now on."""
        self._own.append(observer)

    def __call__(self, event: Event) -> None:
        """Tell an event."""
        for observer in self._own:
            observer(event)
        if self._caller is None:
            return
        try:
            self._caller(event)
        except Exception as error:
            self._caller = None
            logger.warning("The observer raised %s: it hears no more of this import.", type(error).__name__)
            logger.debug("the observer", exc_info=error)


def observe_calls(timeline: Timeline) -> Observer:
    """Count calls and refusals on a timeline."""

    def observe(event: Event) -> None:
        if isinstance(event, CallSent):
            timeline.sent(event.at_s)
        elif isinstance(event, CallRefused):
            timeline.refused(event.at_s)

    return observe
