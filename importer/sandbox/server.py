"""The sandbox itself: a LeadSquared of one's own on a loopback port, started and stopped at will."""

import asyncio
import random
import secrets
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from importer.sandbox.account import Account
from importer.sandbox.api import Api
from importer.sandbox.calls import NAMES
from importer.sandbox.faults import parse_script
from importer.sandbox.handler import Traffic
from importer.sandbox.hosts import is_loopback
from importer.sandbox.keys import draw_keys, key_lines, remove_keys, write_keys
from importer.sandbox.metadata import Metadata, load_metadata
from importer.sandbox.settings import Settings, change_settings
from importer.sandbox.stats import Arrival
from importer.sandbox.store import Lead, Store

if TYPE_CHECKING:
    from aiohttp import web

    from importer.sandbox.door import Door

__all__ = ["Sandbox", "serve"]

_DEFAULTS = Settings()
_STOP_S = 2.0


class Sandbox:
    """One account with its leads, served between `start` and `stop` or inside `async with`.

    `settings` that name an unknown field, and a field list that cannot be read, are a ValueError; a port that is
    taken is an OSError from `start`. After `stop`, `start` serves the same leads on the same port again. `instance_id`
    is new for each Sandbox and after each `reset`: another set of leads is another account. `clock` (seconds, only ever
    going up) judges limit and lag, `wall_clock` (seconds since 1970) dates the leads. Without `has_pages` nothing is
    served but the API, so that nobody reads what it holds without its keys.
    """

    def __init__(
        self,
        settings: Settings = _DEFAULTS,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        has_pages: bool = True,
    ) -> None:
        self.settings = settings = draw_keys(settings)
        self.port = settings.port
        self.instance_id = secrets.token_hex(8)
        self.seed = secrets.randbelow(2**32) if settings.seed is None else settings.seed
        self._clock = clock
        self._wall_clock = wall_clock
        self._fields = load_metadata(settings.fields_path)
        self._has_pages = has_pages
        self._door: Door | None = None
        self._runner: web.ServerRunner | None = None
        self._build(settings)

    def _build(self, settings: Settings) -> None:
        metadata = _choose_metadata(self._fields, settings)
        ids = random.Random(f"{self.seed} ids")  # noqa: S311 - no secrets
        self._store = Store(metadata, unique=settings.unique, ids=ids)
        draws = random.Random(f"{self.seed} order")  # noqa: S311 - no secrets
        bulk_draws = random.Random(f"{self.seed} bulk replies")  # noqa: S311 - no secrets
        self._account = Account(
            settings, metadata, self._store, wall_clock=self._wall_clock, draws=draws, bulk_draws=bulk_draws
        )
        self._account.host = self.url.removeprefix("http://")
        self._traffic = Traffic(settings, Api(self._account), seed=self.seed, clock=self._clock)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, once started; without a slash at its end."""
        host = self.settings.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def access_key(self) -> str:
        """The access key that is accepted."""
        return self.settings.access_key or ""

    @property
    def secret_key(self) -> str:
        """The secret key that is accepted."""
        return self.settings.secret_key or ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; OSError when the port is taken."""
        from aiohttp import web

        from importer.sandbox.control import Control
        from importer.sandbox.door import Door, is_call

        if self._runner is not None:
            raise RuntimeError("the sandbox is started already")
        settings = self.settings
        control = Control(self, host=settings.host) if self._has_pages else None

        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            if is_call(request):
                return await self._traffic.handle(request)
            return web.Response(status=404) if control is None else await control.handle(request)

        self._traffic.open()
        self._door = Door(handle, host=settings.host, timeout_s=settings.request_timeout_s)
        runner = web.ServerRunner(self._door, shutdown_timeout=_STOP_S)
        await runner.setup()
        site = web.TCPSite(runner, settings.host, self.port)
        try:
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self.port = runner.addresses[0][1]
        self._account.host = self.url.removeprefix("http://")

    async def stop(self) -> None:
        """Stop listening and let go of every connection; calls under way have two seconds to end."""
        runner, self._runner = self._runner, None
        if runner is not None:
            self._traffic.close()
            await runner.cleanup()

    def stats(self) -> dict[str, Any]:
        """What was seen since the start or the last reset, as `/__sandbox/stats` tells it."""
        settings = asdict(self.settings)
        for hidden in ("access_key", "secret_key", "fields_path"):
            del settings[hidden]
        return {
            "instance": self.instance_id,
            "seed": self.seed,
            "uptime_s": round(self._clock() - self._traffic.started_at, 3),
            "leads": len(self._store.leads),
            **self._traffic.stats.tell(),
            "script": len(self._traffic.script),
            "failures": 0 if self._door is None else self._door.failures,
            "settings": settings,
        }

    def leads(self) -> list[dict[str, Any]]:
        """Every lead as `/__sandbox/leads` tells it: `id`, `created_on`, `attributes` in their stored form."""
        from importer.sandbox.control import tell_lead

        return [tell_lead(lead) for lead in self._store.leads]

    def lists(self) -> list[dict[str, Any]]:
        """Every list as `/__sandbox/lists` tells it: `id`, `name`, `leads` (their ids)."""
        return [{"id": one.id, "name": one.name, "leads": list(one.lead_ids)} for one in self._store.lists.values()]

    def arrivals(self) -> list[dict[str, Any]]:
        """The latest calls as `/__sandbox/arrivals` tells them: `at_s`, `call`, `answer`, `body` if bodies are kept."""
        from importer.sandbox.control import tell_arrival

        return [tell_arrival(arrival) for arrival in self._traffic.stats.log]

    def lead_list(self) -> list[Lead]:
        """Every lead as it is held, oldest first."""
        return list(self._store.leads)

    def arrival_list(self) -> list[Arrival]:
        """The latest arrivals as they are held, oldest first."""
        return list(self._traffic.stats.log)

    def change(self, **switches: Any) -> None:  # noqa: ANN401 - checked by the settings
        """Change switches while it runs: names of Settings, `limit` ("25/5") and `latency` ("30-300").

        ValueError says which one is wrong; then nothing is changed. Host, port and field list are set at the start.
        A new seed draws from its beginning at the next reset.
        """
        settings = change_settings(self.settings, switches)
        metadata = _choose_metadata(self._fields, settings)
        if "seed" in switches and settings.seed is not None:
            self.seed = settings.seed
        if settings.unique != self.settings.unique or settings.mandatory != self.settings.mandatory:
            self._store.change(metadata, unique=settings.unique)
        self.settings = self._account.settings = settings
        self._account.metadata = metadata
        self._traffic.change(settings)

    def script(self, answers: Any) -> None:  # noqa: ANN401 - checked by the script
        """Order answers for coming calls, oldest first: see `importer.sandbox.faults.Scripted` for their keys."""
        self._traffic.script.extend(parse_script(answers, calls=NAMES))

    def reset(self) -> None:
        """Forget leads, counts and script, draw from the seed's beginning, be another instance. Settings stay."""
        self._traffic.close()
        self.instance_id = secrets.token_hex(8)
        self._build(self.settings)


def _choose_metadata(fields: Metadata, settings: Settings) -> Metadata:
    """The account's fields under these settings; ValueError for a name that is no field.

    The default unique fields may be missing from a field list of one's own.
    """
    if settings.unique != _DEFAULTS.unique:
        fields.check_names(settings.unique)
    return fields.with_mandatory(settings.mandatory)


async def serve(settings: Settings, *, announce: Callable[[str], None], keys_path: Path | None = None) -> None:
    """Run a sandbox until SIGINT or SIGTERM; `announce` gets each line that a person should read.

    The address and keys are in the file `keys_path` meanwhile; ValueError where that is another file.
    """
    async with Sandbox(settings) as sandbox:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, failure: announce(_say_failure(failure.get("exception"))))
        with suppress(NotImplementedError):  # Windows: Ctrl-C cancels this task instead
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, stopped.set)
        if keys_path is not None:
            write_keys(keys_path, sandbox.url, sandbox.settings)
        try:
            for line in _welcome(sandbox):
                announce(line)
            await stopped.wait()
        finally:
            if keys_path is not None:
                remove_keys(keys_path)
        stats = sandbox.stats()
        announce(
            f"Stopped: {stats['leads']:,} leads, {stats['arrivals']:,} calls, {stats['refusals']:,} over the limit."
        )


def _say_failure(error: BaseException | None) -> str:
    """A mistake of the sandbox's own that no call could be answered with; its text might hold a lead's data."""
    return f"The sandbox itself failed: {type(error).__name__ if error else 'for an unknown reason'}. It goes on."


def _welcome(sandbox: Sandbox) -> list[str]:
    settings = sandbox.settings
    limit = "no limit" if settings.calls is None else f"{settings.calls} calls in {settings.per_seconds:g} s"
    lines = [
        f"A LeadSquared of your own listens at {sandbox.url} ({limit}, seed {sandbox.seed}).",
        f"Open {sandbox.url}/ to see leads arrive. Everything is forgotten at the end; Ctrl-C stops it.",
        "To import into it, put these lines into .env beside config.yaml, or export them in a shell:",
        *(f"  {line}" for line in key_lines(sandbox.url, settings)),
    ]
    if not is_loopback(settings.host):
        lines.insert(1, f"Warning: other machines can reach {settings.host}, and the leads need no keys to be read.")
    return lines
