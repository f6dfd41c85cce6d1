"""The rows that a request names: by numbers, by a report's statuses, and by what the config leaves out."""

import re

from importer.app.request import ImportRequest
from importer.errors import UsageError
from importer.outcome import Status
from importer.run.choice import Choice
from importer.run.inputfile import InputFile

__all__ = ["check_choice", "choose_rows"]

SPAN = re.compile(r"\s*(\d{1,9})(?:\s*-\s*(\d{1,9}))?\s*", re.ASCII)
CHOSEN_STATUSES = [status for status in Status if status is not Status.READY]


def check_choice(request: ImportRequest) -> None:
    """UsageError where rows or statuses are named that cannot be."""
    _spans(request.rows)
    _statuses(request.only_status)


def choose_rows(request: ImportRequest, input_file: InputFile) -> Choice:
    """The rows that are to be sent. UsageError where statuses are named and the file is no report."""
    if request.only_status and input_file.shape is None:
        raise UsageError(f"{request.file} is no report: its rows have no status.", hint="Nothing was sent.")
    return Choice(input_file.skip, _spans(request.rows), _statuses(request.only_status))


def _spans(text: str | None) -> tuple[tuple[int, int], ...]:
    if text is None:
        return ()
    spans: list[tuple[int, int]] = []
    for part in text.split(","):
        found = SPAN.fullmatch(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 1 <= first <= last:
            raise UsageError(
                f"{part.strip() or text} names no rows.",
                hint="Give the spreadsheet's own numbers, such as 2-500,900.",
            )
        spans.append((first, last))
    return tuple(spans)


def _statuses(text: str | None) -> frozenset[Status]:
    names = [] if text is None else [name.strip().lower() for name in text.split(",")]
    unknown = [name for name in names if name not in CHOSEN_STATUSES]
    if unknown:
        raise UsageError(
            f"{unknown[0] or text} is no status of a report's rows.", hint=f"They are {', '.join(CHOSEN_STATUSES)}."
        )
    return frozenset(map(Status, names))
