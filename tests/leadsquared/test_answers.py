"""What a reply means: every row of what is known of the API's errors, and whatever else a server may say."""

import json
import time
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.leadsquared.answers import Answer, FoundLead, Kind, Reply, read_answer, read_leads

RATE = "API calls exceeded the limit of 20 in 5 second(s)"
RATE_TYPE = "MXAPIRateLimitExceededException"
DUPLICATE = "MXDuplicateEntryException"
UNKNOWN = "MXUnknownAttributeException"
HTML = b"<html>\r\n<head><title>502 Bad Gateway</title></head></html>"
ID = "1b3c7a52-9f0e-4d55-8a01-6a2f44c1d9e0"


def mx(kind: str | None, message: str, **more: Any) -> bytes:
    return json.dumps({"Status": "Error", "ExceptionType": kind, "ExceptionMessage": message, **more}).encode()


def read(status: int, body: bytes, *values: str, retry_after: str | None = None) -> Answer:
    return read_answer(Reply(status, body, retry_after), values=values)


class Case(NamedTuple):
    error: str
    body: bytes
    kind: Kind
    fields: tuple[str, ...]
    tip: str


REFUSALS = [
    Case(*row)
    for row in (
        (
            DUPLICATE,
            mx(DUPLICATE, "A Lead with same Phone Number already exists."),
            Kind.DUPLICATE,
            ("Phone",),
            "phone",
        ),
        (
            DUPLICATE,
            mx(DUPLICATE, "A Lead with same Email already exists."),
            Kind.DUPLICATE,
            ("EmailAddress",),
            "e-mail",
        ),
        (
            DUPLICATE,
            mx(DUPLICATE, "Duplicate entry 'x@y' for key 'UQ_Prospect_Base_EmailAddress'"),
            Kind.DUPLICATE,
            ("EmailAddress",),
            "e-mail",
        ),
        (DUPLICATE, mx(DUPLICATE, "A Lead with same PAN already exists."), Kind.DUPLICATE, (), "unique value"),
        (
            UNKNOWN,
            mx(UNKNOWN, "Attribute(s) does not exist - mx_A,mx_B."),
            Kind.REJECTED,
            ("mx_A", "mx_B"),
            "mx_A, mx_B",
        ),
        (
            UNKNOWN,
            mx(UNKNOWN, "Attribute(s) does not exist - mx_A, mx_B."),
            Kind.REJECTED,
            ("mx_A", "mx_B"),
            "mx_A, mx_B",
        ),
        (UNKNOWN, mx(UNKNOWN, "Attribute(s) does not exist - mx_A."), Kind.REJECTED, ("mx_A",), "mx_A"),
        (
            "MXMandatoryAttributeMissingException",
            mx("MXMandatoryAttributeMissingException", "Source is mandatory"),
            Kind.REJECTED,
            (),
            "leaves empty",
        ),
        (
            "MXInvalidInputException",
            mx("MXInvalidInputException", "Invalid Input! Parameter Name: EmailAddress"),
            Kind.REJECTED,
            (),
            "Correct the field",
        ),
        ("MXInvalidDataTypeException", mx("MXInvalidDataTypeException", "wrong"), Kind.REJECTED, (), "wrong type"),
    )
]


@pytest.mark.parametrize("status", [500, 200, 412, 400, 503])
@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.body.decode()[16:])
def test_a_body_of_leadsquared_says_the_same_under_every_status(status: int, case: Case) -> None:
    answer = read(status, case.body)
    assert (answer.kind, answer.error, answer.fields) == (case.kind, case.error, case.fields)
    assert case.tip in answer.tip
    assert answer.message


@pytest.mark.parametrize("status", [401, 404])
@pytest.mark.parametrize("body", [case.body for case in REFUSALS])
def test_a_refusal_of_one_lead_does_not_end_the_run_whatever_its_status(status: int, body: bytes) -> None:
    assert read(status, body).kind in {Kind.REJECTED, Kind.DUPLICATE}


DOUBTS = [
    ("MXTimeoutException", mx("MXTimeoutException", "The operation has timed out.")),
    ("MXNeverHeardOfException", mx("MXNeverHeardOfException", "No.")),
    ("MXNeverHeardOfException", mx("MXNeverHeardOfException", f"Upstream said: {RATE}")),
    ("MXUnauthorizedAccessException", mx("MXUnauthorizedAccessException", "No.")),
    ("MXException", mx(None, "No.", IsMXException=True)),
    (
        "MXInvalidInputException",
        mx("MXInvalidInputException", "MySqlException: Deadlock found when trying to get lock"),
    ),
    (DUPLICATE, mx(DUPLICATE, "MySql.Data.MySqlClient.MySqlException: Duplicate entry 'x@y' for key 'PRIMARY'")),
    ("MySqlException", mx("MySqlException", "Lock wait timeout exceeded")),
    ("SqlException", mx("SqlException", "Timeout expired")),
]


@pytest.mark.parametrize("status", [200, 500, 412, 400])
@pytest.mark.parametrize(("error", "body"), DOUBTS)
def test_only_a_listed_type_proves_that_nothing_was_stored(status: int, error: str, body: bytes) -> None:
    answer = read(status, body)
    assert (answer.kind, answer.error) == (Kind.AMBIGUOUS, error)
    assert "Look in LeadSquared" in answer.tip


def test_a_value_that_names_a_database_is_no_error_of_one() -> None:
    answer = read(
        500, mx("MXInvalidInputException", "Invalid Input! Parameter Name: Notes (knows MySQL and SQL Server)")
    )
    assert answer.kind is Kind.REJECTED


@pytest.mark.parametrize("status", [400, 403, 404, 405, 422, 500])
def test_a_page_that_names_a_database_error_proves_nothing_whatever_its_status(status: int) -> None:
    answer = read(status, b"<html><pre>System.Data.SqlClient.SqlException: deadlock victim</pre></html>")
    assert (answer.kind, answer.error) == (Kind.AMBIGUOUS, f"HTTP {status}")


@pytest.mark.parametrize("status", [429, 403, 200, 500])
@pytest.mark.parametrize(
    ("message", "limit", "wait_s"),
    [
        (RATE, (20, 5), 5.0),
        ("API calls exceeded the limit of 2 in 60 second(s)", (2, 60), 60.0),
        ("API calls exceeded the limit", None, None),
        ("Too many.", None, None),
        (f"API calls exceeded the limit of 20 in {'9' * 5000} second(s)", None, None),
        ("API calls exceeded the limit of 20 in 999999999 second(s)", (20, 999999999), 600.0),
    ],
)
def test_a_rate_refusal_is_known_in_all_its_forms_and_tells_the_limit(
    status: int, message: str, limit: tuple[int, int] | None, wait_s: float | None
) -> None:
    answer = read(status, mx(RATE_TYPE, message))
    assert (answer.kind, answer.error, answer.limit, answer.wait_s) == (Kind.RATE_LIMITED, RATE_TYPE, limit, wait_s)
    assert "limit" in answer.tip


@pytest.mark.parametrize(
    ("status", "body"),
    [(429, b""), (429, HTML), (429, b"{}"), (403, RATE.encode()), (200, RATE.encode()), (403, mx(None, RATE))],
)
def test_a_rate_refusal_is_known_without_its_type(status: int, body: bytes) -> None:
    assert read(status, body).kind is Kind.RATE_LIMITED


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, mx("MXInvalidInputException", f"Invalid Input! Parameter Name: {RATE}"), Kind.REJECTED),
        (500, f"NullReference in {RATE}".encode(), Kind.AMBIGUOUS),
        (200, json.dumps({"Status": "Success", "Message": RATE}).encode(), Kind.AMBIGUOUS),
    ],
)
def test_a_value_that_reads_like_a_rate_refusal_is_none(status: int, body: bytes, kind: Kind) -> None:
    """A lead taken for refused would be sent again without a doubt."""
    assert read(status, body).kind is kind


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("-1", None),
        ("٧", None),
        ("", None),
        ("86400", 600.0),
        ("9" * 400, 600.0),
    ],
)
def test_retry_after_is_honoured_in_seconds_and_never_holds_a_run_for_ever(header: str, wait_s: float | None) -> None:
    assert read(429, b"", retry_after=header).wait_s == wait_s
    assert read(503, b"", retry_after=header).wait_s == wait_s


@pytest.mark.parametrize("status", [200, 201, 412, 429, 500, 401])
@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
def test_a_success_with_an_id_is_created_whatever_the_status(status: int, prefix: bytes) -> None:
    body = prefix + json.dumps({"Status": "Success", "Message": {"Id": f" {ID} "}}).encode()
    assert read(status, body) == Answer(Kind.CREATED, lead_id=ID)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500])
@pytest.mark.parametrize(
    "message",
    [None, "", "done", {}, {"Id": None}, {"Id": ""}, {"Id": "  "}, {"Id": 7}, {"Id": "\ud800"}, {"Id": "a\nb"}],
)
def test_a_success_without_a_readable_id_may_have_been_created(status: int, message: object) -> None:
    answer = read(status, json.dumps({"Status": "Success", "Message": message}).encode())
    assert (answer.kind, answer.error) == (Kind.AMBIGUOUS, "success_without_id")
    assert "Look in LeadSquared" in answer.tip


@pytest.mark.parametrize("status", [200, 201, 204, 303, 304, 406, 408, 409, 412, 425, 499, 500, 502, 503, 504])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        HTML,
        b"Internal Server Error",
        b"null",
        b"[]",
        b'[{"Status":"Error"}]',
        b"{}",
        b'{"Status":"Err',
        b"\xff\xfe\x00",
        b'{"Status":"Error","ExceptionMessage":"Object reference not set"}',
        b'{"Status":"Error","ExceptionType":"NullReferenceException","ExceptionMessage":"x already exists"}',
        b'{"Status":"Error","ExceptionMessage":"The folder already exists"}',
        b"[" * 100_000,
        '{"Status":"Error"}'.encode("utf-16"),
    ],
    ids=lambda body: repr(body[:30]),
)
def test_what_nobody_explains_may_have_been_created(status: int, body: bytes) -> None:
    answer = read(status, body)
    assert (answer.kind, answer.error) == (Kind.AMBIGUOUS, f"HTTP {status}")
    assert answer.tip


@pytest.mark.parametrize("body", [b"", HTML, b"\xef\xbb\xbf" + HTML, b"Bad Request: no JSON", b"{}"])
@pytest.mark.parametrize(
    ("status", "kind", "tip"),
    [
        (400, Kind.REJECTED, "could not read this lead"),
        (403, Kind.REJECTED, "may not create leads"),
        (301, Kind.REJECTED, "account.host"),
        (302, Kind.REJECTED, "account.host"),
        (307, Kind.REJECTED, "account.host"),
        (308, Kind.REJECTED, "account.host"),
        (405, Kind.REJECTED, "changed or refused the call"),
        (407, Kind.REJECTED, "HTTPS_PROXY"),
        (411, Kind.REJECTED, "changed or refused the call"),
        (413, Kind.REJECTED, "Shorten"),
        (414, Kind.REJECTED, "Shorten"),
        (415, Kind.REJECTED, "changed or refused the call"),
        (422, Kind.REJECTED, "could not read this lead"),
        (431, Kind.REJECTED, "Shorten"),
        (401, Kind.FATAL, "LSQ_ACCESS_KEY"),
        (404, Kind.FATAL, "no such API"),
    ],
)
def test_a_plain_refusal_is_known_by_its_status_and_repeats_no_page(
    status: int, kind: Kind, tip: str, body: bytes
) -> None:
    answer = read(status, body)
    assert (answer.kind, answer.error) == (kind, f"HTTP {status}")
    assert tip in answer.tip
    detail = "Bad Request: no JSON" if body.startswith(b"Bad") else ""
    is_told = kind is Kind.REJECTED or not detail
    assert answer.message == ": ".join([*([f"HTTP {status}"] if is_told else []), *([detail] if detail else [])])


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (401, "MXInvalidAccessDetailsException"),
        (401, "MXUserNotFoundException"),
        (401, "AuthenticationException"),
        (404, "MXNoSuchServiceException"),
        (500, "MXInvalidAccessDetailsException"),
        (200, "MXInvalidAccessDetailsException"),
        (403, "MXUnauthorizedAccessException"),
    ],
)
def test_refused_keys_end_the_run_under_any_name(status: int, name: str) -> None:
    answer = read(status, mx(name, "Use api-in21.leadsquared.com instead."))
    assert (answer.kind, answer.error) == (Kind.FATAL, name)
    assert answer.message == "Use api-in21.leadsquared.com instead."


SECRET = "s4nd+b0x/k3y=with&odd%signs"
ACCESS = "u$r5a11d0b0c5e7f4e2a9c3b6d8f1e0a7b4"


@pytest.mark.parametrize(
    "text",
    [
        f"Bad request: /v2/Lead.Create?accessKey={quote(ACCESS, safe='')}&secretKey={quote(SECRET, safe='')}",
        f"Bad request: /v2/Lead.Create?accessKey={ACCESS}&secretKey={SECRET}",
        f"Bad request: ?accessKey={quote(ACCESS, safe='').lower()}&amp;secretKey={SECRET.replace('&', '&amp;')}",
        f'{{"x-LSQ-AccessKey": "{ACCESS}", "x-LSQ-SecretKey": "{SECRET}"}}',
        f"Key{ACCESS}Secret{SECRET}!",
        "x" * 290 + SECRET,
    ],
)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 500])
def test_no_key_is_ever_repeated(status: int, text: str) -> None:
    for body in (text.encode(), mx("MXInvalidInputException", text), mx(None, text)):
        shown = repr(read(status, body, ACCESS, SECRET)).casefold()
        for piece in ("5a11d0b0c5e7f4e", "s4nd", "b0x", "k3y", "odd", "signs"):
            assert piece not in shown


def test_a_key_parameter_is_not_repeated_even_where_its_value_is_not_known() -> None:
    assert (
        read(400, b"see /v2/?accessKey=abc&secretKey=d%2Fe now").message
        == "HTTP 400: see /v2/?accessKey=…&secretKey=… now"
    )


@pytest.mark.parametrize(
    ("message", "values", "shown"),
    [
        ("Duplicate entry 'x@y' for key 'UQ_Base_Phone'", (), "Duplicate entry '…' for key 'UQ_Base_Phone'"),
        ("Duplicate entry 'o'brien@x.com' for key 'P'", (), "Duplicate entry '…' for key 'P'"),
        ("john.smith@example.com is taken", (), "… is taken"),
        ("Lead of JOHN SMITH exists", ("John Smith",), "Lead of … exists"),
        ("number +919845098450 is taken", ("9845098450",), "number +91… is taken"),
        ("number +91-9845098450 is taken", ("+919845098450",), "number … is taken"),
        ("Phone:9845098450", ("9845098450",), "Phone:…"),
        ("客户王伟已存在", ("王伟",), "客户…已存在"),
        ("Lead Ann and Anna", ("Ann",), "Lead … and Anna"),
        ("no such thing in here", ("no", "in"), "no such thing in here"),
        ("note a\nb c", ("a\nb c",), "note …"),
        ("limit of 20 characters", (), "limit of 20 characters"),
        (f"see lead {ID}", (), f"see lead {ID}"),
        ("bad \ud800 text\r\n here", (), "bad ? text here"),
        ("x" * 1000, (), "x" * 299 + "…"),
    ],
)
def test_no_personal_data_shows_in_a_message(message: str, values: tuple[str, ...], shown: str) -> None:
    assert read(500, mx("MXInvalidInputException", message), *values).message == shown


@pytest.mark.parametrize("piece", ["[", "a", "1 ", "1", "'", "' for key", "@", "accesskey ", "A Lead with same ", "- "])
def test_a_huge_text_is_read_in_no_time(piece: str) -> None:
    began = time.process_time()
    read(500, mx(None, piece * 200_000), "John", "9845098450")
    read(400, (piece * 200_000).encode(), "John", "9845098450")
    assert time.process_time() - began < 5


def test_a_type_and_names_that_are_no_words_are_not_repeated() -> None:
    answer = read(401, mx("MX of john@example.com", "No."))
    assert answer.error == "HTTP 401"
    assert read(500, mx(UNKNOWN, "Attribute(s) does not exist - mx_A, john@example.com.")).fields == ("mx_A",)


@given(
    status=st.integers(100, 599),
    body=st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["Status", "Message", "Id", "ExceptionType", "ExceptionMessage", "IsMXException"]), x
            )
        ),
    ).map(lambda value: json.dumps(value).encode()),
    values=st.lists(st.text(max_size=20)),
    retry_after=st.none() | st.text(max_size=5),
)
@example(500, b'{"Status":"Error","ExceptionType":{"a":[1]},"ExceptionMessage":["\\ud800"]}', ["\ud800"], "²")
def test_any_reply_has_a_meaning_that_can_be_written_down(
    status: int, body: bytes, values: list[str], retry_after: str | None
) -> None:
    answer = read_answer(Reply(status, body, retry_after), values=values)
    assert (answer.kind is Kind.CREATED) == bool(answer.lead_id)
    if answer.kind is not Kind.CREATED:
        assert answer.error
        assert answer.message
        assert answer.tip
    assert "\n" not in answer.message
    f"{answer.lead_id}{answer.error}{answer.message}{answer.tip}".encode()
    read_leads(Reply(status, body, retry_after), values=values)


def test_a_look_up_tells_the_leads_it_found() -> None:
    body = json.dumps([{"ProspectID": ID, "FirstName": "Ann"}]).encode()
    assert read_leads(Reply(200, body)) == (FoundLead(ID, {"ProspectID": ID, "FirstName": "Ann"}),)
    assert read_leads(Reply(200, b"\xef\xbb\xbf" + body)) == read_leads(Reply(200, body))
    assert read_leads(Reply(200, b"[]")) == ()


@pytest.mark.parametrize("body", [b"[1]", b"[{}]", b'[{"ProspectID":""}]', b'[{"ProspectID":7}]', b"{}", b"", HTML])
def test_a_look_up_that_cannot_be_read_is_not_taken_for_none(body: bytes) -> None:
    answer = read_leads(Reply(200, body))
    assert isinstance(answer, Answer)
    assert answer.kind is Kind.AMBIGUOUS


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b"", Kind.FATAL),
        (403, b"", Kind.REJECTED),
        (429, b"", Kind.RATE_LIMITED),
        (502, HTML, Kind.AMBIGUOUS),
        (500, b"[]", Kind.AMBIGUOUS),
        (500, mx("MXInvalidInputException", "x@example.com is no address"), Kind.REJECTED),
    ],
)
def test_a_refused_look_up_is_read_by_the_same_table(status: int, body: bytes, kind: Kind) -> None:
    answer = read_leads(Reply(status, body), values=["x@example.com"])
    assert isinstance(answer, Answer)
    assert answer.kind is kind
    assert "@" not in answer.message
