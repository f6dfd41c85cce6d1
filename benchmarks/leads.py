"""The spreadsheet that the benchmarks import: 12 columns of believable leads, every row another one."""

import csv
from collections.abc import Iterator
from pathlib import Path

__all__ = ["FIELDS", "TYPED", "rows_of", "write_config", "write_csv", "write_xlsx"]

FIELDS = (
    "FirstName", "LastName", "EmailAddress", "Phone", "Company", "mx_City", "mx_Zip", "Source", "ProspectStage",
    "Notes", "mx_KYC.Status", "mx_Enquiry_Date",
)  # fmt: skip
HEADER = tuple(f"H{index}" for index in range(len(FIELDS)))
TYPED = {2: "type: email", 3: "type: phone", 11: "type: date"}


def rows_of(count: int) -> Iterator[tuple[str, ...]]:
    """The rows, without their header."""
    for row in range(count):
        yield (
            f"First{row}", f"Last{row}", f"user{row}@example.com", f"+91-98{row:08d}", "Company Ltd", "Bengaluru",
            "0560001", "Website", "Prospect", f"RowState number {row} with text", "Pending", "2026-10-05",
        )  # fmt: skip


def write_csv(path: Path, count: int) -> None:
    """Write them as a CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows_of(count))


def write_xlsx(path: Path, count: int) -> None:
    """Write them as a workbook, texts in the table of shared strings as spreadsheet programs do."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Leads")
    sheet.append(HEADER)
    for row in rows_of(count):
        sheet.append(row)
    book.save(path)


def write_config(folder: Path, *, typed: bool = False, more: str = "") -> None:
    """Write the mapping; `typed` has the e-mail, the phone and the date read as such."""
    lines = ["columns:"]
    for index, (header, name) in enumerate(zip(HEADER, FIELDS, strict=True)):
        kind = f", {TYPED[index]}" if typed and index in TYPED else ""
        lines.append(f"  {header}: {{field: {name}{kind}}}")
    (folder / "config.yaml").write_text("\n".join([*lines, more, ""]), "utf-8")
