"""The page's sentences: what happened, what each status means, how long something took. Pure."""

from collections.abc import Collection, Mapping
from datetime import datetime

from importer.exitstatus import SIGNAL_EXIT, is_early_end
from importer.html_report.invocation import Invocation
from importer.outcome import Status

__all__ = ["tell_duration", "tell_moment", "tell_outcome"]

MINUTE_S = 60
HOUR_S = 3600
NBSP = "\N{NO-BREAK SPACE}"  # keeps a number with its word

_SIGNALS = {2: "by Ctrl-C", 15: "by SIGTERM"}


def tell_outcome(
    invocation: Invocation, counts: Mapping[Status, int], *, created_before: int = 0, exit_status: int
) -> str:
    """Say in one sentence what happened. `created_before` of the created rows cost no call: earlier runs had them."""
    total = sum(counts.values())
    if not total:
        return "The spreadsheet held no rows to import."
    if invocation.is_dry_run:
        return f"A dry run: {_tell_readiness(counts, total)}; nothing was sent."
    end = _tell_end(exit_status)
    told = _tell_created(counts, total, where=" in a sandbox" if invocation.is_sandbox else "", before=created_before)
    return f"{end}: {told}." if end else f"{told[0].upper()}{told[1:]}."


def _tell_created(counts: Mapping[Status, int], total: int, *, where: str, before: int) -> str:
    created = counts.get(Status.CREATED, 0)
    left = total - created
    if not left:
        what = f"all {total:,} rows were created" if total > 1 else "the one row was created"
        return f"{what}{where}{_tell_earlier(before, total)}"
    if not created:
        what = f"none of the {total:,} rows was created" if total > 1 else "the one row was not created"
        return f"{what}{where} ({_tell_rest(counts, (Status.CREATED,))})"
    rest = _tell_left(counts, left, "not", (Status.CREATED,))
    return f"{created:,} of {total:,} rows {_be(created)} created{where}, {rest}"


def _tell_readiness(counts: Mapping[Status, int], total: int) -> str:
    ready, created = counts.get(Status.READY, 0), counts.get(Status.CREATED, 0)
    if ready == total:
        return f"all {total:,} rows were ready to be sent" if total > 1 else "the one row was ready to be sent"
    if created == total:
        return f"all {total:,} rows were created already" if total > 1 else "the one row was created already"
    parts = [f"{ready:,} of {total:,} rows {_be(ready)} ready to be sent"]
    if created:
        parts.append(f"{created:,} {_be(created)} created already")
    if left := total - ready - created:
        parts.append(_tell_left(counts, left, "not ready", (Status.CREATED, Status.READY)))
    return ", ".join(parts)


def _tell_earlier(before: int, total: int) -> str:
    if not before:
        return ""
    if before >= total:
        return ", all of them by earlier runs" if total > 1 else ", by an earlier run"
    return f": {total - before:,} by this run, {before:,} by earlier ones"


def _tell_end(exit_status: int) -> str:
    if exit_status > SIGNAL_EXIT:
        return f"Stopped {_SIGNALS.get(exit_status - SIGNAL_EXIT, 'from outside')}"
    return "Ended early" if is_early_end(exit_status) else ""


def _tell_left(counts: Mapping[Status, int], left: int, word: str, told: Collection[Status]) -> str:
    """The rows of statuses that are not `told`: `3 were invalid`, or `5 were not (2 duplicate, 3 invalid)`."""
    for status in Status:
        if status not in told and counts.get(status, 0) == left:
            return f"{left:,} {status}" if status.facts.is_verb else f"{left:,} {_be(left)} {status}"
    return f"{left:,} {_be(left)} {word} ({_tell_rest(counts, told)})"


def _tell_rest(counts: Mapping[Status, int], told: Collection[Status]) -> str:
    """The rows of all statuses but those that are `told`, in the order of the statuses."""
    left = [status for status in Status if status not in told and counts.get(status, 0)]
    return ", ".join(f"{counts[status]:,}{NBSP}{status}" for status in left)


def _be(count: int) -> str:
    return "was" if count == 1 else "were"


def tell_duration(seconds: float) -> str:
    """A time that passed, in two units at most: `42 s`, `4 min 12 s`, `55 h 33 min`."""
    whole = max(0, round(seconds))
    if whole < MINUTE_S:
        return f"{whole}{NBSP}s"
    if whole < HOUR_S:
        minutes, rest = divmod(whole, MINUTE_S)
        return f"{minutes}{NBSP}min {rest}{NBSP}s" if rest else f"{minutes}{NBSP}min"
    hours, minutes = divmod(round(whole / MINUTE_S), MINUTE_S)
    return f"{hours:,}{NBSP}h {minutes}{NBSP}min" if minutes else f"{hours:,}{NBSP}h"


def tell_moment(moment: datetime) -> str:
    """A moment with its offset, so that a reader elsewhere is not misled: `2026-11-24 10:15:03 UTC+05:30`."""
    offset = moment.strftime("%z")
    zone = f"{offset[:3]}:{offset[3:5]}" if offset and offset.strip("+-0") else ""
    return f"{moment:%Y-%m-%d %H:%M:%S}" + (f" UTC{zone}" if offset else "")
