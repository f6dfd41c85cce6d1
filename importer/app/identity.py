"""Whose account is it? Asked once for each new key, host or name, before the ledger is believed.

Keys are replaced, hosts renamed, and two accounts of one organisation have one name in LeadSquared. Taken for another
account, everything would be sent a second time; taken for one that it is not, nothing would be sent and all of it
called created. So what cannot be told is asked: the run stops, and `account.name` in config.yaml is the answer.
"""

import asyncio
from collections.abc import Sequence
from enum import Enum

from importer.app.account import Destination
from importer.errors import CallError, FatalError, SettingsError
from importer.events import Level, Notice, Notify, log_notice
from importer.leadsquared.answers import Reply, read_answer, read_leads
from importer.leadsquared.client import Client
from importer.leadsquared.user import User, read_user
from importer.ledger.ledger import Ledger
from importer.ledger.records import AccountRecord
from importer.nextstep import Action, NextStep

__all__ = ["identify_account"]

ASK_TIMEOUT_S = 10.0
ASK_AGAIN_S = (1.0, 3.0, 9.0)
"""How long to wait before the question is asked again, where much hangs on the answer."""

UNAUTHORIZED = 401
LEADS_LOOKED_FOR = 3
CANDIDATES_TOLD = 3


class _Found(Enum):
    """Whether leads that were created in an account are there with the keys of now."""

    OURS = "One of the leads that were created last in it is found with these keys"
    ABSENT = "None of the leads that were created last in it is found with these keys"
    UNTOLD = ""


async def identify_account(
    client: Client,
    ledger: Ledger,
    target: Destination,
    *,
    is_dry_run: bool,
    notify: Notify = log_notice,
) -> FatalError | None:
    """Find out whether the ledger's account is the one that these keys belong to, unless that is known already.

    Its organisation, country code and time zone are learnt on the way. Refused keys are returned as the error that
    ends the run. UsageError where a person must say which account it is, FatalError where the account does not answer
    and the ledger knows others that it may be.
    """
    has_rows = not ledger.rows.is_empty()
    is_known = ledger.is_known_by(target.address) or (has_rows and ledger.account.identity == target.address)
    if is_known and ledger.account.organisation is not None and ledger.account.time_zone is not None:
        return None
    others = [] if is_known else [one for one in ledger.other_accounts() if _may_be(one, target)]
    if is_dry_run and not others:
        return None
    is_urgent = bool(others) and not (has_rows or is_dry_run or target.has_name)
    reply = await _ask(client, ASK_AGAIN_S if is_urgent else (), notify)
    if reply is not None and reply.status == UNAUTHORIZED:
        answer = read_answer(reply, values=target.config.account.secrets)
        refusal = FatalError(f"LeadSquared refused the keys: {answer.message}", hint=answer.tip)
        if is_urgent:  # a report of what other keys have created is no place for rows that are not sent
            ledger.drop_account()
            raise refusal
        return refusal
    user = read_user(reply) if reply is not None else None
    if not is_known:
        await _settle(client, ledger, target, user, others, is_dry_run=is_dry_run, notify=notify)
    if user is None or user.organisation is None:
        notify(Notice(Level.DEBUG, "UserByAccessKey.Get did not tell who the account is."))
    else:
        code = user.country_code
        ledger.describe_account(
            organisation=user.organisation,
            country_code=code if code.isdecimal() else None,
            time_zone=user.time_zone,
        )
    return None


async def _settle(
    client: Client,
    ledger: Ledger,
    target: Destination,
    user: User | None,
    others: Sequence[AccountRecord],
    *,
    is_dry_run: bool,
    notify: Notify,
) -> None:
    """Settle that the ledger's account is that of the address, or raise."""
    told = user.organisation if user is not None else None
    if not ledger.rows.is_empty():
        if await _is_it(client, ledger, target, told):
            ledger.add_name(target.address)
        return
    same = [one for one in others if not told or not one.organisation or one.organisation == told]
    if same and not target.has_name:
        if user is None and is_dry_run:
            text = "LeadSquared did not tell whose the keys are; a real run would wait for that and then stop."
            notify(Notice(Level.WARNING, text))
            return
        if user is None:
            ledger.drop_account()
            raise FatalError(
                "LeadSquared did not tell whose the keys are. They are new here, and this ledger knows other accounts: "
                "taken for a new one's, leads could be created twice.",
                hint=f"Run the same command again later; nothing was sent. Or {_answers(same)}",
            )
        seen = [f"{one.identity}{await _evidence(client, ledger, one)}" for one in same[:CANDIDATES_TOLD]]
        ledger.drop_account()
        raise SettingsError(
            f"These keys or this host are new here. They belong to {told or 'an organisation without a name'}, and "
            f"so may an account that this ledger knows: {'; '.join(seen)}. The name of an organisation does not tell "
            "whether it is the same account.",
            hint=f"Nothing was sent. To go on, {_answers(same)}",
        )
    if same:
        text = (
            f"{target.identity} is taken for an account of its own, as account.name says: nothing of what was created "
            f"in {same[0].identity}{await _evidence(client, ledger, same[0])} is known in it."
        )
        notify(Notice(Level.WARNING, text))
    if user is not None:
        ledger.add_name(target.address)


async def _is_it(client: Client, ledger: Ledger, target: Destination, told: str | None) -> bool:
    """Whether a known account is that of these keys: True to believe it from now on, False to ask anew the next time;
    UsageError where it seems to be another.
    """
    account = ledger.account
    found = await _look_for_leads(client, ledger, account)
    if found is _Found.OURS:
        return True
    is_other = bool(told and account.organisation and told != account.organisation)
    if not is_other and (found is _Found.UNTOLD or not ledger.has_address()):
        return found is not _Found.UNTOLD  # an older version did not keep by which keys an account was reached
    theirs = f": they belong to {told}, not {account.organisation}" if is_other else ""
    evidence = f" {found.value}." if found.value else ""
    raise SettingsError(
        f"The keys seem to be another account's than {target.identity}{theirs}.{evidence}",
        hint=(
            "Nothing was sent. Give each account a name of its own below account: in config.yaml. "
            "If it is the same account all the same (its leads were deleted, its organisation renamed), say so once:"
        ),
        steps=[NextStep(Action.NAME_KEYS, target.identity)],
    )


def _may_be(other: AccountRecord, target: Destination) -> bool:
    """Whether another account of the ledger may be the target's; each sandbox is an account of its own for sure."""
    return other.host.partition("@")[2] == target.host.partition("@")[2]


def _answers(same: Sequence[AccountRecord]) -> str:
    lines = [f'  the same account (keys replaced, host renamed):  name: "{one.identity}"' for one in same]
    lines.append('  another account (a test account, say):  name: "a-name-of-your-own"')
    return "\n".join(["write one of these lines below account: in config.yaml:", *lines])


async def _evidence(client: Client, ledger: Ledger, account: AccountRecord) -> str:
    found = await _look_for_leads(client, ledger, account)
    return f" ({found.value[:1].lower()}{found.value[1:]})" if found.value else ""


async def _look_for_leads(client: Client, ledger: Ledger, account: AccountRecord) -> _Found:
    """Look whether leads that were created in an account are there. A copy of an account may hold them too."""
    asked = 0
    for lead_id in ledger.newest_leads(account, LEADS_LOOKED_FOR):
        try:
            reply = await asyncio.wait_for(client.find_by_id(lead_id), ASK_TIMEOUT_S)
        except (CallError, TimeoutError):
            return _Found.UNTOLD
        leads = read_leads(reply)
        if not isinstance(leads, tuple):
            return _Found.UNTOLD
        if any(lead.lead_id.casefold() == lead_id.casefold() for lead in leads):
            return _Found.OURS
        asked += 1
    return _Found.ABSENT if asked else _Found.UNTOLD


async def _ask(client: Client, waits_s: Sequence[float], notify: Notify) -> Reply | None:
    """Ask whose the keys are, again after each wait; None where there is no answer of the account's own."""
    for wait_s in (0.0, *waits_s):
        if wait_s:
            text = f"LeadSquared did not tell whose the keys are: asking again in {wait_s:.0f} s."
            notify(Notice(Level.WARNING, text))
            await asyncio.sleep(wait_s)
        try:
            reply = await asyncio.wait_for(client.user(), ASK_TIMEOUT_S)
        except (CallError, TimeoutError):
            continue
        if reply.status == UNAUTHORIZED or read_user(reply) is not None:
            return reply
    return None
