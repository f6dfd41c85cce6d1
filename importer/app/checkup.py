"""Everything that an import needs, checked one by one."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path

from importer.app.account import Destination
from importer.app.accountledger import settled_destination
from importer.app.budget import open_slots
from importer.app.bulk import FORM
from importer.app.configchoice import DEFAULT_CONFIG, find_config, location_of
from importer.app.identity import identify_account
from importer.app.request import environ_of
from importer.config import Config, require_keys
from importer.config.environment import notify_addresses
from importer.doctor import (
    Finding,
    check_account,
    check_file,
    check_keys_file,
    check_ledger,
    check_machine,
    check_notification,
)
from importer.errors import ConfigError, ImporterError, UsageError
from importer.leadsquared.connection import make_client
from importer.ledger.ledger import Ledger
from importer.nextstep import Action, NextStep, with_steps
from importer.run.bulkdelivery import Form

__all__ = ["diagnose", "findings"]

Say = Callable[[str, Sequence[NextStep]], str]


async def diagnose(
    file: Path | None = None, *, config: Path | None = None, environ: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """Check versions, configuration, keys, clock, ledger and folders, and `file` where it is given.

    Each finding is well, or says what to do. The account is asked whose the keys are, and two more calls are made where
    the config names a reference field. No lead is touched, and no key is told.
    """
    return tuple([finding async for finding in findings(file, config, environ)])


async def findings(
    file: Path | None, path: Path | None, environ: Mapping[str, str] | None = None, *, say: Say = with_steps
) -> AsyncIterator[Finding]:
    """The findings of `diagnose` one by one, as they come. `say` puts a text and its next steps into words."""
    environ = environ_of(environ)
    for finding in check_machine():
        yield finding
    try:
        config = find_config(path, environ)
    except UsageError as error:
        problems = error.problems if isinstance(error, ConfigError) else (error.message,)
        for problem in problems:
            yield Finding(f"config: {problem}", say(error.hint, error.steps) or "Mend this line.")
        return
    folder = Path() if config.path is None else config.path.parent
    addresses = notify_addresses(environ, folder / ".env")
    for finding in (_config(config, path, say), *check_keys_file(folder), *check_notification(config, addresses)):
        yield finding
    target = None
    try:
        require_keys(config)
        yield Finding("keys: LSQ_ACCESS_KEY and LSQ_SECRET_KEY are set")
        target = await settled_destination(config)
    except ImporterError as error:
        yield Finding(f"keys: {error.message}", say(error.hint, error.steps))
    location = location_of(config)
    ledger = list(check_ledger(location, target))
    for finding in ledger:
        yield finding
    can_share = _is_there(location) and all(finding.is_well for finding in ledger)
    asked = target and await _ask(config, target, location if can_share else None, environ, say)
    for finding in (*(asked or ()), *(check_file(file, config) if file is not None else ())):
        yield finding


def _bulk(config: Config, ledger: Ledger) -> Iterator[Finding]:
    """What is known of the account's bulk calls, where the config goes by them or an import did."""
    form = ledger.recall(FORM)
    if form == Form.KNOWN:
        yield Finding("account: bulk calls are answered in the known form")
    elif form == Form.OTHER:
        yield Finding(
            "account: bulk calls were answered in another form than is known, so rows went by Lead.Create",
            "Set route: single in config.yaml, or leave it: each run tries a few rows again.",
        )
    elif config.route == "bulk":
        yield Finding("account: bulk calls are not tried yet; the first import tries them with a few rows")


def _is_there(location: str | Path) -> bool:
    return "://" in str(location) or Path(location).expanduser().exists()


def _config(config: Config, path: Path | None, say: Say) -> Finding:
    if config.path is None:
        text = "config: none here, only the account is checked."
        return Finding(say(text, [NextStep(Action.PROPOSE_CONFIG)]))
    limits = config.limits
    name = path or DEFAULT_CONFIG
    return Finding(
        f"config: {name}: {len(config.columns)} columns, {limits.calls} calls per {limits.per_seconds:g} s, "
        f"{config.workers} at once"
    )


async def _ask(
    config: Config, target: Destination, location: str | Path | None, environ: Mapping[str, str], say: Say
) -> Sequence[Finding]:
    """Ask the account, within the limit that all runs share where there is a ledger."""
    if location is None:
        return await check_account(config, environ=environ)
    told: list[Finding] = []
    try:
        with target.open_ledger(location) as ledger:
            async with open_slots(ledger, config) as slots:
                told = await check_account(config, slots=slots, environ=environ)
                async with make_client(config, slots=slots, environ=environ) as client:
                    await identify_account(client, ledger, target, is_dry_run=True)
                return [*told, *_bulk(config, ledger)]
    except ImporterError as error:
        return [
            *told,
            Finding(f"account: {error.message}" if told else f"ledger: {error.message}", say(error.hint, error.steps)),
        ]
