"""An import loads neither pandas nor NumPy, and all commands do without them."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from unittest.mock import patch

import pytest
from openpyxl import load_workbook
from workbench import Desk, person

import importer
from importer.errors import UsageError

HEAVY = ("pandas", "numpy", "openpyxl")
LOADED = """\
import sys
from importer.commands.cli import main
try:
    main()
finally:
    print(sorted({"pandas", "numpy", "openpyxl", "jinja2", "aiohttp"} & set(sys.modules)), file=sys.stderr)
"""


def loaded_by(desk: Desk, *args: str) -> str:
    process = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", LOADED, *args], cwd=desk.folder, env=desk.variables(), capture_output=True, check=True
    )
    return process.stderr.decode().splitlines()[-1]


def test_the_help_text_loads_nothing_heavy(desk: Desk) -> None:
    assert loaded_by(desk, "--help") == "[]"


def test_an_import_loads_neither_pandas_nor_numpy(desk: Desk) -> None:
    desk.write([person(1)])
    assert loaded_by(desk, "leads.csv") == "['aiohttp', 'jinja2']"


def test_every_kind_of_work_is_done_without_them(desk: Desk) -> None:
    desk.write([person(1), person(2)])
    absent = dict.fromkeys(HEAVY)
    with patch.dict(sys.modules, absent):
        assert desk.call("map", "leads.csv").status == 0
        assert desk.call("leads.csv", "-r", "leads.report.xlsx").status == 0
        assert desk.call("leads.report.xlsx").status == 0
        assert desk.call("doctor", "leads.report.xlsx").status in {0, 1}
    assert load_workbook(desk.folder / "leads.report.xlsx").active is not None


def test_the_one_thing_that_needs_pandas_says_so(tmp_path: Path) -> None:
    with patch.dict(sys.modules, {"pandas": None}), pytest.raises(UsageError, match="needs pandas") as raised:
        importer.read_report(tmp_path / "leads.report.csv")
    assert raised.value.hint.endswith("pip install pandas openpyxl")


def test_the_doctor_does_not_miss_them(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def version_without(name: str) -> str:
        if name in HEAVY:
            raise PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr("importer.doctor.machine.version", version_without)
    assert "openpyxl left out, pandas left out" in desk.call("doctor").out
    monkeypatch.setattr("importer.doctor.machine.LEFT_OUT", set())
    assert "MEND  libraries: openpyxl is missing, pandas is missing" in desk.call("doctor").out
