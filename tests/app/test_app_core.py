"""An import that a program calls: it tells events, is stopped by a call, and leaves the process as it was."""

import asyncio
import logging
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from truth import find_lies
from workbench import PATIENCE_S, Account, Desk, person

import importer
from importer import (
    Action,
    CallSent,
    Certainty,
    Ended,
    Estimated,
    Event,
    ImporterError,
    ImportRequest,
    MappingRequest,
    Notice,
    Reviewed,
    RowDone,
    RowReported,
    RunResult,
    RunState,
    SendingEnded,
    SettleRequest,
    Started,
    Stop,
    Usage,
    UsageError,
    check,
    diagnose,
    history,
    import_file,
    propose_mapping,
    settle,
    usage,
)
from importer.run.inputfile import open_input_file

ROWS = [person(number) for number in range(1, 13)]
FILE = Path("leads.csv")


class Events(list[Event]):
    """An observer that keeps what it hears."""

    def __call__(self, event: Event) -> None:
        self.append(event)

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self if isinstance(event, kind)]


async def run(desk: Desk, events: Callable[[Event], object] | None = None, **more: Any) -> RunResult:
    stop = more.pop("stop", None)
    request = ImportRequest(**{"file": FILE} | more)
    return await import_file(
        request, observer=Events() if events is None else events, stop=stop, environ=desk.variables()
    )


async def calls_under_way(account: Account, fault: str, count: int) -> None:
    await asyncio.to_thread(account.wait_until, lambda stats: stats["faults"].get(fault, 0) >= count)


async def test_each_thing_that_happens_is_told_in_order(desk: Desk, account: Account) -> None:
    desk.write([*ROWS, ("", "", "", "", "City 13", "")])
    events = Events()
    result = await run(desk, events)
    kinds = [type(event) for event in events]
    order = [Started, Reviewed, Estimated, SendingEnded, Ended]
    assert [kind for kind in kinds if kind in order] == order
    assert [row.number for row in events.of(RowReported)] == list(range(2, 15))
    sent = events[kinds.index(Estimated) : kinds.index(SendingEnded)]
    assert sorted(event.number for event in sent if isinstance(event, RowDone)) == list(range(2, 14))
    assert Counter(row.outcome.status for row in events.of(RowDone)) == {"created": 12, "invalid": 1}
    assert len(events.of(CallSent)) == account.calls() + 2  # and the two questions about the account
    assert events[-1] == Ended(1, {"created": 12, "invalid": 1})
    assert (result.exit_status, result.counts, result.was_stopped) == (1, {"created": 12, "invalid": 1}, False)
    assert find_lies([*ROWS, ("", "", "", "", "City 13", "")], desk.report(), account.leads()) == []


def test_it_runs_in_any_thread_and_leaves_signals_logs_and_output_alone(
    desk: Desk, account: Account, capfd: pytest.CaptureFixture[str]
) -> None:
    desk.write(ROWS)
    logger = logging.getLogger("importer")
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)], [*logger.handlers], logger.level
    results: list[RunResult] = []
    thread = threading.Thread(target=lambda: results.append(asyncio.run(run(desk))))
    thread.start()
    thread.join(PATIENCE_S)
    after = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)], [*logger.handlers], logger.level
    assert (before, results[0].exit_status, capfd.readouterr()) == (after, 0, ("", ""))
    assert len(account.leads()) == len(ROWS)


async def test_the_file_is_read_in_a_thread_and_the_loop_has_its_turn_between_batches(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.write([person(number) for number in range(4000)])
    readers: list[int] = []

    def note_thread(*args: Any, **given: Any) -> Any:
        readers.append(threading.get_ident())
        return open_input_file(*args, **given)

    monkeypatch.setattr("importer.app.inputreading.open_input_file", note_thread)
    turns: list[int] = []
    events = Events()

    async def tick() -> None:
        while True:
            turns.append(len(events.of(RowReported)))
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    await run(desk, events, dry_run=True, html=False)
    ticking.cancel()
    assert readers
    assert threading.get_ident() not in readers
    assert max(later - earlier for earlier, later in pairwise(turns)) <= 400


@pytest.mark.parametrize("method", ["request", "request_now"])
async def test_a_stop_before_it_begins_sends_nothing(desk: Desk, account: Account, method: str) -> None:
    desk.write(ROWS)
    stop = Stop()
    getattr(stop, method)()
    events = Events()
    result = await run(desk, events, stop=stop)
    assert (result.exit_status, result.was_stopped, result.report) == (130, True, None)
    assert (account.stats()["creates"], events[-1]) == (0, Ended(130, {}))
    assert not (desk.folder / "leads.report.csv").exists()


async def test_a_polite_stop_from_another_thread_lets_calls_end_and_writes_the_report(
    desk: Desk, account: Account
) -> None:
    account.script({"call": "Lead.Create", "fault": "none", "delay_ms": 700, "times": 3})
    desk.configure(workers=3)
    desk.write(ROWS)
    stop = Stop()
    running = asyncio.create_task(run(desk, stop=stop))
    await asyncio.to_thread(account.wait_until, lambda stats: stats["in_flight"] >= 3)
    await asyncio.to_thread(stop.request)
    result = await running
    assert (result.exit_status, result.was_stopped) == (130, True)
    assert result.counts["created"] >= 3
    assert result.counts["created"] + result.counts["unsent"] == 12
    assert find_lies(ROWS, desk.report(), account.leads()) == []


async def test_a_stop_at_once_leaves_what_is_on_its_way_unknown(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "hang_after", "times": 3})
    desk.configure(workers=3, timeout_s=300)
    desk.write(ROWS)
    stop = Stop(within_s=300)
    running = asyncio.create_task(run(desk, stop=stop))
    await calls_under_way(account, "hang_after", 3)
    stop.request_now(exit_status=143)
    result = await running
    assert (result.exit_status, result.counts) == (143, {"unknown": 3, "unsent": 9})
    account.clear_script()
    desk.configure()
    assert (await run(desk)).exit_status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []


async def test_a_task_that_is_cancelled_is_left_like_a_killed_run(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "hang_after", "times": 3})
    desk.configure(workers=3, timeout_s=300)
    desk.write(ROWS)
    running = asyncio.create_task(run(desk))
    await calls_under_way(account, "hang_after", 3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not (desk.folder / "leads.report.csv").exists()
    account.clear_script()
    desk.configure()
    assert (await run(desk)).exit_status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []


async def test_an_observer_that_raises_hears_no_more_and_the_import_goes_on(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    heard: list[Event] = []

    def observe(event: Event) -> None:
        heard.append(event)
        if isinstance(event, RowDone):
            raise ZeroDivisionError

    result = await run(desk, observe)
    assert (result.exit_status, isinstance(heard[-1], RowDone)) == (0, True)
    assert sum(isinstance(event, RowDone) for event in heard) == 1
    assert find_lies(ROWS, desk.report(), account.leads()) == []


async def test_two_imports_in_one_loop_each_tell_their_own_observer(desk: Desk, account: Account) -> None:
    desk.write(ROWS[:6])
    desk.write(ROWS[6:], "others.csv")
    ours, others = Events(), Events()
    await asyncio.gather(run(desk, ours), run(desk, others, file=Path("others.csv")))
    for events, name in ((ours, "leads.csv"), (others, "others.csv")):
        assert [event.source for event in events.of(Started)] == [name]
        assert len(events.of(RowDone)) == 6
    assert len(account.leads()) == 12


async def test_what_may_be_done_next_is_a_value_and_no_word_of_the_command_line(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "hang_after", "times": 12})
    desk.configure(timeout_s=300)
    desk.write(ROWS)
    stop = Stop()
    running = asyncio.create_task(run(desk, stop=stop))
    await calls_under_way(account, "hang_after", 1)
    with pytest.raises(ImporterError) as busy:
        await run(desk)
    stop.request_now()
    await running
    assert [step.action for step in busy.value.steps] == [Action.WAIT]
    assert "--" not in str(busy.value)


async def test_a_check_sends_nothing_and_a_usage_error_is_raised(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    result = await check(ImportRequest(file=FILE), environ=desk.variables())
    assert (result.mode, result.counts, account.calls()) == ("dry run", {"ready": 12}, 0)
    with pytest.raises(UsageError, match=r"none\.csv"):
        await run(desk, file=Path("none.csv"))


async def test_unknown_rows_are_settled_and_runs_are_listed(desk: Desk, account: Account) -> None:
    account.change(drop_after=1.0)
    desk.write([person(1, email=False, phone=False)])
    assert (await run(desk)).counts == {"unknown": 1}
    account.change(drop_after=0.0)
    (lead,) = account.leads()
    request = SettleRequest(report=Path("leads.report.csv"), rows=[2], lead_id=lead["id"])
    assert await settle(request, environ=desk.variables()) == (2,)
    assert (await run(desk)).counts == {"created": 1}
    runs = await history(environ=desk.variables())
    assert [(known.run.counts, known.state) for known in runs] == [
        ({"created": 1}, RunState.ENDED),
        ({"unknown": 1}, RunState.ENDED),
    ]


async def test_a_mapping_is_proposed_and_the_way_is_examined(desk: Desk) -> None:
    desk.write(ROWS)
    proposed = await propose_mapping(MappingRequest(file=FILE), environ=desk.variables())
    assert "EmailAddress" in proposed.text
    assert (proposed.sure, proposed.unmapped) == (3, 3)
    findings = await diagnose(FILE, environ=desk.variables())
    assert [finding for finding in findings if not finding.is_well] == []
    assert any("12 data rows" in finding.what for finding in findings)


async def test_the_calls_of_the_day_are_told(desk: Desk) -> None:
    desk.configure(limits={"calls": 1000, "per_seconds": 5, "calls_per_day": 100})
    config = desk.folder / "config.yaml"
    assert await usage(config, environ=desk.variables()) == Usage(0, 100)
    desk.write(ROWS)
    await import_file(ImportRequest(file=FILE, config=config), environ=desk.variables())
    used = await usage(config, environ=desk.variables())
    assert len(ROWS) <= used.calls <= len(ROWS) + 4
    assert used.left == 100 - used.calls


async def test_what_a_person_chose_of_columns_is_what_is_proposed(desk: Desk) -> None:
    desk.write(ROWS)
    chosen = {"Remark": "mx_City", "City": "", "Mobile": "mx_Street1"}
    request = MappingRequest(file=FILE, chosen=chosen)
    proposed = await propose_mapping(request, environ=desk.variables())
    found = {column.header: column for column in proposed.columns}
    assert {header: found[header].field for header in chosen} == chosen
    assert (found["Remark"].certainty, found["City"].certainty) == (Certainty.SURE, Certainty.UNMAPPED)
    assert found["Email"].filled == 1.0
    assert len(found["Email"].samples) == 3
    assert {"mx_City", "EmailAddress"} <= {one.name for one in proposed.fields}
    assert "Remark: mx_City" in proposed.text
    with pytest.raises(UsageError, match="no field mx_Nowhere"):
        await propose_mapping(MappingRequest(file=FILE, chosen={"City": "mx_Nowhere"}), environ=desk.variables())


def call_python(code: str, **environ: str) -> str:
    ended = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environ,
        timeout=PATIENCE_S,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def test_help_tells_how_to_import_a_file_and_no_key() -> None:
    text = call_python("import importer; help(importer)", LSQ_SECRET_KEY="s3cret-key", PATH="/usr/bin")
    assert "s3cret-key" not in text
    assert "import_file(request, observer=observe)" in text
    calls = ("import_file", "check", "propose_mapping", "settle", "history", "diagnose")
    assert [name for name in (*calls, "ImportRequest", "Stop", "RowDone") if f"{name}(" not in text] == []


def test_the_package_imports_nothing_heavy_until_it_is_used() -> None:
    heavy = {"aiohttp", "click", "openpyxl", "pandas", "sqlalchemy"}
    loaded = call_python("import importer, sys; print(*sys.modules)", PATH="/usr/bin").split()
    assert heavy & set(loaded) == set()


def test_every_public_name_is_there() -> None:
    assert [name for name in importer.__all__ if not hasattr(importer, name)] == []
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = importer.nothing_of_the_kind


async def test_notices_are_heard_without_any_logging(desk: Desk) -> None:
    desk.write(ROWS)
    desk.configure(columns={"Email": "EmailAddress", "City": "mx_City"})
    events = Events()
    await run(desk, events)
    assert any("Columns that are not imported: First Name" in str(notice) for notice in events.of(Notice))
