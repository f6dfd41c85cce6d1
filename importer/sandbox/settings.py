"""The sandbox's switches: one frozen value, checked as a whole, all problems at once."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from importer.sandbox.names import refuse_unknown

__all__ = ["FAULTS", "Settings", "change_settings", "parse_latency", "parse_limit"]

Window = Literal["sliding", "fixed"]
Refusal = Literal[200, 403, 429, "mixed"]
FaultsOn = Literal["creates", "all"]
PhoneLookup = Literal["any", "stored", "bare"]
BulkReply = Literal["known", "short", "reordered", "zero_based", "envelope"]
BulkTwins = Literal["first", "both", "none"]
BulkUnknown = Literal["row", "call"]

FAULTS = (
    "drop_before",
    "drop_after",
    "error_500_before",
    "error_500_after",
    "html_502_before",
    "html_502_after",
    "gateway_504_before",
    "gateway_504_after",
    "hang_before",
    "hang_after",
    "cut_after",
)
"""What can go wrong with a call, `before` or `after` the lead is stored.

`drop`: the connection is reset. `error_500`: plain text, no MX type. `html_502`, `gateway_504`: a gateway's HTML
page. `hang`: a reply that never comes. `cut`: the reply breaks off in its middle.
"""

_SET_AT_START = ("host", "port", "fields_path", "odd_secret", "request_timeout_s")
_LIMIT = re.compile(r"(\d+)\s*/\s*(\d+(?:\.\d+)?)")
_LATENCY = re.compile(r"(\d+(?:\.\d+)?)(?:\s*-\s*(\d+(?:\.\d+)?))?")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every switch of the sandbox; a value out of range is a ValueError that names all of them.

    `port` 0 takes a free one. `calls` per `per_seconds` is the account's limit; `calls=None` lifts it. A bulk call has
    to be within `bulk_calls` per `bulk_per_seconds` (doc) as well as within that limit (invented). Where a fault
    strikes it after storing, only a drawn part of its rows is stored with odds `bulk_partial`, the others never, or,
    with `bulk_late_s`, one by one, spread over so many seconds: nobody knows what a real account does then, nor what
    the next three choose between. `bulk_reply` is how it is answered: as clients have seen it (`known`), without one of
    the entries (`short`), with them in another order (`reordered`), with RowNumber from 0 (`zero_based`), or by the
    envelope of an error although rows were stored (`envelope`). `bulk_twins` says which of two rows of one
    Lead/Bulk/Create that share a unique value are created: the `first`, `both` or `none`. `bulk_unknown` is what an
    unknown attribute refuses: its `row` alone, or the `call`, and then nothing is stored. `refusal` is the HTTP status
    of a rate refusal; `mixed` draws one of the three for each. `latency_ms` is the range of the whole round trip, of
    which a random part is spent on the way up, before the arrival is judged, the rest on the way down. `unique` is
    EmailAddress, Phone and Mobile, as on a new account (doc), and `mx_Import_Ref`, a custom field of the kind that an
    admin makes unique. `phone_lookup` is the form in which RetrieveLeadByPhoneNumber wants a number: `stored` finds
    `+91-9845098450` alone (live, on one account), `bare` finds numbers without marks alone (doc), `any` finds both.
    `lag_s` passes before a look-up or a listing finds a new lead. `allow_delete` lets leads be deleted: off on a real
    account until support enables it (doc). `seed=None` draws one (the stats tell it). Odds are between 0 and 1 and
    strike the calls that create only, unless `faults_on` is `all`. `mx_status` is the HTTP status of an MX error;
    `duplicate_text` chooses between the two texts for a duplicate e-mail. `log_bodies` keeps each call's body in the
    arrival log. A key that is None is drawn at the start; `odd_secret` draws a secret with characters that must be
    encoded in a query. A request that has not arrived whole after `request_timeout_s` is given up.
    """

    host: str = "127.0.0.1"
    port: int = 8750
    calls: int | None = 25
    per_seconds: float = 5.0
    bulk_calls: int | None = 5
    bulk_per_seconds: float = 5.0
    bulk_partial: float = 0.0
    bulk_late_s: float = 0.0
    bulk_reply: BulkReply = "known"
    bulk_twins: BulkTwins = "first"
    bulk_unknown: BulkUnknown = "row"
    window: Window = "sliding"
    refusal: Refusal = 429
    latency_ms: tuple[float, float] = (0.0, 0.0)
    fields_path: Path | None = None
    mandatory: tuple[str, ...] = ()
    unique: tuple[str, ...] = ("EmailAddress", "Phone", "Mobile", "mx_Import_Ref")
    phone_lookup: PhoneLookup = "any"
    lag_s: float = 0.0
    allow_delete: bool = False
    seed: int | None = None
    drop_before: float = 0.0
    drop_after: float = 0.0
    error_500_before: float = 0.0
    error_500_after: float = 0.0
    html_502_before: float = 0.0
    html_502_after: float = 0.0
    gateway_504_before: float = 0.0
    gateway_504_after: float = 0.0
    hang_before: float = 0.0
    hang_after: float = 0.0
    cut_after: float = 0.0
    faults_on: FaultsOn = "creates"
    mx_status: int = 500
    duplicate_text: Literal["new", "old"] = "new"
    access_key: str | None = None
    secret_key: str | None = None
    odd_secret: bool = False
    org_name: str = "Sandbox Organisation"
    time_zone: str = "Asia/Kolkata"
    country_code: str = "91"
    role: str = "Administrator"
    log_bodies: bool = False
    request_timeout_s: float = 30.0

    def __post_init__(self) -> None:
        problems = [
            *(f"{name} must be between 0 and 1" for name in FAULTS if not _is_odds(getattr(self, name))),
            *(f"{name}: {rule}" for name, ok, rule in self._rules() if not ok),
        ]
        if not problems and sum(self.odds()) > 1 + 1e-9:
            problems.append("the odds of all faults add up to more than 1")
        if problems:
            raise ValueError("; ".join(problems))

    def _rules(self) -> tuple[tuple[str, bool, str], ...]:
        keys = tuple(key for key in (self.access_key, self.secret_key) if key is not None)
        texts = (self.host, *keys, self.org_name, self.time_zone, self.role)
        return (
            ("port", _is_int(self.port) and 0 <= self.port <= 65535, "0 (a free one) to 65535"),  # noqa: PLR2004 - ports
            ("calls", self.calls is None or (_is_int(self.calls) and self.calls >= 1), "1 or more, or none"),
            ("per_seconds", _is_number(self.per_seconds) and self.per_seconds > 0, "more than 0"),
            ("bulk_calls", self.bulk_calls is None or (_is_int(self.bulk_calls) and self.bulk_calls >= 1), "1 or more"),
            ("bulk_per_seconds", _is_number(self.bulk_per_seconds) and self.bulk_per_seconds > 0, "more than 0"),
            ("bulk_partial", _is_odds(self.bulk_partial), "between 0 and 1"),
            ("bulk_late_s", _is_number(self.bulk_late_s) and self.bulk_late_s >= 0, "0 or more seconds"),
            ("bulk_reply", self.bulk_reply in get_args(BulkReply), "known, short, reordered, zero_based or envelope"),
            ("bulk_twins", self.bulk_twins in get_args(BulkTwins), "first, both or none"),
            ("bulk_unknown", self.bulk_unknown in get_args(BulkUnknown), "row or call"),
            ("window", self.window in get_args(Window), "sliding or fixed"),
            (
                "refusal",
                not isinstance(self.refusal, bool) and self.refusal in get_args(Refusal),
                "429, 403, 200 or mixed",
            ),
            ("latency_ms", _is_range(self.latency_ms), "a range such as 30-300"),
            ("lag_s", _is_number(self.lag_s) and self.lag_s >= 0, "0 or more seconds"),
            ("seed", self.seed is None or _is_int(self.seed), "a whole number"),
            ("faults_on", self.faults_on in get_args(FaultsOn), "creates or all"),
            ("mx_status", _is_int(self.mx_status) and self.mx_status in (200, 412, 500), "500, 412 or 200"),
            ("duplicate_text", self.duplicate_text in ("new", "old"), "new or old"),
            ("country_code", _is_country_code(self.country_code), "1 to 3 digits"),
            ("phone_lookup", self.phone_lookup in get_args(PhoneLookup), "any, stored or bare"),
            ("mandatory", _is_names(self.mandatory), "schema names"),
            ("unique", _is_names(self.unique), "schema names"),
            ("allow_delete", isinstance(self.allow_delete, bool), "true or false"),
            ("request_timeout_s", _is_number(self.request_timeout_s) and self.request_timeout_s > 0, "more than 0"),
            ("odd_secret", isinstance(self.odd_secret, bool), "true or false"),
            ("log_bodies", isinstance(self.log_bodies, bool), "true or false"),
            ("host, keys and names", _is_names(texts), "texts, not empty"),
        )

    def odds(self) -> tuple[float, ...]:
        """The odds of each fault, in the order of FAULTS."""
        return tuple(getattr(self, name) for name in FAULTS)


def change_settings(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """The settings with some switches changed, as JSON says them; ValueError names what is wrong.

    Besides the names of Settings, `limit` and `bulk_limit` ("25/5", "off") and `latency` ("30-300") are understood.
    """
    values = dict(changes)
    if "limit" in values:
        values["calls"], values["per_seconds"] = parse_limit(str(values.pop("limit")))
    if "bulk_limit" in values:
        values["bulk_calls"], values["bulk_per_seconds"] = parse_limit(str(values.pop("bulk_limit")))
    if "latency" in values:
        values["latency_ms"] = parse_latency(str(values.pop("latency")))
    known = [field.name for field in fields(Settings) if field.name not in _SET_AT_START]
    for name, value in values.items():
        if name in _SET_AT_START:
            raise ValueError(f"{name} is set at the start and stays")
        refuse_unknown("switch", name, known)
        if isinstance(value, list):
            values[name] = tuple(value)
    return replace(settings, **values)


def parse_limit(text: str) -> tuple[int | None, float]:
    """Calls per seconds from `25/5`; `off` lifts the limit."""
    if text.strip().lower() in ("off", "none"):
        return None, 5.0
    match = _LIMIT.fullmatch(text.strip())
    if match is None or int(match[1]) < 1 or float(match[2]) <= 0:
        raise ValueError(f"{text!r} is no limit: write calls/seconds such as 25/5, or off")
    return int(match[1]), float(match[2])


def parse_latency(text: str) -> tuple[float, float]:
    """A range of milliseconds from `30-300`, or from `100` alone."""
    match = _LATENCY.fullmatch(text.strip().removesuffix("ms").rstrip())
    if match is None or float(match[1]) > float(match[2] or match[1]):
        raise ValueError(f"{text!r} is no latency: write milliseconds such as 30-300, or 100")
    return float(match[1]), float(match[2] or match[1])


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_odds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_range(value: object) -> bool:
    pair = isinstance(value, tuple) and len(value) == 2 and all(map(_is_number, value))  # noqa: PLR2004 - a pair
    return pair and isinstance(value, tuple) and 0 <= value[0] <= value[1]


def _is_names(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(name, str) and name for name in value)


def _is_country_code(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[1-9]\d{0,2}", value, re.ASCII) is not None
