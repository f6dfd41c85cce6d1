"""The walls between the rooms: they hold now, and each would be seen to be broken."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")
CONTRACTS = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
NAMES = {contract["id"]: contract["name"] for contract in CONTRACTS}

BREACHES = [
    ("arrows", "lead", "import importer.leadsquared.client"),
    ("arrows", "ledger", "import importer.leadsquared.client"),
    ("arrows", "leadsquared", "import importer.ledger.ledger"),
    ("arrows", "ratelimit", "import importer.ledger.ledger"),
    ("arrows", "run", "import importer.app.request"),
    ("arrows", "app", "import importer.commands.history"),
    ("arrows", "sandbox", "import importer.outcome"),
    ("pure", "lead", "import socket"),
    ("pure", "lead", "import importer.run.sending"),  # which leads to asyncio
    ("door-network", "run", "def send():\n    import aiohttp"),
    ("door-network", "leadsquared", "from aiohttp import ClientSession"),
    ("door-database", "app", "import sqlite3"),
    ("door-database", "run", "from sqlalchemy import select"),
    ("door-workbooks", "report", "import python_calamine"),
    ("door-workbooks", "app", "import xlrd"),
    ("door-frames", "sheet", "import pandas"),
    ("door-terminal", "app", "import click"),
    ("door-terminal", "run", "import click"),
    ("door-limit", "leadsquared", "import aiolimiter"),
    ("door-config", "app", "import pydantic"),
    ("door-config", "doctor", "import ruamel.yaml"),
    ("door-values", "proposal", "import phonenumbers"),
    ("door-notification", "app", "import apprise"),
    ("door-remote", "sheet", "import fsspec"),
    ("door-page", "report", "import jinja2"),
    ("arrows", "app", "import importer.page.settings"),
    ("door-terminal", "page", "import click"),
    ("door-browser", "app", "import nicegui"),
    ("page-face", "page", "import importer.ledger.ledger"),
    ("door-proposal", "lead", "import rapidfuzz"),
]
"""A contract, a room, and what stands in a module there that breaks it."""


def lint(folder: Path) -> str:
    """Check the contracts in a folder: what is said of them."""
    # A command of this very environment.
    told = subprocess.run([LINT, "--no-cache"], cwd=folder, capture_output=True, check=False)  # noqa: S603
    return told.stdout.decode("utf-8") + told.stderr.decode("utf-8")


def copy_importer(folder: Path) -> Path:
    """The project's modules and contracts, to be spoilt."""
    shutil.copytree(PROJECT / "importer", folder / "importer", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", folder)
    return folder / "importer"


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is said of each contract where all breaches are there."""
    folder = tmp_path_factory.mktemp("broken")
    rooms = copy_importer(folder)
    for index, (_, room, text) in enumerate(BREACHES):
        (rooms / room / f"breach{index}.py").write_text(text + "\n", "utf-8")
    told = lint(folder).partition("Broken contracts")[2]
    return {
        contract: told.partition(f"{name}\n{'-' * len(name)}")[2].partition("\n---")[0]
        for contract, name in NAMES.items()
    }


def test_all_walls_stand() -> None:
    told = lint(PROJECT)
    assert [name for name in NAMES.values() if f"{name} KEPT" not in told] == [], told


@pytest.mark.parametrize("index", range(len(BREACHES)), ids=["{} {}: {}".format(*breach) for breach in BREACHES])
def test_a_breach_is_caught(broken: dict[str, str], index: int) -> None:
    contract, room, _ = BREACHES[index]
    assert f"importer.{room}.breach{index} -> " in broken[contract]


def test_a_circle_and_a_room_without_a_place_are_caught(tmp_path: Path) -> None:
    rooms = copy_importer(tmp_path)
    (rooms / "sheet" / "breach.py").write_text("import importer.lead.mapping\n", "utf-8")
    (rooms / "attic.py").write_text("", "utf-8")
    told = lint(tmp_path)
    assert f"{NAMES['circles']} BROKEN" in told
    assert "- .sheet -> .lead" in told
    assert "- importer.attic" in told


def test_the_drawing_of_the_rooms_is_that_of_the_contract_and_each_is_described() -> None:
    (contract,) = (contract for contract in CONTRACTS if contract["id"] == "arrows")
    layers = [re.split(r" [|:] ", layer) for layer in contract["layers"]]
    text = (PROJECT / "docs" / "architecture.md").read_text("utf-8").partition("## Rooms")[2].partition("## Walls")[0]
    drawn = [re.split(r" \| |, ", line.strip()) for line in text.splitlines() if line.startswith("    ")]
    assert drawn == layers
    described = re.findall(r"^\| `(\w+)/?` \|", text, re.MULTILINE)
    assert described == [room for layer in layers for room in layer]


def test_each_contract_has_a_breach_that_it_catches() -> None:
    assert {contract for contract, *_ in BREACHES} | {"circles"} == set(NAMES)
