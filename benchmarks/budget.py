"""Whether runs at the same time keep the account's limit together, and how much of it they use.

    python benchmarks/budget.py                          # all scenes at 25 per 5 s: about 12 minutes
    python benchmarks/budget.py three --limit 25/0.5 --latency 3-30
    python benchmarks/budget.py speed                    # how many calls a second the budget itself can give

Each run is a process of its own; a sandbox judges the limit strictly, at arrival.

- three: three runs at once, with server errors that lead to retries and look-ups.
- killed: the same, and one of them is killed (SIGKILL) midway.
- rival: one run beside a client that takes 40 % of the window evenly.
- lower: one run whose config says 25 per window while the account allows 10.

The ceiling is what `calls` slots allow that are each held for the window and the mean round trip.
"""

import asyncio
import csv
import json
import math
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from child import environment, importer_command
from delaying_proxy import open_proxy
from figures import Figure, make_parser, publish
from hostspaces import HostSpace, forward_in

from importer.ledger.ledger import Ledger
from importer.ledger.slots.budget import Terms
from importer.ledger.slots.shared import SharedSlots
from importer.ratelimit.adaptive import Limit
from importer.ratelimit.limiter import RateLimiter
from importer.sandbox import Sandbox, Settings, parse_latency, parse_limit

__all__ = ["Scene", "Shared", "measure_speed", "play"]

RIVAL = "Rival"
RATE_REFUSAL = "refused"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is played: `runs` processes with `rows` rows each, at config's limit; the account's is `true_calls`.

    `kill_after` calls, the last run is killed. Errors are the odds of a server error, before or after a lead is stored.
    A rival sends `rival_calls` per window, evenly. `ledgers` are the URLs by which each run reaches a ledger on a
    server; without them all share a file. `hosts` are machines of their own, one for each run. The first `settle_s` are
    left out where learning counts.
    """

    runs: int = 3
    rows: int = 200
    calls: int = 25
    true_calls: int = 25
    per_seconds: float = 5.0
    latency_ms: tuple[float, float] = (30, 300)
    kill_after: int | None = None
    errors_before: float = 0.0
    errors_after: float = 0.0
    rival_calls: int = 0
    settle_s: float = 0.0
    workers: int = 10
    timeout_s: float = 30.0
    ledgers: tuple[str, ...] = ()
    hosts: tuple[HostSpace, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What was measured. Arrivals are (seconds, ours or the rival's, refused or not)."""

    scene: Scene
    statuses: tuple[int, ...]
    most_in_window: int
    arrivals: tuple[tuple[float, bool, bool], ...]
    told: tuple[str, ...]

    def _ours(self, after_s: float = 0.0) -> list[tuple[float, bool]]:
        began = self.arrivals[0][0]
        return [(at, is_refused) for at, is_ours, is_refused in self.arrivals if is_ours and at - began >= after_s]

    @property
    def refusals(self) -> int:
        """How many of our calls were refused."""
        return sum(is_refused for _, is_refused in self._ours())

    @property
    def share(self) -> float:
        """The reached part of what held slots allow, while there is enough to do.

        The last tenth is left out: in the end there are only look-ups, which wait for a new lead to be findable.
        """
        scene, times = self.scene, [at for at, _ in self._ours()]
        times = times[: len(times) * 9 // 10]
        rounds = math.ceil(len(times) / min(scene.calls, scene.true_calls)) - 1
        return rounds * (scene.per_seconds + sum(scene.latency_ms) / 2000) / (times[-1] - times[0])

    def after_settling(self) -> tuple[float, float]:
        """After `settle_s`: the refused part of our calls, and the used part of what the rival left."""
        ours = self._ours(self.scene.settle_s)
        refused = sum(is_refused for _, is_refused in ours)
        span_s = ours[-1][0] - ours[0][0]
        theirs = sum(not is_ours and ours[0][0] <= at <= ours[-1][0] for at, is_ours, _ in self.arrivals)
        left = self.scene.true_calls * span_s / self.scene.per_seconds - theirs
        return refused / len(ours), (len(ours) - refused) / left

    def last_refusal_s(self) -> float:
        """When our last refused call arrived, from the first call on."""
        return max((at - self.arrivals[0][0] for at, is_refused in self._ours() if is_refused), default=0.0)

    def tell(self, name: str) -> str:
        """Say it in one line."""
        ours = self._ours()
        text = (
            f"{name}: exits {self.statuses}, {len(ours)} calls in {ours[-1][0] - ours[0][0]:.1f} s, "
            f"{self.refusals} refused (the last after {self.last_refusal_s():.1f} s), "
            f"most in one window {self.most_in_window}, {self.share:.1%} of what held slots allow"
        )
        if self.scene.rival_calls:
            refused, used = self.after_settling()
            text += f"; after {self.scene.settle_s:g} s: {refused:.1%} refused, {used:.1%} of what the rival left"
        return text

    def figures(self, name: str) -> Iterator[Figure]:
        """The same as figures, with the goals that the account's owner would set."""
        scene = self.scene
        yield Figure(f"{name}: calls", len(self._ours()))
        if scene.rival_calls:
            refused, used = self.after_settling()
            yield Figure(f"{name}: refused after {scene.settle_s:g} s", refused, "", 0.02)
            yield Figure(f"{name}: used of what the rival left", used, "", 0.9, is_least=True)
            return
        is_lower = scene.true_calls < scene.calls
        yield Figure(f"{name}: refusals", self.refusals, "", None if is_lower else 0)
        yield Figure(f"{name}: seconds until the last refusal", self.last_refusal_s(), "s")
        yield Figure(f"{name}: share of what held slots allow", self.share)


async def play(folder: Path, scene: Scene) -> Shared:
    """Play a scene and measure it where the server counts."""
    settings = Settings(
        port=0,
        seed=1,
        calls=scene.true_calls,
        per_seconds=scene.per_seconds,
        latency_ms=scene.latency_ms,
        error_500_before=scene.errors_before,
        error_500_after=scene.errors_after,
        log_bodies=True,
    )
    async with Sandbox(settings) as sandbox, AsyncExitStack() as stack:
        urls = [await _way_to(sandbox, scene, number, stack) for number in range(scene.runs)]
        processes = [await _start(folder, number, scene, sandbox, urls[number]) for number in range(scene.runs)]
        rival = asyncio.create_task(_rival(sandbox, scene))
        if scene.kill_after is not None:
            while len(sandbox.arrivals()) < scene.kill_after:  # noqa: ASYNC110 - the sandbox has no such event
                await asyncio.sleep(0.02)
            processes[-1].send_signal(signal.SIGKILL)
        told = [(await process.communicate())[1].decode() for process in processes]
        rival.cancel()
        with suppress(asyncio.CancelledError):
            await rival
        arrivals = [
            (arrival["at_s"], RIVAL not in (arrival.get("body") or ""), arrival["answer"] == RATE_REFUSAL)
            for arrival in sandbox.arrivals()
        ]
        most = sandbox.stats()["most_in_window"]
    if not any(is_ours for _, is_ours, _ in arrivals):
        raise RuntimeError("no run made a call: " + "\n".join(told))
    statuses = tuple(process.returncode or 0 for process in processes)
    return Shared(
        scene=scene, statuses=statuses, most_in_window=most, arrivals=tuple(sorted(arrivals)), told=tuple(told)
    )


async def _way_to(sandbox: Sandbox, scene: Scene, number: int, stack: AsyncExitStack) -> str:
    """The account's address as a run's machine sees it."""
    if not scene.hosts:
        return sandbox.url
    host = scene.hosts[number]
    outer = await stack.enter_async_context(open_proxy(sandbox.port, round_trip_s=0.0, at=host.outer))
    return f"http://127.0.0.1:{await stack.enter_async_context(forward_in(host, outer.port))}"


async def _start(folder: Path, number: int, scene: Scene, sandbox: Sandbox, url: str) -> asyncio.subprocess.Process:
    desk = folder / f"run{number}"
    desk.mkdir(parents=True)
    config: dict[str, Any] = {
        "limits": {"calls": scene.calls, "per_seconds": scene.per_seconds},
        "workers": scene.workers,
        "timeout_s": scene.timeout_s,
        "columns": {"Name": "FirstName", "Email": "EmailAddress"},
    }
    if scene.ledgers:
        config["account"] = {"name": "acme"}
    (desk / "config.yaml").write_text(json.dumps(config), "utf-8")
    rows = [(f"N{row}", f"run{number}row{row}@example.com") for row in range(scene.rows)]
    with (desk / f"leads{number}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("Name", "Email"), *rows])
    environ = environment(
        folder / "ledger.sqlite3",
        LSQ_HOST=url,
        LSQ_ACCESS_KEY=sandbox.access_key,
        LSQ_SECRET_KEY=sandbox.secret_key,
        XDG_CACHE_HOME=str(folder / "cache"),
        **({"LSQ_LEDGER": scene.ledgers[number]} if scene.ledgers else {}),
    )
    return await asyncio.create_subprocess_exec(
        *(scene.hosts[number].prefix if scene.hosts else ()),
        *importer_command(f"leads{number}.csv", "--no-html"),
        cwd=desk,
        env=environ,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )


async def _rival(sandbox: Sandbox, scene: Scene) -> None:
    """Another integration: calls at even distances, whatever becomes of them."""
    if not scene.rival_calls:
        return
    keys = f"accessKey={quote(sandbox.access_key, safe='')}&secretKey={quote(sandbox.secret_key, safe='')}"
    url = f"{sandbox.url}/v2/LeadManagement.svc/Lead.Create?{keys}"
    loop = asyncio.get_running_loop()
    due, number = loop.time(), 0

    async def call(number: int) -> None:
        body = [{"Attribute": "FirstName", "Value": RIVAL}, {"Attribute": "EmailAddress", "Value": f"{number}@r.com"}]
        async with session.post(url, json=body) as response:
            await response.read()

    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        while True:
            group.create_task(call(number))
            number += 1
            due += scene.per_seconds / scene.rival_calls
            await asyncio.sleep(due - loop.time())


async def measure_speed(folder: Path, *, workers: int, seconds: float) -> float:
    """How many calls a second the budget alone gives, where the limit is no hindrance."""
    limit = Limit(100_000, 5)
    made = 0
    until = time.monotonic() + seconds
    with Ledger(folder / "ledger.sqlite3", identity="speed", host="speed") as ledger:
        async with SharedSlots(ledger, Terms(limit=limit, longest_s=36)) as slots:
            limiter = RateLimiter(limit.calls, limit.per_seconds, slots=slots)

            async def work() -> None:
                nonlocal made
                while time.monotonic() < until:
                    async with limiter.slot() as slot:
                        slot.answered()
                        made += 1

            await asyncio.gather(*(work() for _ in range(workers)))
    return made / seconds


async def _main(arguments: Sequence[str] | None = None) -> None:
    options = make_parser(__doc__, "budget")
    options.add_argument("scenes", nargs="*", metavar="SCENE", help="three, killed, rival, lower, speed; default: all")
    options.add_argument("--limit", default="25/5", help="calls/seconds")
    options.add_argument("--latency", default="30-300", help="of a round trip, in milliseconds")
    options.add_argument("--rows", type=int, default=200, help="for each run")
    options.add_argument("--speed-seconds", type=float, default=5.0, help="how long the speed is measured")
    given = options.parse_args(arguments)
    calls, per_seconds = parse_limit(given.limit)
    if calls is None:
        options.error("a limit is needed")
    common: dict[str, Any] = {
        "calls": calls,
        "per_seconds": per_seconds,
        "latency_ms": parse_latency(given.latency),
    }
    few = round(calls * 0.4)
    scenes = {
        "three": Scene(**common, rows=given.rows, true_calls=calls, errors_before=0.02, errors_after=0.02),
        "killed": Scene(
            **common, rows=given.rows, true_calls=calls, errors_before=0.02, errors_after=0.02, kill_after=given.rows
        ),
        "rival": Scene(
            **common, runs=1, rows=4 * given.rows, true_calls=calls, rival_calls=few, settle_s=12 * per_seconds
        ),
        "lower": Scene(**common, runs=1, rows=given.rows, true_calls=few),
    }
    wanted = given.scenes or [*scenes, "speed"]
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="lsq-budget-") as name:
        for scene in wanted:
            folder = Path(name) / scene
            folder.mkdir()
            if scene == "speed":
                rate = await measure_speed(folder, workers=50, seconds=given.speed_seconds)
                figures.append(
                    Figure("speed: slots that the budget gives, 50 workers, no limit in the way", rate, "1/s")
                )
            else:
                shared = await play(folder, scenes[scene])
                print(shared.tell(scene), flush=True)
                figures += shared.figures(scene)
    publish(f"Runs that share {given.limit} calls/s", figures, given.json)


if __name__ == "__main__":
    asyncio.run(_main())
