"""A bulk call's answer is read row by row, and what it does not prove is in doubt."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.leadsquared.answers import Kind, Reply
from importer.leadsquared.bulkanswers import BulkAnswer, read_bulk_answer

AMBIGUOUS, CREATED, DUPLICATE, REJECTED = Kind.AMBIGUOUS, Kind.CREATED, Kind.DUPLICATE, Kind.REJECTED
RATE = {"Status": "Error", "ExceptionType": "MXAPIRateLimitExceededException"} | {
    "ExceptionMessage": "API calls exceeded the limit of 1 in 5 second(s)"
}


def made(number: object, lead_id: object = None, **more: object) -> dict[str, Any]:
    told = f"id-{number}" if lead_id is None else lead_id
    return {"RowNumber": number, "LeadId": told, "LeadCreated": True, **more}


def refused(number: object, message: object, **more: object) -> dict[str, Any]:
    return {"RowNumber": number, "LeadId": "", "LeadCreated": False, "ErrorMessage": message, **more}


def read(content: object, *, rows: int = 3, status: int = 200) -> BulkAnswer:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_bulk_answer(Reply(status, body), [(f"secret{row}",) for row in range(rows)])


def kinds(content: object, **how: Any) -> list[Kind]:
    return [answer.kind for answer in read(content, **how).rows]


@pytest.mark.parametrize("start", [0, 1])
def test_each_row_is_told_under_its_number_wherever_the_count_begins_and_in_whatever_order(start: int) -> None:
    answer = read([made(start + 2), refused(start, "Duplicate"), made(start + 1)])
    assert [row.kind for row in answer.rows] == [DUPLICATE, CREATED, CREATED]
    assert [row.lead_id for row in answer.rows] == ["", f"id-{start + 1}", f"id-{start + 2}"]
    assert answer.is_known_form is True
    assert answer.whole is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([made(1), made(2)], [AMBIGUOUS] * 3),  # short: it may count from 0 or from 1
        ([made(0), made(1)], [CREATED, CREATED, AMBIGUOUS]),
        ([made(2), made(3)], [AMBIGUOUS, CREATED, CREATED]),
        ([made(1), made(2), made(2, "other"), made(3)], [AMBIGUOUS] * 3),  # more entries than rows
        ([made(1), made(3), made(3, "other")], [CREATED, AMBIGUOUS, AMBIGUOUS]),
        ([made(1), made(2), made(4)], [AMBIGUOUS] * 3),
        ([made("1"), made("2"), made("3")], [AMBIGUOUS] * 3),
        ([made(1.0), made(2.0), made(3.0)], [AMBIGUOUS] * 3),
        ([made(True), made(2), made(3)], [AMBIGUOUS] * 3),
        ([made(1), "x", made(3)], [AMBIGUOUS] * 3),
        ([{"LeadId": "a", "LeadCreated": True}] * 3, [AMBIGUOUS] * 3),
        ([made(1), made(2, ""), made(3)], [CREATED, AMBIGUOUS, CREATED]),
        ([made(1), made(2, 7), made(3)], [CREATED, AMBIGUOUS, CREATED]),
        ([made(1), made(2) | {"LeadCreated": "true"}, made(3)], [CREATED, AMBIGUOUS, CREATED]),
        ([made(1), made(2, ErrorMessage="but"), made(3)], [CREATED, AMBIGUOUS, CREATED]),
        ([made(1, "same"), made(2, "same"), made(3)], [AMBIGUOUS, AMBIGUOUS, CREATED]),
        ([made(1), refused(2, ""), made(3)], [CREATED, AMBIGUOUS, CREATED]),
        ([made(1), refused(2, None), made(3)], [CREATED, AMBIGUOUS, CREATED]),
        ([], [AMBIGUOUS] * 3),
        ({"Status": "Success", "Message": {"Id": "a"}}, [AMBIGUOUS] * 3),
        ({"Status": "Error", "ExceptionType": "MXUnknownAttributeException"}, [AMBIGUOUS] * 3),
        (b"<html>", [AMBIGUOUS] * 3),
    ],
)
def test_what_is_not_told_under_a_rows_number_is_in_doubt(content: object, expected: list[Kind]) -> None:
    assert kinds(content) == expected
    assert read(content).is_known_form is not True


@pytest.mark.parametrize("status", [201, 400, 500, 502])
def test_an_array_with_an_error_status_proves_nothing(status: int) -> None:
    assert kinds([made(1), made(2), made(3)], status=status) == [AMBIGUOUS] * 3


@pytest.mark.parametrize(
    ("entry", "kind", "error"),
    [
        (refused(1, "Duplicate entry 'x' for key 'UQ_Prospect_Base_EmailAddress'"), DUPLICATE, "MXDuplicate"),
        (refused(1, "A Lead with same Phone Number already exists."), DUPLICATE, "MXDuplicate"),
        (refused(1, "No.", ExceptionType="MXDuplicateEntryException"), DUPLICATE, "MXDuplicate"),
        (refused(1, "Invalid data"), REJECTED, "refused_in_bulk"),
        (refused(1, "Invalid Phone format"), REJECTED, "refused_in_bulk"),
        (refused(1, "No.", ExceptionType="MXInvalidInputException"), REJECTED, "MXInvalidInputException"),
        (refused(1, "MySqlException"), AMBIGUOUS, ""),
        (refused(1, "Timeout expired"), AMBIGUOUS, ""),
        (refused(1, "API calls exceeded the limit of 1 in 5 second(s)"), Kind.RATE_LIMITED, "MXAPIRateLimit"),
    ],
)
def test_a_refused_row_says_why(entry: dict[str, Any], kind: Kind, error: str) -> None:
    (row,) = read([entry], rows=1).rows
    assert row.kind is kind
    assert row.error.startswith(error)


def test_a_duplicate_names_the_field_that_is_taken() -> None:
    (row,) = read([refused(1, "A Lead with same Phone Number already exists.")], rows=1).rows
    assert row.fields == ("Phone",)


def test_no_message_shows_a_value_of_its_row() -> None:
    (row,) = read([refused(1, "Invalid data: secret0, a@example.com")], rows=1).rows
    assert "secret0" not in row.message
    assert "example" not in row.message


def test_a_rate_refusal_and_refused_keys_speak_of_the_whole_call_and_prove_that_nothing_was_stored() -> None:
    whole = read(RATE).whole
    assert whole is not None
    assert (whole.kind, whole.limit) == (Kind.RATE_LIMITED, (1, 5))
    for status in (401, 404):
        whole = read(b"no", status=status).whole
        assert whole is not None
        assert whole.kind is Kind.FATAL


@pytest.mark.parametrize(("content", "status"), [(b"", 502), (b"", 503), (RATE, 200), (b"no", 401)])
def test_an_outage_says_nothing_of_the_form_in_which_the_account_answers(content: object, status: int) -> None:
    assert read(content, status=status).is_known_form is None


def test_a_refusal_of_the_whole_call_is_another_form() -> None:
    answer = read({"Status": "Error", "ExceptionType": "MXUnknownAttributeException"}, status=500)
    assert (answer.is_known_form, answer.is_refused) == (False, True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["RowNumber", "LeadId", "LeadCreated", "ErrorMessage", "ExceptionType", "Status"]), inner
        )
    ),
    max_leaves=12,
)


@given(JSON, st.integers(1, 4), st.sampled_from([200, 200, 400, 401, 429, 500]))
def test_any_reply_has_a_meaning_for_every_row_and_no_id_is_told_twice(content: object, rows: int, status: int) -> None:
    answer = read(content, rows=rows, status=status)
    assert len(answer.rows) == rows
    ids = [row.lead_id for row in answer.rows if row.lead_id]
    assert len(set(ids)) == len(ids)
    assert all((row.kind is CREATED) == bool(row.lead_id) for row in answer.rows)
