"""What a terminal shows while rows are sent: true, whole at any width, and moving although nothing happens."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from terminal import Screen, Terminal
from workbench import Account, Desk, person

from importer.commands.progressline import draw_line
from importer.outcome import Status

ROWS = [person(number) for number in range(1, 13)]
BAD = ("Bad", "Mail", "no address", "", "City 90", "")
COUNTS = re.compile(r"(\d+)/(\d+).*?(\d+) s left; (.*)")


@pytest.fixture
def paced(desk: Desk) -> Desk:
    """A desk where eleven calls take two windows of a second and a half."""
    desk.configure(limits={"calls": 5, "per_seconds": 1.5}, workers=5)
    desk.write(ROWS)
    return desk


def open_terminal(desk: Desk, *args: object, columns: int) -> Terminal:
    return Terminal(["leads.csv", *args], folder=desk.folder, environ=desk.variables(), columns=columns)


def has_done(screen: Screen, least: int) -> bool:
    """Whether the bar has told that so many rows are done."""
    return any(one[0] >= least for one in bars(screen))


def bars(screen: Screen) -> Iterator[tuple[int, int, int, str]]:
    """The rows done, all rows, the seconds left and the counts of each frame."""
    for frame in [*screen.frames, *screen.lines]:
        if found := COUNTS.search(frame):
            yield int(found[1]), int(found[2]), int(found[3]), found[4]


def test_the_bar_moves_with_rows_and_time_and_ends_with_nothing_left(paced: Desk) -> None:
    terminal = open_terminal(paced, columns=100)
    assert terminal.finish() == 0
    seen = list(bars(terminal.screen))
    assert seen[-1][:3] == (12, 12, 0)
    assert seen[-1][3] == "12 created"
    lefts = [left for _, _, left, _ in seen]
    assert lefts == sorted(lefts, reverse=True), "the time left only shrinks"
    between = {left for done, _, left, _ in seen if 0 < done < 12}
    assert len(between) > 1
    waits = [done for done, _, _, _ in seen]
    assert any(waits.count(done) > 2 for done in waits), "time passes although nothing happens"
    assert 3 <= max(lefts) <= 4


def test_sixty_columns_hold_the_counts_whole_and_no_line_is_wrapped(desk: Desk) -> None:
    desk.configure(limits={"calls": 8, "per_seconds": 1}, workers=3, bad_email="send")
    desk.write([*ROWS, BAD, ("Else", "Body", "P1@example.com", "", "City 91", "")])
    terminal = open_terminal(desk, columns=60)
    assert terminal.finish() == 1
    *_, last = bars(terminal.screen)
    assert last[3] == "12 created, 1 duplicate, 1 rejected"
    assert sum("left;" in line for line in terminal.screen.lines) == 1
    assert all("created" in line for line in terminal.screen.lines if "/14" in line)


def test_a_window_that_is_made_narrower_and_wider_shows_one_bar(paced: Desk) -> None:
    terminal = open_terminal(paced, columns=120)
    for columns, done in ((60, 1), (40, 4), (120, 5)):
        terminal.read_until(partial(has_done, least=done))
        terminal.resize(columns)
    assert terminal.finish() == 0
    lines = terminal.screen.lines
    (line,) = [line for line in lines if "left" in line or "|" in line or "/12" in line]
    assert "12/12" in line
    assert any("12 rows at 5 per 1.5 s" in line for line in lines), "what was said above stays"


def test_what_is_logged_goes_by_above_the_bar(paced: Desk) -> None:
    terminal = open_terminal(paced, "-v", columns=60)
    assert terminal.finish() == 0
    lines = terminal.screen.lines
    assert sum("/12" in line for line in lines) == 1
    assert sum(bool(re.fullmatch(r"row \d+: created", line)) for line in lines) == 12


def test_the_time_left_follows_a_limit_that_a_refusal_names(desk: Desk, account: Account) -> None:
    body = '{"Status":"Error","ExceptionType":"MXAPIRateLimitExceededException","ExceptionMessage":"%s"}'
    told = body % "API calls exceeded the limit of 2 in 2 second(s)"
    account.script(
        {"call": "Lead.Create", "fault": "none", "times": 2}, {"call": "Lead.Create", "status": 429, "body": told}
    )
    desk.configure(workers=1)
    desk.write(ROWS)
    terminal = open_terminal(desk, columns=100)
    terminal.read_until(lambda screen: any(one[0] >= 3 for one in bars(screen)))
    terminal.read_until(lambda screen: list(bars(screen))[-1][2] >= 6)
    terminal.process.terminate()
    terminal.finish()


@pytest.mark.parametrize("width", range(1, 130))
def test_a_line_is_never_wider_than_it_may_be_and_never_holds_half_a_count(width: int) -> None:
    counts = {Status.CREATED: 10_345, Status.DUPLICATE: 1_234, Status.INVALID: 33, Status.UNKNOWN: 5}
    line = draw_line(counts, 100_000, left_s=18_720, width=width)
    assert len(line) <= width
    if width >= 58:
        assert "5 h 12 min left; 10,345 created, 1," in line
        assert line.endswith(("1,234 duplicate, 33 invalid, 5 unknown", "1,272 not"))


def test_a_terminal_that_knows_few_characters_gets_a_plain_bar(paced: Desk, tmp_path: Path) -> None:
    del tmp_path
    paced.environ |= {"PYTHONIOENCODING": "ascii"}
    terminal = open_terminal(paced, columns=100)
    assert terminal.finish() == 0
    assert any("|####" in line for line in terminal.screen.lines)


def test_rows_that_share_calls_are_estimated_by_their_calls(desk: Desk) -> None:
    desk.configure(bulk={"calls": 5, "per_seconds": 5}, route="bulk")
    desk.write([person(number) for number in range(1, 1502)])
    run = desk.call("leads.csv", "--dry-run", "--no-html")
    assert "Sending them takes 31 calls: 1,501 rows, 50 a call, at 5 per 5 s: about 30 seconds" in run.out
