"""A desk to run the importer from, with files, config and ledger, and an account to run it against."""

import asyncio
import contextlib
import csv
import io
import json
import logging
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from truth import MARKER, Cells, Line, read_report

from importer.sandbox import Sandbox, Settings

__all__ = [
    "COLUMNS",
    "HEADER",
    "PATIENCE_S",
    "Account",
    "Desk",
    "Open",
    "Run",
    "finish",
    "person",
    "serve_account",
]

PATIENCE_S = 60.0
SET_CLOCK = Path(__file__).with_name("set_clock.py")
HASTY = Path(__file__).with_name("hasty.py")
QUESTIONS = ("UserByAccessKey.Get", "LeadsMetaData.Get")

HEADER = ("First Name", "Last Name", "Email", "Mobile", "City", "Remark")
COLUMNS = {
    "First Name": "FirstName",
    "Last Name": "LastName",
    "Email": "EmailAddress",
    "Mobile": "Phone",
    "City": "mx_City",
}

Open = Callable[..., "Account"]


def person(number: int, *, email: bool = True, phone: bool = True, remark: str = "=1+1") -> Cells:
    """A row's cells. Its City belongs to it alone, so that the account shows which row a lead came from."""
    return (
        f"First{number}",
        f"Last{number}",
        f"p{number}@example.com" if email else "",
        f"+91-98{number:08d}" if phone else "",
        f"City {number}",
        remark,
    )


@dataclass(frozen=True)
class Run:
    """How one run of the command ended."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


class Account:
    """A sandbox in a thread of its own, reached as a test outside the process would reach it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    @property
    def environ(self) -> dict[str, str]:
        """The variables that point the importer at it."""
        sandbox = self.sandbox
        return {
            "LSQ_HOST": sandbox.url,
            "LSQ_ACCESS_KEY": sandbox.access_key,
            "LSQ_SECRET_KEY": sandbox.secret_key,
        }

    def change(self, **switches: Any) -> None:
        self._post("settings", switches)

    def script(self, *answers: dict[str, Any]) -> None:
        self._post("script", list(answers))

    def clear_script(self) -> None:
        """Answer as usual again, whatever was ordered."""
        self.sandbox._traffic.script.clear()

    def stats(self) -> dict[str, Any]:
        stats: dict[str, Any] = self._open("stats")
        return stats

    def leads(self) -> list[dict[str, Any]]:
        """Every lead, once no call is under way any more."""
        self.wait_until(lambda stats: stats["in_flight"] == 0)
        leads: list[dict[str, Any]] = self._open("leads")["leads"]
        return leads

    def arrivals(self) -> list[dict[str, Any]]:
        arrivals: list[dict[str, Any]] = self._open("arrivals")["arrivals"]
        return arrivals

    def calls(self) -> int:
        """How many calls have arrived that were no questions about the account."""
        counts: dict[str, int] = self.stats()["calls"]
        return sum(count for name, count in counts.items() if name not in QUESTIONS)

    def wait_until(self, condition: Callable[[dict[str, Any]], bool]) -> None:
        """Wait until the account's counts are so."""
        until = time.monotonic() + PATIENCE_S
        while not condition(self.stats()):
            assert time.monotonic() < until, "the account never came to what the test waits for"
            time.sleep(0.005)

    def _post(self, name: str, value: Any) -> None:
        self._open(name, json.dumps(value).encode())

    def _open(self, name: str, data: bytes | None = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - our own loopback address
            f"{self.sandbox.url}/__sandbox/{name}", data=data, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:  # noqa: S310 - the same
            return json.load(response)


@contextmanager
def serve_account(**switches: Any) -> Iterator[Account]:
    """Serve an account; no limit, seed 7 and no faults unless said."""
    sandbox = Sandbox(Settings(**{"port": 0, "seed": 7, "calls": None} | switches))
    started, stopping = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with sandbox:
            started.set()
            await stopping.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert started.wait(PATIENCE_S)
        yield Account(sandbox)
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join()
        loop.close()


@dataclass
class Desk:
    """A folder with a config, a ledger and files, from which the command is run against one account.

    `is_hasty`: processes of the command wait no half minute between two listings of new leads.
    """

    folder: Path
    account: Account | None = None
    environ: dict[str, str] = field(default_factory=dict)
    clock: Path | None = None
    is_hasty: bool = False

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.configure()

    @property
    def ledger(self) -> Path:
        return self.folder / "state" / "ledger.sqlite3"

    def configure(self, **changes: Any) -> None:
        """Write config.yaml (JSON is YAML): a high limit and quick time-outs unless said otherwise."""
        config = {"limits": {"calls": 1000, "per_seconds": 5}, "timeout_s": 5, "columns": COLUMNS} | changes
        (self.folder / "config.yaml").write_text(json.dumps(config), "utf-8")

    def write(self, rows: Sequence[Sequence[str]], name: str = "leads.csv", header: Sequence[str] = HEADER) -> Path:
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    def report(self, name: str = "leads.report.csv") -> list[Line]:
        return read_report(self.folder / name)

    def mend(self, changes: Mapping[str, Mapping[int, str]], name: str = "leads.report.csv") -> None:
        """Put other texts into a report's lines, found by their City: `{"City 3": {2: "a@example.com"}}`."""
        path = self.folder / name
        with path.open(encoding="utf-8-sig", newline="") as file:
            records = list(csv.reader(file))
        for record in records:
            for index, text in changes.get(record[MARKER], {}).items():
                record[index] = text
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(records)

    def variables(self) -> dict[str, str]:
        """The whole environment of a run: this machine's, without its own LeadSquared settings."""
        outer = {name: value for name, value in os.environ.items() if not name.startswith("LSQ_")}
        account = {} if self.account is None else self.account.environ
        return {**outer, "LSQ_LEDGER": str(self.ledger), **account, **self.environ}

    def set_clock(self, offset_s: float) -> None:
        """Set the clock of this desk's machine so far ahead of the true time; of runs that go on as well."""
        self.clock = self.folder / "state" / "clock"
        self.clock.parent.mkdir(exist_ok=True)
        part = self.clock.with_name("clock.part")
        part.write_text(str(offset_s), "ascii")
        part.replace(self.clock)

    def start(self, *args: object) -> "subprocess.Popen[str]":
        """Start the command as a process of its own, in the desk's folder."""
        how = [str(HASTY)] if self.is_hasty else ["-m", "importer"]
        if self.clock is not None:
            how = [str(SET_CLOCK), str(self.clock)]
        return subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, *how, *map(str, args)],
            cwd=self.folder,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, *args: object) -> Run:
        """Run the command as a process of its own."""
        return finish(self.start(*args))

    def call(self, *args: object) -> Run:
        """Run the command in this process: the same entry point, half a second quicker."""
        from importer.commands.cli import main

        logger = logging.getLogger("importer")
        before = (list(logger.handlers), logger.propagate, logger.level)
        out, err = io.StringIO(), io.StringIO()
        argv = ["lsq-import", *map(str, args)]
        try:
            with (
                patch.dict(os.environ, self.variables(), clear=True),
                patch.object(sys, "argv", argv),
                patch("importer.commands.cli.close_doors"),  # the hooks of this process are the test runner's
                contextlib.chdir(self.folder),
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
            ):
                main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
        finally:
            logger.handlers, logger.propagate = before[0], before[1]
            logger.setLevel(before[2])
        return Run(status, out.getvalue(), err.getvalue())


def finish(process: "subprocess.Popen[str]") -> Run:
    """Wait for a process; nothing ever ends in a traceback."""
    out, err = process.communicate(timeout=PATIENCE_S)
    assert "Traceback" not in out + err
    return Run(process.returncode, out, err)
