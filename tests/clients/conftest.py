"""A standing sandbox, started by its command and reached by what its file of keys says."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values
from standing import Standing


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients reach a loopback address themselves, whatever proxy this machine has."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "*")


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[Standing]:
    path = tmp_path / "sandbox.env"
    command = [sys.executable, "-m", "importer", "sandbox", "--port", "0", "--limit", "off", "--keys-file", str(path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own command
    assert process.stderr is not None
    try:
        told = ""
        while "LSQ_SECRET_KEY" not in told:
            line = process.stderr.readline()
            assert line, told
            told += line
        values = dotenv_values(path, interpolate=False)
        host, access, secret = (values[f"LSQ_{name}"] or "" for name in ("HOST", "ACCESS_KEY", "SECRET_KEY"))
        yield Standing(host.removeprefix("http://"), access, secret)
    finally:
        process.terminate()
        process.communicate(timeout=20)
