"""A report as a pandas DataFrame, for who goes on with it in Python or a notebook.

pandas reads it, with openpyxl for a workbook: whoever wrote a report wrote nothing but texts. What an import reads is
read by `importer.sheet`, which knows where cells lie and what they show.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from importer.errors import UsageError
from importer.report.columns import COLUMNS
from importer.report.formats import format_of
from importer.report.formulaescape import unescape_formula
from importer.report.reader import recognise

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_report"]


def read_report(path: Path) -> "pd.DataFrame":
    """Give a report's lines in their order: the original columns, then those named `lsq_…`; every cell is a text.

    Blank cells are empty texts, and the guards of formulas are taken off. UsageError where the file is no report or
    cannot be read, and where pandas was left out.
    """
    try:
        import pandas as pd
    except ImportError:
        raise UsageError(
            "A report as a DataFrame needs pandas, which is not installed here.",
            hint="Install it, and openpyxl for workbooks: pip install pandas openpyxl",
        ) from None

    try:
        if format_of(path).ending == ".xlsx":
            frame = pd.read_excel(path, engine="openpyxl", header=None, dtype=str, na_filter=False)
        else:
            frame = pd.read_csv(path, header=None, dtype=str, na_filter=False, encoding="utf-8-sig")
    except (OSError, ValueError, LookupError) as error:
        raise UsageError(
            f"{path} cannot be read as a report ({type(error).__name__}).",
            hint="Save it again as a CSV in UTF-8 or as .xlsx.",
        ) from None
    header, *_ = frame.head(1).to_numpy().tolist() or [[]]
    shape = recognise(header)
    if shape is None:
        raise UsageError(f"{path} is no report: it has no columns lsq_row and lsq_status.")
    lines = frame.iloc[1:].map(unescape_formula).reset_index(drop=True)
    lines.columns = [unescape_formula(name) for name in header]
    return lines.iloc[:, [*shape.originals, *(shape.own[name] for name in COLUMNS if name in shape.own)]]
