"""The outputs that the README and the first import show are what the program says."""

import csv
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from shown import PROGRAM, ROOT, Block, blocks_of, commands_in, missing_lines

sys.path.append(str(ROOT / "tests" / "run"))

from workbench import Account, Desk, serve_account

FIRST_IMPORT = ROOT / "docs" / "first-import.md"


@pytest.fixture
def account() -> Iterator[Account]:
    with serve_account() as account:
        yield account


def lift_limit(folder: Path) -> None:
    """Let a run take no time; what is shown of the limit is not compared."""
    config = folder / "config.yaml"
    text = config.read_text("utf-8")
    assert "{calls: 25," in text
    config.write_text(text.replace("{calls: 25,", "{calls: 10000,"), "utf-8")


def mend_report(folder: Path) -> None:
    """What step 7 says: correct the cells of rows 17 and 42, delete the lines that need no lead."""
    report = folder / "leads.report.csv"
    with report.open(encoding="utf-8-sig", newline="") as file:
        header, *lines = csv.reader(file)
    cells = {("17", "Email"): "ravi.k@example.com", ("42", "City"): "Pune"}
    number, status = header.index("lsq_row"), header.index("lsq_status")
    for line in lines:
        for (row, column), text in cells.items():
            if line[number] == row:
                line[header.index(column)] = text
    kept = [line for line in lines if line[status] != "duplicate" and line[number] != "38"]
    with report.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *kept])


def settle_into_own_folder(folder: Path) -> None:
    """What step 3 says: only the spreadsheet is there. The keys are in the environment."""
    (folder / "config.yaml").unlink()
    shutil.copy(ROOT / "samples" / "leads.xlsx", folder)


BEFORE: dict[str, Callable[[Path], None]] = {
    "lsq-import doctor": settle_into_own_folder,
    "lsq-import leads.xlsx --dry-run": lift_limit,
    "lsq-import leads.report.csv": mend_report,
}
"""What a person does before a command of the first import."""


def prepare(folder: Path) -> None:
    shutil.copy(ROOT / "config.yaml", folder)
    (folder / "samples").mkdir()
    shutil.copy(ROOT / "samples" / "leads.xlsx", folder / "samples")
    lift_limit(folder)


def run_block(desk: Desk, block: Block) -> str:
    """Run the block's own commands, one after the other, and return what the last one says."""
    said = ""
    for command in commands_in(block):
        program, *arguments = shlex.split(command)
        if program == PROGRAM:
            if command in BEFORE:
                BEFORE[command](desk.folder)
            run = desk.call(*arguments)
            said = run.err + run.out
    return said


def test_the_first_import_goes_as_its_page_tells(tmp_path: Path, account: Account) -> None:
    desk = Desk(tmp_path / "desk", account)
    prepare(desk.folder)
    said, compared = "", 0
    for block in blocks_of(FIRST_IMPORT):
        if block.language == "sh":
            said = run_block(desk, block)
        elif block.language == "yaml":
            config = (desk.folder / "config.yaml").read_text("utf-8")
            assert missing_lines(block.lines, config) == []
        else:
            assert missing_lines(block.lines, said) == [], said
            compared += 1
    assert compared >= 7
    assert len(account.leads()) == 57


def test_the_rows_in_its_table_are_lines_of_the_report(tmp_path: Path, account: Account) -> None:
    desk = Desk(tmp_path / "desk", account)
    prepare(desk.folder)
    desk.call("samples/leads.xlsx", "-q")
    with (desk.folder / "samples" / "leads.report.csv").open(encoding="utf-8-sig", newline="") as file:
        report = {line["lsq_row"]: line for line in csv.DictReader(file)}
    table = [
        [cell.strip(" `") for cell in line.strip("| \n").split("|")]
        for line in re.findall(r"^\|.*\|$", FIRST_IMPORT.read_text("utf-8"), re.MULTILINE)
    ]
    header, _, *rows = table
    assert len(rows) >= 3
    for row in rows:
        line = report[row[0]]
        assert {name: line[name] for name in header} == dict(zip(header, row, strict=True))


def test_the_try_in_the_readme_says_what_the_readme_shows(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk")
    prepare(desk.folder)
    command, output = blocks_of(ROOT / "README.md")[:2]
    assert missing_lines(output.lines, run_block(desk, command)) == []


def test_the_try_in_the_readme_leaves_nothing_that_git_would_show(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk")
    prepare(desk.folder)
    shutil.copy(ROOT / ".gitignore", desk.folder / ".gitignore")
    git(desk.folder, "init", "--quiet")
    git(desk.folder, "add", "--all")
    before = git(desk.folder, "status", "--porcelain", "--untracked-files=all")
    for arguments in (("samples/leads.xlsx",), ("samples/leads.report.csv",), ("samples/leads.xlsx", "--first", 5)):
        assert desk.call(*arguments, "--sandbox").status in {0, 1}
    kept = [path.name for path in (desk.folder / "samples").glob("leads.report.*.csv")]
    assert kept, "a report that was imported itself is kept under a dated name"
    after = git(desk.folder, "status", "--porcelain", "--untracked-files=all")
    assert [line for line in after.splitlines() if line not in before and "state/" not in line] == []


def git(folder: Path, *arguments: str) -> str:
    """What git says in a folder of its own."""
    command = [str(shutil.which("git")), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout  # noqa: S603 - git


@pytest.mark.parametrize(
    ("shown", "output", "missing"),
    [
        (["a", "b"], "a\nb\n", []),
        (["b", "a"], "a\nb\n", ["a"]),
        (["a", "…", "c"], "a\nb\nc\n", []),
        (["a 1", "b …"], "a 1\nb 2\n", []),
        (["a"], "a 2\n", ["a"]),
        (["9 rows at 25 per 5 s: about 2 seconds"], "9 rows at 99 per 5 s: about 1 second", []),
        (["8 rows at 25 per 5 s: about 2 seconds"], "9 rows at 99 per 5 s: about 1 second", ["8 rows"]),
    ],
)
def test_a_line_that_is_shown_must_be_said_whole_and_in_order(
    shown: list[str], output: str, missing: list[str]
) -> None:
    found = missing_lines(shown, output)
    assert [line[: len(start)] for line, start in zip(found, missing, strict=True)] == missing
