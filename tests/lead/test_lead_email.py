import pytest
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from importer.lead.refusal import Refusal
from importer.lead.values.email import make_email_converter

CONVERT = make_email_converter(sends_bad=False)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("asha@example.com", "asha@example.com"),
        ("Asha.Rao+crm@Example.COM", "Asha.Rao+crm@example.com"),
        ("o'hara@example.co.in", "o'hara@example.co.in"),
        ("jürgen@müller.example.de", "jürgen@müller.example.de"),
    ],
)
def test_an_address_is_sent_as_written_but_for_its_domains_capitals(written: str, sent: str) -> None:
    assert CONVERT(written, None) == sent


@pytest.mark.parametrize(
    ("written", "error", "word"),
    [
        ("ravi.kumar(at)example.com", "bad_email", "no @"),
        ("n/a", "bad_email", "no @"),
        ("asha@example", "bad_email", "no dot behind its @"),
        ("asha@rao.test", "bad_email", "no real one does"),
        ("asha＠example.com", "bad_email", "full-width"),
        ("asha@@example.com", "bad_email", "two @"),
        ("asha@rao@example.com", "bad_email", "two @"),
        ("asha rao@example.com", "bad_email", "a blank inside"),
        ("asha@exam_ple.com", "bad_email", "an underscore behind its @"),
        ("asha.@example.com", "bad_email", "a dot beside its @"),
        ("asha@example.com.", "bad_email", "ends with a dot"),
        ("asha@example..com", "bad_email", "two dots side by side"),
        ("asha@example,com", "bad_email", "comma or semicolon inside"),
        ("asha@example.com;", "bad_email", "comma or semicolon behind"),
        ("@example.com", "bad_email", "nothing in front of its @"),
        ("asha@", "bad_email", "nothing behind its @"),
        ("mailto:asha@example.com", "bad_email", "mailto: in front"),
        ("<asha@example.com>", "bad_email", "angle brackets"),
        ("Asha <asha@example.com>", "bad_email", "angle brackets"),
        ("asha@exa'mple.com", "bad_email", "a mark behind its @"),
        ("(asha)@example.com", "bad_email", "a bracket"),
        ("asha@-example.com", "bad_email", "a hyphen beside a dot, or at an end"),
        ("asha@example-.com", "bad_email", "a hyphen beside a dot, or at an end"),
        ("asha@example.com-", "bad_email", "a hyphen beside a dot, or at an end"),
        ("asha@192.0.2.1", "bad_email", "nothing but digits behind its last dot"),
        (f"asha@{'e' * 64}.com", "bad_email", "more than 63 characters behind its @"),
        (f"asha@{'e.' * 130}com", "bad_email", "more than 254 characters"),
        ("asha@example.com, rao@example.com", "several_emails", "more than one"),
        ("asha@example.com/rao@example.com", "several_emails", "more than one"),
        ("asha@example.com rao@example.com", "several_emails", "more than one"),
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(written: str, error: str, word: str) -> None:
    refusal = CONVERT(written, None)
    assert isinstance(refusal, Refusal)
    assert refusal.error == error
    assert word in refusal.reason
    assert "example" not in refusal.reason + refusal.tip
    assert "asha" not in refusal.reason + refusal.tip


def test_with_the_policy_send_a_bad_address_goes_out_as_it_is() -> None:
    convert = make_email_converter(sends_bad=True)
    assert convert("asha@example", None) == "asha@example"
    assert convert("Asha@EXAMPLE.com", None) == "Asha@example.com"


LABELS = st.text(st.sampled_from("ab9-_xn.A"), max_size=8) | st.text("a", min_size=55, max_size=70)
ENDINGS = st.sampled_from(["com", "c", "co.in", "c0m", "9", "COM", "x-y", *SPECIAL_USE_DOMAIN_NAMES])
LOCALS = st.text(st.sampled_from("ab9.+-_A'\"é "), max_size=10) | st.text("a.", min_size=60, max_size=70)


@given(LOCALS, st.lists(LABELS, max_size=4), ENDINGS)
def test_every_address_is_judged_as_the_library_judges_it(local: str, labels: list[str], ending: str) -> None:
    text = f"{local}@{'.'.join([*labels, ending])}"
    try:
        expected = validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        assert isinstance(CONVERT(text, None), Refusal)
    else:
        assert CONVERT(text, None) == expected
