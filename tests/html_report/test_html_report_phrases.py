"""What happened is told in one sentence that is true for every end of a run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from importer.html_report.invocation import Invocation
from importer.html_report.phrases import tell_duration, tell_moment, tell_outcome
from importer.outcome import Status

RUN = Invocation(file="leads.xlsx", report="leads.report.csv", folder="/srv/imports")
DRY = replace(RUN, is_dry_run=True)
C, R, D, I, U, N = (  # noqa: E741 - the statuses by their letters
    Status.CREATED,
    Status.READY,
    Status.DUPLICATE,
    Status.INVALID,
    Status.UNKNOWN,
    Status.UNSENT,
)


@pytest.mark.parametrize(
    ("run", "counts", "before", "exit_status", "expected"),
    [
        (RUN, {C: 60}, 0, 0, "All 60 rows were created."),
        (RUN, {C: 1}, 0, 0, "The one row was created."),
        (RUN, {C: 60}, 12, 0, "All 60 rows were created: 48 by this run, 12 by earlier ones."),
        (RUN, {C: 60}, 60, 0, "All 60 rows were created, all of them by earlier runs."),
        (RUN, {C: 1}, 1, 0, "The one row was created, by an earlier run."),
        (RUN, {}, 0, 0, "The spreadsheet held no rows to import."),
        (RUN, {C: 1200, I: 1}, 0, 1, "1,200 of 1,201 rows were created, 1 was invalid."),
        (RUN, {C: 1, D: 2, I: 3}, 0, 1, "1 of 6 rows was created, 5 were not (2 duplicate, 3 invalid)."),
        (RUN, {C: 4, Status.FAILED: 2}, 0, 1, "4 of 6 rows were created, 2 failed."),
        (DRY, {R: 4, I: 2}, 0, 1, "A dry run: 4 of 6 rows were ready to be sent, 2 were invalid; nothing was sent."),
        (RUN, {D: 2}, 0, 1, "None of the 2 rows was created (2 duplicate)."),
        (RUN, {D: 1}, 0, 1, "The one row was not created (1 duplicate)."),
        (replace(RUN, is_sandbox=True), {C: 60}, 0, 0, "All 60 rows were created in a sandbox."),
        (RUN, {C: 4, N: 2}, 0, 130, "Stopped by Ctrl-C: 4 of 6 rows were created, 2 were unsent."),
        (RUN, {C: 4}, 0, 143, "Stopped by SIGTERM: all 4 rows were created."),
        (RUN, {N: 2}, 0, 3, "Ended early: none of the 2 rows was created (2 unsent)."),
        (DRY, {R: 60}, 0, 0, "A dry run: all 60 rows were ready to be sent; nothing was sent."),
        (DRY, {C: 60}, 60, 0, "A dry run: all 60 rows were created already; nothing was sent."),
        (DRY, {R: 1}, 0, 0, "A dry run: the one row was ready to be sent; nothing was sent."),
        (
            DRY,
            {R: 50, C: 7, I: 2, D: 1},
            7,
            1,
            (
                "A dry run: 50 of 60 rows were ready to be sent, 7 were created already, 3 were not ready "
                "(1 duplicate, 2 invalid); nothing was sent."
            ),
        ),
    ],
)
def test_one_sentence_tells_what_happened(
    run: Invocation, counts: dict[Status, int], before: int, exit_status: int, expected: str
) -> None:
    told = tell_outcome(run, counts, created_before=before, exit_status=exit_status)
    assert told.replace("\xa0", " ") == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-1, "0 s"),
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (252, "4 min 12 s"),
        (3599.7, "1 h"),
        (3600 * 55 + 33 * 60 + 29, "55 h 33 min"),
        (3600 * 7200, "7,200 h"),
    ],
)
def test_a_duration_has_two_units_at_most(seconds: float, expected: str) -> None:
    assert tell_duration(seconds).replace("\xa0", " ") == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (UTC, "2026-11-24 10:15:03 UTC"),
        (timezone(timedelta(hours=5, minutes=30)), "2026-11-24 10:15:03 UTC+05:30"),
        (timezone(timedelta(hours=-8)), "2026-11-24 10:15:03 UTC-08:00"),
        (None, "2026-11-24 10:15:03"),
    ],
)
def test_a_moment_tells_its_offset(zone: timezone | None, expected: str) -> None:
    assert tell_moment(datetime(2026, 11, 24, 10, 15, 3, tzinfo=zone)) == expected
