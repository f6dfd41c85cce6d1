"""Leads that are updated amid kills and faults: nothing that a row says is lost, and no line says what is not so.

    python tests/chaos/updating.py --kills 200 --seed 1

Each round has an account of its own, half of whose people are there already, by somebody else. Night by night a part
of the rows changes; the import with `existing: update` is killed at random moments while every call of the account
may fail. At last the account calms down, one import comes to its end, and every lead must hold what its row says.
"""

import argparse
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "run"))

from chaos import CALM
from workbench import Account, Desk, serve_account

from importer.sandbox import FAULTS

__all__ = ["Updated", "run_updates"]

HEADER = ("Name", "Email", "City")
COLUMNS = {"Name": "FirstName", "Email": "EmailAddress", "City": "mx_City"}
NIGHTS = 3
ENDS = {0, 1}


@dataclass
class Updated:
    """What a round came to. `lies` is empty where every promise was kept."""

    seed: int
    kills: int = 0
    updates: int = 0
    lies: list[str] = field(default_factory=list)

    def tell(self) -> str:
        return f"seed {self.seed}: {self.kills} kills, {self.updates} updates; {'; '.join(self.lies) or 'no lie'}"


def run_updates(folder: Path, *, seed: int, rows: int = 24, kills: int = 6, odds: float = 0.03) -> Updated:
    """Run one round in a folder and hold each lead against its row."""
    draw, result = random.Random(seed), Updated(seed)
    settings: dict[str, Any] = {**dict.fromkeys(FAULTS, odds), "seed": seed, "faults_on": "all", "refusal": "mixed"}
    with serve_account(**settings, calls=25, per_seconds=0.5, latency_ms=(2.0, 20.0)) as account:
        desk = Desk(folder, account, is_hasty=True)
        desk.configure(
            columns=COLUMNS,
            existing="update",
            workers=draw.choice([1, 10]),
            timeout_s=0.8,
            limits={"calls": 20, "per_seconds": 0.5},
            breaker={"failures": 0, "same_error": 0},
        )
        people = [[f"Name {number}", f"n{number}@example.com", "City 0"] for number in range(rows)]
        store = account.sandbox._account.store
        for name, email, _ in people[::2]:
            store.add({"FirstName": name, "EmailAddress": email}, created_on="2026-01-01 00:00:00.000", now=0.0)
        for night in range(1, NIGHTS + 1):
            for one in people:
                if draw.random() < 0.4:
                    one[2] = f"City {night}"
            desk.write(people, header=HEADER)
            for _ in range(kills // NIGHTS):
                result.kills += _kill(desk, draw)
        account.change(**CALM)
        run = desk.run("leads.csv")
        if run.status not in ENDS:
            result.lies.append(f"the last import ended with {run.status}: {run.err[-200:]}")
        result.updates = int(account.stats()["calls"].get("Lead.Update", 0))
        result.lies += _find_lies(people, desk, account)
    return result


def _kill(desk: Desk, draw: random.Random) -> int:
    """Start an import and kill it; 0 where it ended before."""
    process = desk.start("leads.csv")
    try:
        process.communicate(timeout=draw.uniform(0.6, 2.5))
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return 1
    return 0


def _find_lies(people: list[list[str]], desk: Desk, account: Account) -> list[str]:
    lies: list[str] = []
    leads = [lead["attributes"] for lead in account.leads()]
    lines = desk.report()
    for person, line in zip(people, lines, strict=True):
        name, email, city = person
        mine = [lead for lead in leads if lead.get("EmailAddress") == email]
        if len(mine) != 1:
            lies.append(f"{email}: {len(mine)} leads")
        elif (mine[0].get("FirstName"), mine[0].get("mx_City")) != (name, city):
            lies.append(f"{email}: the lead says {mine[0].get('mx_City')}, the row {city}, the line {line.status}")
        if line.status not in {"created", "updated", "unchanged"}:
            lies.append(f"{email}: {line.status}: {line.message}")
    return lies


def main() -> int:
    """Play rounds until there were so many kills; 0 where nobody lied."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=200, help="how many in all, at least")
    options.add_argument("--seed", type=int, default=1, help="of the first round; the next has the next")
    given = options.parse_args()
    kills, seed, lies = 0, given.seed, 0
    while kills < given.kills:
        with tempfile.TemporaryDirectory(prefix="lsq-updating-") as folder:
            result = run_updates(Path(folder) / "desk", seed=seed, kills=12)
        print(result.tell(), flush=True)  # noqa: T201 - its answer
        kills, seed, lies = kills + result.kills, seed + 1, lies + len(result.lies)
    print(f"{kills} kills, {lies} lies")  # noqa: T201 - the same
    return 1 if lies else 0


if __name__ == "__main__":
    sys.exit(main())
