"""What the user asked for on the command line."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["ImportRequest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """One import. None stands for the default that the help text tells.

    `is_one_of_several`: the file was not named alone, so that a report of ours is not meant.
    """

    file: Path
    config: Path | None = None
    report: Path | None = None
    sheet: str | None = None
    first: int | None = None
    dry_run: bool = False
    payloads: Path | None = None
    sandbox: bool = False
    again: bool = False
    trust_references: bool = False
    trust_lead_ids: bool = False
    same_source: bool = False
    new_source: bool = False
    until_quota: bool = False
    html: bool = True
    wait: bool = False
    stop_within: float = 10.0
    refresh_fields: bool = False
    quiet: bool = False
    verbose: bool = False
    log_file: Path | None = None
    is_one_of_several: bool = False
