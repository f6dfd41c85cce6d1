"""What `map` refuses, and what it takes from options and from another config."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from importer.commands.map import map_columns
from importer.config import load_config
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
    assert option in run.exception.message


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
