"""Where `map` finds the header and the leads, what it says of it, and that the import then reads the file alike."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook

from importer.commands.map import map_columns
from importer.config import Config, load_config
from importer.errors import UsageError
from importer.sheet import Table, open_table

PEOPLE = (("Asha Rao", "asha@example.com", "9845010137"), ("Ravi Iyer", "ravi@example.com", "9845010138"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*args: str) -> Result:
    return CliRunner().invoke(map_columns, [*args, "--sandbox"])


def config_of(run: Result, folder: Path) -> Config:
    (folder / "proposed.yaml").write_text(run.stdout, "utf-8")
    return load_config(folder / "proposed.yaml", environ={})


def read_as(config: Config, file: Path) -> Table:
    return open_table(
        file,
        sheet=config.sheet,
        header_row=config.header_row,
        header_rows=config.header_rows,
        encoding=config.encoding,
        delimiter=config.delimiter,
    )


def mapped(config: Config) -> dict[str, str]:
    return {column.header: "+".join(map(str, column.fields)) for column in config.columns}


def workbook(path: Path, **sheets: Sequence[tuple[object, ...]]) -> None:
    book = Workbook()
    del book["Sheet"]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)


def test_a_summary_sheet_in_front_is_passed_over_and_it_is_said(folder: Path) -> None:
    summary = [("Source", "Count"), ("Facebook", 2), ("Website", 1)]
    workbook(folder / "x.xlsx", Summary=summary, Leads=[("Name", "Email", "Mobile"), *PEOPLE])
    run = call("x.xlsx")
    config = config_of(run, folder)
    assert (config.sheet, config.header_row) == ("Leads", 1)
    assert "sheet 'Leads'" in run.stderr
    assert mapped(config) == {"Name": "FirstName+LastName", "Email": "EmailAddress", "Mobile": "Phone"}
    with read_as(config, folder / "x.xlsx") as table:
        assert table.row_count == 2


def test_blank_rows_and_titles_above_a_header_are_passed_over(folder: Path) -> None:
    workbook(folder / "x.xlsx", Leads=[(None,), ("Leads of October",), (None,), ("Name", "Email", "Mobile"), *PEOPLE])
    run = call("x.xlsx")
    assert config_of(run, folder).header_row == 4
    assert "The header is row 4." in run.stderr


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_title_without_a_delimiter_hides_no_delimiter(folder: Path, delimiter: str) -> None:
    lines = ["Leads of October", "", *(delimiter.join(row) for row in (("Name", "Email", "Mobile"), *PEOPLE))]
    (folder / "x.csv").write_text("\n".join(lines) + "\n")
    config = config_of(call("x.csv"), folder)
    with read_as(config, folder / "x.csv") as table:
        assert table.header == ("Name", "Email", "Mobile")


GROUPS = [
    (None, "Home", None, "Office", None),
    ("Name", "City", "Pin", "City", "Pin"),
    ("Asha Rao", "Pune", "411001", "Thane", "400601"),
    ("Ravi Iyer", "Kochi", "682020", "Munnar", "685612"),
]


def test_titles_of_groups_tell_columns_of_one_name_apart(folder: Path) -> None:
    workbook(folder / "x.xlsx", Leads=GROUPS)
    run = call("x.xlsx")
    config = config_of(run, folder)
    assert (config.header_row, config.header_rows) == (2, 2)
    assert "rows 1 to 2" in run.stderr
    assert "Home City, Home Pin, Office City, Office Pin" in run.stderr
    assert mapped(config) == {"Name": "FirstName+LastName"}
    assert "  # Home City: mx_City  # doubtful: the group title above" in run.stdout
    assert "  # Office City is not mapped (" in run.stdout
    with read_as(config, folder / "x.xlsx") as table:
        assert table.header == ("Name", "Home City", "Home Pin", "Office City", "Office Pin")
        assert [row.cells[0] for row in table.rows()] == ["Asha Rao", "Ravi Iyer"]


def test_a_doubtful_line_without_its_mark_is_a_line_of_the_config(folder: Path) -> None:
    workbook(folder / "x.xlsx", Leads=GROUPS)
    text = call("x.xlsx").stdout.replace("  # Home City: ", "  Home City: ")
    (folder / "config.yaml").write_text(text, "utf-8")
    assert mapped(load_config(folder / "config.yaml", environ={}))["Home City"] == "mx_City"


def test_a_header_of_two_lines_is_read_as_one(folder: Path) -> None:
    rows = [
        ("Customer", "E-Mail", "Mobile", "Pin"),
        ("Name", "Address", "Number", "Code"),
        *((*one, "411001") for one in PEOPLE),
    ]
    workbook(folder / "x.xlsx", Leads=rows)
    config = config_of(call("x.xlsx"), folder)
    assert (config.header_row, config.header_rows) == (2, 2)
    assert mapped(config) == {
        "Customer Name": "FirstName+LastName",
        "E-Mail Address": "EmailAddress",
        "Mobile Number": "Phone",
        "Pin Code": "mx_Zip",
    }


def test_names_merged_down_over_the_lower_row_are_kept(folder: Path) -> None:
    rows = [("Sr No", "Name", "Contact", None, "City"), (None, None, "Mobile", "Email", None)]
    people = [(nth, one[0], one[2], one[1], "Pune") for nth, one in enumerate(PEOPLE, 1)]
    workbook(folder / "x.xlsx", Leads=[*rows, *people])
    config = config_of(call("x.xlsx"), folder)
    assert (config.header_row, config.header_rows) == (2, 2)
    assert mapped(config) == {
        "Name": "FirstName+LastName",
        "Mobile": "Phone",
        "Email": "EmailAddress",
        "City": "mx_City",
    }


def test_what_is_said_of_the_sheet_and_the_row_is_kept(folder: Path) -> None:
    leads = [("Name", "Email", "Mobile"), ("First Name", "Mobile Number", "City"), ("Asha", "9845010137", "Pune")]
    workbook(folder / "x.xlsx", Leads=leads, Other=[("Nothing", "here"), (1, 2)])
    assert config_of(call("x.xlsx", "--header-row", "2"), folder).header_row == 2
    assert call("x.xlsx", "--sheet", "Other").exit_code == 1
    (folder / "named.yaml").write_text("sheet: Leads\nheader_row: 2\ncolumns: {A: FirstName}\n")
    config = config_of(call("x.xlsx", "-c", "named.yaml"), folder)
    assert (config.sheet, config.header_row) == ("Leads", 2)


def test_a_row_past_the_end_and_a_sheet_that_is_not_there_are_refused(folder: Path) -> None:
    workbook(folder / "x.xlsx", Leads=[("Name", "Email"), ("Asha Rao", "asha@example.com")])
    for args in (("--header-row", "9"), ("--sheet", "Leeds")):
        assert isinstance(call("x.xlsx", *args).exception, UsageError)


@pytest.mark.parametrize(
    ("last", "skipped"),
    [
        (("Total", "", "2"), [("Name", ("Total",))]),
        (("कुल / Total", "", "19,690"), [("Name", ("कुल / Total",))]),
        (("", "2 rows", ""), [("Email", ("2 rows",))]),
        (("Total", "total@example.com", "9845010139"), []),
        (("Tota Lal", "", "9845010139"), []),
    ],
)
def test_a_total_at_the_end_is_left_out_and_it_is_said(
    folder: Path, last: tuple[str, ...], skipped: list[tuple[str, tuple[str, ...]]]
) -> None:
    workbook(folder / "x.xlsx", Leads=[("Name", "Email", "Mobile"), *PEOPLE, last])
    run = call("x.xlsx")
    assert [(rule.column, rule.texts) for rule in config_of(run, folder).skip_rows] == skipped
    assert ("Row 4 seems to be a total" in run.stderr) is bool(skipped)


def test_where_nothing_is_found_it_says_so_and_writes_no_file(folder: Path) -> None:
    (folder / "x.csv").write_text("Alpha,Beta\n1,2\n3,4\n")
    run = call("x.csv", "-o", "config.yaml")
    assert run.exit_code == 1
    assert not (folder / "config.yaml").exists()
    assert "0 sure, 0 doubtful, 2 not mapped" in run.stderr
    assert "Alpha, Beta" in run.stderr
    assert run.stdout == ""


@pytest.mark.parametrize(
    ("name", "output", "command"),
    [
        ("x.csv", "config.yaml", "lsq-import x.csv --sandbox --dry-run"),
        ("x.csv", "other.yaml", "lsq-import x.csv -c other.yaml --sandbox --dry-run"),
        ("my $leads.csv", "config.yaml", "lsq-import 'my $leads.csv' --sandbox --dry-run"),
        ("x.csv", None, "lsq-import map x.csv --sandbox -o config.yaml"),
    ],
)
def test_the_last_line_counts_and_names_the_next_command(
    folder: Path, name: str, output: str | None, command: str
) -> None:
    (folder / name).write_text("Email,Landmarks,Internal Remark\na@example.com,Temple,x\n")
    run = call(name, *(("-o", output) if output else ()))
    last = run.stderr.splitlines()[-1]
    assert last == f"1 sure, 1 doubtful, 1 not mapped; next: {command}"
