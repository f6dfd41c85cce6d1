"""One ledger file on a network drive for two machines: noticed, and refused with the way out."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from truth import find_lies
from workbench import PATIENCE_S, Account, Desk, finish, person

ROWS = [person(number) for number in range(1, 31)]
OTHERS = [person(number) for number in range(101, 111)]

ON_ANOTHER_MACHINE = """\
import sys
from pathlib import Path
from importer.ledger import machines
from importer.ledger.slots import clock
_, boot, name, *words = sys.argv
clock.BOOT_ID = Path(boot)
if name:
    machines.machine_name = lambda: name
sys.argv = ["lsq-import", *words]
from importer.commands.cli import main
main()
"""


@pytest.fixture
def slow(desk: Desk, account: Account) -> Desk:
    account.change(latency="100")
    desk.configure(workers=2)
    desk.write(ROWS)
    desk.write(OTHERS, "others.csv")
    return desk


def start_elsewhere(
    desk: Desk, *args: str, name: str = "warehouse/1", boot: str = "boot-of-warehouse"
) -> "subprocess.Popen[str]":
    """Start the command as it would run on another machine, on the same files."""
    boot_id = desk.folder / f"boot_id_{len(list(desk.folder.glob('boot_id_*')))}"
    boot_id.write_text(boot)
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", ON_ANOTHER_MACHINE, str(boot_id), name, *args],
        cwd=desk.folder,
        env=desk.variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_boot(desk: Desk, boot: str) -> None:
    """Wait until a machine of this boot has opened the budget."""
    until = time.monotonic() + PATIENCE_S
    with closing(sqlite3.connect(desk.ledger, timeout=PATIENCE_S)) as database:
        while database.execute("SELECT count(*) FROM budget WHERE boot = ?", (boot,)).fetchone() == (0,):
            assert time.monotonic() < until
            time.sleep(0.02)


def test_a_second_machine_is_refused_while_the_first_one_imports_and_may_come_afterwards(
    slow: Desk, account: Account
) -> None:
    first = start_elsewhere(slow, "leads.csv")
    account.wait_until(lambda stats: stats["creates"] >= 4)
    account.change(latency="2000")  # so that it is still at it
    second = slow.call("others.csv")
    assert second.status == 2
    assert "in use on another machine (warehouse, " in second.err
    assert "PostgreSQL" in second.err
    doctor = slow.call("doctor")
    assert doctor.status == 1
    assert "in use on another machine" in doctor.out
    account.change(latency="0")
    assert finish(first).status == 0
    assert find_lies(ROWS, slow.report(), account.leads()) == []
    assert slow.call("others.csv").status == 0
    assert account.stats()["creates"] == 40


def test_a_machine_of_the_same_name_is_noticed_by_its_boot_at_the_next_call(slow: Desk, account: Account) -> None:
    """Two machines made from one image: the one that came first ends, with all that it did in its report."""
    first = slow.start("leads.csv")
    account.wait_until(lambda stats: stats["creates"] >= 4)
    account.change(latency="2000")  # so that it is still at it
    second = start_elsewhere(slow, "others.csv", name="")
    wait_for_boot(slow, "boot-of-warehouse")
    account.change(latency="0")
    told = finish(first)
    assert told.status == 3
    assert "in use on another machine" in told.err
    assert "PostgreSQL" in told.err
    assert "Report: leads.report.csv" in told.out
    assert finish(second).status == 0
    assert slow.call("leads.csv").status == 0
    lines = [*slow.report(), *slow.report("others.report.csv")]
    assert sorted(line.lead_id for line in lines) == sorted(lead["id"] for lead in account.leads())
    assert account.stats()["creates"] == 40


@pytest.mark.skipif(not Path("/proc/sys/kernel/random/boot_id").exists(), reason="no boot id here")
def test_two_containers_of_one_machine_share_its_limit(slow: Desk) -> None:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text()
    runs = [start_elsewhere(slow, name, name=f"container-{name}/", boot=boot) for name in ("leads.csv", "others.csv")]
    assert [finish(run).status for run in runs] == [0, 0]


def test_a_machine_that_was_killed_and_started_anew_goes_on_at_once(slow: Desk, account: Account) -> None:
    process = start_elsewhere(slow, "leads.csv", boot="before")
    account.wait_until(lambda stats: stats["creates"] >= 4)
    process.kill()
    process.communicate()
    assert finish(start_elsewhere(slow, "leads.csv", boot="after")).status == 0
    assert find_lies(ROWS, slow.report(), account.leads()) == []
    assert account.stats()["creates"] == 30
