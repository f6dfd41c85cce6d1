"""Two signals end the process at any stage, whatever it is stuck in."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from workbench import PATIENCE_S, Account, Desk, person

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

BOTH = [signal.SIGINT, signal.SIGTERM]


def is_caught(process: "subprocess.Popen[str]", number: signal.Signals) -> bool:
    """Whether the process handles the signal by itself by now."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:  # noqa: PTH123 - no path of ours
        mask = next(line.split()[1] for line in file if line.startswith("SigCgt"))
    return bool(int(mask, 16) >> (number - 1) & 1)


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


def end_with_two(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    """Send the signal, again when the first was told, and see the process end."""
    process.send_signal(number)
    assert process.stderr is not None
    while "Again to stop at once" not in (line := process.stderr.readline()):
        assert line, "the process ended, or said nothing of the first signal"
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert "Traceback" not in err


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="looks into /proc")  # noqa: PTH110 - no path of ours
@pytest.mark.parametrize("number", BOTH)
def test_two_signals_end_a_read_that_never_ends(desk: Desk, number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "importer", "-", "--as", "csv"],
        cwd=desk.folder,
        env=desk.variables(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    wait_until(lambda: is_caught(process, signal.SIGTERM))
    end_with_two(process, number)


@pytest.mark.parametrize("number", BOTH)
def test_two_signals_end_a_run_whose_calls_hang(desk: Desk, account: Account, number: signal.Signals) -> None:
    account.script({"call": "Lead.Create", "fault": "hang_after", "times": 3})
    desk.configure(timeout_s=300)
    desk.write([person(nth) for nth in range(1, 4)])
    process = desk.start("leads.csv", "--stop-within", "300")
    account.wait_until(lambda stats: stats["faults"].get("hang_after") == 3)
    end_with_two(process, number)
    account.clear_script()
    desk.configure()
    assert desk.run("leads.csv").status == 0
    assert len(account.leads()) == 3


@pytest.mark.parametrize("number", BOTH)
@pytest.mark.parametrize("call", ["UserByAccessKey.Get", "LeadsMetaData.Get"])
def test_two_signals_end_a_question_that_hangs(desk: Desk, account: Account, number: signal.Signals, call: str) -> None:
    account.script({"call": call, "fault": "hang_after", "times": 3})
    desk.configure(timeout_s=300)
    desk.write([person(1)])
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["faults"].get("hang_after", 0) > 0)
    process.send_signal(number)
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert account.leads() == []
