"""Everything that one import needs, opened and checked before the first call."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from importer.app.account import Destination, find_destination, learn_destination_fields, learn_target_users
from importer.app.blocking import Blocking, across_threads
from importer.app.budget import open_bulk_slots, open_slots
from importer.app.choosing import check_choice, choose_rows
from importer.app.configchoice import DEFAULT_CONFIG, location_of
from importer.app.identity import identify_account
from importer.app.inputreading import read_input
from importer.app.lostledger import account_tags, check_known, find_lost_source
from importer.app.rebuild import rebuild
from importer.app.request import ImportRequest
from importer.app.runhistory import RunHistory, open_history
from importer.config import Config, load_config
from importer.errors import FatalError, ImporterError
from importer.events import Level, Notice, Notify, log_notice
from importer.exitstatus import ExitStatus
from importer.leadsquared.client import Client
from importer.leadsquared.connection import make_client
from importer.ledger.digests import Digests
from importer.ledger.ledger import Ledger
from importer.ledger.scratch import Scratch
from importer.ledger.slots.shared import SharedSlots
from importer.nextstep import Action, NextStep
from importer.ratelimit.adaptive import Limit
from importer.report import reports_beside
from importer.run.choice import Choice
from importer.run.filedigests import make_digests
from importer.run.inputfile import InputFile
from importer.run.preparedrow import RowPreparer
from importer.run.source import Elsewhere, source_of_file, source_of_lines, watch_elsewhere

__all__ = [
    "BusyError",
    "ImportContext",
    "open_context",
]

WAIT_POLL_S = 0.5


class BusyError(ImporterError):
    """Another run is importing the same source right now."""

    exit_status = ExitStatus.BUSY


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportContext:
    """One import with all it works on.

    `client` is None in a dry run: nothing is sent. `refusal` is what the account said against the keys, if it did.
    `read_digest` is that of the file where the report takes its place, empty elsewhere. `slots` is None and `host` is
    empty where there is no account; `bulk_slots` is there where rows share calls.
    """

    options: ImportRequest
    config: Config
    mode: str
    source: str
    report: Path
    read_digest: str
    input_file: InputFile
    ledger: Ledger
    history: RunHistory
    scratch: Scratch
    digests: Digests
    choice: Choice
    elsewhere: Elsewhere
    maker: RowPreparer
    client: Client | None
    asker: Client | None
    slots: SharedSlots | None
    bulk_slots: SharedSlots | None
    refusal: FatalError | None
    host: str
    started_at: datetime

    @property
    def limit(self) -> Limit:
        """What may be used now of the limit that the rows' calls are under, as far as it is known."""
        if self.config.route == "bulk":
            bulk = self.config.bulk
            return self.bulk_slots.limit if self.bulk_slots else Limit(bulk.calls, bulk.per_seconds)
        limits = self.config.limits
        return self.slots.limit if self.slots else Limit(limits.calls, limits.per_seconds)

    @property
    def rows_per_call(self) -> int:
        """How many rows one call takes at most."""
        return self.config.bulk.rows if self.config.route == "bulk" else 1

    def calls_for(self, rows: int) -> int:
        """How many calls so many rows take at least."""
        return -(-rows // self.rows_per_call)

    @property
    def is_in_place(self) -> bool:
        """Whether the report is the file that is being imported, itself a report."""
        return self.input_file.shape is not None and self.report.resolve() == self.options.file.resolve()


@asynccontextmanager
async def open_context(
    options: ImportRequest,
    environ: Mapping[str, str],
    *,
    blocking: Blocking | None = None,
    notify: Notify = log_notice,
    on_call: Callable[[float], object] = lambda _at_s: None,
    stop_status: Callable[[], int | None] = lambda: None,
) -> AsyncIterator[ImportContext]:
    """Open config, file, account and ledger; ImporterError where one of them does not do. Nothing is sent.

    `blocking` does what keeps the event loop from its turn; `notify` is told what a person should know, in the loop's
    thread, and `on_call` the loop's time of each call. `stop_status` tells the exit status of a stop that was
    requested: the history has it where the run ends by one before its report.
    """
    blocking = blocking or Blocking()
    notify_from_thread = across_threads(notify)
    config = _load_config(options, environ)
    started_at = datetime.now().astimezone()
    async with AsyncExitStack() as stack:
        read = await read_input(stack, blocking, options, config, notify=notify)
        input_file = read.input_file
        target = await stack.enter_async_context(
            find_destination(config, is_sandbox=options.sandbox, is_dry_run=options.dry_run)
        )
        config = target.config
        ledger, history = blocking.here(lambda: _open_ledger_and_history(stack, options, target, notify))
        identity = ledger.account.identity
        if input_file.shape is None and not target.is_throw_away:
            check_known((read.report, *reports_beside(options.place)), ledger, target, history)
        is_lasting = not (options.dry_run or target.is_throw_away)
        is_lasting_report = is_lasting and input_file.shape is not None
        lost = (
            find_lost_source(options.file, config, ledger, target, history, notify=notify)
            if is_lasting_report
            else None
        )
        source = lost.name if lost else _source_of(options, config, history, ledger, input_file)
        if not options.dry_run and not ledger.locks.take_source(identity, source):
            if not options.wait:
                raise BusyError(
                    f"Another run is importing {source} right now.",
                    hint="Wait until it has ended, then run this again: it sends only what is left.",
                    steps=[NextStep(Action.WAIT)],
                )
            await _await_source(ledger, identity, source, notify)
            # It may have written the very file that we read: its report, run in place.
            read = await read_input(stack, blocking, options, config, notify=notify)
            input_file = read.input_file
        if lost is not None:
            done = rebuild(options.file, config, ledger, target, source=source, file=lost.file)
            text = f"The ledger did not know {done.created} rows of this report; their source is {source}."
            notify(Notice(Level.INFO, text))
        mode = "dry run" if options.dry_run else "sandbox" if options.sandbox else "import"
        file = options.origin or str(options.file.resolve())
        history.begin(mode=mode, source=source, file=file, report=read.report)
        stack.push(lambda _kind, error, _trace: history.end_early(error, stop_status=stop_status()))
        client: Client | None = None
        slots: SharedSlots | None = None
        bulk_slots: SharedSlots | None = None
        refusal: FatalError | None = None
        if not target.is_nobody:
            slots = await stack.enter_async_context(open_slots(ledger, config, notify=notify_from_thread))
            if config.route == "bulk" and not options.dry_run:
                bulk_slots = await stack.enter_async_context(open_bulk_slots(ledger, config, notify=notify_from_thread))
            client = await stack.enter_async_context(
                make_client(config, slots=slots, bulk_slots=bulk_slots, on_call=on_call, environ=environ)
            )
        if client is not None:
            refusal = await identify_account(client, ledger, target, is_dry_run=options.dry_run, notify=notify)
        known = await learn_destination_fields(None if refusal else client, target, refresh=options.refresh_fields)
        is_warning = known.fields is None and client is not None
        notify(Notice(Level.WARNING if is_warning else Level.INFO, known.note, known.steps))
        users = await learn_target_users(None if refusal else client, target, refresh=options.refresh_fields)
        input_file = input_file.check_against(known.fields, config, users, notify=notify)
        digests = make_digests(input_file, ledger, source=source)
        yield ImportContext(
            options=options,
            config=config,
            mode=mode,
            source=source,
            report=read.report,
            read_digest=read.digest,
            input_file=input_file,
            ledger=ledger,
            history=history,
            scratch=stack.enter_context(Scratch()),
            digests=digests,
            choice=choose_rows(options, input_file),
            elsewhere=watch_elsewhere(
                options.file,
                input_file,
                ledger,
                source=source,
                is_answered=bool(config.source or options.origin) or options.same_source or options.new_source,
            ),
            maker=RowPreparer(
                input_file,
                digests,
                account=target.identity,  # by its name, which it keeps when keys or the ledger are new
                unique=config.unique,
                country_code=ledger.account.country_code,
                reference=config.reference,
                is_any_account=target.is_nobody,
                tags=account_tags(ledger, target),
            ),
            client=None if options.dry_run else client,
            asker=client if options.dry_run and options.look_up and refusal is None else None,
            slots=slots,
            bulk_slots=bulk_slots,
            refusal=refusal,
            host="" if target.is_nobody else target.host.partition("@")[0],
            started_at=started_at,
        )


def _load_config(options: ImportRequest, environ: Mapping[str, str]) -> Config:
    """The configuration, as far as the command says nothing else; UsageError for rows that cannot be named so."""
    check_choice(options)
    config = load_config(options.config or DEFAULT_CONFIG, environ=environ)
    said = {name: value for name in ("route", "existing") if (value := getattr(options, name)) is not None}
    return replace(config, **said) if said else config


async def _await_source(ledger: Ledger, identity: str, source: str, notify: Notify) -> None:
    """Wait until no other run imports the source, and take it."""
    text = f"Another run is importing {source} right now: waiting until it has ended."
    notify(Notice(Level.WARNING, text))
    while not ledger.locks.take_source(identity, source):  # noqa: ASYNC110 - a lock tells nobody
        await asyncio.sleep(WAIT_POLL_S)
    notify(Notice(Level.INFO, "It has ended: going on."))


def _source_of(
    options: ImportRequest, config: Config, history: RunHistory, ledger: Ledger, input_file: InputFile
) -> str:
    known = config.source or options.origin
    if input_file.shape is not None:
        known = known or history.source_of(options.file) or source_of_lines(input_file, ledger)
    return known or source_of_file(options.file, config, ledger.runs, is_new=options.new_source)


def _open_ledger_and_history(
    stack: AsyncExitStack, options: ImportRequest, target: Destination, notify: Notify
) -> tuple[Ledger, RunHistory]:
    ledger = stack.enter_context(_open_ledger(stack, options, target))
    return ledger, _open_history(stack, options, target, ledger, notify)


def _open_ledger(stack: AsyncExitStack, options: ImportRequest, target: Destination) -> Ledger:
    """The account's ledger; one that is thrown away where there is no lasting account, or nothing to look up."""
    location = location_of(target.config)
    is_absent = "://" not in str(location) and not Path(location).expanduser().exists()
    if target.is_throw_away or (options.dry_run and is_absent):
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="lsq-import-"))
        location = Path(folder) / "ledger.sqlite3"
    return target.open_ledger(location)


def _open_history(
    stack: AsyncExitStack, options: ImportRequest, target: Destination, ledger: Ledger, notify: Notify
) -> RunHistory:
    location = location_of(target.config)
    if ledger.location == str(location):
        return RunHistory(ledger, notify=notify)
    identity = "sandbox" if options.sandbox else target.identity
    return stack.enter_context(open_history(location, identity=identity, notify=notify))
