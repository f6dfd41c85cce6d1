"""Three machines on one account, amid kills, restarts of the ledger's server and cut lines: nobody is lost or doubled.

    python tests/chaos/hosts.py --kills 200 --seed 1

Each round has an account, a database and three machines of its own, each with a way of its own to the server. All three
import the same list at once, and each a list of its own. Meanwhile processes are killed, the server is restarted as by
a power cut, lines are cut, and calls fail. At last all is calm, each machine's imports come to their end, and every row
must have its lead once, and a true line.
"""

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path += [str(Path(__file__).resolve().parents[2] / folder) for folder in ("tests/run", "tests", "benchmarks")]

from chaos import CALM
from delaying_proxy import DelayingProxy, open_proxy
from postgresql import Cluster, find_binaries, start_cluster
from workbench import Account, Desk, serve_account

from importer.sandbox import FAULTS

__all__ = ["Shared", "run_machines"]

HEADER = ("Name", "Email", "City")
COLUMNS = {"Name": "FirstName", "Email": "EmailAddress", "City": "mx_City"}
MACHINES = 3
ENDS = {0, 1}
BUSY, NO_LEDGER, LEDGER_LOST, KILLED = 75, 2, 3, -9


@dataclass
class Shared:
    """What a round came to. `lies` is empty where every promise was kept."""

    seed: int
    kills: int = 0
    restarts: int = 0
    cuts: int = 0
    refusals: int = 0
    lies: list[str] = field(default_factory=list)

    def tell(self) -> str:
        return (
            f"seed {self.seed}: {self.kills} kills, {self.restarts} restarts, {self.cuts} cuts, {self.refusals} "
            f"refusals; {'; '.join(self.lies[:8]) or 'no lie'}"
        )


@contextmanager
def _ways(port: int, count: int) -> Iterator[list[DelayingProxy]]:
    """So many ways to a port, served by a thread."""
    loop, ways, started, ending = asyncio.new_event_loop(), list[DelayingProxy](), threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            for _ in range(count):
                ways.append(await stack.enter_async_context(open_proxy(port, round_trip_s=0.01)))
            started.set()
            await ending.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    started.wait()
    try:
        yield ways
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join()
        loop.close()


def run_machines(folder: Path, cluster: Cluster, *, seed: int, rows: int = 30, acts: int = 12) -> Shared:
    """Run one round in a folder and hold each lead against its row."""
    draw, result = random.Random(seed), Shared(seed)
    odds = draw.choice([0.0, 0.02])
    settings: dict[str, Any] = {**dict.fromkeys(FAULTS, odds), "seed": seed, "refusal": "mixed"}
    database = cluster.new_database().rpartition("/")[2]
    with ExitStack() as stack:
        account = stack.enter_context(serve_account(**settings, calls=25, per_seconds=0.5, latency_ms=(2.0, 20.0)))
        ways = stack.enter_context(_ways(cluster.port, MACHINES))
        together = [(f"T{number}", f"t{number}@example.com", f"Together {number}") for number in range(rows)]
        desks: list[Desk] = []
        running: list[subprocess.Popen[str]] = []
        for number, way in enumerate(ways):
            desk = Desk(folder / f"machine{number}", account, is_hasty=True)
            desk.environ["LSQ_LEDGER"] = cluster.url(database, port=way.port)
            desk.configure(
                account={"name": "acme"},
                columns=COLUMNS,
                workers=draw.choice([2, 10]),
                timeout_s=0.8,
                limits={"calls": 25, "per_seconds": 0.5},
                breaker={"failures": 0, "same_error": 0},
                ledger_wait_s=60,
            )
            desk.write(together, "together.csv", HEADER)
            own = [(f"O{row}", f"m{number}o{row}@example.com", f"Own {number} {row}") for row in range(rows)]
            desk.write(own, "own.csv", HEADER)
            desks.append(desk)
        for _ in range(acts):
            _start_some(desks, running, draw, result)
            time.sleep(draw.uniform(0.5, 2.0))  # for the act that follows to meet calls on their way
            _act(running, ways, cluster, draw, result)
        for process in running:
            result.kills += _kill(process)
            _end(process, result)
        account.change(**CALM)
        for desk in desks:
            for name in ("together", "own"):
                run = desk.run(f"{name}.csv")
                if run.status not in ENDS:
                    result.lies.append(f"the last import of {name} ended with {run.status}: {run.err[-300:]}")
        result.refusals = int(account.stats().get("refused", 0))
        result.lies += _find_lies(desks, account)
    return result


def _start_some(desks: list[Desk], running: "list[subprocess.Popen[str]]", draw: random.Random, result: Shared) -> None:
    """Start imports where few go on; those that have ended are looked at."""
    for process in [process for process in running if process.poll() is not None]:
        running.remove(process)
        _end(process, result)
    for desk in desks:
        for name in ("together", "own"):
            if len(running) < 2 * MACHINES and draw.random() < 0.7:
                running.append(desk.start(f"{name}.csv", "-q"))


def _act(
    running: "list[subprocess.Popen[str]]",
    ways: list[DelayingProxy],
    cluster: Cluster,
    draw: random.Random,
    result: Shared,
) -> None:
    """Kill some, restart the server as by a power cut, or cut a line."""
    act = draw.random()
    if act < 0.7:
        for process in draw.sample(running, min(len(running), draw.randint(1, 3))):
            result.kills += _kill(process)
    elif act < 0.85:
        cluster.kill()
        time.sleep(draw.uniform(0.0, 1.0))
        cluster.start()
        result.restarts += 1
    else:
        draw.choice(ways).cut()
        result.cuts += 1


def _kill(process: "subprocess.Popen[str]") -> int:
    """Kill a run; 0 where it had ended."""
    if process.poll() is not None:
        return 0
    process.kill()
    return 1


def _end(process: "subprocess.Popen[str]", result: Shared) -> None:
    """Look how a run ended: it may have found another at work on its source, or lost the ledger, or found none."""
    out, err = process.communicate()
    if process.returncode == NO_LEDGER and "connection" in err:
        return
    if process.returncode not in {*ENDS, BUSY, LEDGER_LOST, KILLED} or "Traceback" in out + err:
        result.lies.append(f"a run ended with {process.returncode}: {err.strip()[-300:]}")


def _find_lies(desks: list[Desk], account: Account) -> list[str]:
    leads = {lead["id"]: lead["attributes"] for lead in account.leads()}
    held = Counter(lead.get("mx_City") for lead in leads.values())
    lies = [f"doubled: {city}" for city, count in held.items() if count > 1]
    for number, desk in enumerate(desks):
        for name in ("together", "own"):
            for line in desk.report(f"{name}.report.csv"):
                city = line.cells[2]
                if line.status != "created" or leads.get(line.lead_id, {}).get("mx_City") != city:
                    lies.append(f"machine {number}, {city}: {line.status} {line.lead_id}, {held[city]} leads")
    return lies


def main() -> int:
    """Play rounds until there were so many kills; 0 where nobody lied."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=200, help="how many in all, at least")
    options.add_argument("--seed", type=int, default=1, help="of the first round; the next has the next")
    given = options.parse_args()
    binaries = find_binaries()
    if binaries is None:
        options.error("no PostgreSQL is installed here: apt-get install postgresql")
    total, seed, lies = Shared(0), given.seed, 0
    with start_cluster(binaries) as cluster:
        while total.kills < given.kills:
            with tempfile.TemporaryDirectory(prefix="lsq-machines-") as folder:
                result = run_machines(Path(folder), cluster, seed=seed)
            print(result.tell(), flush=True)  # noqa: T201 - its answer
            total.kills += result.kills
            total.restarts += result.restarts
            total.cuts += result.cuts
            seed, lies = seed + 1, lies + len(result.lies)
    print(f"{total.kills} kills, {total.restarts} restarts, {total.cuts} cuts, {lies} lies")  # noqa: T201 - the same
    return 1 if lies else 0


if __name__ == "__main__":
    sys.exit(main())
