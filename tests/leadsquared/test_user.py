"""What is read out of UserByAccessKey.Get, and what is no answer to it."""

import json

import pytest

from importer.leadsquared.answers import Reply
from importer.leadsquared.user import User, read_user

TOLD = {"OrgDisplayName": "Acme", "Role": "Admin", "TimeZone": " Asia/Kolkata ", "DefaultCountryCode": "+91", "Id": 1}


def reply(told: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(told).encode())


def test_the_account_is_told_with_its_code_in_digits() -> None:
    assert read_user(reply(TOLD)) == User("Acme", "Admin", "Asia/Kolkata", "91", "1")


def test_what_is_not_told_is_empty_and_an_untold_organisation_is_none() -> None:
    assert read_user(reply({"Role": None})) == User(None, "", "", "")
    assert read_user(reply({"OrgDisplayName": ""})) == User("", "", "", "")


@pytest.mark.parametrize(
    "answer",
    [
        reply(TOLD, 401),
        reply(TOLD, 500),
        reply({"Status": "Error", "ExceptionType": "MXInvalidAccessDetailsException"}),
        reply([TOLD]),
        reply("Acme"),
        Reply(200, b"<html>"),
        Reply(200, b"\xff\xfe"),
        Reply(200, b"[" * 100_000),
    ],
    ids=["refused", "server error", "error with 200", "list", "text", "page", "no text", "nested too deep"],
)
def test_what_is_no_such_answer_tells_nothing(answer: Reply) -> None:
    assert read_user(answer) is None


def test_what_is_told_of_an_account_prints_and_can_be_written_down() -> None:
    odd = "A\x1b[2J\u202e\ud800 \x9bB" + "C" * 1000
    user = read_user(reply(dict.fromkeys(TOLD, odd)))
    assert user is not None
    for text in (user.organisation or "", user.role, user.time_zone, user.country_code):
        assert text.isprintable()
        assert len(text) <= 300
    assert read_user(reply(TOLD | {"OrgDisplayName": {"a": [1]}, "Role": [1]})) == User(
        "", "", "Asia/Kolkata", "91", "1"
    )
