"""What goes wrong with one row's way ends the run in order: no exception of it leaves its task."""

import logging
from collections.abc import Awaitable, Callable

from importer.errors import DefectError, ImporterError

__all__ = ["guarded"]

logger = logging.getLogger(__name__)


async def guarded(work: Awaitable[None], *, what: str, fail: Callable[[ImporterError], None]) -> None:
    """Await work, and tell `fail` what it raises: an error as it is, anything else as a defect of ours.

    `what` names the rows in the log.
    """
    try:
        await work
    except ImporterError as error:
        fail(error)
    except Exception as error:
        logger.debug("%s", what, exc_info=error)
        fail(DefectError.of(error))
