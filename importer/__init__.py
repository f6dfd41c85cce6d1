"""lsq-import: a spreadsheet of leads into LeadSquared, no lead twice and none lost.

Import a file from a program of your own:

    import asyncio
    from pathlib import Path

    from importer import ImportRequest, RowDone, import_file

    def observe(event):
        if isinstance(event, RowDone):
            print(event.number, event.outcome.status)

    request = ImportRequest(file=Path("leads.xlsx"), config=Path("config.yaml"))
    result = asyncio.run(import_file(request, observer=observe))
    print(result.counts, result.report)

Host and keys are taken from the environment (LSQ_HOST, LSQ_ACCESS_KEY, LSQ_SECRET_KEY) or from a file .env beside
config.yaml; `ImportRequest(…, sandbox=True)` needs neither keys nor a network.

    await import_file(request, observer=…, stop=…, environ=…)   RunResult: send the rows, write the report
    await check(request, …)                                     RunResult: the same without sending: a dry run
    await propose_mapping(MappingRequest(file=…))               ProposedMapping: a config.yaml for a spreadsheet
    await settle(SettleRequest(report=…, rows=[…]))             say of unknown rows whether their leads exist
    await history(config)                                       the runs that the ledger knows
    await usage(config)                                         Usage: how many of the day's calls are used and left
    await diagnose(file)                                        Findings: whether all that an import needs is well
    rows_to_mend(report), correct_report(report, changes)       its refused rows, and other texts for their cells
    read_report(path)                                           a report as a pandas DataFrame, every cell a text

Each is typed, prints nothing, sets no handler for signals or logs, and runs in the event loop that you run. An observer
is called with each event, in the loop's thread; `importer.events` lists them. A `Stop` ends an import from any thread:
`request()` politely, within its `within_s` seconds, `request_now()` at once. An error is an `ImporterError` with
`message`, `hint` and `steps` (what may be done next, as values); a `UsageError` says that nothing was sent.

docs/api.md shows a whole program.
"""

import importlib
from typing import TYPE_CHECKING

from importer.version import __version__

if TYPE_CHECKING:
    from importer.app.checkup import diagnose
    from importer.app.history import KnownRun, RunState, history
    from importer.app.mapping import (
        Certainty,
        FieldChoice,
        MappedColumn,
        MappingRequest,
        ProposedMapping,
        propose_mapping,
    )
    from importer.app.pipeline import check, import_file
    from importer.app.reportrows import RowsToMend, RowToMend, correct_report, rows_to_mend
    from importer.app.request import ImportRequest
    from importer.app.result import RunResult
    from importer.app.settling import SettleRequest, settle
    from importer.app.stop import Stop
    from importer.app.usage import Usage, usage
    from importer.doctor.finding import Finding
    from importer.errors import DefectError, FatalError, ImporterError, Remedy, RowProblem, UsageError
    from importer.events import (
        CallRefused,
        CallSent,
        Ended,
        Estimated,
        Event,
        Level,
        LimitChanged,
        Notice,
        Observer,
        Paused,
        Resumed,
        Reviewed,
        RowDone,
        RowReported,
        SendingEnded,
        Started,
    )
    from importer.nextstep import Action, NextStep
    from importer.outcome import Outcome, Status
    from importer.report.frame import read_report

__all__ = [
    "Action",
    "CallRefused",
    "CallSent",
    "Certainty",
    "DefectError",
    "Ended",
    "Estimated",
    "Event",
    "FatalError",
    "FieldChoice",
    "Finding",
    "ImportRequest",
    "ImporterError",
    "KnownRun",
    "Level",
    "LimitChanged",
    "MappedColumn",
    "MappingRequest",
    "NextStep",
    "Notice",
    "Observer",
    "Outcome",
    "Paused",
    "ProposedMapping",
    "Remedy",
    "Resumed",
    "Reviewed",
    "RowDone",
    "RowProblem",
    "RowReported",
    "RowToMend",
    "RowsToMend",
    "RunResult",
    "RunState",
    "SendingEnded",
    "SettleRequest",
    "Started",
    "Status",
    "Stop",
    "Usage",
    "UsageError",
    "__version__",
    "check",
    "correct_report",
    "diagnose",
    "history",
    "import_file",
    "propose_mapping",
    "read_report",
    "rows_to_mend",
    "settle",
    "usage",
]

_HOMES = {
    "importer.app.checkup": ("diagnose",),
    "importer.app.history": ("KnownRun", "RunState", "history"),
    "importer.app.mapping": (
        "Certainty",
        "FieldChoice",
        "MappedColumn",
        "MappingRequest",
        "ProposedMapping",
        "propose_mapping",
    ),
    "importer.app.pipeline": ("check", "import_file"),
    "importer.app.reportrows": ("RowToMend", "RowsToMend", "correct_report", "rows_to_mend"),
    "importer.app.request": ("ImportRequest",),
    "importer.app.result": ("RunResult",),
    "importer.app.settling": ("SettleRequest", "settle"),
    "importer.app.stop": ("Stop",),
    "importer.app.usage": ("Usage", "usage"),
    "importer.doctor.finding": ("Finding",),
    "importer.errors": ("DefectError", "FatalError", "ImporterError", "Remedy", "RowProblem", "UsageError"),
    "importer.events": (
        "CallRefused",
        "CallSent",
        "Ended",
        "Estimated",
        "Event",
        "Level",
        "LimitChanged",
        "Notice",
        "Observer",
        "Paused",
        "Resumed",
        "Reviewed",
        "RowDone",
        "RowReported",
        "SendingEnded",
        "Started",
    ),
    "importer.nextstep": ("Action", "NextStep"),
    "importer.outcome": ("Outcome", "Status"),
    "importer.report.frame": ("read_report",),
}
"""Where each name lives. It is imported when it is asked for: the command's help needs none of the heavy libraries."""


def __getattr__(name: str) -> object:
    """Import a public name when it is asked for."""
    for home, names in _HOMES.items():
        if name in names:
            value: object = getattr(importlib.import_module(home), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
