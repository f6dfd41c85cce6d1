"""The person: somebody who edits the report, renames files, replaces keys, sets the clock, and stops what runs.

    python tests/chaos/person.py --acts 300 --seed 1
    python tests/chaos/person.py --acts 60 --kinds stop,kill,clock,locks

Each round has an account and a desk of its own. Before or during each run the person does something; then what the
report and the account say is held against what the person meant (`verdict`).

A refusal (exit status 2) that sends nothing is a right answer: the person then takes the act back.
"""

import argparse
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "run"))

from edits import EDITS, Sheet, new_person
from verdict import PersonRound, find_broken_promises
from workbench import HEADER, Account, Desk, serve_account

from importer.exitstatus import ExitStatus

__all__ = ["KINDS", "Person", "run_person"]

DURING = ("clock", "kill", "locks", "save", "stop")
BETWEEN = ("keys", "refusal", "rename", "source")
KINDS = (*sorted(EDITS), *BETWEEN, *DURING)
STOP_WITHIN_S = 3.0
SLACK_S = 3.0
LONGEST_RUN_S = 90.0
REFUSED = '{"Status":"Error","ExceptionType":"MXInvalidInputException","ExceptionMessage":"Invalid Input!"}'
ON_ITS_WAY = 2
"""How many calls may be on record and not yet seen by the account at any moment; the others are seen in flight."""


class Person:
    """One round. `draw` decides what is done, and when."""

    def __init__(self, desk: Desk, account: Account, *, seed: int, rows: int, kinds: Sequence[str]) -> None:
        self.result = PersonRound(seed)
        self.draw = random.Random(seed)
        self.kinds = kinds
        self.desk = desk
        self.account = account
        self.file = "leads.csv"
        self._number = 0
        self._in_flight = 0
        self._is_known = self.draw.random() < 0.5
        self._configure()
        desk.write([self._fresh() for _ in range(rows)], header=HEADER)

    def _configure(self) -> None:
        more = {"account": {"name": "acme"}} if self._is_known else {}
        self.desk.configure(workers=8, timeout_s=1.5, breaker={"failures": 0}, **more)

    def _fresh(self) -> tuple[str, ...]:
        self._number += 1
        return new_person(self._number, self.draw)

    @property
    def path(self) -> Path:
        return self.desk.folder / self.file

    @property
    def report(self) -> Path:
        return self.path if ".report" in self.file else self.desk.folder / "leads.report.csv"

    def act(self) -> None:
        """Do something, run the command, and judge."""
        kind = self.draw.choice(self.kinds)
        if kind in (*EDITS, "save", "rename", "source") and ".report" not in self.file:
            kind = self.draw.choice([kind for kind in self.kinds if kind in DURING] or ["run"])
        self.result.acts[kind] += 1
        self.result.story.append(kind)
        if kind in EDITS:
            before = self.path.read_bytes()
            sheet = Sheet.read(self.path)
            EDITS[kind](sheet, self.draw, self._fresh)
            sheet.save(self.path)
            self._run(undo=lambda: self.path.write_bytes(before))
        elif kind == "keys":
            self._replace_keys()
        elif kind == "refusal":
            self.account.script({"call": "Lead.Create", "status": 500, "body": REFUSED, "times": 2})
            self._run()
            self.account.clear_script()
        elif kind == "source":
            self._run_source()
        elif kind == "rename":
            self.file = f"{self.draw.choice(['mine', 'copy', 'sent'])}{self.result.runs}.report.csv"
            self.report_before.rename(self.path)
            self._run()
        else:
            self._run(during=None if kind == "run" else getattr(self, f"_{kind}"))

    @property
    def report_before(self) -> Path:
        return max(self.desk.folder.glob("*.report.csv"), key=lambda path: path.stat().st_mtime_ns)

    def _run_source(self) -> None:
        """Import the first file once more, with a report elsewhere: its rows are those of the report."""
        report, self.file = self.file, "leads.csv"
        self._run(report="source.csv")
        self.file = report

    def _replace_keys(self) -> None:
        """Get new keys for the same account, perhaps while it does not say whose they are."""
        before = self.account.sandbox.access_key
        new = f"u$r{self.draw.getrandbits(128):032x}"
        self.account.change(access_key=new)
        if self.draw.random() < 0.6:
            self.account.script({"call": "UserByAccessKey.Get", "status": 502, "times": self.draw.choice([1, 2, 30])})

        def undo() -> None:
            self.account.change(access_key=before)

        self._run(undo=undo, may_end=(0, 1, 2, 3))
        self.account.clear_script()

    def _run(
        self,
        *,
        undo: Callable[[], object] = lambda: None,
        during: Callable[["subprocess.Popen[str]"], None] | None = None,
        may_end: tuple[int, ...] = (0, 1, 2),
        report: str = "",
    ) -> None:
        result = self.result
        result.runs += 1
        before = self.account.stats()["creates"]
        process = self.desk.start(
            self.file, "-q", "--no-html", "--stop-within", str(STOP_WITHIN_S), *(["-r", report] if report else [])
        )
        self._ends = may_end
        if during is not None:
            during(process)
        try:
            out, err = process.communicate(timeout=LONGEST_RUN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            result.lies.append(f"run {result.runs} ({result.story[-1]}) did not end")
            return
        status = process.returncode
        result.story[-1] += f" → {status}"
        if status not in self._ends or "Traceback" in out + err:
            result.lies.append(f"run {result.runs} ({result.story[-1]}) ended so: {err.strip()[-400:]}")
            return
        if status in {2, 3} and during is None:
            result.refusals += 1
            if self.account.stats()["creates"] != before:
                result.lies.append(f"run {result.runs} ({result.story[-1]}) refused, but sent something")
            undo()
            return
        if report:
            self._judge(report)
        elif status >= 0 and self.report.exists():
            self.file = self.report.name
            self._judge(self.file)

    def _await_moment(self, process: "subprocess.Popen[str]") -> bool:
        """Wait for a few calls, or a little while, or the run's end; whether a call has come, so that the run is up."""
        before = self.account.stats()["arrivals"]
        calls, until = self.draw.choice([1, 3, 8, 20]), time.monotonic() + self.draw.uniform(0.2, 2.0)
        while process.poll() is None and time.monotonic() < until:
            if self.account.stats()["arrivals"] - before >= calls:
                break
            time.sleep(0.02)
        return bool(self.account.stats()["arrivals"] > before)

    def _give_work(self) -> None:
        """Write new people below the others, so that the run has something to do."""
        sheet = Sheet.read(self.path)
        for _ in range(self.draw.choice([0, 8, 15])):
            EDITS["append"](sheet, self.draw, self._fresh)
        sheet.save(self.path)

    def _kill(self, process: "subprocess.Popen[str]") -> None:
        self._await_moment(process)
        self._in_flight += self.account.stats()["in_flight"] + ON_ITS_WAY
        process.kill()
        self._ends = (-signal.SIGKILL, 0, 1, 2)

    def _stop(self, process: "subprocess.Popen[str]") -> None:
        is_up = self._await_moment(process)
        # Before it is up, SIGINT is Python's business, and ignored by what a shell runs in the background.
        number = self.draw.choice([signal.SIGTERM, signal.SIGINT]) if is_up else signal.SIGTERM
        began = time.monotonic()
        process.send_signal(number)
        self._ends = (-number, 128 + number, 0, 1, 2)  # -number: before the command is up
        if self.draw.random() < 0.3:
            time.sleep(self.draw.uniform(0.0, 0.5))
            self._in_flight += self.account.stats()["in_flight"] + ON_ITS_WAY
            if process.poll() is None:
                process.send_signal(number)
        try:
            process.wait(STOP_WITHIN_S + SLACK_S)
        except subprocess.TimeoutExpired:
            self.result.lies.append(f"it did not stop within {time.monotonic() - began:.0f} s")
        self._in_flight += self.account.stats()["in_flight"]

    def _clock(self, process: "subprocess.Popen[str]") -> None:
        self._await_moment(process)
        self.desk.set_clock(self.draw.choice([0.0, 3600.0, -3600.0, 86_400.0, self.draw.uniform(-600, 600)]))

    def _locks(self, process: "subprocess.Popen[str]") -> None:
        self._await_moment(process)
        shutil.rmtree(self.desk.ledger.with_name(f"{self.desk.ledger.name}.locks"), ignore_errors=True)
        self._ends = (0, 1, 2, 3)

    def _save(self, process: "subprocess.Popen[str]") -> None:
        """Save another person into the file while it runs: those words must be somewhere afterwards."""
        self._await_moment(process)
        sheet = Sheet.read(self.path)
        EDITS["append"](sheet, self.draw, self._fresh)
        marker = f"City {self._number}"
        sheet.save(self.path)
        self._ends = (*self._ends, ExitStatus.FILE_CHANGED)
        process.wait(LONGEST_RUN_S)
        if not any(marker in Sheet.read(path).markers() for path in self.desk.folder.glob("*.csv")):
            self.result.lies.append(f"the line of {marker}, saved while run {self.result.runs} went on, is in no file")

    def _judge(self, report: str, *, is_last: bool = False) -> None:
        leads = self.account.leads()
        in_flight = sum(self.account.stats()["faults"].values()) + self._in_flight
        lines = Sheet.read(self.desk.folder / report).report_lines()
        lies = find_broken_promises(lines, leads, most_doubtful=in_flight, is_last=is_last)
        self.result.leads = len(leads)
        self.result.lies += [f"{lie} (after {self.result.story[-1]})" for lie in lies]

    def end(self) -> None:
        """All is calm: the file as it stands comes to its end."""
        self.account.change(**CALM)
        self.account.clear_script()
        self.result.story.append("end")
        for _ in range(2):
            if not self.result.lies:
                self._run()
        if not self.result.lies and ".report" in self.file:
            self._judge(self.file, is_last=True)


CALM = {"drop_before": 0.0, "drop_after": 0.0, "hang_after": 0.0, "latency": "0"}


def run_person(folder: Path, *, seed: int, acts: int, rows: int = 30, kinds: Sequence[str] = KINDS) -> PersonRound:
    """Run one round of so many acts."""
    with serve_account(
        seed=seed, latency_ms=(20.0, 60.0), drop_before=0.01, drop_after=0.02, hang_after=0.01
    ) as account:
        person = Person(Desk(folder, account), account, seed=seed, rows=rows, kinds=kinds)
        while sum(person.result.acts.values()) < acts and not person.result.lies:
            if ".report" in person.file and person.draw.random() < 0.7:
                person._give_work()
            person.act()
        person.end()
    return person.result


def main() -> int:
    """Run rounds until there were enough acts; 1 where a promise was broken."""
    options = argparse.ArgumentParser(description="Do to the importer what people do, and hold its word against it.")
    options.add_argument("--acts", type=int, default=300, help="how many in all, at least")
    options.add_argument("--acts-a-round", type=int, default=15)
    options.add_argument("--rows", type=int, default=30, help="of the file of each round, at first")
    options.add_argument("--seed", type=int, default=1, help="of the first round; the next has the next")
    options.add_argument("--kinds", default=",".join(KINDS), help=f"some of: {', '.join(KINDS)}")
    given = options.parse_args()
    kinds = [name for name in re.split(r"\s*,\s*", given.kinds) if name]
    if unknown := set(kinds) - set(KINDS):
        options.error(f"no act is called {', '.join(sorted(unknown))}")
    rounds: list[PersonRound] = []
    while sum(sum(one.acts.values()) for one in rounds) < given.acts:
        folder = Path(tempfile.mkdtemp(prefix="lsq-person-"))
        seed = given.seed + len(rounds)
        rounds.append(run_person(folder, seed=seed, acts=given.acts_a_round, rows=given.rows, kinds=kinds))
        sys.stdout.write(f"{rounds[-1].tell()}\n")
        if rounds[-1].lies:
            sys.stdout.write(f"  the story: {'; '.join(rounds[-1].story)}\n  kept: {folder}\n")
        else:
            shutil.rmtree(folder)
        sys.stdout.flush()
    acts = sum((one.acts for one in rounds), Counter[str]())
    broken = [one.seed for one in rounds if one.lies]
    sys.stdout.write(f"{sum(acts.values())} acts in {len(rounds)} rounds: {dict(sorted(acts.items()))}\n")
    sys.stdout.write(f"promises broken in rounds with the seeds {broken}\n" if broken else "every promise was kept\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
