"""The program that docs/api.md shows does what the page says, as a program of its own."""

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

from shown import ROOT, blocks_of

import importer

PAGE = ROOT / "docs" / "api.md"


def test_the_program_imports_shows_its_progress_and_stops_itself_politely(tmp_path: Path) -> None:
    (program,) = [block for block in blocks_of(PAGE) if block.language == "python"]
    (tmp_path / "program.py").write_text("\n".join(program.lines), "utf-8")
    shutil.copy(ROOT / "samples" / "leads.xlsx", tmp_path)
    shutil.copy(ROOT / "config.yaml", tmp_path)
    ended = subprocess.run(
        [sys.executable, "program.py"],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    *lines, last = ended.stdout.splitlines()
    assert "57 rows take at least 10 s" in lines
    assert sum(line.startswith("row ") for line in lines) >= 20
    assert re.search(r"'unsent': \d+.*stopped: True; see leads\.report\.csv", last)
    with (tmp_path / "leads.report.csv").open(encoding="utf-8-sig", newline="") as file:
        statuses = [line["lsq_status"] for line in csv.DictReader(file)]
    assert len(statuses) == 60
    assert statuses.count("created") >= 10
    assert statuses.count("unsent") >= 10


def test_the_page_names_every_call_and_event() -> None:
    text = PAGE.read_text("utf-8")
    calls = [name for name in importer.__all__ if name[0].islower()]
    happenings = [kind.__name__ for kind in importer.Event.__args__]
    missing = [name for name in (*calls, *happenings) if f"`{name}" not in text]
    assert missing == []
