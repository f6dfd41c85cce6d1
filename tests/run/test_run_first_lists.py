"""A new user's first list goes from its file to leads in four commands at most, each as the one before told it.

Nothing is written by hand: doubtful lines of the proposed config are accepted by taking their `#` away.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from first_lists import LISTS, ROWS, check_leads
from workbench import Account, Desk, Run, serve_account

MOST_COMMANDS = 4


@pytest.fixture(scope="module")
def shared_account() -> Iterator[Account]:
    with serve_account() as account:
        yield account


def next_command(said: str, marker: str) -> list[str]:
    """The words of the command that a run told to go on with, behind or below a marker."""
    found = re.search(rf"{re.escape(marker)}\s+lsq-import (.+?)$", said, re.MULTILINE)
    assert found is not None, said
    return shlex.split(found[1])


def accept_doubtful_lines(desk: Desk) -> None:
    config = desk.folder / "config.yaml"
    lines = config.read_text("utf-8").splitlines(keepends=True)
    accepted = [line.replace("  # ", "  ", 1) if "  # doubtful: " in line else line for line in lines]
    config.write_text("".join(accepted), "utf-8")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_goes_from_its_file_to_leads_in_four_commands(
    name: str, tmp_path: Path, shared_account: Account
) -> None:
    shared_account._post("reset", {})
    desk = Desk(tmp_path / "desk", shared_account)
    (desk.folder / "config.yaml").unlink()
    file = LISTS[name](desk.folder)
    runs: list[Run] = []

    def call(*words: str) -> Run:
        runs.append(desk.call(*words))
        return runs[-1]

    mapped = call("map", file.name, "-o", "config.yaml")
    if mapped.status:
        words = next_command(mapped.err, "Where no config is yet:")
        mapped = call(*(file.name if word == "FILE" else word for word in words))
    assert mapped.status == 0, mapped
    accept_doubtful_lines(desk)
    checked = call(*next_command(mapped.err, "next:"))
    assert f"{ROWS}  ready to be sent" in checked.out
    sent = call(*next_command(checked.out, "that are ready:\n"))
    assert len(runs) <= MOST_COMMANDS
    assert f"{ROWS}  created" in sent.out
    assert sent.status == 0
    leads = [lead["attributes"] for lead in shared_account.leads()]
    check_leads(name, leads)
