"""One read-only pass of openpyxl over a workbook, which a dry run is compared with: … openpyxl_pass.py leads.xlsx"""

import sys

from openpyxl import load_workbook


def run(path: str) -> int:
    """Touch every cell, and count the rows."""
    book = load_workbook(path, read_only=True)
    count = sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))
    book.close()
    return count


if __name__ == "__main__":
    run(sys.argv[1])
