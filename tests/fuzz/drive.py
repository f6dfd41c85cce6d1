"""Throw odd files at the command and count what must never happen.

    python tests/fuzz/drive.py --count 10000 --seed 1 [--mutated] [--kind xlsx] [--reading]

Each batch is one run of the command over a folder of files, in a process of its own: its files must all be answered,
none with a traceback or exit status 70, none after more than 30 seconds, and all within 500 MB. What fails is kept.
With `--reading` the files are only read, in this process: many more in the same time.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parents[1] / "run"))

from measured import MOST_BYTES, MOST_SECONDS, measure, peak_bytes
from reportedits import edit_report
from workbench import Desk
from workbooks import MAKERS, mutate

from importer.errors import SheetError
from importer.sheet import open_table

__all__ = ["Tally", "read", "throw"]

AN_HOUR_AGO = 3600


@dataclass
class Tally:
    """What became of the files."""

    files: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    slowest_s: float = 0.0
    peak_bytes: int = 0
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        statuses = ", ".join(f"{status}: {count:,}" for status, count in sorted(self.statuses.items()))
        return (
            f"{self.files:,} files; exit statuses {statuses}; slowest {self.slowest_s:.1f} s; "
            f"peak {self.peak_bytes >> 20} MB; {len(self.failures)} failures"
        )


def throw(
    folder: Path,
    *,
    seed: int,
    count: int,
    is_mutated: bool = False,
    kinds: tuple[str, ...] = tuple(MAKERS),
    batch: int = 200,
) -> Tally:
    """Make `count` files from a seed and import them as a dry run, `batch` at a time."""
    chance, tally = random.Random(seed), Tally()
    for begin in range(0, count, batch):
        desk = Desk(folder / f"{seed}-{begin}")
        inbox = desk.folder / "inbox"
        inbox.mkdir()
        for at in range(min(batch, count - begin)):
            kind = chance.choice(kinds)
            content = MAKERS[kind](chance) if kind in MAKERS else edit_report(chance)
            path = inbox / f"{at:04}.{'csv' if kind == 'report' else kind}"
            path.write_bytes(mutate(chance, content) if is_mutated else content)
            os.utime(path, (time.time() - AN_HOUR_AGO,) * 2)
        _run(desk, tally, named=kinds == ("report",))
        if not tally.failures:
            shutil.rmtree(desk.folder)
    return tally


def read(
    folder: Path, *, seed: int, count: int, is_mutated: bool = False, kinds: tuple[str, ...] = tuple(MAKERS)
) -> Tally:
    """Make `count` files from a seed and read each to its last row, in this process (and the children it starts)."""
    before = peak_bytes()
    chance, tally = random.Random(seed), Tally()
    for at in range(count):
        kind = chance.choice(kinds)
        content = MAKERS[kind](chance)
        path = folder / f"{seed}-{at}.{kind}"
        path.write_bytes(mutate(chance, content) if is_mutated else content)
        start = time.monotonic()
        try:
            with open_table(path) as table:
                status = 0 if sum(1 for _ in table.rows()) == table.row_count else 70
        except SheetError:
            status = 2
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not be
            status = 70
            tally.failures.append(f"{path}: {error!r:.300}")
        took_s = time.monotonic() - start
        tally.files += 1
        tally.statuses[status] += 1
        tally.slowest_s = max(tally.slowest_s, took_s)
        if took_s > MOST_SECONDS:
            tally.failures.append(f"{path}: {took_s:.1f} s")
        elif status != 70:
            path.unlink()
    tally.peak_bytes = peak_bytes()
    if before < MOST_BYTES // 2 and tally.peak_bytes > MOST_BYTES:  # a process that was large says nothing
        tally.failures.append(f"{tally.peak_bytes >> 20} MB")
    return tally


def _run(desk: Desk, tally: Tally, *, named: bool) -> None:
    files = sorted((desk.folder / "inbox").iterdir())
    groups: Iterator[list[Path]] = ([path] for path in files) if named else iter([files])
    for group in groups:
        what = [str(path.relative_to(desk.folder)) for path in group]
        try:
            run = measure(desk, *what, "--dry-run", "--no-html", "--json", "-q")
            told = json.loads(run.out)
        except (AssertionError, ValueError, OSError) as error:
            tally.failures.append(f"{desk.folder}: {error!r:.300}")
            continue
        answered = len(told["runs"]) + len(told["left_out"])
        if answered < len(group):
            tally.failures.append(f"{desk.folder}: {len(group) - answered} files have no answer: {run.err[-300:]}")
        if run.peak_bytes > MOST_BYTES:
            tally.failures.append(f"{desk.folder}: {run.peak_bytes >> 20} MB")
        tally.peak_bytes = max(tally.peak_bytes, run.peak_bytes)
        tally.files += answered
        for ending in told["runs"]:
            took_s = ending["seconds"]
            tally.slowest_s = max(tally.slowest_s, took_s)
            tally.statuses[ending["exit_status"]] += 1
            if ending["exit_status"] not in {0, 1, 2} or took_s > MOST_SECONDS:
                why = (ending.get("error") or {}).get("message", "")
                tally.failures.append(f"{desk.folder}/{ending['file']}: {ending['exit_status']}, {took_s} s, {why}")


def main() -> None:
    """Throw as many files as the command line says and print the tally."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutated", action="store_true")
    parser.add_argument("--reading", action="store_true")
    parser.add_argument("--kind", action="append", choices=[*MAKERS, "report"])
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lsq-fuzz-"))
    kinds = tuple(given.kind) if given.kind else tuple(MAKERS)
    act = read if given.reading else throw
    tally = act(folder, seed=given.seed, count=given.count, is_mutated=given.mutated, kinds=kinds)
    sys.stdout.write("\n".join([*tally.failures, str(tally), str(folder) if tally.failures else ""]) + "\n")
    sys.exit(bool(tally.failures))


if __name__ == "__main__":
    main()
