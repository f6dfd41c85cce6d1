"""What is typed: usage, misspelt words and a question that nobody can answer."""

import json

import pytest
from workbench import Account, Desk, person

ROWS = [person(number) for number in range(1, 4)]


def test_no_argument_gets_the_usage_and_status_2(desk: Desk) -> None:
    run = desk.call()
    assert (run.status, run.out) == (2, "")
    assert run.err.startswith("Usage: lsq-import [OPTIONS] FILE...")


@pytest.mark.parametrize(("typed", "meant"), [("doctr", "doctor"), ("setle", "settle"), ("histroy", "history")])
def test_a_misspelt_command_is_asked_about(desk: Desk, typed: str, meant: str) -> None:
    run = desk.call(typed, "--row", 3)
    assert run.status == 2
    assert f"did you mean {meant}?" in run.err


def test_a_file_whose_name_is_like_a_command_is_a_file(desk: Desk, account: Account) -> None:
    desk.write(ROWS, name="doctr")
    run = desk.call("doctr")
    assert "did you mean" not in run.text
    assert desk.call("leeds.csv").err.startswith("error: leeds.csv: there is no such file")
    assert account.stats()["creates"] in {0, 3}


@pytest.mark.parametrize("args", [("--frist", 3), ("--first", "x", "a.csv"), ("a.csv", "--help"), ("import", "--help")])
def test_the_import_has_no_name_of_its_own(desk: Desk, args: tuple[object, ...]) -> None:
    run = desk.call(*args)
    assert "Usage: lsq-import [OPTIONS] FILE..." in run.text
    assert "lsq-import import" not in run.text


def test_again_is_refused_where_nobody_can_be_asked(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    run = desk.run("leads.csv", "--again")
    assert run.status == 2
    assert "--yes" in run.err
    assert account.stats()["creates"] == 3
    assert desk.run("leads.csv", "--again", "--dry-run").status == 0


@pytest.mark.parametrize(
    "args",
    [
        ("leads.csv", "--again"),
        ("leads.csv", "--first", "none"),
        ("leads.csv", "--no-such-option"),
        ("doctr",),
        (),
        ("missing.csv",),
    ],
    ids=" ".join,
)
def test_json_is_one_line_of_standard_output_however_wrong_the_command(desk: Desk, args: tuple[str, ...]) -> None:
    desk.write(ROWS)
    run = desk.run(*args, "--json")
    assert run.status == 2
    assert run.out.count("\n") == 1
    line = json.loads(run.out)
    assert line["exit_status"] == 2
    assert line["error"]["message"]
    assert line["runs"] == [] or args == ("missing.csv",)
