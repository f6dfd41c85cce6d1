"""The chaos: an importer that is killed at random moments against an account where everything goes wrong.

    python tests/chaos/chaos.py --kills 200 --rows 200 --seed 1
    python tests/chaos/chaos.py --kills 200 --reference
    python tests/chaos/chaos.py --kills 300 --route bulk

Each round has a file and an account of its own. The account drops connections before and after storing a lead, stalls,
cuts replies off, answers 500, 502 and 504 before and after storing, refuses calls in all three forms, and lets look-ups
find a new lead only after a while. The importer is killed with SIGKILL and started again at once, until it ends by
itself. Then every line of the report is held against what the account holds. In every other round the same goes on with
the report as the input. At last the account calms down, and the command has to bring everything to its end without
creating anything twice. With `--reference` a third of the rows has no unique value, each lead carries its row's
reference, and in the end no row may be unknown. With `--route bulk` rows share calls, of which the account stores a
part before a fault, the rest never or later; `mixed` draws the route of each start.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "run"))

from crowd import expected_keys, is_keyless, make_rows
from truth import Cells, Line, find_lies, read_report
from workbench import Account, Desk, serve_account

from importer.sandbox import FAULTS

__all__ = ["Chaos", "Round", "run_round"]

LONGEST_RUN_S = 300.0
ENDS = (0, 1)
FROM_START_ODDS = 0.2
REFERENCE = "mx_Import_Ref"
BULK_ROWS = 12
ON_ITS_WAY = 2
"""How many calls may be on record at a kill and not yet seen by the account."""

CALM = dict.fromkeys(FAULTS, 0.0) | {"lag_s": 0.0, "limit": "off", "bulk_limit": "off", "latency": "0"}


@dataclass(frozen=True, kw_only=True)
class Chaos:
    """How a round goes: at most `kills` of them, each at most `longest_s` after a start.

    With `calms_down` the account is calm once they are done.
    """

    seed: int
    rows: int = 200
    kills: int = 15
    odds: float = 0.025
    calms_down: bool = False
    timeout_s: float = 0.8
    longest_s: float = 15.0
    has_reference: bool = False
    route: str = "single"

    @property
    def rows_at_once(self) -> int:
        """How many rows one lost call may leave in doubt."""
        return 1 if self.route == "single" else BULK_ROWS


@dataclass
class Round:
    """What a round came to. `lies` is empty where every promise was kept."""

    chaos: Chaos
    kills: int = 0
    runs: int = 0
    leads: int = 0
    in_flight: int = 0
    seconds: float = 0.0
    lies: list[str] = field(default_factory=list)
    lines: Counter[str] = field(default_factory=Counter)
    stats: dict[str, Any] = field(default_factory=dict)

    def tell(self) -> str:
        calls, refusals = self.stats.get("arrivals", 0), self.stats.get("refusals", 0)
        faults = sum(self.stats.get("faults", {}).values())
        said = ", ".join(f"{count} {status}" for status, count in self.lines.most_common())
        return (
            f"seed {self.chaos.seed}: {self.kills} kills, {self.runs} runs, {self.seconds:.0f} s, {calls} calls with "
            f"{faults} faults and {refusals} refusals, {self.leads} leads; amid the faults: {said}; "
            f"{'; '.join(self.lies) or 'no lie'}"
        )


def run_round(folder: Path, chaos: Chaos) -> Round:
    """Run one round in a folder and hold the report against the account."""
    draw = random.Random(chaos.seed)
    began = time.monotonic()
    rows = make_rows(chaos.rows, draw, keyless=45 if chaos.has_reference else 10)
    result = Round(chaos)
    settings: dict[str, Any] = {
        **dict.fromkeys(FAULTS, chaos.odds),
        "seed": chaos.seed,
        "refusal": "mixed",
        "calls": 25 if chaos.calms_down else draw.choice([14, 25]),
        "per_seconds": 1.0,
        "window": draw.choice(["sliding", "fixed"]),
        "latency_ms": (5.0, draw.choice([50.0, 400.0])),
        "lag_s": draw.choice([0.0, 0.5, 1.5]),
        "faults_on": draw.choice(["creates", "all"]),
    }
    if chaos.route != "single":
        settings |= {
            "bulk_calls": draw.choice([6, 12]),
            "bulk_per_seconds": 1.0,
            "bulk_partial": draw.choice([0.0, 0.5, 1.0]),
            "bulk_late_s": draw.choice([0.0, 0.0, 0.4]),
        }
    with serve_account(**settings) as account:
        desk = Desk(folder, account, is_hasty=True)
        reference = {"reference": REFERENCE} if chaos.has_reference else {}
        limits = {"calls": 20, "per_seconds": 1}
        bulk = {"calls": 10, "per_seconds": 1, "rows": BULK_ROWS, "timeout_s": chaos.timeout_s}
        more = {"limits": limits, "bulk": bulk, **reference}
        desk.configure(workers=40, bad_email="send", timeout_s=chaos.timeout_s, **more)
        desk.write(rows)
        for file, kills in _plan(chaos):
            if not result.lies:
                _run_until_it_ends(desk, account, result, draw, file=file, kills=kills)
                lines = desk.report() if not result.lies else []
                result.lines = Counter(line.status for line in lines)
                result.lies += find_lies(rows, lines, account.leads()) if lines else []
                result.lies += _needless_doubts(lines, account, result)
        if not result.lies:
            _end_calmly(desk, account, result, rows, file=draw.choice(["leads.csv", "leads.report.csv"]))
        result.stats = account.stats()
        result.leads = len(account.leads())
    result.lies += [f"{left.name} was left behind" for left in folder.glob(".*.part")]
    result.seconds = time.monotonic() - began
    return result


def _needless_doubts(lines: Sequence[Line], account: Account, result: Round) -> list[str]:
    """Rows in doubt that do not exist are at most as many as calls that were lost, or in flight at a kill."""
    held = Counter(lead["attributes"].get("mx_City", "") for lead in account.leads())
    doubtful = sum(line.status == "unknown" and not held[line.cells[4]] for line in lines)
    most = (sum(account.stats()["faults"].values()) + result.in_flight) * result.chaos.rows_at_once
    return [f"{doubtful} rows are in doubt, but {most} calls were lost"] if doubtful > most else []


def _plan(chaos: Chaos) -> list[tuple[str, int]]:
    """What is run, and how many kills there may have been by its end."""
    if chaos.calms_down or chaos.seed % 2:
        return [("leads.csv", chaos.kills)]
    return [("leads.csv", chaos.kills * 2 // 3), ("leads.report.csv", chaos.kills)]


def _run_until_it_ends(
    desk: Desk, account: Account, result: Round, draw: random.Random, *, file: str, kills: int
) -> None:
    """Start the importer and kill it at random moments, until it ends by itself or a promise is broken."""
    while not result.lies:
        if result.chaos.calms_down and result.kills >= kills:
            account.change(**CALM)
        result.runs += 1
        process = desk.start(file, "-q", *_draw_route(result.chaos, draw))
        is_killed = result.kills < kills and _await_moment(process, account, draw, result.chaos.longest_s)
        if is_killed:
            result.in_flight += account.stats()["in_flight"] + ON_ITS_WAY
            process.kill()
        out, err = process.communicate(timeout=LONGEST_RUN_S)
        if not is_killed or process.returncode >= 0:
            if process.returncode not in ENDS or "Traceback" in out + err:
                result.lies.append(f"run {result.runs} ended with {process.returncode}: {err.strip()[-500:]}")
            return
        result.kills += 1
        report = desk.folder / "leads.report.csv"
        if report.exists() and len(read_report(report)) != result.chaos.rows:
            result.lies.append(f"run {result.runs} left half a report")


def _draw_route(chaos: Chaos, draw: random.Random) -> list[str]:
    route = draw.choice(["bulk", "single"]) if chaos.route == "mixed" else chaos.route
    return [f"--{route}"]


def _creates(account: Account) -> int:
    """How many calls that create have arrived."""
    calls: dict[str, int] = account.stats()["calls"]
    return calls.get("Lead.Create", 0) + calls.get("Lead/Bulk/Create", 0)


def _await_moment(process: "subprocess.Popen[str]", account: Account, draw: random.Random, longest_s: float) -> bool:
    """Wait for a random moment: after so many calls, or so much time; False where the run ends before it.

    Most times are counted from the run's first call on: before it there is little to break.
    """
    before = account.stats()["arrivals"]
    calls = draw.choice([1, 2, 3, 5, 10, 20, 40, 80, 10_000])
    time_s = draw.uniform(0.0, min(longest_s, draw.choice([1.0, 4.0, longest_s])))
    is_from_start = draw.random() < FROM_START_ODDS
    until = time.monotonic() + time_s if is_from_start else None
    while (arrived := account.stats()["arrivals"] - before) < calls and (until is None or time.monotonic() < until):
        if process.poll() is not None:
            return False
        if until is None and arrived:
            until = time.monotonic() + time_s
        time.sleep(0.02)
    time.sleep(draw.choice([0.0, draw.uniform(0, 0.03), min(longest_s, draw.uniform(0, 0.4))]))
    return process.poll() is None


def _end_calmly(desk: Desk, account: Account, result: Round, rows: Sequence[Cells], *, file: str) -> None:
    """The file or its report against a calm account: all is settled, nothing twice; at last nothing is sent."""
    account.change(**CALM)
    before = 0
    for _ in range(1 if result.chaos.calms_down else 2):
        before = _creates(account)
        process = desk.start(file, "-q", *_draw_route(result.chaos, random.Random(result.chaos.seed)))
        _out, err = process.communicate(timeout=LONGEST_RUN_S)
        if process.returncode not in ENDS:
            result.lies.append(f"the calm run ended with {process.returncode}: {err.strip()[-500:]}")
            return
    lines = desk.report()
    leads = account.leads()
    result.lies += find_lies(rows, lines, leads)
    hopeless = sum(line.status == "rejected" for line in lines)
    if (spent := _creates(account) - before) > hopeless:
        result.lies.append(f"{spent} calls for {hopeless} rows that may be tried again")
    keyed = [lead for lead in leads if lead["attributes"].get("EmailAddress") or lead["attributes"].get("Phone")]
    if len(keyed) != expected_keys(rows):
        result.lies.append(f"{len(keyed)} leads for {expected_keys(rows)} distinct keys")
    if result.chaos.has_reference and len(leads) - len(keyed) != (named := sum(map(is_keyless, rows))):
        result.lies.append(f"{len(leads) - len(keyed)} leads for {named} rows without a unique value")
    result.lies += [
        f"row {line.row} is {line.status} at the end"
        for line in lines
        if not _is_final(line, has_reference=result.chaos.has_reference) or not line.status
    ]


def _is_final(line: Line, *, has_reference: bool) -> bool:
    """Whether a line may stay so: what a calm account leaves open is nothing but a row that nothing can be found by."""
    is_keyless = not line.cells[2] and not line.cells[3] and not has_reference
    return line.status in {"created", "duplicate", "rejected", "invalid"} or (line.status == "unknown" and is_keyless)


def main() -> int:
    """Run rounds until there were enough kills; 1 where a promise was broken."""
    options = argparse.ArgumentParser(description="Kill the importer at random moments and hold its word against it.")
    options.add_argument("--kills", type=int, default=200, help="how many in all, at least")
    options.add_argument("--rows", type=int, default=200, help="of the file of each round")
    options.add_argument("--seed", type=int, default=1, help="of the first round; the next has the next")
    options.add_argument("--kills-a-round", type=int, default=15, help="at most; then the run may end by itself")
    options.add_argument("--odds", type=float, default=0.025, help="of each of the eleven faults")
    options.add_argument("--longest", type=float, default=15.0, help="seconds from a start to its kill, at most")
    options.add_argument("--reference", action="store_true", help="a field for references; a third of rows is keyless")
    options.add_argument("--route", choices=["single", "bulk", "mixed"], default="single", help="how rows are sent")
    given = options.parse_args()
    rounds: list[Round] = []
    while sum(one.kills for one in rounds) < given.kills:
        chaos = Chaos(
            seed=given.seed + len(rounds),
            rows=given.rows,
            kills=given.kills_a_round,
            odds=given.odds,
            longest_s=given.longest,
            has_reference=given.reference,
            route=given.route,
        )
        folder = Path(tempfile.mkdtemp(prefix="lsq-chaos-"))
        rounds.append(run_round(folder, chaos))
        sys.stdout.write(f"{rounds[-1].tell()}\n")
        sys.stdout.flush()
        if not rounds[-1].lies:
            shutil.rmtree(folder)
        else:
            sys.stdout.write(f"  kept: {folder}\n")
    broken = [one.chaos.seed for one in rounds if one.lies]
    counts = {
        "kills": sum(one.kills for one in rounds),
        "rounds": len(rounds),
        "rows": sum(one.chaos.rows for one in rounds),
        "leads": sum(one.leads for one in rounds),
        "calls": sum(one.stats["arrivals"] for one in rounds),
        "faults": sum(sum(one.stats["faults"].values()) for one in rounds),
        "refusals": sum(one.stats["refusals"] for one in rounds),
    }
    sys.stdout.write(", ".join(f"{count:,} {name}" for name, count in counts.items()) + "\n")
    sys.stdout.write(f"promises broken in rounds with the seeds {broken}\n" if broken else "every promise was kept\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
