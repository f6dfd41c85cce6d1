"""The report to look at: one self-contained HTML page beside the report, with nothing to load and nothing to run.

It names rows by their number and repeats what the report says of them, which is free of personal data; it holds no
cell of the spreadsheet. So it may be handed on where the report itself may not. Its size does not follow that of the
file.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from importer.errors import UsageError
from importer.exitstatus import SIGNAL_EXIT, ExitStatus, is_early_end
from importer.html_report.advice import Step, advise
from importer.html_report.charts import draw_calls, draw_shares
from importer.html_report.invocation import Invocation
from importer.html_report.markup import as_command, as_is, as_prose, as_text
from importer.html_report.phrases import tell_duration, tell_moment, tell_outcome
from importer.html_report.problems import ProblemGroup, ProblemGroups, shortened
from importer.outcome import Status
from importer.ratelimit.timeline import CallCounts
from importer.report.replacement import ReportError, replace_report

__all__ = ["PageData", "check_page", "page_path", "write_page"]

MOST_GROUPS = 50
LONGEST_PATH = 1000

_MARK = b'<meta name="generator" content="lsq-import '
_MARK_WITHIN = 1024  # bytes
_TEMPLATE = "page.html.j2"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageData:
    """Everything that the page tells of one run, as plain values.

    `account_host` is empty where there is none (a dry run without keys). `timeline` holds all calls of the run; None
    says that there were none. `failure` is what ended the run early, for a person, without keys or personal data.
    `created_before` of the created rows are earlier runs'. `unknown_rows` are the numbers of the first rows in doubt.
    The two moments know their time zone.
    """

    invocation: Invocation
    account_host: str
    counts: Mapping[Status, int]
    problems: ProblemGroups
    timeline: CallCounts | None
    started_at: datetime
    ended_at: datetime
    exit_status: int
    version: str
    failure: str = ""
    created_before: int = 0
    unknown_rows: Sequence[int] = ()


def page_path(report: Path) -> Path:
    """Where the page of a report stands: beside it, `leads.report.csv` having `leads.report.html`."""
    return report.with_suffix(".html")


def check_page(path: Path) -> None:
    """Raise a UsageError where the page would take the place of something that is no page of ours; nothing is sent."""
    if os.path.lexists(path) and not _is_page(path):
        raise UsageError(
            f"The page would be written over {path}, which lsq-import did not make.",
            hint="Move that file away, choose another report with -r, or turn the page off with --no-html.",
        )


def write_page(path: Path, data: PageData) -> None:
    """Write the page, whole or not at all. ReportError where the disk refuses, or something else stands at `path`."""
    if os.path.lexists(path) and not _is_page(path):
        raise ReportError(path, "something that is no page of lsq-import stands there")
    page = _render(data).encode("utf-8", "backslashreplace")
    with replace_report(path) as whole:
        whole.file.write(page)


def _is_page(path: Path) -> bool:
    try:
        if not path.is_file():  # opening a pipe would wait for good
            return False
        with path.open("rb") as file:
            return _MARK in file.read(_MARK_WITHIN)
    except OSError:
        return False


def _render(data: PageData) -> str:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=as_prose,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = "{:,}".format
    environment.filters["as_is"] = as_is
    return environment.get_template(_TEMPLATE).render(_view(data))


def _template(name: str) -> str:
    return files("importer.html_report").joinpath(name).read_text("utf-8")


def _view(data: PageData) -> Mapping[str, object]:
    """What the template shows, ready to be put in place."""
    invocation = data.invocation
    counts = {status: data.counts.get(status, 0) for status in Status}
    groups = data.problems.worst(MOST_GROUPS)
    shown = sum(group.count for group in groups)
    told = sum(group.count for group in data.problems.worst(len(data.problems)))
    timeline = data.timeline if data.timeline is not None and data.timeline.calls else None
    return {
        "version": as_is(data.version),
        "file": as_is(_brief(invocation.file)),
        "folder": as_is(_brief(invocation.folder)),
        "tone": _tone(data),
        "headline": tell_outcome(invocation, counts, created_before=data.created_before, exit_status=data.exit_status),
        "failure": [shortened(line.strip()) for line in data.failure.splitlines()[:10] if line.strip()],
        "total": sum(counts.values()),
        "shares": draw_shares(counts),
        "statuses": list(Status),
        "groups": [_GroupView.of(group) for group in groups],
        "more_groups": len(data.problems) - len(groups),
        "more_rows": told - shown,
        "timeline": timeline,
        "chart": draw_calls(timeline) if timeline is not None else None,
        "steps": [
            Step(as_text(shortened(step.text)), tuple(map(as_command, step.commands)))
            for step in advise(invocation, counts, exit_status=data.exit_status, unknown_rows=data.unknown_rows)
        ],
        "facts": [(name, as_is(value)) for name, value in _facts(data)],
        "report_name": as_is(_brief(Path(invocation.report).name)),
        "report_link": as_is(quote(Path(invocation.report).name, errors="backslashreplace")),
    }


def _facts(data: PageData) -> Sequence[tuple[str, str]]:
    invocation, timeline = data.invocation, data.timeline
    kind = "dry run" if invocation.is_dry_run else "sandbox" if invocation.is_sandbox else "import"
    took_s = (data.ended_at - data.started_at).total_seconds()
    return [
        ("File", _brief(invocation.file)),
        ("Folder", _brief(invocation.folder)),
        ("Report", _brief(invocation.report)),
        ("Kind of run", kind if invocation.first is None else f"{kind} of the first {invocation.first:,} rows at most"),
        ("Account", _brief(data.account_host) or "none: checked without keys"),
        ("Started", tell_moment(data.started_at)),
        ("Ended", f"{tell_moment(data.ended_at)}, after {tell_duration(took_s)}"),
        ("Calls", f"{timeline.calls:,}" if timeline is not None else "0"),
        ("Refused for the limit", f"{timeline.refusals:,}" if timeline is not None else "0"),
        ("Exit status", str(data.exit_status)),
        ("Made by", f"lsq-import {data.version}"),
    ]


def _tone(data: PageData) -> str:
    if data.failure or is_early_end(data.exit_status):
        return "stopped" if data.exit_status > SIGNAL_EXIT else "failed"
    return "good" if data.exit_status == ExitStatus.OK else "partly"


def _brief(text: str) -> str:
    return text if len(text) <= LONGEST_PATH else f"…{text[-LONGEST_PATH:]}"


@dataclass(frozen=True, slots=True)
class _GroupView:
    """A group as it is shown: where all its rows say the same, or one sentence tells them all, that stands once."""

    group: ProblemGroup
    message: str
    more: int

    @classmethod
    def of(cls, group: ProblemGroup) -> "_GroupView":
        messages = {row.message for row in group.rows}
        message = group.sentence or (messages.pop() if len(messages) == 1 else "")
        return cls(group, message, group.count - len(group.rows))
