"""A run whose every step is chosen by the test: when the disk writes, what becomes of a call, when time passes.

Review, sender, delivery and ledger are the real ones. What is made up is the account, the way there and the clock.
"""

import asyncio
import json
import random
import selectors
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty
from types import SimpleNamespace
from typing import Any, Self

from ledger_cases import ACCOUNT, open_ledger

from importer.app.bulk import FORM, find_form
from importer.errors import AmbiguousError, TransientError
from importer.lead import Column, FieldName, Policies, plan_mapping
from importer.leadsquared.answers import Reply
from importer.leadsquared.bulkroad import BulkRoad
from importer.leadsquared.delivery import Delivery
from importer.ledger.digests import Digests
from importer.ledger.ledger import Ledger
from importer.ledger.scratch import Scratch
from importer.ledger.writer import LedgerWriter
from importer.outcome import Outcome, utc_text
from importer.ratelimit.limiter import RateLimiter
from importer.ratelimit.record import UNRECORDED, CallRecord
from importer.ratelimit.watchdog import Watchdog
from importer.run.bulksending import BulkPlan
from importer.run.preparedrow import RowPreparer
from importer.run.review import Review
from importer.run.sending import Sender
from importer.sheet import Row

__all__ = ["FAULTS", "REFERENCE", "SOURCES", "WORKERS", "Account", "Lead", "SteppedRun", "Tag"]

FAULTS = ("", "", "", "lost before", "lost after", "late", "unreachable", "refused", "part", "part late")
"""What may become of a call; the empty one is answered. Of a bulk call a part may be stored, the rest late or never."""

HEADER = ("Name", "Email", "Phone", "Tag")
MAPPING = plan_mapping(
    HEADER,
    [
        Column("Name", FieldName("FirstName")),
        Column("Email", FieldName("EmailAddress")),
        Column("Phone", FieldName("Phone")),
        Column("Tag", FieldName("mx_Tag")),
    ],
    policies=Policies(bad_email="send"),  # the keys are short names, no addresses
)
COUNTED = (0, 1, 2)
"""The columns that make a row the same row. The tag does not count, so that two Johns are equal to the importer."""

SOURCES = {
    "one.csv": [
        ("Fay", "", "0044123456"),
        ("Fay", "", "123456"),
        ("Ann", "k1", ""),
        ("John", "", ""),
        ("John", "", ""),
        ("Bob", "k1", ""),
        ("Cid", "k2", ""),
    ],
    "two.csv": [("Dan", "k2", ""), ("Eve", "k3", ""), ("John", "", "")],
}
"""The two Fays have one phone, which only the account can tell: written so, no two of our digests are equal."""

UNIQUE = ("EmailAddress", "Phone")
REFERENCE = "mx_Import_Ref"
WORKERS = 2
BULK_ROWS = 3
US = "10000000-0000-4000-8000-000000000001"
TAKEN = "MXDuplicateEntryException"
BEGAN = 1_790_000_000.0

Tag = tuple[str, int]


@dataclass(frozen=True, eq=False)
class Lead:
    """A lead of the account, or one that is on its way there."""

    values: dict[str, str]
    id: str = ""
    created_at: float = 0.0

    @property
    def key(self) -> str:
        return self.values.get("EmailAddress", "") or _stored("Phone", self.values.get("Phone", ""))

    @property
    def tag(self) -> Tag:
        source, place = self.values["mx_Tag"].split()
        return source, int(place)


@dataclass
class Account:
    """LeadSquared: it stores what arrives unless a unique value is taken. `in_the_air` has yet to arrive.

    `now_s` is the one clock of this world: it stands still until a test moves it.
    """

    leads: list[Lead] = field(default_factory=list)
    in_the_air: list[Lead] = field(default_factory=list)
    now_s: float = 0.0

    def wall_s(self) -> float:
        return BEGAN + self.now_s

    def find(self, name: str, value: str) -> Lead | None:
        wanted = _stored(name, value)
        holders = (lead for lead in self.leads if wanted and _stored(name, lead.values.get(name, "")) == wanted)
        return next(holders, None)

    def store(self, wanted: Lead) -> str:
        """The new lead's id, empty where a unique value of it is taken."""
        self.in_the_air.remove(wanted)
        if any(self.find(name, wanted.values.get(name, "")) is not None for name in (*UNIQUE, REFERENCE)):
            return ""
        lead = Lead(wanted.values, f"lead {len(self.leads)}", self.wall_s())
        self.leads.append(lead)
        return lead.id


class _Hasty(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> Any:
        del timeout
        return super().select(0)


class _SteppedLoop(asyncio.SelectorEventLoop):
    """A loop that never waits: it does what is ready, and its clock is the account's."""

    def __init__(self, account: Account) -> None:
        self._account = account
        super().__init__(_Hasty())

    def time(self) -> float:
        return self._account.now_s

    def do_what_is_ready(self) -> None:
        while True:
            self.call_soon(self.stop)
            self.run_forever()
            if not self._ready:  # type: ignore[attr-defined]
                return

    def is_waiting(self) -> bool:
        return any(not timer.cancelled() for timer in self._scheduled)  # type: ignore[attr-defined]

    def pass_time(self) -> None:
        """Move the clock to the next timer."""
        due = min(timer.when() for timer in self._scheduled if not timer.cancelled())  # type: ignore[attr-defined]
        self._account.now_s = max(self._account.now_s, due) + 1e-6


class _SteppedWriter(LedgerWriter):
    """The ledger's writer without its thread: it writes what has gathered when it is told."""

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        return self

    def has_jobs(self) -> bool:
        return not self._jobs.empty()

    def write(self) -> None:
        jobs = []
        try:
            while (job := self._jobs.get_nowait()) is not None:
                jobs.append(job)
        except Empty:
            pass
        self._commit(jobs)


class _SteppedClient:
    """The way to the account: each call waits, on its way there and on its way back, until the test lets it go on."""

    skew_s = 0.0

    def __init__(self, account: Account) -> None:
        self.limiter = RateLimiter(1000, 5)
        self.bulk_limiter = RateLimiter(1000, 5)
        self.waiting: list[asyncio.Future[str]] = []
        self.in_flight: list[Lead] = []
        self._account = account

    async def create_lead(
        self, body: bytes, *, unless: Callable[[], bool] = lambda: False, record: CallRecord = UNRECORDED
    ) -> Reply:
        async with self.limiter.slot(unless=unless, record=record) as slot:
            stored = await self._carry([json.loads(body)])
            slot.answered()
            if stored is None:
                return Reply(429, b"")
            if stored[0]:
                return _reply(200, {"Status": "Success", "Message": {"Id": stored[0]}})
            return _reply(500, {"Status": "Error", "ExceptionType": TAKEN, "ExceptionMessage": "Already exists."})

    async def create_leads(
        self, body: bytes, *, unless: Callable[[], bool] = lambda: False, record: CallRecord = UNRECORDED
    ) -> Reply:
        async with self.bulk_limiter.slot(unless=unless, record=record) as slot:
            stored = await self._carry(json.loads(body))
            slot.answered()
            if stored is None:
                return Reply(429, b"")
            refusal = {"LeadCreated": False, "ExceptionType": TAKEN, "ErrorMessage": "Already exists."}
            return _reply(
                200,
                [
                    {"RowNumber": number, **({"LeadCreated": True, "LeadId": lead_id} if lead_id else refusal)}
                    for number, lead_id in enumerate(stored, start=1)
                ],
            )

    async def _carry(self, bodies: Sequence[Sequence[dict[str, str]]]) -> list[str] | None:
        """Bring leads to the account by one call: their ids, empty where one was refused; None for a rate refusal."""
        leads = [Lead({pair["Attribute"]: pair["Value"] for pair in body}) for body in bodies]
        alike = [(one, other) for at, one in enumerate(leads) for other in (*self.in_flight, *leads[:at])]
        assert not any(_may_be_one(one, other) for one, other in alike), "alike leads are in flight together"
        self.in_flight += leads
        in_the_air = self._account.in_the_air
        in_the_air += leads
        try:
            fault = await self._go_on()
        finally:
            for lead in leads:
                self.in_flight.remove(lead)
        if fault == "late" or any(lead not in in_the_air for lead in leads):
            raise AmbiguousError("no answer within the time allowed")
        reached = (len(leads) + 1) // 2 if fault.startswith("part") else len(leads)
        lost = {"lost before": 0, "unreachable": 0, "refused": 0, "part": reached}.get(fault, len(leads))
        for lead in leads[lost:]:
            in_the_air.remove(lead)
        if fault == "lost before":
            raise AmbiguousError("the connection was closed before an answer")
        if fault == "unreachable":
            raise TransientError("no connection")
        if fault == "refused":
            return None
        stored = [self._account.store(lead) for lead in leads[:reached]]
        await self._go_on()
        if fault == "lost after" or reached < len(leads):
            raise AmbiguousError("the answer broke off")
        return stored

    async def find_leads(self, field: str, value: str, *, columns: Sequence[str]) -> Reply:
        async with self.limiter.slot() as slot:
            await self._go_on()
            slot.answered()
            lead = self._account.find(field, value)
            return _reply(200, [] if lead is None else [_told(lead, columns)])

    async def list_leads(self, since: str, *, operator: str, columns: Sequence[str], page: int, size: int) -> Reply:
        async with self.limiter.slot() as slot:
            await self._go_on()
            slot.answered()
            assert size > len(self._account.leads), "one page holds them"
            new = [lead for lead in self._account.leads if _created_on(lead) >= since] if operator == ">=" else []
            return _reply(200, [_told(lead, columns) for lead in new] if page == 1 else [])

    async def find_by_id(self, lead_id: str) -> Reply:
        async with self.limiter.slot() as slot:
            await self._go_on()
            slot.answered()
            found = [lead for lead in self._account.leads if lead.id == lead_id]
            return _reply(200, [_told(lead, ("ProspectID", "CreatedOn", *lead.values)) for lead in found])

    async def user(self) -> Reply:
        async with self.limiter.slot() as slot:
            await self._go_on()
            slot.answered()
            return _reply(200, {"UserId": US})

    async def _go_on(self) -> str:
        turn: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        try:
            return await turn
        finally:
            self.waiting.remove(turn)


class SteppedRun:
    """One run of a source. Between any two of its steps it may be killed."""

    def __init__(
        self, path: Path, source: str, account: Account, *, has_reference: bool = False, is_bulk: bool = False
    ) -> None:
        self.account = account
        self._is_bulk = is_bulk
        self.ledger = open_ledger(path)
        assert self.ledger.locks.take_source(ACCOUNT, source)
        self.ledger.rows.run_id = self.ledger.runs.begin(mode="import", source=source, file=source, report="r")
        self.scratch = Scratch()
        digests = Digests(self.ledger.secret, account=ACCOUNT, source=source, header=HEADER, counted=COUNTED)
        rows = [
            (place, Row(place + 2, (*cells, f"{source} {place}")), None) for place, cells in enumerate(SOURCES[source])
        ]
        table = SimpleNamespace(path=source, unchanged=lambda: True)
        input_file: Any = SimpleNamespace(rows=lambda: iter(rows), shape=None, mapping=MAPPING, table=table)
        maker = RowPreparer(
            input_file,
            digests,
            account=ACCOUNT,
            unique=UNIQUE,
            country_code=None,
            reference=REFERENCE if has_reference else None,
        )
        Review(
            input_file=input_file,
            maker=maker,
            digests=digests,
            ledger=self.ledger,
            scratch=self.scratch,
            again=False,
            payloads=None,
            may_list=is_bulk,
        ).run(may_write=True)
        self.loop = _SteppedLoop(account)
        self.writer = _SteppedWriter(self.ledger)
        self._sending = self.loop.create_task(self._send(input_file, maker, self.ledger))
        self.loop.do_what_is_ready()

    async def _send(self, input_file: Any, maker: RowPreparer, ledger: Ledger) -> None:
        self.client = _SteppedClient(self.account)
        delivery = Delivery(
            self.client,
            unique=UNIQUE,
            country_code=None,
            watchdog=Watchdog(),
            owns=lambda lead_id: ledger.rows.find_lead(lead_id) is not None,
            wall_clock=self.account.wall_s,
            draws=random.Random(1),
        )
        await self.writer.__aenter__()
        self.sender = Sender(
            input_file=input_file,
            maker=maker,
            ledger=ledger,
            writer=self.writer,
            scratch=self.scratch,
            delivery=delivery,
            workers=WORKERS,
            again=False,
            bulk=self._plan_bulk() if self._is_bulk else None,
            told=lambda _prepared, _state: None,
        )
        await self.sender.run()

    def _plan_bulk(self) -> BulkPlan:
        ledger = self.ledger
        road = BulkRoad(
            self.client,
            self.client.bulk_limiter,
            unique=UNIQUE,
            country_code=None,
            watchdog=Watchdog(),
            find_owned=ledger.rows.find_owned,
            wall_clock=self.account.wall_s,
            draws=random.Random(1),
        )
        return BulkPlan(
            road=road,
            rows=BULK_ROWS,
            form=find_form(ledger),
            remember=lambda form: ledger.remember(FORM, form),
            spare=1,
            notify=lambda _notice: None,
        )

    def step(self, choice: int, fault: str) -> bool:
        """Let one thing go on, of those that can; False when the run has come to its end."""
        self.loop.do_what_is_ready()
        if self._sending.done():
            self._sending.result()
            assert self.sender.failure is None, self.sender.failure
            return False
        ways: list[Callable[[], None]] = [partial(turn.set_result, fault) for turn in self.client.waiting]
        if self.writer.has_jobs():
            ways.append(self.writer.write)
        if self.loop.is_waiting():
            ways.append(self.loop.pass_time)
        assert ways, "every row waits for another"
        ways[choice % len(ways)]()
        self.loop.do_what_is_ready()
        return True

    def stop(self) -> None:
        """Ask the run to come to its end."""
        self.sender.stop()

    def outcomes(self) -> list[Outcome]:
        return [state.outcome for state in self.scratch.notes()]

    def kill(self) -> None:
        """Nothing is written any more, and the kernel takes back the locks; what is in the air stays there."""
        self._sending.cancel()
        self.loop.do_what_is_ready()
        assert self._sending.done()
        self.loop.close()
        self.scratch.__exit__(None, None, None)
        self.ledger.close()


def _may_be_one(one: Lead, other: Lead) -> bool:
    values = [[_stored(name, lead.values.get(name, "")) for lead in (one, other)] for name in UNIQUE]
    return any(ours and ours == theirs for ours, theirs in values)


def _stored(name: str, value: str) -> str:
    return value[-6:] if name == "Phone" else value


def _created_on(lead: Lead) -> str:
    return utc_text(lead.created_at).replace("T", " ").replace("Z", ".000")


def _told(lead: Lead, columns: Sequence[str]) -> dict[str, str]:
    told = {"ProspectID": lead.id, "CreatedOn": _created_on(lead), "CreatedBy": US, **lead.values}
    return {name: told[name] for name in columns if name in told}


def _reply(status: int, body: object) -> Reply:
    return Reply(status, json.dumps(body).encode())
