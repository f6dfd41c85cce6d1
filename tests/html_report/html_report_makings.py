"""Makes the pages that the tests look at."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from importer.html_report.document import PageData, write_page
from importer.html_report.invocation import Invocation
from importer.html_report.problems import ProblemGroups
from importer.outcome import Outcome, Status
from importer.ratelimit.timeline import CallCounts, Timeline

RUN = Invocation(file="leads.xlsx", report="leads.report.csv", folder="/srv/imports")
STARTED = datetime(2026, 11, 24, 10, 15, 3, tzinfo=UTC)


def page_data(outcomes: Iterable[tuple[int, Outcome]], **changed: Any) -> PageData:
    problems = ProblemGroups()
    counts: Counter[Status] = Counter()
    for row_number, outcome in outcomes:
        problems.add(row_number, outcome)
        counts[outcome.status] += 1
    plain: dict[str, Any] = {
        "invocation": RUN,
        "account_host": "api-in21.leadsquared.com",
        "counts": counts,
        "problems": problems,
        "timeline": None,
        "started_at": STARTED,
        "ended_at": STARTED + timedelta(seconds=72),
        "exit_status": 1,
        "version": "0.1.0",
    }
    return PageData(**(plain | changed))


def write(path: Path, outcomes: Iterable[tuple[int, Outcome]], **changed: Any) -> str:
    write_page(path, page_data(outcomes, **changed))
    return path.read_text("utf-8")


def paced(calls: int, *, limit: int = 25, refusals: int = 0) -> CallCounts:
    timeline = Timeline(5, limit)
    for call in range(calls):
        timeline.sent(5.01 * (call // limit))
        if call < refusals:
            timeline.refused(5.01 * (call // limit))
    return timeline.counts()
