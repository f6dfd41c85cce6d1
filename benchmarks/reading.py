"""Reading and checking: a dry run beside a bare loop, and beside openpyxl's own pass over the same workbook.

    python benchmarks/reading.py                                      # 10k, 100k, 1M rows of CSV, 10k, 100k of xlsx
    python benchmarks/reading.py --csv 100000 --xlsx                  # some of them

Every contestant is a process of its own, its start-up included, which is told beside: of a small file it is most. The
bare loop is `bare_loop.py`.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from child import Spent, environment, importer_command, run, script_command
from figures import Figure, make_parser, publish
from leads import write_config, write_csv, write_xlsx

__all__ = ["main"]

MOST_MB = 180
GROWTH = 1.2
FEWEST_ROWS_JUDGED = 100_000  # of less, the start-up is what is measured


def dry_run(folder: Path, file: Path, *, typed: bool = False) -> Spent:
    """What a dry run of the file costs."""
    write_config(folder, typed=typed)
    return run(
        importer_command(str(file), "--dry-run", "--quiet", "--no-html"), folder, environment(folder / "none.sqlite3")
    )


def measure_start(folder: Path) -> Figure:
    """What a dry run of a single row costs."""
    path = folder / "one.csv"
    write_csv(path, 1)
    return Figure("1 row of CSV: dry run, which is the start-up", dry_run(folder, path).wall_s, "s")


def measure_csv(folder: Path, rows: int) -> tuple[list[Figure], float]:
    """The figures for a CSV of so many rows, and the peak memory of its dry run in MB."""
    path = folder / "leads.csv"
    write_csv(path, rows)
    bare = run(script_command("bare_loop.py", str(path), str(folder / "bare.csv")), folder, environment(folder / "no"))
    text, typed = dry_run(folder, path), dry_run(folder, path, typed=True)
    name = f"{rows:,} rows of CSV"
    us = 1e6 / rows
    goal, typed_goal = (2, 5) if rows >= FEWEST_ROWS_JUDGED else (None, None)
    return [
        Figure(f"{name}: bare loop", bare.wall_s * us, "µs/row"),
        Figure(f"{name}: dry run, text columns", text.wall_s * us, "µs/row"),
        Figure(f"{name}: dry run, e-mail, phone and date typed", typed.wall_s * us, "µs/row"),
        Figure(f"{name}: text columns, times the bare loop", text.wall_s / bare.wall_s, "times", goal),
        Figure(f"{name}: typed columns, times the bare loop", typed.wall_s / bare.wall_s, "times", typed_goal),
        Figure(f"{name}: peak memory", text.peak_mb, "MB", MOST_MB),
    ], text.peak_mb


def measure_xlsx(folder: Path, rows: int) -> Iterator[Figure]:
    """The figures for a workbook of so many rows."""
    path = folder / "leads.xlsx"
    write_xlsx(path, rows)
    bare = run(script_command("openpyxl_pass.py", str(path)), folder, environment(folder / "no"))
    dry = dry_run(folder, path)
    name = f"{rows:,} rows of xlsx"
    yield Figure(f"{name}: one read-only pass of openpyxl", bare.wall_s * 1e6 / rows, "µs/row")
    yield Figure(f"{name}: dry run", dry.wall_s * 1e6 / rows, "µs/row")
    yield Figure(f"{name}: times that pass", dry.wall_s / bare.wall_s, "times", 1.6)
    yield Figure(f"{name}: peak memory (that pass: {bare.peak_mb:.0f} MB)", dry.peak_mb, "MB")


def main(argv: Sequence[str] | None = None) -> None:
    """Measure every size that is asked for."""
    parser = make_parser(__doc__, "reading")
    parser.add_argument("--csv", type=int, nargs="*", default=[10_000, 100_000, 1_000_000], metavar="ROWS")
    parser.add_argument("--xlsx", type=int, nargs="*", default=[10_000, 100_000], metavar="ROWS")
    given = parser.parse_args(argv)
    peaks: list[float] = []
    with tempfile.TemporaryDirectory(prefix="lsq-reading-") as name:
        figures = [measure_start(Path(name))]
        for rows in given.csv:
            found, peak_mb = measure_csv(Path(name), rows)
            figures += found
            peaks.append(peak_mb)
        if len(peaks) > 1:
            what = f"peak memory, {given.csv[-1]:,} rows over {given.csv[0]:,}"
            figures.append(Figure(what, peaks[-1] / peaks[0], "times", GROWTH))
        for rows in given.xlsx:
            figures += measure_xlsx(Path(name), rows)
    publish("Reading and checking, start-up included", figures, given.json)


if __name__ == "__main__":
    main()
