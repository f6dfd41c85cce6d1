"""An owner by e-mail address or name becomes the GUID of a user; one who cannot be found is refused, never sent."""

import json
from typing import Any

import pytest
from workbench import COLUMNS, HEADER, Account, Desk, person

from importer.sandbox.users import USERS

SELF, ASHA, RAVI, MEERA, OTHER_RAVI = USERS
OWNED = {**COLUMNS, "Owner": {"field": "OwnerId", "type": "owner"}}


def write(desk: Desk, *owners: str) -> None:
    rows = [(*person(number)[:5], "", owner) for number, owner in enumerate(owners, start=1)]
    desk.write(rows, header=(*HEADER, "Owner"))


def owners(account: Account) -> list[str | None]:
    return [lead["attributes"].get("OwnerId") for lead in account.leads()]


@pytest.mark.parametrize(
    "text", [ASHA.email, ASHA.email.upper(), "Asha Verma", " asha  VERMA ", ASHA.id, ASHA.id.upper()]
)
def test_an_owner_is_found_by_address_name_or_guid(desk: Desk, account: Account, text: str) -> None:
    desk.configure(columns=OWNED)
    write(desk, text, "")
    assert desk.call("leads.csv").status == 0
    assert owners(account) == [ASHA.id, None]


@pytest.mark.parametrize(
    ("text", "error", "tip"),
    [
        ("asha.varma@example.com", "unknown_owner", "Did you mean Asha Verma (asha.verma@example.com)?"),
        ("Asha Varma", "unknown_owner", "Did you mean Asha Verma"),
        ("nobody at all 123", "unknown_owner", "--refresh-fields"),
        (MEERA.email, "inactive_owner", "values:"),
        ("Meera Iyer", "inactive_owner", "values:"),
        (MEERA.id, "inactive_owner", "values:"),
        ("Ravi Nair", "several_owners", OTHER_RAVI.email),
    ],
)
def test_an_owner_who_cannot_be_found_is_refused_with_what_to_do(
    desk: Desk, account: Account, text: str, error: str, tip: str
) -> None:
    desk.configure(columns=OWNED)
    write(desk, text)
    assert desk.call("leads.csv").status == 1
    (line,) = desk.report()
    assert (line.status, line.error) == ("invalid", error)
    assert tip in line.tip
    assert account.stats()["creates"] == 0


@pytest.mark.parametrize("text", [ASHA.email, "Asha Verma"])
@pytest.mark.parametrize("column", ["OwnerId", {"field": "OwnerId", "type": "text"}])
def test_an_owner_without_the_type_is_refused_with_the_hint(
    desk: Desk, account: Account, column: Any, text: str
) -> None:
    desk.configure(columns={**COLUMNS, "Owner": column})
    write(desk, text, ASHA.id)
    assert desk.call("leads.csv").status == 1
    assert [line.error for line in desk.report()] == ["bad_owner", ""]
    assert "type: owner" in desk.report()[0].tip
    assert owners(account) == [ASHA.id]
    assert "Users.Get" not in account.stats()["calls"]


def test_a_constant_may_name_an_owner(desk: Desk, account: Account) -> None:
    desk.configure(constants={"OwnerId": {"type": "owner", "value": "Asha Verma"}})
    desk.write([person(1), person(2)])
    assert desk.call("leads.csv").status == 0
    assert owners(account) == [ASHA.id, ASHA.id]


@pytest.mark.parametrize(
    ("constant", "message"),
    [
        (ASHA.email, "Say type: owner"),
        ({"type": "owner", "value": "Asha Varma"}, "Did you mean Asha Verma"),
        ({"type": "owner", "value": MEERA.email}, "not active"),
        ({"type": "owner"}, "has no `value`"),
        ({"type": "oner", "value": "x"}, "did you mean `owner`"),
        ({"value": "x", "tpye": "owner"}, "did you mean `type`"),
    ],
)
def test_a_constant_owner_who_cannot_be_found_ends_the_run_before_the_first_call(
    desk: Desk, account: Account, constant: Any, message: str
) -> None:
    desk.configure(constants={"OwnerId": constant})
    desk.write([person(1)])
    run = desk.call("leads.csv")
    assert run.status == 2
    assert message in run.err
    assert account.stats()["creates"] == 0


def test_values_translate_owners_and_a_default_fills_blanks(desk: Desk, account: Account) -> None:
    column = {"field": "OwnerId", "type": "owner", "values": {"AV": ASHA.email}, "default": SELF.email}
    desk.configure(columns={**COLUMNS, "Owner": column})
    write(desk, "AV", "")
    assert desk.call("leads.csv").status == 0
    assert owners(account) == [ASHA.id, SELF.id]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"status": 403, "body": "no"}, "did not tell its users (HTTP 403)"),
        ({"status": 200, "body": "[]"}, "in a form that is understood"),
        ({"status": 200, "body": json.dumps({"Status": "Error"})}, "in a form that is understood"),
    ],
)
def test_without_the_accounts_users_no_owner_is_sent(
    desk: Desk, account: Account, answer: dict[str, Any], message: str
) -> None:
    account.script({"call": "Users.Get", **answer})
    desk.configure(columns=OWNED)
    write(desk, ASHA.email)
    run = desk.call("leads.csv")
    assert run.status == 2
    assert message in run.err
    assert account.stats()["creates"] == 0


def test_users_are_asked_for_once_and_anew_on_demand(desk: Desk, account: Account) -> None:
    desk.configure(columns=OWNED)
    write(desk, ASHA.email)
    for _ in range(2):
        assert desk.call("leads.csv").status == 0
    assert account.stats()["calls"]["Users.Get"] == 1
    assert desk.call("leads.csv", "--refresh-fields").status == 0
    assert account.stats()["calls"]["Users.Get"] == 2


def test_a_dry_run_without_an_account_leaves_owners_unchecked(desk: Desk) -> None:
    desk.account = None
    desk.configure(columns=OWNED)
    write(desk, "Nobody Known")
    assert desk.call("leads.csv", "--dry-run").status == 0


def test_an_owner_is_proposed_as_one(desk: Desk) -> None:
    desk.write([("A", ASHA.email)], header=("First Name", "Owner"))
    assert "Owner: {field: OwnerId, type: owner}" in desk.call("map", "leads.csv").out
