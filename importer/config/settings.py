"""What config.yaml, the environment and .env say together, as frozen values."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from importer.lead.columns import Column, Constant, UnmappedColumns
from importer.lead.rule import STRICT, Policies

__all__ = [
    "Account",
    "Auth",
    "BreakerLimits",
    "Column",
    "Config",
    "Constant",
    "DuplicatesAre",
    "HiddenRows",
    "Limits",
    "Merged",
    "UnmappedColumns",
]

Auth = Literal["query", "headers"]
DuplicatesAre = Literal["failures", "ok"]
Merged = Literal["first", "fill"]
HiddenRows = Literal["read", "skip"]


@dataclass(frozen=True, slots=True)
class Account:
    """The LeadSquared account that leads go to.

    `host` is as the user gave it and `base_url` what follows from it (`https://api.leadsquared.com/v2/`); both are
    empty where nobody gave one, which suits a dry run. `trusted_host`: the keys may go there although it is no host of
    LeadSquared's. The keys never show in a repr.
    """

    host: str = ""
    base_url: str = ""
    trusted_host: bool = False
    auth: Auth = "query"
    name: str | None = None
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The keys that are set: texts that nothing may show."""
        return tuple(key for key in (self.access_key, self.secret_key) if key)


@dataclass(frozen=True, slots=True)
class Limits:
    """The account's limit: at most `calls` calls within any `per_seconds` seconds.

    `share` of it is ours, the rest is left to other integrations; `calls_per_day` is for any 24 hours.
    """

    calls: int = 25
    per_seconds: float = 5.0
    share: float = 1.0
    calls_per_day: int | None = None


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """When a run that gets nowhere pauses or stops; 0 turns a rule off.

    `failures` calls in a row without an answer; `same_error`: so many first rows that all ended with one error.
    """

    failures: int = 20
    same_error: int = 25


@dataclass(frozen=True, slots=True)
class Config:
    """A whole configuration, valid by itself: whether it fits a spreadsheet is `plan_mapping`'s business.

    `identity` says which columns make a row the same row: `mapped`, `all`, or those with these headers.
    """

    path: Path | None = None
    account: Account = field(default_factory=Account)
    limits: Limits = field(default_factory=Limits)
    breaker: BreakerLimits = field(default_factory=BreakerLimits)
    workers: int = 10
    timeout_s: float = 30.0
    proxy: str | None = None
    sheet: str | None = None
    header_row: int = 1
    header_rows: int = 1
    encoding: str | None = None
    delimiter: str | None = None
    merged: Merged = "first"
    hidden_rows: HiddenRows = "read"
    source: str | None = None
    identity: str | tuple[str, ...] = "mapped"
    ledger: str | None = None
    columns: tuple[Column, ...] = ()
    constants: tuple[Constant, ...] = ()
    unmapped_columns: UnmappedColumns = "ignore"
    unique: tuple[str, ...] = ("EmailAddress", "Phone", "Mobile")
    reference: str | None = None
    duplicates_are: DuplicatesAre = "failures"
    policies: Policies = STRICT

    @property
    def has_owners(self) -> bool:
        """Whether a column or constant names users of the account."""
        rules = [*(column.rule for column in self.columns), *(constant.rule for constant in self.constants)]
        return any(rule.type == "owner" for rule in rules)
