"""Bulk calls as a client writes them, and what they left in the account."""

from typing import Any

from sandbox_account import Account, Answer

CREATE = "Lead/Bulk/Create"
CREATE_OR_UPDATE = "Lead/Bulk/CreateOrUpdate"


def row(**values: str) -> list[dict[str, Any]]:
    return [{"Attribute": name, "Value": value} for name, value in values.items()]


async def send(account: Account, *rows: Any, call: str = CREATE) -> Answer:
    return await account.post(f"LeadManagement.svc/{call}", list(rows))


async def send_names(account: Account, names: str, *, call: str = CREATE) -> Answer:
    """A call with a row for each letter."""
    return await send(account, *(row(FirstName=name) for name in names), call=call)


def names(account: Account) -> list[str]:
    return [lead["attributes"]["FirstName"] for lead in account.sandbox.leads()]


def numbers(answer: Answer) -> list[int]:
    return [entry["RowNumber"] for entry in answer.json]
