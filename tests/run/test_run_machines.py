"""Several machines on one account, by a ledger on a server: as their users run the command."""

from pathlib import Path

import pytest
from workbench import Account, Desk, finish, person, serve_account


def machine(folder: Path, account: Account, url: str, **changes: object) -> Desk:
    desk = Desk(folder, account, environ={"LSQ_LEDGER": url})
    desk.configure(account={"name": "acme"}, **changes)
    return desk


def test_two_machines_that_are_given_the_same_source_at_once_import_it_once(tmp_path: Path, server_url: str) -> None:
    with serve_account(latency_ms=(20.0, 40.0)) as account:
        desks = [machine(tmp_path / name, account, server_url) for name in ("one", "two")]
        for desk in desks:
            desk.write([person(number) for number in range(30)])
        runs = [finish(process) for process in [desk.start("leads.csv") for desk in desks]]
        assert sorted(run.status for run in runs) in ([0, 0], [0, 75])
        assert len(account.leads()) == 30
        for desk in desks:  # whichever came too late knows every lead all the same
            assert desk.call("leads.csv").status == 0
            assert {line.status for line in desk.report()} == {"created"}
        assert account.calls() == 30


def test_a_server_that_stays_away_ends_the_run_with_a_true_report(tmp_path: Path, server_url: str) -> None:
    with serve_account() as account:
        desk = machine(tmp_path / "one", account, server_url, ledger_wait_s=0, limits={"calls": 2, "per_seconds": 1})
        desk.write([person(number) for number in range(40)])
        process = desk.start("leads.csv")
        while len(account.leads()) < 3:
            pass
        cut_off(server_url)
        run = finish(process)
        assert run.status == 3
        assert "does not answer" in run.err
        there = {lead["id"] for lead in account.leads()}
        assert {line.lead_id for line in desk.report() if line.status == "created"} <= there
        assert {line.status for line in desk.report()} <= {"created", "unknown", "unsent"}


def test_without_a_name_of_the_account_nothing_is_sent(tmp_path: Path, server_url: str) -> None:
    with serve_account() as account:
        desk = Desk(tmp_path / "one", account, environ={"LSQ_LEDGER": server_url})
        desk.write([person(1)])
        run = desk.call("leads.csv")
        assert run.status == 2
        assert "account.name is missing" in run.err
        assert account.leads() == []


@pytest.mark.parametrize("order", [("file", "server"), ("server", "file")])
def test_a_run_that_was_begun_with_one_ledger_is_finished_with_its_copy(
    tmp_path: Path, server_url: str, order: tuple[str, str]
) -> None:
    places = {"file": str(tmp_path / "ledger.sqlite3"), "server": server_url}
    with serve_account() as account:
        desk = machine(tmp_path / "desk", account, places[order[0]])
        desk.write([person(number) for number in range(6)])
        assert desk.call("leads.csv", "--first", "4").status == 0
        assert len(account.leads()) == 4
        wait_for_slots(desk, places[order[0]], places[order[1]])
        assert "has moved to" in desk.call("leads.csv").err
        desk.environ["LSQ_LEDGER"] = places[order[1]]
        assert desk.call("leads.csv").status == 0
        assert len(account.leads()) == 6
        assert {line.status for line in desk.report()} == {"created"}


def wait_for_slots(desk: Desk, source: str, target: str) -> None:
    """Copy the ledger once the last calls count no more, which takes a window."""
    while (run := desk.call("ledger", "copy", source, target)).status != 0:
        assert "still count against" in run.err


def cut_off(url: str) -> None:
    """End every connection to a database, and let no new one be made."""
    import psycopg

    name = url.rpartition("/")[2]
    with psycopg.connect(url.replace(f"/{name}", "/postgres"), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid != pg_backend_pid()",
            (name,),
        )
