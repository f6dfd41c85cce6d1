"""What keeps a report from being written is known before the first call."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path

import pytest

from importer.errors import UsageError
from importer.report import check_fits, check_writable, default_report_path, set_aside
from importer.sheet.table import Row

NOW = datetime(2026, 11, 24, 10, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("file", "report"),
    [
        ("a/leads.xlsx", "a/leads.report.csv"),
        ("leads.csv", "leads.report.csv"),
        ("leads.2026.csv", "leads.2026.report.csv"),
        ("leads.report.csv", "leads.report.csv"),
        ("Leads.Report.XLSX", "Leads.Report.XLSX"),
        ("my.report", "my.report.csv"),
    ],
)
def test_the_report_stands_beside_the_file(file: str, report: str) -> None:
    assert default_report_path(Path(file)) == Path(report)


def test_a_free_place_is_fine_and_left_clean(tmp_path: Path) -> None:
    check_writable(tmp_path / "r.csv", input_path=tmp_path / "leads.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="folder does not exist"):
        check_writable(tmp_path / "no" / "r.csv")


def test_a_folder_in_the_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "r.csv").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        check_writable(tmp_path / "r.csv")


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs a device")
def test_a_device_is_never_replaced() -> None:
    with pytest.raises(UsageError, match="pipe or a device"):
        check_writable(Path("/dev/null"))


@pytest.mark.parametrize("name", ["x" * 240 + ".report.csv", "x" * 206 + ".report.csv", "\u0939" * 75 + ".report.csv"])
def test_a_name_that_leaves_no_room_for_those_beside_it_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="The report's name is too long: it may have at most 215 bytes"):
        check_writable(tmp_path / name)


def test_a_link_to_a_name_that_leaves_no_room_is_told(tmp_path: Path) -> None:
    link = tmp_path / "r.report.csv"
    link.symlink_to(tmp_path / ("x" * 206 + ".report.csv"))
    with pytest.raises(UsageError, match="The report's name is too long"):
        check_writable(link)


def test_a_file_system_without_a_limit_takes_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "pathconf", lambda *_: -1)
    check_writable(tmp_path / ("x" * 206 + ".report.csv"))


def test_a_report_of_the_longest_name_is_set_aside(tmp_path: Path) -> None:
    report = tmp_path / ("x" * 204 + ".report.csv")
    check_writable(report)
    for _ in range(3):
        report.write_text("a", "utf-8")
        set_aside(report, now=NOW)
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_and_a_protected_report_are_told(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.touch(mode=0o400)
    with pytest.raises(UsageError, match="cannot be replaced"):
        check_writable(path)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UsageError, match="permission denied"):
            check_writable(tmp_path / "new.csv")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("lock", ["~$r.xlsx", ".~lock.r.xlsx#"])
def test_a_report_open_in_a_spreadsheet_program_is_told(tmp_path: Path, lock: str) -> None:
    (tmp_path / "r.xlsx").touch()
    (tmp_path / lock).touch()
    with pytest.raises(UsageError, match="open in a spreadsheet program") as raised:
        check_writable(tmp_path / "r.xlsx")
    assert lock in raised.value.hint


def test_a_lock_left_by_a_crash_does_not_block_for_ever(tmp_path: Path) -> None:
    (tmp_path / "r.xlsx").touch()
    lock = tmp_path / ".~lock.r.xlsx#"
    lock.touch()
    long_ago = lock.stat().st_mtime - 25 * 3600
    os.utime(lock, (long_ago, long_ago))
    check_writable(tmp_path / "r.xlsx")


def test_the_imported_file_is_replaced_only_where_it_is_a_report(tmp_path: Path) -> None:
    file = tmp_path / "leads.report.csv"
    file.touch()
    with pytest.raises(UsageError, match="which is no report"):
        check_writable(file, input_path=tmp_path / "." / file.name)
    check_writable(file, input_path=file, input_is_report=True)


@pytest.mark.parametrize("ending", ["xls", "ods", "XLSM"])
def test_a_csv_is_never_written_under_a_workbooks_name(tmp_path: Path, ending: str) -> None:
    with pytest.raises(UsageError, match="cannot be"):
        check_writable(tmp_path / f"r.{ending}")


def test_setting_aside_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "leads.report.csv"
    kept = []
    for text in ("one", "two", "three"):
        path.write_text(text)
        kept.append(set_aside(path, now=NOW))
    assert [(file.name, file.read_text()) for file in kept] == [
        ("leads.report.2026-11-24T101500.csv", "one"),
        ("leads.report.2026-11-24T101500-2.csv", "two"),
        ("leads.report.2026-11-24T101500-3.csv", "three"),
    ]
    assert not path.exists()


def test_setting_nothing_aside_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="could not be set aside"):
        set_aside(tmp_path / "gone.csv", now=NOW)
    assert list(tmp_path.iterdir()) == []


def row(text: str, *extra: str) -> Row:
    return Row(7, (text,), extra)


@pytest.mark.parametrize(
    ("header", "row_count", "rows", "found"),
    [
        ("Note", 1_048_575, [], ""),
        ("Note", 1_048_576, [], "1,048,576 rows"),
        ("Note", 1, [row("x" * 32_767)], ""),
        ("Note", 1, [row("ok"), row("x" * 32_768)], "row 7, column “Note”"),
        ("Note", 1, [row("=" + "x" * 32_766)], "row 7, column “Note”"),
        ("Note", 1, [row("😀" * 16_384)], "row 7, column “Note”"),
        ("Note", 1, [row("&" * 32_000)], ""),
        ("Note", 1, [row("", '"' * 20_000)], "row 7, column “lsq_extra”"),
        ("N" * 32_768, 1, [row("ok")], "the header of column A"),
        ("Note", 1_000_000, repeat(row("x" * 1_000), 1_000_000), "two gigabytes"),
    ],
)
def test_what_a_workbook_cannot_hold_is_known_beforehand(
    header: str, row_count: int, rows: Iterable[Row], found: str
) -> None:
    check_fits(Path("r.csv"), row_count=row_count, header=[header], rows=rows)
    if not found:
        check_fits(Path("r.xlsx"), row_count=row_count, header=[header], rows=rows)
    else:
        with pytest.raises(UsageError, match=found):
            check_fits(Path("r.xlsx"), row_count=row_count, header=[header], rows=rows)
