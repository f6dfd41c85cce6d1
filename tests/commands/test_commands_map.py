"""What `map` refuses, and what it takes from options and from another config."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from importer.commands.map import map_columns
from importer.config import Config, load_config
from importer.errors import UsageError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*args: str) -> Result:
    return CliRunner().invoke(map_columns, [*args, "--sandbox"])


@pytest.mark.parametrize(("option", "value"), [("--region", "XX"), ("--timezone", "Mars/Base")])
def test_a_place_that_a_config_could_not_hold_is_refused(folder: Path, option: str, value: str) -> None:
    (folder / "x.csv").write_text("Email\na@example.com\n")
    run = call("x.csv", option, value)
    assert isinstance(run.exception, UsageError)
    assert run.exception.message.startswith(f"{option.strip('-')}: {value} ")


def test_an_encoding_is_written_down_for_the_import(folder: Path) -> None:
    (folder / "x.csv").write_bytes("First Name,Email\nJosé,a@example.com\n".encode("cp1252"))
    (folder / "config.yaml").write_text(call("x.csv", "--encoding", "cp1252").stdout, "utf-8")
    assert load_config(folder / "config.yaml", environ={}).encoding == "cp1252"


def test_a_named_config_lends_its_account_and_its_reading_but_one_that_lies_here_only_its_account(folder: Path) -> None:
    (folder / "x.csv").write_text("Leads of October;\n;\nEmail;Town\na@example.com;Pune\n")
    (folder / "config.yaml").write_text(
        "limits: {calls: 10, per_seconds: 5}\nencoding: cp1252\ndelimiter: ';'\ncolumns: {Email: EmailAddress}\n"
    )
    here, named = call("x.csv").stdout, call("x.csv", "-c", "config.yaml").stdout
    assert all("limits: {calls: 10, per_seconds: 5}\nheader_row: 3\n" in text for text in (here, named))
    assert "delimiter:" not in here
    assert 'encoding: "cp1252"\ndelimiter: ";"\n' in named
    assert "  Town: mx_City\n" in named


ACCOUNT = """\
account: {host: api-in21.leadsquared.com, auth: headers, name: acme}
limits: {calls: 10, per_seconds: 5, share: 0.8, calls_per_day: 9000}
ledger: state/acme.sqlite3
unique: [EmailAddress]
breaker: {failures: 3}
workers: 3
source: nightly
columns: {Email: EmailAddress}
"""


@pytest.mark.parametrize("named", [("-c", "other.yaml"), ()])
def test_what_belongs_to_the_account_is_carried_over_and_what_belongs_to_the_other_file_is_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch, named: tuple[str, ...]
) -> None:
    monkeypatch.delenv("LSQ_LEDGER")
    (folder / "x.csv").write_text("Email\na@example.com\n")
    (folder / (named[1] if named else "config.yaml")).write_text(ACCOUNT)
    (folder / "new.yaml").write_text(call("x.csv", *named).stdout, "utf-8")
    old = load_config(folder / (named[1] if named else "config.yaml"), environ={})
    new = load_config(folder / "new.yaml", environ={})
    assert (new.limits, new.ledger, new.unique) == (old.limits, old.ledger, old.unique)
    assert (new.source, new.workers, new.breaker) == (None, Config().workers, Config().breaker)


def test_a_ledger_that_the_environment_names_is_left_to_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSQ_LEDGER", "elsewhere.sqlite3")
    (folder / "x.csv").write_text("Email\na@example.com\n")
    (folder / "config.yaml").write_text(ACCOUNT)
    assert "ledger" not in call("x.csv").stdout
