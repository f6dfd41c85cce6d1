"""What the page tells to do next is what the command line takes, quoted for the shell."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from importer.commands.cli import import_command
from importer.html_report.advice import advise, explain, tell_next
from importer.html_report.invocation import Invocation, quoted
from importer.outcome import Outcome, Status

RUN = Invocation(file="leads.xlsx", report="leads.report.csv", folder="/srv/imports")
C, R, D, I, F, U, N = (  # noqa: E741 - the statuses by their letters
    Status.CREATED,
    Status.READY,
    Status.DUPLICATE,
    Status.INVALID,
    Status.FAILED,
    Status.UNKNOWN,
    Status.UNSENT,
)


def commands(run: Invocation, counts: dict[Status, int], exit_status: int = 1) -> list[str]:
    return [command for step in advise(run, counts, exit_status=exit_status) for command in step.commands]


def text(run: Invocation, counts: dict[Status, int], exit_status: int = 1) -> str:
    return " ".join(step.text for step in advise(run, counts, exit_status=exit_status))


@pytest.mark.parametrize(
    ("run", "counts", "expected"),
    [
        pytest.param(RUN, {C: 9}, [], id="all_created"),
        pytest.param(RUN, {}, [], id="no_rows"),
        pytest.param(replace(RUN, first=5), {C: 5}, ["lsq-import leads.xlsx"], id="canary_created"),
        pytest.param(RUN, {C: 9, I: 1}, ["lsq-import leads.report.csv"], id="rows_to_correct"),
        pytest.param(RUN, {C: 9, N: 1}, ["lsq-import leads.xlsx"], id="unsent_only"),
        pytest.param(
            replace(RUN, route="bulk"),
            {C: 9, I: 1},
            ["lsq-import leads.report.csv --bulk"],
            id="by_the_road_that_was_named",
        ),
        pytest.param(RUN, {C: 9, F: 1, U: 1}, ["lsq-import leads.xlsx"], id="failed_and_unknown"),
        pytest.param(
            replace(RUN, report="out.csv", is_report_named=True, config="a b.yaml", sheet="May"),
            {D: 1, N: 3},
            ["lsq-import out.csv -c 'a b.yaml'"],
            id="report_of_another_name_in_place",
        ),
        pytest.param(
            replace(RUN, report="out.csv", is_report_named=True, config="c.yaml", sheet="May 2026", first=9),
            {C: 1, N: 3},
            ["lsq-import leads.xlsx -c c.yaml --sheet 'May 2026' -r out.csv --first 9"],
            id="every_option_again",
        ),
        pytest.param(
            replace(RUN, file="leads.report.csv"), {C: 9, D: 1}, ["lsq-import leads.report.csv"], id="a_report_in_place"
        ),
        pytest.param(replace(RUN, is_dry_run=True), {R: 9}, ["lsq-import leads.xlsx"], id="dry_all_ready"),
        pytest.param(replace(RUN, is_dry_run=True), {C: 9}, [], id="dry_all_created"),
        pytest.param(
            replace(RUN, is_dry_run=True),
            {R: 9, I: 1},
            ["lsq-import leads.xlsx --dry-run", "lsq-import leads.xlsx"],
            id="dry_some_ready",
        ),
        pytest.param(
            replace(RUN, is_dry_run=True), {C: 1, U: 1}, ["lsq-import leads.xlsx"], id="dry_unknown_from_before"
        ),
        pytest.param(replace(RUN, is_sandbox=True), {C: 9}, ["lsq-import leads.xlsx --dry-run"], id="sandbox_created"),
        pytest.param(
            replace(RUN, is_sandbox=True),
            {C: 9, D: 1},
            ["lsq-import leads.report.csv --sandbox", "lsq-import leads.report.csv --dry-run"],
            id="sandbox_rows_to_correct",
        ),
        pytest.param(
            replace(RUN, is_sandbox=True),
            {C: 9, N: 1},
            ["lsq-import leads.xlsx --sandbox", "lsq-import leads.xlsx --dry-run"],
            id="sandbox_stopped",
        ),
    ],
)
def test_the_commands_fit_what_happened(run: Invocation, counts: dict[Status, int], expected: list[str]) -> None:
    assert commands(run, counts) == expected


@pytest.mark.parametrize(
    "name", ["Q4 leads (final).xlsx", "it's.csv", "$HOME; rm -rf.csv", "-v.csv", "लीड.csv", "a\nb"]
)
def test_a_command_is_read_by_the_command_line_as_it_was_meant(name: str) -> None:
    run = replace(RUN, file=name, sheet="Sheet '1'", config="$(x).yaml", first=3, is_dry_run=True)
    (command,) = commands(run, {I: 1})
    program, *arguments = shlex.split(command)
    given = import_command.make_context("lsq-import", arguments).params
    assert program == "lsq-import"
    assert [str(Path(file)) for file in given["files"]] == [name]
    assert (given["sheet"], str(given["config"]), given["first"]) == ("Sheet '1'", "$(x).yaml", 3)
    assert given["dry_run"]
    assert not given["sandbox"]


def test_a_windows_shell_gets_double_quotes() -> None:
    assert quoted(["lsq-import", "my leads.xlsx"], platform="win32") == 'lsq-import "my leads.xlsx"'
    assert quoted(["lsq-import", "my leads.xlsx"], platform="linux") == "lsq-import 'my leads.xlsx'"


def test_rows_to_correct_are_counted_and_named_by_status() -> None:
    told = text(RUN, {C: 5, D: 1200, I: 34, N: 9})
    assert "Correct the 1,234 rows marked duplicate or invalid" in told
    assert "Open leads.report.csv" in told


def test_one_row_is_told_in_the_singular() -> None:
    assert "Correct the row marked invalid" in text(RUN, {I: 1})
    assert "Send the row that is ready." in text(replace(RUN, is_dry_run=True), {R: 1})


@pytest.mark.parametrize(("exit_status", "is_told"), [(1, False), (3, True), (143, False)])
def test_what_ended_the_run_is_to_be_mended_first(exit_status: int, *, is_told: bool) -> None:
    first = advise(RUN, {C: 1, N: 1}, exit_status=exit_status)[0].text
    assert first.startswith("Mend what ended the run") is is_told


def test_unknown_rows_are_never_said_to_be_sent_again_on_a_guess() -> None:
    assert "never sent again on a guess" in text(RUN, {U: 1})
    assert "never sent again on a guess" not in text(RUN, {F: 1})


def test_the_last_lines_of_a_run_are_the_steps_in_brief() -> None:
    assert list(tell_next(advise(RUN, {C: 9}, exit_status=0))) == []
    assert list(tell_next(advise(RUN, {C: 9, I: 2}, exit_status=1))) == [
        "Next, when the 2 rows are corrected in leads.report.csv:",
        "  lsq-import leads.report.csv",
    ]
    assert list(tell_next(advise(RUN, {C: 9, N: 2}, exit_status=3))) == [
        "Next, when what ended the run is mended:",
        "  lsq-import leads.xlsx",
    ]
    dry = replace(RUN, is_dry_run=True, config="my config.yaml")
    assert list(tell_next(advise(dry, {R: 9, I: 1}, exit_status=1))) == [
        "Next, when the row is corrected in leads.xlsx, to check again:",
        "  lsq-import leads.xlsx -c 'my config.yaml' --dry-run",
        "Next, to send the 9 rows that are ready:",
        "  lsq-import leads.xlsx -c 'my config.yaml'",
    ]


def test_each_unknown_row_has_the_commands_that_settle_it() -> None:
    run = replace(RUN, report="my leads.report.csv", config="c.yaml")
    wanted = [
        ("lsq-import settle 'my leads.report.csv' --row 7 --exists LEAD_ID -c c.yaml"),
        ("lsq-import settle 'my leads.report.csv' --row 7 --missing -c c.yaml"),
    ]
    steps = advise(run, {C: 1, U: 2}, exit_status=1, unknown_rows=[7, 9])
    found = [command for step in steps for command in step.commands]
    assert found[:2] == wanted
    assert sum("--row 9" in command for command in found) == 2
    told = list(tell_next(steps))
    assert told[1:3] == [f"  {command}" for command in wanted]
    assert sum("--row" in line for line in told) == 2
    once = explain(run, 7, Outcome(U, tip="Look for it."))
    assert all(command in once.tip for command in wanted)
    assert once.tip.startswith("Look for it. ")
    assert explain(run, 7, once) == once
    assert explain(run, 7, Outcome(F, tip="t")).tip == "t"


def test_of_many_unknown_rows_the_page_shows_some_and_says_where_the_others_are() -> None:
    steps = advise(RUN, {U: 12}, exit_status=1, unknown_rows=range(2, 12))
    assert any("The same goes for 2 more: their lines in leads.report.csv" in step.text for step in steps)
    assert not any("The same goes" in step.text for step in advise(RUN, {U: 1}, exit_status=1, unknown_rows=[2]))


def test_a_run_until_the_quota_goes_on_in_the_same_way() -> None:
    assert commands(replace(RUN, is_until_quota=True), {C: 9, N: 3}) == ["lsq-import leads.xlsx --until-quota"]
