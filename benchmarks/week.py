"""A week of nights that nobody watches, played in a minute against a sandbox, with everything that a week brings.

    python benchmarks/week.py                                   # 560 rows in the end: about a minute
    python benchmarks/week.py --size 0.25                       # a quarter of everything

The file grows every day. Ops mend rows in the report by hand, one night LeadSquared is down, one day's quota is too
small, and one night the machine is switched off in mid-run. Each run is a process of its own with the very command
that `lsq-import schedule` prints. Time is scaled: 25 calls in 0.5 s, pauses of the breaker 300 times shorter; between
two nights the ledger's count of the day's calls is moved back by a day. At the end the account must hold each lead of
the file once.
"""

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from figures import Figure, make_parser, publish

__all__ = ["Week"]

HEADER = ("First Name", "Last Name", "Email", "Mobile", "City")
COLUMNS = dict(zip(HEADER, ("FirstName", "LastName", "EmailAddress", "Phone", "mx_City"), strict=True))
KEYS = {"LSQ_ACCESS_KEY": "u$r0123456789abcdef0123456789abcdef", "LSQ_SECRET_KEY": "s+3/c=r&t%41_#"}
PROGRAM = (
    "import importer.ratelimit.breaker as b; b.FIRST_PAUSE_S = 0.1; from importer.commands.cli import main; main()"
)
BY_HAND = ("--quiet",)
BY_NIGHT = ("--wait", "--quiet", "--until-quota", "--log-file", "night.log")
DAY_MINUTES = 24 * 60 + 1  # the day's calls are counted to the minute


def lead(number: int) -> list[str]:
    """A row; every fortieth has an address without @, and every fiftieth no way to look it up."""
    email = f"p{number}.example.com" if number % 40 == 0 else f"p{number}@example.com"
    keyless = number % 50 == 0
    phone = f"+91-98{number:08d}"
    return [f"First{number}", f"Last{number}", "" if keyless else email, "" if keyless else phone, f"City {number}"]


class Week:
    """A folder with a growing file and a ledger, and an account in a sandbox of its own process."""

    def __init__(self, folder: Path, *, size: float = 1.0) -> None:
        self.folder = folder
        self._size = size
        self.count = 0
        self.sandbox, self.url = start_sandbox()
        (folder / ".env").write_text("".join(f"{name}='{value}'\n" for name, value in KEYS.items()), "utf-8")
        self.configure()

    def scaled(self, number: int) -> int:
        """A number of rows or calls at this week's size."""
        return max(1, round(number * self._size))

    def configure(self, **changes: object) -> None:
        """Write config.yaml (JSON is YAML)."""
        config = {
            "account": {"host": self.url},
            "limits": {"calls": 25, "per_seconds": 0.5},
            "timeout_s": 0.1,
            "ledger": str(self.folder / "ledger.sqlite3"),
            "columns": COLUMNS,
        }
        (self.folder / "config.yaml").write_text(json.dumps(config | changes), "utf-8")

    def day(self, name: str, grows_to: int) -> None:
        """A new day: the CRM's export has grown, and yesterday's calls are a day old."""
        grows_to = self.scaled(grows_to)
        self.count = grows_to
        with (self.folder / "leads.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADER, *(lead(number) for number in range(1, grows_to + 1))])
        ledger = self.folder / "ledger.sqlite3"
        if ledger.exists():
            with sqlite3.connect(ledger) as connection:
                connection.execute("UPDATE day_call SET minute = minute - ?", (DAY_MINUTES,))
            connection.close()
        print(f"\n== {name}: leads.csv has {grows_to} rows")

    def run(self, file: str, *options: str, kill_after: int | None = None) -> int:
        """Run the command and show what it prints; `kill_after` so many creations, kill it as a power cut would."""
        print(f"$ lsq-import {file} {' '.join(options)}")
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, file, *options],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env={name: value for name, value in os.environ.items() if not name.startswith("LSQ_")},
        )
        if kill_after is not None:
            before = self.ask("stats")["creates"]
            while self.ask("stats")["creates"] < before + kill_after:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
        out, _ = process.communicate(timeout=120)
        print("".join(f"  {line}\n" for line in out.splitlines()), end="")
        print(f"  [exit status {process.returncode}]")
        return process.returncode

    def mend(self) -> None:
        """Ops put the @ back into the addresses of today's report."""
        path = self.folder / "leads.report.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *lines = csv.reader(file)
        status, email = header.index("lsq_status"), header.index("Email")
        wrong = [line for line in lines if line[status] == "invalid"]
        for line in wrong:
            line[email] = line[email].replace(".example", "@example")
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([header, *lines])
        print(f"  (ops correct {len(wrong)} addresses in leads.report.csv)")

    def ask(self, name: str, change: dict[str, object] | None = None) -> Any:  # noqa: ANN401 - whatever JSON can say
        """What the sandbox tells, or a change of its settings."""
        data = None if change is None else json.dumps(change).encode()
        request = urllib.request.Request(  # noqa: S310 - our own loopback address
            f"{self.url}/__sandbox/{name}", data=data, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - the same
            return json.load(response)


def start_sandbox() -> tuple["subprocess.Popen[str]", str]:
    """A sandbox as a process of its own, with 25 calls in any 0.5 s, and its address."""
    program = (
        "import asyncio\n"
        "from importer.sandbox import Sandbox, Settings\n"
        f"settings = Settings(port=0, calls=25, per_seconds=0.5, access_key={KEYS['LSQ_ACCESS_KEY']!r}, "
        f"secret_key={KEYS['LSQ_SECRET_KEY']!r})\n"
        "async def serve():\n"
        "    async with Sandbox(settings) as sandbox:\n"
        "        print(sandbox.url, flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(serve())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    return process, process.stdout.readline().strip()


def play(week: Week, *, has_outage: bool = True) -> list[int]:
    """The seven days; gives each command's exit status."""
    statuses = []
    week.day("Monday", 120)
    statuses.append(week.run("leads.csv", *BY_NIGHT))
    week.mend()
    statuses.append(week.run("leads.report.csv", *BY_HAND))

    week.day("Tuesday", 200)
    statuses.append(week.run("leads.csv", *BY_NIGHT))

    if has_outage:
        week.day("Wednesday, LeadSquared is down", 280)
        week.ask("settings", {"html_502_before": 1.0})
        statuses.append(week.run("leads.csv", *BY_NIGHT))
        week.ask("settings", {"html_502_before": 0.0})

    week.day("Thursday", 330)
    statuses.append(week.run("leads.csv", *BY_NIGHT))
    week.mend()
    statuses.append(week.run("leads.report.csv", *BY_HAND))

    week.day("Friday, a few calls a day are left to us", 430)
    week.configure(limits={"calls": 25, "per_seconds": 0.5, "calls_per_day": week.scaled(60)})
    statuses.append(week.run("leads.csv", *BY_HAND))
    statuses.append(week.run("leads.csv", *BY_NIGHT))
    week.configure()

    week.day("Saturday, a power cut", 520)
    statuses.append(week.run("leads.csv", *BY_NIGHT, kill_after=week.scaled(60)))

    week.day("Sunday", 560)
    statuses.append(week.run("leads.csv", *BY_NIGHT))
    week.mend()
    statuses.append(week.run("leads.report.csv", *BY_HAND))
    return statuses


def check(week: Week) -> list[Figure]:
    """Whether each row of the file is one lead, but for those that are said to be unknown, and no call was refused."""
    with (week.folder / "leads.report.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    cities = Counter(one["attributes"]["mx_City"] for one in week.ask("leads")["leads"])
    said = Counter(line["lsq_status"] for line in lines)
    doubled = [city for city, count in cities.items() if count > 1]
    untrue = [line["City"] for line in lines if (line["lsq_status"] == "created") != bool(cities[line["City"]])]
    untrue = [city for city in untrue if city not in {one["City"] for one in lines if one["lsq_status"] == "unknown"}]
    log = [json.loads(line) for line in (week.folder / "night.log").read_text("utf-8").splitlines()]
    secret = [key for key in KEYS.values() if key in json.dumps(log, ensure_ascii=False)]
    refusals = week.ask("stats")["refusals"]
    return [
        Figure("rows in the file", len(lines)),
        Figure("leads in the account", sum(cities.values())),
        Figure("rows that are created", said["created"]),
        Figure("rows that are unknown, and said to be", said["unknown"]),
        Figure("doubled leads", len(doubled), "", 0),
        Figure("report lines that are not true", len(untrue), "", 0),
        Figure("refusals", refusals, "", 0),
        Figure("keys in the log file", len(secret), "", 0),
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Play the week; 0 when it went as promised."""
    parser = make_parser(__doc__, "week")
    parser.add_argument("--size", type=float, default=1.0, help="the share of the rows")
    parser.add_argument("--no-outage", action="store_true", help="leave out Wednesday's, whose waits are not scaled")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="lsq-week-") as folder:
        week = Week(Path(folder), size=given.size)
        try:
            statuses = play(week, has_outage=not given.no_outage)
            print(f"\n== Exit statuses: {statuses}\n")
            figures = check(week)
        finally:
            week.sandbox.terminate()
            week.sandbox.wait()
    publish("A week of nights", figures, given.json)
    return 0 if all(figure.is_met is not False for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
