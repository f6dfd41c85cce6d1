"""Each mistake of a new user gets the very words that tell what is wrong, where, and what to do next."""

import shlex
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from openpyxl import Workbook
from workbench import Account, Desk, serve_account

FOLDER = Path(__file__).parents[1] / "data" / "mistakes"
LIST = "First Name,Email\nAsha,a@example.com\n"
FRENCH = "columns:\n  Prénom: FirstName\n"
CONFIG = "columns:\n  First Name: FirstName\n  Email: EmailAddress\n"
PROGRAM = "lsq-import"
FEWEST = 40


@dataclass(slots=True)
class Mistake:
    """What somebody has on the desk and types, the exit status, and what is said of it: whole lines, and parts."""

    title: str
    files: dict[str, str] = field(default_factory=dict)
    config: str | None = CONFIG
    making: str = ""
    environ: dict[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    status: int = 2
    said: str = ""
    parts: list[str] = field(default_factory=list)


def read_mistakes() -> Iterator[Mistake]:
    for path in sorted(FOLDER.glob("*.txt")):
        for block in path.read_text("utf-8").strip().split("\n\n"):
            yield read_mistake(block.splitlines())


def read_mistake(lines: list[str]) -> Mistake:
    mistake = Mistake(lines[0].removeprefix("## "))
    for line in lines[1:]:
        word, _, rest = line.partition(" ")
        match word:
            case "|":
                mistake.said += f"{rest}\n"
            case "~":
                mistake.parts.append(rest)
            case "$":
                mistake.words = tuple(shlex.split(rest.removeprefix(PROGRAM)))
            case "status":
                mistake.status = int(rest)
            case "set":
                name, _, value = rest.partition("=")
                mistake.environ[name] = value
            case "config:":
                mistake.config = None if rest == "none" else spelt(rest)
            case "make:":
                mistake.making = rest
            case "file":
                name, _, text = rest.partition(":")
                mistake.files[name] = spelt(text.removeprefix(" "))
            case _:
                raise ValueError(line)
    return mistake


def spelt(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t")


def make_workbook(folder: Path, *rows: tuple[str, ...]) -> None:
    book = Workbook()
    sheet = book.create_sheet("Leads", 0)
    del book["Sheet"]
    for row in rows or (("First Name", "Email"), ("Asha", "a@example.com")):
        sheet.append(row)
    book.save(folder / "x.xlsx")


def make_workbook_with_password(folder: Path) -> None:
    """The container in which Office puts an encrypted workbook, as far as one looks at it."""
    magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header = struct.pack("<8s16x5H6x3I4xI4x4I", magic, 62, 3, 65534, 9, 6, 0, 1, 1, 4096, 0, 0, 0, 0)
    name = "EncryptedPackage".encode("utf-16-le")
    (folder / "x.xlsx").write_bytes(header.ljust(512, b"\0") + name + bytes(2000))


MAKINGS: dict[str, Callable[[Path], object]] = {
    "workbook": make_workbook,
    "workbook_with_title": lambda folder: make_workbook(
        folder, ("Leads of October",), ("First Name", "Email"), ("Asha", "a@example.com")
    ),
    "workbook_with_password": make_workbook_with_password,
    "damaged_workbook": lambda folder: (folder / "x.xlsx").write_bytes(b"PK\x03\x04" + b"0" * 200),
    "cp1252": lambda folder: (folder / "x.csv").write_bytes(LIST.replace("Asha", "José").encode("cp1252")),
    "config_in_cp1252": lambda folder: (folder / "config.yaml").write_bytes(FRENCH.encode("cp1252")),
}


@pytest.fixture(scope="module")
def shared_account() -> Iterator[Account]:
    with serve_account(calls=25) as account:
        yield account


MISTAKES = [*read_mistakes()]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.title.replace(" ", "_"))
def test_a_mistake_is_told_in_these_words(mistake: Mistake, tmp_path: Path, shared_account: Account) -> None:
    desk = Desk(tmp_path / "desk", shared_account, environ=mistake.environ)
    config = desk.folder / "config.yaml"
    config.unlink()
    if mistake.config is not None:
        config.write_text(mistake.config, "utf-8")
    for name, text in {"leads.csv": LIST, **mistake.files}.items():
        (desk.folder / name).write_text(text, "utf-8")
    if mistake.making:
        MAKINGS[mistake.making](desk.folder)
    run = desk.call(*mistake.words)
    assert run.status == mistake.status
    assert mistake.said in (run.err if mistake.status != 1 or mistake.said in run.err else run.out)
    assert [part for part in mistake.parts if part not in run.err] == []
    assert mistake.said or mistake.parts
    assert shared_account.stats()["creates"] == 0


def test_there_are_enough_of_them_and_none_twice() -> None:
    titles = {mistake.title for mistake in MISTAKES}
    assert len(titles) == len(MISTAKES) >= FEWEST
