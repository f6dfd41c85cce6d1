"""What a server says without LeadSquared's own words, from the outside: one call, one line, the status in it."""

import pytest
from workbench import Account, Desk, person


@pytest.mark.parametrize("status", [301, 302, 307, 308, 405, 411, 413, 414, 415, 422, 431])
@pytest.mark.parametrize("keyed", [True, False])
def test_a_definite_status_is_rejected_after_one_call_and_the_row_is_tried_again_by_the_next_run(
    *, desk: Desk, account: Account, status: int, keyed: bool
) -> None:
    desk.write([person(1, email=keyed, phone=keyed)])
    account.script({"call": "Lead.Create", "status": status, "body": "<html>no</html>", "content_type": "text/html"})
    assert desk.call("leads.csv").status == 1
    (line,) = desk.report()
    assert (line.status, line.error, line.attempts) == ("rejected", f"HTTP {status}", "1")
    assert str(status) in line.message
    assert line.tip
    assert account.calls() == 1
    assert desk.call("leads.csv").status == 0
    assert len(account.leads()) == 1


@pytest.mark.parametrize("status", [303, 408, 409, 500, 502])
def test_a_status_that_proves_nothing_is_a_doubt(desk: Desk, account: Account, status: int) -> None:
    desk.write([person(1, email=False, phone=False)])
    account.script({"call": "Lead.Create", "status": status, "body": "", "store": True})
    for _ in range(2):
        assert desk.call("leads.csv").status == 1
        assert [line.status for line in desk.report()] == ["unknown"]
    assert len(account.leads()) == 1
