"""The report CSV: one line per row, the original cells unchanged, whole or not there."""

import csv
import io
import os
import stat
import sys
from pathlib import Path

import pytest

from importer.errors import UsageError
from importer.outcome import Outcome, Status
from importer.report import COLUMNS, ReportError, ReportWriter, open_report
from importer.sheet.table import Row

HEADER = ("Name", "Phone")
ROW = Row(2, ("Asha", "+91-98450 10001"))
CREATED = Outcome(Status.CREATED, lead_id="1c3", attempts=1, time="2026-11-24T10:15:00Z")

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="modes and locks of POSIX")


def lines(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), strict=True))


def test_a_whole_report_looks_like_this(tmp_path: Path) -> None:
    path = tmp_path / "leads.report.csv"
    with ReportWriter(path, ("Name", "=Note", "Phone")) as report:
        report.write(Row(2, ("मीरा", "two\nlines, one", "+91-98450 10001")), CREATED, ref="r1:ab")
        report.write(
            Row(4, (" padded ", "'=x", "01250"), ("over", 'the "top"')),
            Outcome(Status.INVALID, error="too_many_cells", message="m", tip="=t"),
        )
    assert path.read_bytes().decode("utf-8") == (
        "\ufeffName,'=Note,Phone,lsq_row,lsq_status,lsq_lead_id,lsq_error,lsq_message,lsq_tip,lsq_attempts,lsq_time,"
        "lsq_ref,lsq_extra\r\n"
        'मीरा,"two\nlines, one",+91-98450 10001,2,created,1c3,,,,1,2026-11-24T10:15:00Z,r1:ab,\r\n'
        ' padded ,\'\'=x,01250,4,invalid,,too_many_cells,m,\'=t,,,,"over,""the """"top"""""""\r\n'
    )


def test_the_columns_stand_in_the_promised_order() -> None:
    assert ",".join(COLUMNS) == (
        "lsq_row,lsq_status,lsq_lead_id,lsq_error,lsq_message,lsq_tip,lsq_attempts,lsq_time,lsq_ref,lsq_extra"
    )


def test_unreadable_cells_are_told_not_left_blank(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    bad = {0: "formula without a saved result", 1: "#N/A"}
    with ReportWriter(path, HEADER) as report:
        report.write(Row(2, ("", "#N/A"), bad=bad), Outcome(Status.INVALID))
    assert lines(path)[1][:2] == ["formula without a saved result", "#N/A"]


def test_half_a_surrogate_pair_does_not_stop_the_report(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    with ReportWriter(path, HEADER) as report:
        report.write(Row(2, ("a\ud800b", "")), CREATED)
    assert lines(path)[1][0] == "a\\ud800b"


def test_nul_and_lone_line_ends_come_back(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    with ReportWriter(path, HEADER) as report:
        report.write(Row(2, ("a\x00b", "a\rb\nc")), CREATED)
    assert lines(path)[1][:2] == ["a\x00b", "a\rb\nc"]


def test_nothing_appears_before_the_end(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    with ReportWriter(path, HEADER) as report:
        report.write(ROW, CREATED)
        assert not path.exists()
        assert [found.name for found in tmp_path.iterdir() if not found.name.startswith(".")] == []
    assert [found.name for found in tmp_path.iterdir()] == ["r.csv"]


def break_off(path: Path) -> None:
    with open_report(path, HEADER) as report:
        report.write(ROW, CREATED)
        raise RuntimeError


@pytest.mark.parametrize("name", ["r.csv", "r.xlsx"])
def test_an_exception_leaves_the_old_report_and_no_rest(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("old")
    with pytest.raises(RuntimeError):
        break_off(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@posix_only
@pytest.mark.parametrize(("old_mode", "mode"), [(None, 0o600), (0o604, 0o604)])
def test_it_is_its_owner_s_alone_or_has_the_old_one_s_mode(tmp_path: Path, old_mode: int | None, mode: int) -> None:
    path = tmp_path / "r.csv"
    if old_mode is not None:
        path.touch()
        path.chmod(old_mode)
    before = os.umask(0o027)
    try:
        with ReportWriter(path, HEADER) as report:
            report.write(ROW, CREATED)
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@posix_only
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "r.csv"
    link.symlink_to(tmp_path / "real" / "target.csv")
    with ReportWriter(link, HEADER) as report:
        report.write(ROW, CREATED)
    assert link.is_symlink()
    assert lines(tmp_path / "real" / "target.csv")[1][0] == "Asha"


@posix_only
def test_the_rest_of_a_killed_run_is_removed_and_a_live_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    killed = tmp_path / ".r.csv.abc.part"
    killed.write_text("personal data")
    with ReportWriter(path, HEADER) as first, ReportWriter(path, HEADER) as second:
        assert not killed.exists()
        first.write(ROW, CREATED)
        second.write(ROW, CREATED)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
@pytest.mark.parametrize("name", ["r.csv", "r.xlsx"])
def test_a_full_disk_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    path = tmp_path / name
    path.write_text("old")
    real = os.fdopen

    def on_a_full_disk(handle: int, *args: object, **options: object) -> object:
        os.dup2(os.open("/dev/full", os.O_WRONLY), handle)
        return real(handle, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "fdopen", on_a_full_disk)
    with pytest.raises(ReportError, match="no space left on device"), open_report(path, HEADER) as report:
        report.write(ROW, CREATED)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["r.csv", "r.xlsx"])
@pytest.mark.parametrize("column", ["lsq_status", " LSQ_Row "])
def test_a_header_with_our_names_is_refused(tmp_path: Path, name: str, column: str) -> None:
    with pytest.raises(UsageError, match=column.strip()):
        open_report(tmp_path / name, ("Name", column))


@pytest.mark.parametrize("name", ["r.csv", "r.xlsx"])
def test_a_row_that_does_not_fit_the_header_is_never_written_askew(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="row 2"), open_report(tmp_path / name, HEADER) as report:
        report.write(Row(2, ("one",)), CREATED)
