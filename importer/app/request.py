"""What an import is asked to do."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from importer.config.settings import Existing, Route

__all__ = ["ImportRequest", "environ_of"]


def environ_of(environ: Mapping[str, str] | None) -> Mapping[str, str]:
    """The environment that was given, or this process's.

    No function has `os.environ` as its default: a default is shown by `help()`, with the keys in it.
    """
    return os.environ if environ is None else environ


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """One import of the spreadsheet, or report of an earlier run, at `file`.

    - `origin`: where the file was brought from, if it is a copy; it is the file's source, and the report is written
      into the current folder.
    - `config`: the configuration; None for config.yaml in the current folder.
    - `report`: where the report goes, .csv or .xlsx; None for the file's name with .report.csv, beside the file, or for
      the file's own place where it is itself a report.
    - `sheet`: the worksheet; None for what the config says, else the first visible one with a table.
    - `first`: take only so many data rows, whose report is the file's name with .first-N.report.csv; None for all.
    - `rows`: take only these, such as `2-500,900`, by the spreadsheet's numbers; their report is the file's name with
      .rows.report.csv.
    - `only_status`: of a report, take only lines that say one of these, such as `failed,invalid`; the others stay.
    - `dry_run`: check everything, send nothing, and write the report as it would be (see `check`).
    - `payloads`: where to write the body of each row's call, one JSON line a row; None for nowhere.
    - `sandbox`: import into a LeadSquared of one's own, which ends with the import: no keys, no network.
    - `route`: `bulk` to send up to 50 leads by one call, `single` for a call a row; None for what the config says.
    - `existing`: what becomes of leads that exist: `report`, `fill` or `update`; None for what the config says.
    - `look_up`: in a dry run, look up which leads exist, and what would be written to them.
    - `again`: send rows that are created already once more.
    - `trust_references`: in a report, go by lsq_ref alone, although cells of created lines were changed.
    - `trust_lead_ids`: in a report, believe the lead ids of created lines that have lost their lsq_ref.
    - `same_source`, `new_source`: the file is, or is not, the one of this name that was imported from another folder.
    - `until_quota`: send what the day's calls allow; the next import goes on.
    - `html`: write a page to look at beside the report.
    - `wait`: wait for another import of the same source to end, instead of a BusyError.
    - `refresh_fields`: ask the account for its fields anew, not only every 12 hours.
    - `is_one_of_several`: the file was not named alone, so that a report of ours is not meant (OwnReportError).
    """

    file: Path
    origin: str = ""
    config: Path | None = None
    report: Path | None = None
    sheet: str | None = None
    first: int | None = None
    rows: str | None = None
    only_status: str | None = None
    dry_run: bool = False
    payloads: Path | None = None
    sandbox: bool = False
    route: Route | None = None
    existing: Existing | None = None
    look_up: bool = False
    again: bool = False
    trust_references: bool = False
    trust_lead_ids: bool = False
    same_source: bool = False
    new_source: bool = False
    until_quota: bool = False
    html: bool = True
    wait: bool = False
    refresh_fields: bool = False
    is_one_of_several: bool = False

    @property
    def place(self) -> Path:
        """The path beside which its report goes."""
        return Path(self.file.name) if self.origin else self.file
