"""A report is the next input: every line comes back as the row it was made of, and what became of it."""

import csv
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.errors import RowProblem, UsageError
from importer.outcome import Outcome, Status
from importer.report import COLUMNS, PastLine, ReportShape, open_report, recognise
from importer.sheet import open_table
from importer.sheet.table import Row

HEADER = ("Name", "Postal Code", "Note")
ROWS = (
    Row(2, ("Asha", "01250", "=1+1")),
    Row(3, ("'quoted", "560001", 'two\nlines, "one"; cell')),
    Row(7, ("மீரா", "", "-"), ("flow", 'over, "two"')),
    Row(8, ("Ravi", "#N/A", ""), bad={1: "#N/A", 2: "formula without a saved result"}),
)
OUTCOMES = (
    Outcome(Status.CREATED, lead_id="1c3-9", attempts=1, time="2026-11-24T10:15:00Z"),
    Outcome(Status.REJECTED, error="MXInvalidInputException", message="Invalid Input!", tip="=tip", attempts=2),
    Outcome(Status.INVALID, error="too_many_cells", message="m", tip="t"),
    Outcome(Status.INVALID, error="cell_error", message="Cell B8 holds #N/A.", tip="t"),
)


def write(path: Path, header: Sequence[str] = HEADER, rows: Sequence[Row] = ROWS) -> Path:
    with open_report(path, header) as report:
        for row, outcome in zip(rows, OUTCOMES, strict=False):
            report.write(row, outcome, ref=f"r1:{row.number}")
    return path


def read(path: Path) -> tuple[ReportShape, list[Row], list[PastLine]]:
    with open_table(path) as table:
        shape = recognise(table.header)
        assert shape is not None
        lines = list(table.rows())
    return shape, [shape.row(line) for line in lines], [shape.past(line) for line in lines]


def content(rows: Sequence[Row]) -> list[tuple[object, ...]]:
    return [(row.number, row.cells, row.extra) for row in rows]


def marked(rows: Sequence[Row]) -> list[tuple[object, ...]]:
    """What reading back must give: the unreadable cell keeps its words, where it had no text."""
    return content([*rows[:3], Row(8, ("Ravi", "#N/A", "formula without a saved result"))])


@pytest.fixture(params=["leads.report.csv", "leads.report.xlsx"])
def report(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write(tmp_path / request.param)


def test_each_line_gives_back_its_row(report: Path) -> None:
    shape, rows, _ = read(report)
    assert shape.header == HEADER
    assert content(rows) == marked(ROWS)


def test_each_line_gives_back_what_became_of_it(report: Path) -> None:
    _, _, past = read(report)
    assert [line.outcome() for line in past] == list(OUTCOMES)
    assert [(line.line, line.number, line.ref) for line in past] == [
        (2, 2, "r1:2"),
        (3, 3, "r1:3"),
        (4, 7, "r1:7"),
        (5, 8, "r1:8"),
    ]


def test_an_unreadable_cell_stays_unreadable_until_it_is_mended(report: Path) -> None:
    _, rows, _ = read(report)
    assert [dict(row.bad) for row in rows] == [{}, {}, {}, {1: "#N/A", 2: "formula without a saved result"}]


def test_a_number_that_is_no_date_is_not_sent_as_a_number(tmp_path: Path) -> None:
    why = "number shown as a date that does not exist"
    path = write(tmp_path / "r.csv", rows=[Row(2, ("Asha", "99999999", ""), bad={1: why})])
    _, (row,), _ = read(path)
    assert row.bad == {1: why}


def test_the_report_of_a_report_is_the_same_report(report: Path) -> None:
    before = report.read_bytes()
    shape, rows, _ = read(report)
    write(report, shape.header, rows)
    assert report.read_bytes() == before


@pytest.mark.parametrize(
    ("delimiter", "encoding", "quoting"),
    [
        (";", "utf-8", csv.QUOTE_MINIMAL),
        ("\t", "utf-16", csv.QUOTE_MINIMAL),
        (",", "utf-8", csv.QUOTE_ALL),
        ("|", "utf-8-sig", csv.QUOTE_NONNUMERIC),
    ],
)
def test_delimiter_encoding_and_quoting_may_change(tmp_path: Path, delimiter: str, encoding: str, quoting: int) -> None:
    path = write(tmp_path / "r.csv")
    text = io.StringIO(newline="")
    lines = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(lines)  # type: ignore[arg-type]
    path.write_bytes(text.getvalue().encode(encoding))
    _, rows, past = read(path)
    assert content(rows) == marked(ROWS)
    assert [line.outcome() for line in past] == list(OUTCOMES)


def test_columns_may_be_moved_added_and_deleted() -> None:
    shape = recognise(["LSQ_Status", "Note", " lsq_row ", "my own", "Name", "lsq_ref"])
    assert shape is not None
    line = Row(9, ("Created", "'=1", "4", "later", "Asha", "r1:x"))
    assert shape.header == ("Note", "my own", "Name")
    assert shape.row(line) == Row(4, ("=1", "later", "Asha"))
    assert shape.past(line) == PastLine(line=9, number=4, status=Status.CREATED, ref="r1:x")


@pytest.mark.parametrize("missing", ["lsq_row", "lsq_status"])
def test_a_file_without_a_needed_column_is_no_report(missing: str) -> None:
    assert recognise(["Name", *(column for column in COLUMNS if column != missing)]) is None


def test_a_plain_spreadsheet_is_no_report() -> None:
    assert recognise(HEADER) is None


def test_a_column_that_stands_twice_is_told() -> None:
    with pytest.raises(UsageError, match="lsq_status stands twice"):
        recognise([*COLUMNS, "Name", "lsq_status"])


@pytest.mark.parametrize(
    ("text", "number"),
    [("4", 4), ("4.0", 4), (" 4 ", 4), ("", 9), ("x", 9), ("-4", 9), ("٤", 9), ("4.5", 9), ("9" * 5000, 9)],
)
def test_a_row_number_that_cannot_be_read_is_the_lines_own(text: str, number: int) -> None:
    shape = recognise(["Name", "lsq_row", "lsq_status"])
    assert shape is not None
    assert shape.row(Row(9, ("Asha", text, ""))).number == number


def test_a_line_that_a_person_added_has_no_past() -> None:
    shape = recognise(["Name", *COLUMNS])
    assert shape is not None
    line = Row(5, ("New", *("" for _ in COLUMNS)))
    assert shape.row(line) == Row(5, ("New",))
    assert shape.past(line) == PastLine(line=5)
    assert shape.past(line).outcome() is None


def test_overflow_goes_when_a_person_empties_it_and_new_overflow_counts() -> None:
    shape = recognise(["Name", "lsq_row", "lsq_status", "lsq_extra"])
    assert shape is not None
    assert shape.row(Row(2, ("A", "2", "invalid", " "))).extra == ()
    assert shape.row(Row(2, ("A", "2", "invalid", 'a,"b,c"'), ("new",))).extra == ("a", "b,c", "new")
    assert shape.row(Row(2, ("A", "2", "invalid", 'an "odd one'))).extra == ('an "odd one',)


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8) | st.sampled_from(
    ["=1", "'", "''x", "\r", "\n", " ", "_x000D_", "_x000D\r", "_x005F_x000D_", "&amp;<>", "\ufffe", "\x0b", '"', ";"]
)
extras = st.lists(cells, max_size=3).map(tuple).filter(lambda extra: not extra or extra[-1].strip() != "")


@settings(max_examples=80)
@given(st.lists(st.tuples(cells, cells, cells, extras), min_size=1, max_size=4), st.sampled_from(["csv", "xlsx"]))
def test_any_row_comes_back_from_the_file(lines: list[tuple[str, str, str, tuple[str, ...]]], ending: str) -> None:
    rows = [Row(number, (a, b, c), extra) for number, (a, b, c, extra) in enumerate(lines, start=2)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"r.{ending}"
        with open_report(path, HEADER) as report:
            for row in rows:
                report.write(row, Outcome(Status.UNSENT), ref="r")
        _, found, _ = read(path)
    assert content(found) == content(rows)


@given(st.lists(st.text(st.sampled_from("a| \t\n"), max_size=12), min_size=2, max_size=5))
def test_a_row_with_several_problems_gives_back_as_many_whatever_their_texts_hold(texts: list[str]) -> None:
    told = Outcome.of_problems([RowProblem(f"e{nth}", f"B7 (x) {text}", text) for nth, text in enumerate(texts)])
    past = PastLine(9, 7, Status.INVALID, error=told.error, message=told.message, tip=told.tip)
    outcome = past.outcome()
    assert outcome is not None
    assert [(problem.error, problem.cells) for problem in outcome.problems] == [
        (f"e{nth}", (1,)) for nth in range(len(texts))
    ]
