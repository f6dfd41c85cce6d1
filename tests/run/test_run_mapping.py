"""`map` and `fields`, as a newcomer runs them."""

import json
import shutil
from pathlib import Path

import pytest
from workbench import Account, Desk

from importer.config import load_config

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def newcomer(desk: Desk) -> Desk:
    """A desk with the sample leads and keys, and no config.yaml."""
    (desk.folder / "config.yaml").unlink()
    for name in ("leads.xlsx", "leads.csv"):
        shutil.copy(ROOT / "samples" / name, desk.folder / name)
    return desk


@pytest.mark.parametrize("name", ["leads.xlsx", "leads.csv"])
def test_the_proposed_mapping_creates_the_same_leads_as_the_hand_written_one(
    newcomer: Desk, account: Account, name: str
) -> None:
    assert newcomer.call("map", name, "-o", "proposed.yaml").status == 0
    shutil.copy(ROOT / "config.yaml", newcomer.folder / "written.yaml")
    leads = []
    for config in ("proposed.yaml", "written.yaml"):
        text = (newcomer.folder / config).read_text("utf-8")
        (newcomer.folder / config).write_text(text.replace("calls: 25", "calls: 1000"), "utf-8")
        assert newcomer.call(name, "-c", config, "--dry-run").status == 1  # the sample's instructive failures
        assert newcomer.call(name, "-c", config).status == 1
        leads.append([lead["attributes"] for lead in account.leads()])
        account.sandbox.reset()
    proposed, written = leads
    for lead in written:
        assert lead.pop("mx_Imported_By") == "lsq-import"  # the constant that nobody can guess
    references = [lead.pop("mx_Import_Ref") for lead in proposed]  # the account has a field for them
    assert len(set(references)) == len(proposed)
    key = json.dumps
    assert sorted(map(key, proposed)) == sorted(map(key, written))
    assert len(proposed) == 55


def test_map_needs_no_config_and_no_keys_for_the_sandbox_and_prints_where_no_file_is_named(newcomer: Desk) -> None:
    newcomer.account = None
    run = newcomer.call("map", "leads.csv", "--sandbox")
    assert run.status == 0
    (newcomer.folder / "config.yaml").write_text(run.out, "utf-8")
    config = load_config(newcomer.folder / "config.yaml", environ={})
    assert str(config.columns[3].field) == "Phone"


def test_map_names_the_account_it_was_made_for(newcomer: Desk, account: Account) -> None:
    assert f"host: {account.sandbox.url}" in newcomer.call("map", "leads.csv").out


def test_map_never_writes_over_a_file(newcomer: Desk) -> None:
    path = newcomer.folder / "config.yaml"
    path.write_text("columns: {Email: EmailAddress}\n", "utf-8")
    run = newcomer.call("map", "leads.csv", "-o", "config.yaml")
    assert run.status == 2
    assert "is there already" in run.err
    assert path.read_text("utf-8") == "columns: {Email: EmailAddress}\n"


@pytest.mark.parametrize("output", ["there/is/none.yaml", "/proc/none.yaml"])
def test_map_says_where_it_cannot_write(newcomer: Desk, output: str) -> None:
    before = {path.name for path in newcomer.folder.iterdir()}
    run = newcomer.call("map", "leads.csv", "-o", output)
    assert run.status == 2
    assert f"{output} cannot be written" in run.err
    assert "defect" not in run.err
    assert {path.name for path in newcomer.folder.iterdir()} - {"state"} == before


def test_map_and_fields_say_what_is_missing_without_keys(newcomer: Desk) -> None:
    newcomer.account = None
    for args in (("map", "leads.csv"), ("fields",)):
        run = newcomer.call(*args)
        assert run.status == 2
        assert "LSQ_ACCESS_KEY" in run.err


def test_fields_are_listed_for_people_and_for_programs(newcomer: Desk) -> None:
    run = newcomer.call("fields", "kyc status")
    assert run.out.startswith("mx_KYC.Status ")
    assert "Pending, Submitted" in run.out
    (line,) = newcomer.call("fields", "mx_KYC.Status", "--json").out.splitlines()
    assert json.loads(line)["display_name"] == "KYC Status"
    table = newcomer.call("fields", "emailaddress", "--csv").out.splitlines()
    assert table[0] == "schema_name,display_name,type,mandatory,max_length,options"
    assert table[1].startswith("EmailAddress,Email,Email,False,")
    assert "no field" in newcomer.call("fields", "zzz").err.casefold()


def test_an_account_that_does_not_tell_its_fields_is_said(newcomer: Desk, account: Account) -> None:
    account.script({"call": "LeadsMetaData.Get", "status": 403, "body": "no", "times": 2})
    run = newcomer.call("fields")
    assert run.status == 2
    assert "did not tell its fields" in run.err


@pytest.mark.parametrize("args", [("fields",), ("map", "leads.csv")], ids=["fields", "map"])
def test_the_questions_of_a_newcomer_are_of_the_budget_that_all_runs_share(
    newcomer: Desk, account: Account, args: tuple[str, ...]
) -> None:
    text = (ROOT / "config.yaml").read_text("utf-8")
    newcomer.folder.joinpath("config.yaml").write_text(
        text.replace("per_seconds: 5", "per_seconds: 5, calls_per_day: 2")
    )
    assert newcomer.call(*args, "--refresh-fields").status == 0
    run = newcomer.call("leads.csv", "--first", 1)
    assert run.status == 3
    assert "The 2 calls of limits.calls_per_day are used up" in run.err
    assert account.calls() == 0


def test_who_has_no_fitting_mapping_is_told_how_to_come_by_one(newcomer: Desk) -> None:
    run = newcomer.call("leads.csv")
    assert (run.status, "lsq-import map leads.csv -o config.yaml" in run.err) == (2, True)
    shutil.copy(ROOT / "config.yaml", newcomer.folder / "config.yaml")
    newcomer.write([("Asha",)], "other.csv", header=("Vorname",))
    run = newcomer.call("other.csv")
    assert (run.status, "lsq-import map other.csv proposes" in run.err) == (2, True)
