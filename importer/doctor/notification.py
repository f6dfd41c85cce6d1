"""Whom an import tells how it ended."""

from collections.abc import Iterator, Sequence

from importer.config import Config
from importer.doctor.finding import Finding
from importer.notification import find_problems

__all__ = ["check_notification"]


def check_notification(config: Config, addresses: Sequence[str]) -> Iterator[Finding]:
    """Check the addresses of LSQ_NOTIFY, each a secret; nothing where there is none. No message is sent."""
    problems = list(find_problems(addresses))
    for problem in problems:
        yield Finding(f"notify: {problem}", "Mend LSQ_NOTIFY: URLs with blanks between.")
    good = len(addresses) - len(problems)
    if good:
        yield Finding(f"notify: {good} {'address is' if good == 1 else 'addresses are'} told, notify: {config.notify}")
