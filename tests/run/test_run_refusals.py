"""What must be mended first: exit status 2, said once and in full, with nothing sent and nothing written."""

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from workbench import COLUMNS, HEADER, Account, Desk, person

ROWS = [person(1), person(2)]

Prepare = Callable[[Desk], list[object]]


def plain(desk: Desk) -> list[object]:
    desk.write(ROWS)
    return ["leads.csv"]


def configured(**changes: object) -> Prepare:
    def prepare(desk: Desk) -> list[object]:
        desk.configure(**changes)
        return plain(desk)

    return prepare


def with_args(*args: object) -> Prepare:
    return lambda desk: [*plain(desk), *args]


def with_yaml(text: str) -> Prepare:
    def prepare(desk: Desk) -> list[object]:
        (desk.folder / "config.yaml").write_text(text, "utf-8")
        return plain(desk)

    return prepare


def with_file(name: str, content: bytes) -> Prepare:
    def prepare(desk: Desk) -> list[object]:
        (desk.folder / name).write_bytes(content)
        return [name]

    return prepare


def with_header(*header: str) -> Prepare:
    def prepare(desk: Desk) -> list[object]:
        desk.write([person(1)[: len(header)]], header=header)
        return ["leads.csv"]

    return prepare


def with_environ(**variables: str) -> Prepare:
    def prepare(desk: Desk) -> list[object]:
        desk.environ.update(variables)
        return plain(desk)

    return prepare


def without_config(desk: Desk) -> list[object]:
    (desk.folder / "config.yaml").unlink()
    return plain(desk)


def lower_table(desk: Desk) -> list[object]:
    desk.write([["", *HEADER[1:]], HEADER, *ROWS], header=("Leads of November", "", "", "", "", ""))
    return ["leads.csv"]


def report_over_input(desk: Desk) -> list[object]:
    desk.write(ROWS, "leads.report.csv")
    return ["leads.report.csv"]


def folder_as_file(desk: Desk) -> list[object]:
    (desk.folder / "leads.csv").mkdir()
    return ["leads.csv"]


def no_such_sheet(desk: Desk) -> list[object]:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in (HEADER, *ROWS):
        sheet.append(row)
    workbook.save(desk.folder / "leads.xlsx")
    return ["leads.xlsx", "--sheet", "Leads"]


def open_in_libreoffice(desk: Desk) -> list[object]:
    (desk.folder / "leads.report.csv").write_text("old", "utf-8")
    (desk.folder / ".~lock.leads.report.csv#").write_text("", "utf-8")
    return plain(desk)


def too_long_for_a_workbook(remark: str, header: str = "Remark") -> Prepare:
    def prepare(desk: Desk) -> list[object]:
        desk.write([person(1), person(2, remark=remark), person(3)], header=(*HEADER[:-1], header))
        return ["leads.csv", "-r", "leads.report.xlsx", "--no-html"]

    return prepare


def too_long_behind_the_first(desk: Desk) -> list[object]:
    """A report whose lines behind `--first` are written again, and one of them is too long."""
    desk.write(ROWS)
    assert desk.call("leads.csv", "--dry-run", "--no-html").status == 0
    desk.mend({"City 2": {5: "x" * 32_768}})
    return ["leads.report.csv", "-r", "leads.report.xlsx", "--first", "1", "--no-html"]


def bad_ledger(desk: Desk) -> list[object]:
    (desk.folder / "no-folder").write_text("", "utf-8")
    desk.environ["LSQ_LEDGER"] = str(desk.folder / "no-folder" / "ledger.sqlite3")
    return plain(desk)


BAD_CONFIG = """\
account:
  hosst: api.leadsquared.com
  secret_key: abc
limits: {calls: many, per_seconds: 5}
workers: 0
columns:
  First Name: FirstName
  Given: FirstName
  Email: EmailAddress
  Email: Phone
  KYC: mx_KYC.
"""

CASES: dict[str, tuple[Prepare, list[str]]] = {
    "no config file": (without_config, ["config.yaml"]),
    "every problem of the config at once": (
        with_yaml(BAD_CONFIG),
        ["hosst", "host", "secret_key", "many", "workers", "FirstName", "Email", "mx_KYC.", "line 2", "line 4"],
    ),
    "yaml that is none": (with_yaml("columns: [\n"), ["config.yaml", "line"]),
    "plain http to another machine": (with_environ(LSQ_HOST="http://api.leadsquared.com"), ["https"]),
    "an access key in the host": (with_environ(LSQ_HOST="https://api.leadsquared.com/?accessKey=u$r1"), ["LSQ_HOST"]),
    "missing keys": (with_environ(LSQ_ACCESS_KEY="", LSQ_SECRET_KEY=""), ["LSQ_ACCESS_KEY", "LSQ_SECRET_KEY"]),
    "a header that is nearly there": (
        with_header("First Name", "Last Name", "E-Mail", "Mobile", "City", "Remark"),
        ["`Email`", "did you mean `E-Mail`?"],
    ),
    "two headers that are not there": (
        with_header("First Name", "Last Name", "Remark"),
        ["`Email`", "`Mobile`", "`City`", "The spreadsheet's headers are: First Name, Last Name, Remark"],
    ),
    "a table that starts lower": (lower_table, ["row 3", "header_row: 3"]),
    "a mapped header that stands twice": (
        with_header("First Name", "Last Name", "Email", "Mobile", "City", " Email"),
        ["`Email`", "more than one column has this header", "C `Email`, F `Email`"],
    ),
    "a column with a name of ours in a file that is no report": (
        with_header("First Name", "Last Name", "Email", "Mobile", "City", "lsq_status"),
        ["lsq_status", "report"],
    ),
    "unmapped columns where none is allowed": (configured(unmapped_columns="error"), ["Remark"]),
    "no such file": (lambda _desk: ["leads.csv"], ["leads.csv", "no such file"]),
    "a folder": (folder_as_file, ["is a folder"]),
    "an empty workbook": (with_file("leads.xlsx", b""), ["leads.xlsx", "empty"]),
    "a picture called .xlsx": (with_file("leads.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(64)), ["leads.xlsx"]),
    "an unclosed quote": (with_file("leads.csv", b'First Name,City\nA,"B\nC,D\n'), ["line 2"]),
    "Windows-1252 without saying so": (
        with_file("leads.csv", "First Name,Last Name,Email,Mobile,City\nRené,,,,\n".encode("cp1252")),
        ["encoding: cp1252"],
    ),
    "no such sheet": (no_such_sheet, ["Leads", "Sheets:"]),
    "a report in no folder": (with_args("-r", "there/is/none.csv"), ["folder does not exist"]),
    "a report that is the file": (with_args("-r", "leads.csv"), ["would take the place of the file"]),
    "a file that has only the name of a report": (report_over_input, ["take the place of the file"]),
    "a report in a format that is only read": (with_args("-r", "leads.ods"), [".csv or .xlsx"]),
    "a report that is open in LibreOffice": (open_in_libreoffice, ["open in a spreadsheet program"]),
    "a cell that a workbook cannot hold": (
        too_long_for_a_workbook("x" * 32_768),
        ["row 3", "“Remark”", "32,767", "-r leads.report.csv"],
    ),
    "a cell that is too long with its guard": (too_long_for_a_workbook("=" + "x" * 32_766), ["row 3", "“Remark”"]),
    "a cell that is too long in UTF-16": (too_long_for_a_workbook("😀" * 16_384), ["row 3", "“Remark”"]),
    "a header that a workbook cannot hold": (too_long_for_a_workbook("", "R" * 32_768), ["column F", "32,767"]),
    "a line behind the first that a workbook cannot hold": (too_long_behind_the_first, ["row 3", "“Remark”"]),
    "payloads over the report": (with_args("--payloads", "leads.report.csv"), ["--payloads"]),
    "payloads over the file": (with_args("--payloads", "leads.csv"), ["--payloads"]),
    "payloads where a folder is": (with_args("--payloads", "state"), ["payloads", "a folder"]),
    "payloads where a device is": (with_args("--payloads", "/dev/full"), ["payloads", "a device"]),
    "payloads in no folder": (with_args("--payloads", "there/is/none.jsonl"), ["payloads", "there/is"]),
    "the first no rows": (with_args("--first", "0"), ["--first"]),
    "an option that there is not": (with_args("--frist", "5"), ["--frist", "--first"]),
    "no file": (lambda _desk: ["-q"], ["FILE"]),
    "a ledger where none can be": (bad_ledger, ["LSQ_LEDGER"]),
}


@pytest.mark.parametrize(("prepare", "wanted"), CASES.values(), ids=CASES)
def test_what_must_be_mended_is_said_and_nothing_is_sent(
    desk: Desk, account: Account, prepare: Prepare, wanted: list[str]
) -> None:
    args = prepare(desk)
    before = {path: path.read_bytes() for path in desk.folder.iterdir() if path.is_file()}
    run = desk.call(*args)
    assert run.status == 2, run.text
    assert run.out == ""
    assert not [text for text in wanted if text not in run.err], run.err
    assert "defect" not in run.err
    assert "Traceback" not in run.err
    assert account.calls() == 0
    assert {path: path.read_bytes() for path in desk.folder.iterdir() if path.is_file()} == before


def test_a_header_that_stands_twice_stands_in_nobodys_way_where_it_is_not_mapped(desk: Desk) -> None:
    desk.write([(*ROWS[0], "again")], header=(*HEADER, "City"))
    assert desk.call("leads.csv").status == 2
    desk.configure(columns={name: field for name, field in COLUMNS.items() if name != "City"})
    assert desk.call("leads.csv").status == 0


def test_the_default_config_is_the_one_of_the_current_folder_and_c_names_another(desk: Desk) -> None:
    desk.write(ROWS)
    other = desk.folder / "elsewhere" / "other.yaml"
    other.parent.mkdir()
    (desk.folder / "config.yaml").rename(other)
    assert desk.call("leads.csv").status == 2
    assert desk.call("leads.csv", "-c", other).status == 0


def test_keys_are_taken_from_the_env_file_beside_the_config_where_a_dollar_is_a_dollar(
    desk: Desk, account: Account
) -> None:
    desk.write(ROWS)
    lines = [f"{name}='{value}'\n" for name, value in account.environ.items()]
    (desk.folder / ".env").write_text("".join(lines), "utf-8")
    desk.account = None
    assert desk.call("leads.csv").status == 0
    assert len(account.leads()) == 2


def test_payloads_are_the_exact_bodies_of_the_calls(desk: Desk, account: Account, tmp_path: Path) -> None:
    account.change(log_bodies=True)
    desk.write([person(1), ("", "", "", "", "City 2", ""), person(3, email=False)])
    assert desk.call("leads.csv", "--dry-run", "--payloads", tmp_path / "dry.jsonl").status == 1
    assert account.calls() == 0
    assert desk.call("leads.csv", "--payloads", tmp_path / "sent.jsonl").status == 1
    lines = [json.loads(line) for line in (tmp_path / "sent.jsonl").read_text("utf-8").splitlines()]
    assert (tmp_path / "dry.jsonl").read_bytes() == (tmp_path / "sent.jsonl").read_bytes()
    assert [line["row"] for line in lines] == [2, 4]
    bodies = [json.loads(call["body"]) for call in account.arrivals() if call["call"] == "Lead.Create"]
    assert sorted(bodies, key=str) == sorted((line["lead"] for line in lines), key=str)
