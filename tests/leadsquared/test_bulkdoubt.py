"""What listings tell of the rows of a lost bulk call: only what is proved, on a moved clock."""

import asyncio
import json
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from moved_clock import run_on_moved_clock
from scripted_client import NOW, lead_of, with_reference

from importer.clocks import ServerSeconds
from importer.errors import AmbiguousError, WithdrawnError
from importer.lead.lead import Lead
from importer.leadsquared.answers import Reply
from importer.leadsquared.bulkdoubt import APART_S, MOST_LISTINGS, QUIET_S, BulkDoubt
from importer.leadsquared.evidence import ABSENT, Verdict
from importer.leadsquared.newleads import FUTURE, MOST_PAGES, PAGE_SIZE, NewLeads
from importer.leadsquared.questions import Questions
from importer.leadsquared.retries import Retries
from importer.outcome import utc_text
from importer.ratelimit.limiter import RateLimiter
from importer.ratelimit.watchdog import Watchdog

US, THEM = "user-1", "user-2"
UNIQUE = ("EmailAddress", "Phone", "Mobile")
NAMELESS: dict[str, Any] = {
    "FirstName": "Zoë",
    "LastName": "Smith",
    "mx_City": "Pune",
    "mx_Income": "45000.00",
    "mx_Consent": "true",
}


def stored(number: int, *, at: float = NOW + 1, by: str = US, **values: Any) -> dict[str, Any]:
    created_on = utc_text(at).replace("T", " ").replace("Z", ".000")
    return {"ProspectID": f"lead-{number}", "CreatedOn": created_on, "CreatedBy": by, **values}


def keyed(number: int) -> Lead:
    return lead_of(FirstName="A", LastName=f"B{number}", EmailAddress=f"p{number}@example.com")


def as_stored(lead: Lead, number: int, **more: Any) -> dict[str, Any]:
    values = {one["Attribute"]: one["Value"] for one in lead.body}
    return stored(number, **values | more)


def nameless(**changes: str) -> Lead:
    return lead_of(**NAMELESS | changes)


@dataclass
class Account:
    """An account whose leads are there from a moment (seconds after the call) on; `pages` is told what was asked."""

    leads: Mapping[float, Sequence[dict[str, Any]]] = field(default_factory=dict)
    user_id: str | None = US
    is_filtered: bool = True
    asked: list[tuple[str, int]] = field(default_factory=list)
    failures: list[Exception | Reply] = field(default_factory=list)
    skew_s: float | None = 0.0

    def __post_init__(self) -> None:
        self.limiter = RateLimiter(100, 5)

    async def list_leads(self, since: str, *, operator: str, columns: Sequence[str], page: int, size: int) -> Reply:
        del columns
        self.asked.append((f"{operator} {since}", page))
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, Exception):
                raise failure
            return failure
        now = asyncio.get_running_loop().time()
        found = [lead for at, leads in self.leads.items() if at <= now for lead in leads]
        if self.is_filtered:
            found = [lead for lead in found if _compare(lead["CreatedOn"], operator, since)]
        return Reply(200, json.dumps(found[(page - 1) * size : page * size]).encode())

    async def user(self) -> Reply:
        return Reply(200, json.dumps({"Id": self.user_id} if self.user_id else {}).encode())


def _compare(created_on: str, operator: str, since: str) -> bool:
    told = created_on.partition(".")[0]
    return told > since if operator == ">" else told >= since


def settle(
    account: Account, leads: Sequence[Lead], *, find_owned: Callable[[Sequence[str]], Collection[str]] = lambda _: ()
) -> tuple[list[Verdict], float]:
    """The verdicts, and how many seconds they took."""

    async def main() -> tuple[list[Verdict], float]:
        client: Any = account
        watchdog = Watchdog()
        retries = Retries(random.Random(1), rest=account.limiter.rest)
        doubt = BulkDoubt(
            client,
            NewLeads(client, Questions(account.limiter, watchdog, retries=retries)),
            unique=UNIQUE,
            country_code="91",
            find_owned=find_owned,
            rest=account.limiter.rest,
        )
        verdicts = await doubt.settle(leads, since=lambda: ServerSeconds(NOW))
        return verdicts, asyncio.get_running_loop().time()

    return run_on_moved_clock(main())


def ids(verdicts: Sequence[Verdict]) -> list[str]:
    return [verdict.lead_id if verdict.is_ours else "absent" if verdict is ABSENT else "untold" for verdict in verdicts]


def test_what_is_there_is_ours_and_what_two_listings_do_not_show_is_absent() -> None:
    leads = [keyed(1), keyed(2), keyed(3)]
    account = Account({0.0: [as_stored(leads[2], 3), as_stored(leads[0], 1)]})
    verdicts, took_s = settle(account, leads)
    assert ids(verdicts) == ["lead-1", "absent", "lead-3"]
    assert took_s == pytest.approx(QUIET_S + APART_S, abs=0.1)
    assert account.asked[0] == (f"> {FUTURE}", 1)


def test_where_the_first_listing_shows_every_row_no_second_one_is_asked_for() -> None:
    leads = [keyed(1), keyed(2)]
    _, took_s = settle(Account({0.0: [as_stored(lead, number) for number, lead in enumerate(leads)]}), leads)
    assert took_s == pytest.approx(QUIET_S, abs=0.1)


def test_rows_that_a_server_stores_late_are_waited_for() -> None:
    leads = [keyed(1), keyed(2)]
    account = Account({0.0: [as_stored(leads[0], 1)], QUIET_S + 10: [as_stored(leads[1], 2)]})
    assert ids(settle(account, leads)[0]) == ["lead-1", "lead-2"]


def test_listings_that_never_agree_tell_nothing_of_the_rows_that_they_do_not_prove() -> None:
    leads = [keyed(1), *(keyed(number) for number in range(2, 2 + MOST_LISTINGS + 1))]
    late = {QUIET_S + number * APART_S - 1: [as_stored(leads[number], number)] for number in range(1, len(leads))}
    verdicts, _ = settle(Account({0.0: [as_stored(leads[0], 0)], **late}), leads)
    assert ids(verdicts)[0] == "lead-0"
    assert "untold" in ids(verdicts)
    assert "absent" not in ids(verdicts)


def test_a_listing_that_shows_what_was_not_asked_for_is_not_believed() -> None:
    leads = [keyed(1)]
    account = Account({0.0: [as_stored(leads[0], 1), stored(9, at=NOW - 9000)]}, is_filtered=False)
    verdicts, _ = settle(account, leads)
    assert ids(verdicts) == ["untold"]
    assert len(account.asked) == 1


def test_a_listing_with_a_lead_that_is_too_old_is_not_believed() -> None:
    leads = [keyed(1)]
    empty = Reply(200, b"[]")
    old = Reply(200, json.dumps([stored(9, at=NOW - 9000)]).encode())
    assert ids(settle(Account(failures=[empty, old]), leads)[0]) == ["untold"]


def test_every_page_is_read_and_beyond_so_many_nothing_is_told() -> None:
    leads = [keyed(1)]
    crowd = [stored(100 + number, EmailAddress=f"x{number}@example.com") for number in range(PAGE_SIZE + 5)]
    account = Account({0.0: [*crowd, as_stored(leads[0], 1)]})
    assert ids(settle(account, leads)[0]) == ["lead-1"]
    assert [page for _, page in account.asked] == [1, 1, 2]
    endless = Account({0.0: [stored(number) for number in range(PAGE_SIZE * MOST_PAGES)]})
    assert ids(settle(endless, leads)[0]) == ["untold"]


def test_a_lead_that_another_row_of_ours_made_is_not_this_rows() -> None:
    leads = [keyed(1)]
    account = Account({0.0: [as_stored(leads[0], 1)]})
    assert ids(settle(account, leads, find_owned=lambda _ids: {"lead-1"})[0]) == ["absent"]


def test_a_lead_with_our_value_and_another_name_proves_neither() -> None:
    leads = [keyed(1)]
    assert ids(settle(Account({0.0: [as_stored(leads[0], 1, LastName="Other")]}), leads)[0]) == ["untold"]


def test_a_row_without_unique_values_is_found_by_all_that_it_says() -> None:
    told: dict[str, Any] = NAMELESS | {"mx_Income": "45000", "mx_Consent": "1", "LastName": "SMITH "}
    assert ids(settle(Account({0.0: [stored(1, **told)]}), [nameless()])[0]) == ["lead-1"]


@pytest.mark.parametrize(
    "change",
    [
        {"mx_City": "Mumbai"},
        {"mx_City": None},
        {"CreatedBy": THEM},
        {"CreatedBy": None},
        {"EmailAddress": "zoe@example.com"},
        {"mx_Income": "45001"},
    ],
)
def test_a_lead_that_differs_in_anything_is_not_a_nameless_rows(change: dict[str, Any]) -> None:
    assert ids(settle(Account({0.0: [stored(1, **NAMELESS) | change]}), [nameless()])[0]) == ["absent"]


def test_two_such_leads_tell_nothing_and_so_does_an_account_that_does_not_say_whose_the_keys_are() -> None:
    twice = Account({0.0: [stored(1, **NAMELESS), stored(2, **NAMELESS)]})
    assert ids(settle(twice, [nameless()])[0]) == ["untold"]
    silent = Account({0.0: [stored(1, **NAMELESS)]}, user_id=None)
    assert ids(settle(silent, [nameless()])[0]) == ["untold"]


def test_a_row_with_a_reference_is_found_by_that_alone() -> None:
    lead = with_reference(nameless())
    assert lead.reference is not None
    there = stored(1, **NAMELESS, mx_Import_Ref=lead.reference.value, CreatedBy=THEM)
    assert ids(settle(Account({0.0: [there]}), [lead])[0]) == ["lead-1"]
    other = stored(1, **NAMELESS, mx_Import_Ref="r-other")
    assert ids(settle(Account({0.0: [other]}), [lead])[0]) == ["absent"]


def test_a_listing_that_gets_no_answer_is_asked_for_again_and_tells_nothing_in_the_end() -> None:
    leads = [keyed(1)]
    lost = AmbiguousError("no answer within the time allowed")
    account = Account({0.0: [as_stored(leads[0], 1)]}, failures=[lost, Reply(502, b"")])
    assert ids(settle(account, leads)[0]) == ["lead-1"]
    silent = Account(failures=[Reply(502, b"")] * 1000)
    assert ids(settle(silent, leads)[0]) == ["untold"]


def test_where_no_call_may_go_any_more_that_is_told() -> None:
    account = Account(failures=[WithdrawnError("the run ended before this call's turn")])
    with pytest.raises(WithdrawnError):
        settle(account, [keyed(1)])
