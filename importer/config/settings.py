"""What config.yaml, the environment and .env say together, as frozen values.

Each field is a key of config.yaml, declared here and nowhere else: its type, what limits it, its default. `NO_KEY`
marks those that are no keys. The names of Policies are keys of the whole file too.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from annotated_types import Ge, Le, MinLen

from importer.config.texts import (
    DELIMITERS,
    IDENTITIES,
    TEXTS,
    Read,
    read_delimiter,
    read_encoding,
    read_host,
    read_identity,
    read_proxy,
    read_reference_field,
    read_timezone,
    read_unique_field,
)
from importer.lead.columns import Column, Combination, Constant, UnmappedColumns
from importer.lead.rule import STRICT, Policies
from importer.lead.skipping import SkipRule
from importer.lead.values import type_of

__all__ = [
    "NO_KEY",
    "Account",
    "Auth",
    "BreakerLimits",
    "Bulk",
    "Column",
    "Config",
    "Constant",
    "DuplicatesAre",
    "Existing",
    "HiddenRows",
    "Limits",
    "Merged",
    "Notify",
    "Route",
    "UnmappedColumns",
]

MOST_WORKERS = 200
MOST_BULK_ROWS = 50  # of one call, by the vendor's page
MOST_CALLS = 1_000_000_000
MOST_ROWS = 1_048_576  # of a worksheet
LONGEST_S = 86_400.0
NO_KEY = {"is_key": False}
"""The metadata of a field that config.yaml cannot say, or says in a form of its own."""

Text = Annotated[str, MinLen(1)]
Whole = Annotated[int, Ge(1), Le(MOST_CALLS)]
WholeOrOff = Annotated[int, Ge(0), Le(MOST_CALLS)]
RowNumber = Annotated[int, Ge(1), Le(MOST_ROWS)]
Seconds = Annotated[float, Ge(0.001), Le(LONGEST_S)]
Auth = Literal["query", "headers"]
Route = Literal["single", "bulk"]
DuplicatesAre = Literal["failures", "ok"]
Existing = Literal["report", "fill", "update"]
Merged = Literal["first", "fill"]
Notify = Literal["never", "failure", "change", "always"]
HiddenRows = Literal["import", "skip"]


@dataclass(frozen=True, slots=True)
class Account:
    """The LeadSquared account that leads go to.

    `host` is as the user gave it and `base_url` what follows from it (`https://api.leadsquared.com/v2/`); both are
    empty where nobody gave one, which suits a dry run. `trusted_host`: the keys may go there although it is no host of
    LeadSquared's. The keys never show in a repr.
    """

    host: Annotated[str, Read(read_host)] = ""
    base_url: str = field(default="", metadata=NO_KEY)
    trusted_host: bool = False
    auth: Auth = "query"
    name: Text | None = None
    access_key: str | None = field(default=None, repr=False, metadata=NO_KEY)
    secret_key: str | None = field(default=None, repr=False, metadata=NO_KEY)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The keys that are set: texts that nothing may show."""
        return tuple(key for key in (self.access_key, self.secret_key) if key)


@dataclass(frozen=True, slots=True)
class Limits:
    """The account's limit: at most `calls` calls within any `per_seconds` seconds.

    `share` of it is ours, the rest is left to other integrations; `calls_per_day` is for any 24 hours.
    """

    calls: Whole = 25
    per_seconds: Annotated[float, Ge(0.01), Le(LONGEST_S)] = 5.0
    share: Annotated[float, Ge(0.001), Le(1)] = 1.0
    calls_per_day: Whole | None = None


@dataclass(frozen=True, slots=True)
class Bulk:
    """The road of bulk calls: at most `calls` within any `per_seconds` seconds, each with at most `rows` leads.

    The default is the smallest limit that a page of the vendor's tells (1 in 5 s); newer plans have 5 or 10.
    `timeout_s` is for one call as a whole.
    """

    calls: Whole = 1
    per_seconds: Annotated[float, Ge(0.01), Le(LONGEST_S)] = 5.0
    rows: Annotated[int, Ge(1), Le(MOST_BULK_ROWS)] = MOST_BULK_ROWS
    timeout_s: Seconds = 120.0


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """When a run that gets nowhere pauses or stops; 0 turns a rule off.

    `failures` calls in a row without an answer; `same_error`: so many first rows that all ended with one error.
    """

    failures: WholeOrOff = 20
    same_error: WholeOrOff = 25


@dataclass(frozen=True, slots=True)
class Config:
    """A whole configuration, valid by itself: whether it fits a spreadsheet is `plan_mapping`'s business.

    `identity` says which columns make a row the same row: `mapped`, `all`, or those with these headers.
    """

    path: Path | None = field(default=None, metadata=NO_KEY)
    account: Account = field(default_factory=Account)
    limits: Limits = field(default_factory=Limits)
    route: Route = "single"
    bulk: Bulk = field(default_factory=Bulk)
    breaker: BreakerLimits = field(default_factory=BreakerLimits)
    workers: Annotated[int, Ge(1), Le(MOST_WORKERS)] = 10
    timeout_s: Seconds = 30.0
    proxy: Annotated[str, Read(read_proxy)] | None = None
    sheet: Text | None = None
    header_row: RowNumber = 1
    header_rows: RowNumber = 1
    encoding: Annotated[str, Read(read_encoding)] | None = None
    delimiter: Annotated[str, Read(read_delimiter, {"enum": list(DELIMITERS)})] | None = None
    merged: Merged = "first"
    hidden_rows: HiddenRows = "import"
    source: Text | None = None
    identity: Annotated[str | tuple[str, ...], Read(read_identity, {"anyOf": [{"enum": list(IDENTITIES)}, TEXTS]})] = (
        "mapped"
    )
    ledger: Text | None = None
    ledger_wait_s: Annotated[float, Ge(0), Le(LONGEST_S)] = 300.0
    skip_rows: tuple[SkipRule, ...] = field(default=(), metadata=NO_KEY)
    columns: tuple[Column, ...] = field(default=(), metadata=NO_KEY)
    combinations: tuple[Combination, ...] = field(default=(), metadata=NO_KEY)
    constants: tuple[Constant, ...] = field(default=(), metadata=NO_KEY)
    unmapped_columns: UnmappedColumns = "ignore"
    timezone: Annotated[ZoneInfo, Read(read_timezone)] | None = None
    unique: tuple[Annotated[str, Read(read_unique_field)], ...] = ("EmailAddress", "Phone", "Mobile")
    reference: Annotated[str, Read(read_reference_field)] | None = None
    existing: Existing = "report"
    update_unique: bool = False
    duplicates_are: DuplicatesAre = "failures"
    notify: Notify = "failure"
    policies: Policies = field(default=STRICT, metadata=NO_KEY)

    @property
    def has_owners(self) -> bool:
        """Whether a column or constant names users of the account."""
        rules = [column.rule for column in self.columns]
        rules += [combination.rule for combination in self.combinations]
        rules += [constant.rule for constant in self.constants]
        return any(type_of(rule).is_user for rule in rules)
