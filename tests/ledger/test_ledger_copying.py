"""A ledger that moves: whole, once, and only while nobody uses it."""

from pathlib import Path

import pytest
from ledger_cases import CREATED, UNKNOWN, begin_run, claim, digest, intent, open_ledger, settle
from postgresql import Cluster, start_pooler
from sqlalchemy import insert

from importer.commands.cli import main
from importer.doctor import check_ledger
from importer.errors import UsageError
from importer.ledger.copying import copy_ledger
from importer.ledger.ledger import Ledger
from importer.ledger.records import State
from importer.ledger.schema import BUDGET, SLOT
from importer.ledger.slots.clock import BootClock


def fill(location: Path | str) -> bytes:
    with open_ledger(location) as ledger:
        run = begin_run(ledger)
        claim(ledger, intent("a", "mail", "phone"), intent("b"))
        settle(ledger, "a", CREATED)
        settle(ledger, "b", UNKNOWN)
        ledger.runs.end(run, exit_status=0, calls=2, counts={"created": 1}, report_digest="d")
        ledger.remember("bulk", "form")
        return ledger.secret


def check(location: Path | str, secret: bytes) -> None:
    with open_ledger(location) as ledger:
        assert ledger.secret == secret
        assert ledger.rows.find_keys([digest("mail")])[digest("mail")].lead_id == "lead-1"
        assert ledger.rows.find_rows([digest("b")])[digest("b")].state is State.UNKNOWN
        assert ledger.recall("bulk") == "form"
        assert [run.counts for run in ledger.runs.list()] == [{"created": 1}]
        assert begin_run(ledger) == 2
        assert claim(ledger, intent("c", "mail"))[0] is not None


@pytest.mark.parametrize("is_back", [False, True])
def test_a_ledger_moves_to_a_server_and_back(tmp_path: Path, server_url: str, *, is_back: bool) -> None:
    places: list[Path | str] = [tmp_path / "ledger.sqlite3", server_url]
    source, target = places[::-1] if is_back else places
    secret = fill(source)
    assert copy_ledger(source, target, keep=False)["lead_row"] == 2
    check(target, secret)
    with pytest.raises(UsageError, match="has moved to"):
        open_ledger(source)


def test_a_copy_leaves_the_ledger_in_use(tmp_path: Path) -> None:
    secret = fill(tmp_path / "a.sqlite3")
    copy_ledger(tmp_path / "a.sqlite3", tmp_path / "b.sqlite3", keep=True)
    for name in ("a.sqlite3", "b.sqlite3"):
        check(tmp_path / name, secret)


def test_a_ledger_that_is_in_use_or_not_there_does_not_move(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    with pytest.raises(UsageError, match="There is no ledger"):
        copy_ledger(path, tmp_path / "b.sqlite3", keep=False)
    assert not path.exists()
    with open_ledger(path) as ledger:
        begin_run(ledger)
        with pytest.raises(UsageError, match="A run is using"):
            copy_ledger(path, tmp_path / "b.sqlite3", keep=False)
    check_not_moved(path)


def check_not_moved(path: Path) -> None:
    with open_ledger(path):
        pass


def test_a_ledger_whose_calls_still_count_does_not_move(tmp_path: Path) -> None:
    path, clock = tmp_path / "a.sqlite3", BootClock()
    with open_ledger(path) as ledger, ledger.begin() as connection:
        key = {"account_id": ledger.account.id, "holder": "x", "number": 1, "granted_at": clock.now()}
        connection.execute(insert(SLOT), [key | {"budget": "calls", "free_at": clock.now() + 30}])
        state = {"account_id": ledger.account.id, "name": "calls", "boot": clock.boot, "configured_calls": 25}
        rest = {"configured_per_seconds": 5.0, "backed_off": 0, "changed_at": 0.0, "paused_until": 0.0}
        connection.execute(insert(BUDGET), [state | rest])
    with pytest.raises(UsageError, match=r"still count against the account's limit, for (29|30) s"):
        copy_ledger(path, tmp_path / "b.sqlite3", keep=False)


def test_nothing_is_copied_over_a_ledger_that_holds_rows(tmp_path: Path) -> None:
    for name in ("a.sqlite3", "b.sqlite3"):
        fill(tmp_path / name)
    with pytest.raises(UsageError, match="already holds a ledger"):
        copy_ledger(tmp_path / "a.sqlite3", tmp_path / "b.sqlite3", keep=False)
    check_not_moved(tmp_path / "a.sqlite3")


def test_the_command_copies_and_shows_no_password(
    tmp_path: Path, server_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "a.sqlite3")
    url = server_url.replace("lsq@", "lsq:hunter2@")
    monkeypatch.setattr("sys.argv", ["lsq-import", "ledger", "copy", str(tmp_path / "a.sqlite3"), url])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code in {0, None}
    assert "2 rows and 1 runs are in postgresql://lsq:***@" in told.out + told.err
    assert "hunter2" not in told.out + told.err
    with pytest.raises(UsageError, match="has moved to") as moved:
        open_ledger(tmp_path / "a.sqlite3")
    assert "hunter2" not in str(moved.value)


def test_a_pooler_that_shares_connections_is_refused_and_one_of_sessions_is_not(cluster: Cluster) -> None:
    database = cluster.new_database().rpartition("/")[2]
    try:
        with start_pooler(cluster, "transaction") as port, pytest.raises(UsageError, match="through a pooler"):
            open_ledger(cluster.url(database, port=port))
        with start_pooler(cluster, "session") as port, open_ledger(cluster.url(database, port=port)) as ledger:
            begin_run(ledger)
    except KeyError:
        pytest.skip("no PgBouncer is installed here")


def test_doctor_tells_how_far_away_a_server_is(server_url: str) -> None:
    Ledger(server_url, identity="acme", host="h").close()
    told = [str(finding) for finding in check_ledger(server_url, None)]
    assert any("a round trip of 0 ms" in text or "a round trip of 1 ms" in text for text in told)
    assert all(text.startswith("ok") for text in told)
