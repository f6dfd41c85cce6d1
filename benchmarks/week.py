"""A week of nights that nobody watches, played in a minute against a sandbox, with everything that a week brings.

    python benchmarks/week.py                                   # 560 rows in the end: about a minute
    python benchmarks/week.py --size 0.25                       # a quarter of everything

The file grows every day, and ends with a total row that is skipped. Ops mend rows in the report by hand, the CRM
corrects names, a partner's list comes into a watched folder, one night LeadSquared is down, one day's quota is too
small, and one night the machine is switched off in mid-run. Whoever is to be told hears of each change. Each run is a
process of its own with the very command that `lsq-import schedule` prints. Time is scaled: 25 calls in 0.5 s, pauses
of the breaker 300 times shorter; between two nights the ledger's count of the day's calls is moved back by a day. At
the end the account must hold each lead of the file once.
"""

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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
THERE = ("created", "updated", "unchanged")
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
        self.corrected: set[int] = set()
        self.partners: list[int] = []
        self.told: list[int] = []
        self.listener = self._listen()
        self.sandbox, self.url = start_sandbox()
        told = {**KEYS, "LSQ_NOTIFY": f"http://127.0.0.1:{self.listener.server_port}/told"}
        (folder / ".env").write_text("".join(f"{name}='{value}'\n" for name, value in told.items()), "utf-8")
        (folder / "inbox").mkdir()
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
            "skip_rows": [{"column": "First Name", "is": "Total"}],
            "existing": "update",
            "notify": "change",
        }
        (self.folder / "config.yaml").write_text(json.dumps(config | changes), "utf-8")

    def day(self, name: str, grows_to: int) -> None:
        """A new day: the CRM's export has grown, and yesterday's calls are a day old."""
        grows_to = self.scaled(grows_to)
        self.count = grows_to
        with (self.folder / "leads.csv").open("w", encoding="utf-8", newline="") as file:
            rows = [self._lead(number) for number in range(1, grows_to + 1)]
            csv.writer(file).writerows([HEADER, *rows, ["Total", "", "", "", str(grows_to)]])
        ledger = self.folder / "ledger.sqlite3"
        if ledger.exists():
            with sqlite3.connect(ledger) as connection:
                connection.execute("UPDATE day_call SET minute = minute - ?", (DAY_MINUTES,))
            connection.close()
        print(f"\n== {name}: leads.csv has {grows_to} rows")

    def _lead(self, number: int) -> list[str]:
        first, last, *others = lead(number)
        return [first, f"Corrected{number}" if number in self.corrected else last, *others]

    def correct(self, numbers: Sequence[int]) -> None:
        """The CRM's people correct last names, of leads that can be found by a unique value."""
        self.corrected |= {number for number in numbers if number % 40 and number % 50}

    def bring(self, name: str, numbers: Sequence[int]) -> None:
        """A partner's list comes into the inbox, an hour ago."""
        path = self.folder / "inbox" / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADER, *map(lead, numbers)])
        os.utime(path, (time.time() - 3600,) * 2)
        self.partners += [number for number in numbers if number % 40]

    def _listen(self) -> ThreadingHTTPServer:
        told = self.told

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["exit_status"])
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

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

    week.correct(range(1, week.scaled(30)))
    week.day("Thursday, the CRM has corrected names", 330)
    statuses.append(week.run("leads.csv", *BY_NIGHT))
    week.mend()
    statuses.append(week.run("leads.report.csv", *BY_HAND))

    week.day("Friday, a few calls a day are left to us", 430)
    week.configure(limits={"calls": 25, "per_seconds": 0.5, "calls_per_day": week.scaled(60)})
    statuses.append(week.run("leads.csv", *BY_HAND))
    statuses.append(week.run("leads.csv", *BY_NIGHT))
    week.configure()
    week.bring("partner.csv", range(10_001, 10_001 + week.scaled(40)))
    statuses.append(week.run("watch", "inbox", "--once", *BY_HAND))

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
        lines = [line for line in csv.DictReader(file) if line["lsq_status"] != "skipped"]
    leads = week.ask("leads")["leads"]
    names = {one["attributes"].get("LastName") for one in leads}
    left = [number for number in week.corrected if f"Corrected{number}" not in names]
    waiting = list((week.folder / "inbox").glob("*.csv"))
    partners = [number for number in week.partners if f"Last{number}" not in names]
    cities = Counter(one["attributes"]["mx_City"] for one in leads)
    said = Counter(line["lsq_status"] for line in lines)
    doubled = [city for city, count in cities.items() if count > 1]
    untrue = [line["City"] for line in lines if (line["lsq_status"] in THERE) != bool(cities[line["City"]])]
    untrue = [city for city in untrue if city not in {one["City"] for one in lines if one["lsq_status"] == "unknown"}]
    log = [json.loads(line) for line in (week.folder / "night.log").read_text("utf-8").splitlines()]
    secret = [key for key in KEYS.values() if key in json.dumps(log, ensure_ascii=False)]
    refusals = week.ask("stats")["refusals"]
    return [
        Figure("rows in the file", len(lines)),
        Figure("leads in the account", sum(cities.values())),
        Figure("rows that are created", sum(said[word] for word in THERE)),
        Figure("corrected names", len(week.corrected)),
        Figure("corrected names that did not reach their lead", len(left), "", 0),
        Figure("a partner's leads that are not there", len(partners), "", 0),
        Figure("files that are left in the watched folder", len(waiting), "", 0),
        Figure("times that somebody was told", len(week.told)),
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
            week.listener.shutdown()
    publish("A week of nights", figures, given.json)
    return 0 if all(figure.is_met is not False for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
