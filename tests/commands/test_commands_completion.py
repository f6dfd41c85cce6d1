"""What Tab completes: files, options and sub-commands, as a shell asks for them."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from importer.commands.cli import cli


def complete(*words: str) -> list[str]:
    environ = {"_LSQ_IMPORT_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(["lsq-import", *words])}
    run = CliRunner().invoke(
        cli, env={**environ, "COMP_CWORD": str(len(words))}, prog_name="lsq-import", complete_var="_LSQ_IMPORT_COMPLETE"
    )
    return run.output.split()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "history-of-leads.csv").touch()
    (tmp_path / "docs").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("--dr",), ["plain,--dry-run"]),
        (("leads.csv", "--dr"), ["plain,--dry-run"]),
        (("sche",), ["plain,schedule"]),
        (("do",), ["plain,doctor"]),
        (("his",), ["file,his"]),
        (("leads.csv", "ma"), ["file,ma"]),
        (("map", "his"), ["file,his"]),
        (("map", "--san"), ["plain,--sandbox"]),
        (("schedule", "x.csv", "--for", "sys"), ["plain,systemd"]),
    ],
)
def test_tab_completes(words: tuple[str, ...], offered: list[str]) -> None:
    assert complete(*words) == offered
