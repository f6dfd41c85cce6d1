"""Who is told how a command ended, and what: the addresses of LSQ_NOTIFY."""

import asyncio
import logging
import socket
from collections.abc import Mapping, Sequence

from importer.app.configchoice import DEFAULT_CONFIG, find_config
from importer.app.request import ImportRequest
from importer.app.result import RunResult
from importer.config import Config
from importer.config.environment import notify_addresses
from importer.config.settings import Notify
from importer.errors import UsageError
from importer.notification import Ended, is_wanted, message_of, send

__all__ = ["tell_somebody"]

logger = logging.getLogger(__name__)


def tell_somebody(
    options: ImportRequest, environ: Mapping[str, str], *, exit_status: int, endings: Sequence[RunResult], line: str
) -> None:
    """Send a message about a command to whom it may concern; `line` is its JSON. What goes wrong is a warning.

    A dry run and a sandbox are nobody's business.
    """
    if options.dry_run or options.sandbox:
        return
    addresses = notify_addresses(environ, (options.config or DEFAULT_CONFIG).parent / ".env")
    if not addresses:
        return
    ended = [
        Ended(
            file=one.file,
            exit_status=one.exit_status,
            before=one.previous_exit_status,
            counts=dict(one.counts),
            problems=dict(one.problems),
            report=one.report,
        )
        for one in endings
    ]
    if is_wanted(_when(options, environ), exit_status, ended):
        message = message_of(exit_status, ended, machine=socket.gethostname())
        for why in asyncio.run(send(addresses, message, line.encode())):
            logger.warning("Nobody was told: %s.", why)


def _when(options: ImportRequest, environ: Mapping[str, str]) -> Notify:
    try:
        return find_config(options.config, environ).notify
    except UsageError:  # a config that says nothing, which is what is to be told
        return Config().notify
