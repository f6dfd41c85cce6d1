"""Keys leave only for LeadSquared, for this machine, and for a host that somebody calls trusted."""

import pytest
from workbench import Desk, person


@pytest.mark.parametrize("command", [["leads.csv"], ["leads.csv", "--dry-run"], ["map", "leads.csv"], ["fields"]])
def test_no_key_goes_to_a_foreign_host_without_a_word(desk: Desk, command: list[str]) -> None:
    desk.write([person(1)])
    desk.environ = {"LSQ_HOST": "leads.invalid", "LSQ_ACCESS_KEY": "u$r0123", "LSQ_SECRET_KEY": "s"}
    run = desk.call(*command)
    assert run.status == 2
    assert "leads.invalid is no host of LeadSquared's" in run.err
    assert "trusted_host: true" in run.err
    assert "u$r0123" not in run.text


def test_a_foreign_host_is_called_where_the_config_trusts_it(desk: Desk) -> None:
    desk.write([person(1)])
    desk.configure(account={"trusted_host": True}, breaker={"failures": 1})
    desk.environ = {"LSQ_HOST": "leads.invalid", "LSQ_ACCESS_KEY": "u$r0123", "LSQ_SECRET_KEY": "s"}
    run = desk.call("leads.csv", "--dry-run")
    assert "is no host of LeadSquared's" not in run.text
    assert "did not tell its fields" in run.text


def test_a_line_break_in_a_host_is_refused(desk: Desk) -> None:
    desk.write([person(1)])
    desk.environ = {"LSQ_HOST": "leads\t.leadsquared.com", "LSQ_ACCESS_KEY": "u$r0123", "LSQ_SECRET_KEY": "s"}
    run = desk.call("leads.csv")
    assert (run.status, "LSQ_HOST in the environment: a TAB, a line break" in run.err) == (2, True)
