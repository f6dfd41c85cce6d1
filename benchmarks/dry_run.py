"""How a dry run compares with a bare loop over the same file: python benchmarks/dry_run.py [--rows 100000].

The bare loop reads the CSV, builds the same bodies, digests them and writes the same report, and does nothing else: no
check, no identity of rows, no memory of repeated values. Ratios of one run; peak memory is that of the whole process.
"""

import argparse
import csv
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FIELDS = (
    "FirstName", "LastName", "EmailAddress", "Phone", "Company", "mx_City", "mx_Zip", "Source", "ProspectStage",
    "Notes", "mx_KYC.Status", "mx_Enquiry_Date",
)  # fmt: skip
TYPED = {2: "type: email", 3: "type: phone", 11: "type: date"}
OWN_COLUMNS = 10


@dataclass(frozen=True)
class Figures:
    """Microseconds a row, and the largest memory of the dry run in MB."""

    rows: int
    bare_us: float
    text_us: float
    typed_us: float
    text_mb: float

    @property
    def text_ratio(self) -> float:
        """The dry run's time, all columns text, over the bare loop's."""
        return self.text_us / self.bare_us

    @property
    def typed_ratio(self) -> float:
        """The same with an e-mail, a phone and a date column typed."""
        return self.typed_us / self.bare_us


def measure(folder: Path, rows: int) -> Figures:
    """Time the bare loop and two dry runs over the same file of 12 columns."""
    path = folder / "leads.csv"
    _write_leads(path, rows)
    began = time.perf_counter()
    _bare_loop(path, folder / "bare.csv")
    bare_s = time.perf_counter() - began
    text_s = _dry_run(folder, path, typed=False)
    text_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    typed_s = _dry_run(folder, path, typed=True)
    bare_us, text_us, typed_us = (1e6 * seconds / rows for seconds in (bare_s, text_s, typed_s))
    return Figures(rows, bare_us, text_us, typed_us, text_mb)


def _write_leads(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(f"H{index}" for index in range(len(FIELDS)))
        for row in range(rows):
            writer.writerow(
                (f"First{row}", f"Last{row}", f"user{row}@example.com", f"+91-98{row:08d}", "Company Ltd", "Bengaluru",
                 "0560001", "Website", "Prospect", f"Note number {row} with text", "Pending", "2026-10-05")
            )  # fmt: skip


def _bare_loop(path: Path, report: Path) -> None:
    with (
        path.open(encoding="utf-8", newline="") as file,
        report.open("w", encoding="utf-8-sig", newline="") as out,
    ):
        reader, writer = csv.reader(file), csv.writer(out)
        writer.writerow([*next(reader), *(f"lsq_{index}" for index in range(OWN_COLUMNS))])
        for number, row in enumerate(reader, 2):
            body = [{"Attribute": name, "Value": value} for name, value in zip(FIELDS, row, strict=True) if value]
            digest = hashlib.blake2b(json.dumps(body).encode(), digest_size=16).hexdigest()
            writer.writerow([*row, number, "ready", "", "", "", "", "", "", digest, ""])


def _dry_run(folder: Path, path: Path, *, typed: bool) -> float:
    lines = ["columns:"]
    for index, name in enumerate(FIELDS):
        kind = f", {TYPED[index]}" if typed and index in TYPED else ""
        lines.append(f"  H{index}: {{field: {name}{kind}}}")
    (folder / "config.yaml").write_text("\n".join(lines), "utf-8")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LSQ_")}
    command = [sys.executable, "-m", "importer", str(path), "--dry-run", "--quiet", "--no-html"]
    began = time.perf_counter()
    subprocess.run(
        command,
        cwd=folder,
        env={**environ, "LSQ_LEDGER": str(folder / "none.sqlite3")},
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - began


def main(argv: Sequence[str] | None = None) -> None:
    """Print a small table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows: int = parser.parse_args(argv).rows
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), rows)
    print(f"{figures.rows:,} rows × {len(FIELDS)} columns of CSV, microseconds a row, start-up included")
    print(f"  bare loop         {figures.bare_us:6.1f}")
    print(f"  dry run, text     {figures.text_us:6.1f}   {figures.text_ratio:.1f} times the bare loop")
    print(f"  dry run, typed    {figures.typed_us:6.1f}   {figures.typed_ratio:.1f} times the bare loop")
    print(f"  largest memory    {figures.text_mb:6.0f} MB")
    print(json.dumps(asdict(figures)))


if __name__ == "__main__":
    main()
