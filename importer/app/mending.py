"""The lines of config.yaml that would let refused values of a column pass."""

from collections.abc import Sequence

from importer.config import Config
from importer.config.columnline import mended_line
from importer.errors import Remedy
from importer.html_report.problems import Mend
from importer.lead.header import match_columns

__all__ = ["make_mend"]


def make_mend(header: Sequence[str], config: Config) -> Mend:
    """What gives the line of a column of this header; empty for one that config.yaml does not name."""
    columns = dict(match_columns(header, config.columns).found)

    def mend(index: int, remedies: Sequence[Remedy]) -> str:
        column = columns.get(index)
        return "" if column is None else mended_line(column, remedies, config)

    return mend
