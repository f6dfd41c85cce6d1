"""No cell of the report runs as a formula, and every cell comes back as it was."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.report.formulaescape import escape_formula, is_formula, unescape_formula

FORMULA_STARTS = "=+-@＝＋－＠"

texts = st.one_of(
    st.text(),
    st.builds(
        "".join,
        st.lists(
            st.sampled_from([*FORMULA_STARTS, "'", " ", "\t", "\n", ";", "|", '"', "\ufeff", "1", "a", "(", ".", "e"])
        ),
    ),
)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("https://example.com")',
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "+A1",
        "-A1",
        "+",
        "-",
        "- a bullet",
        "+1+2",
        "-2-3",
        "+1*2",
        "+91-98450 x12",
        "＝1+1",
        "＋A1",
        "－A1",
        "＠x",
        " =1",
        "\u3000=1",
        "\ufeff=1",
        "\u200b@x",
        "\x00=1",
        "\tplain",
        "\rplain",
        "\nplain",
        "+٩١٩٨٤٥٠",
        "-12.5\n",
        "+91\t98",
    ],
)
def test_a_formula_gets_one_quote_in_front(text: str) -> None:
    assert escape_formula(text) == "'" + text


@pytest.mark.parametrize("text", ["'", "''", "'=1", "'plain", "'+91-98450 10001"])
def test_a_cell_that_begins_with_a_quote_gets_another(text: str) -> None:
    assert escape_formula(text) == "'" + text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Asha",
        "a=b",
        "01250",
        "12.5",
        "O'Hara",
        "+91-9845010001",
        "+91-98450 10001",
        "+91 98450 10001",
        "+1 (617) 555-0143",
        "+33 1.99.00.12.34",
        "+49 30 23125 014 ",
        "+(91) 98450-10001",
        "-12.5",
        "- 12.5",
        "+12",
        "-.5",
        "-1,000.50",
        "-3e-7",
        "-12%",
        " -12.5",
        "#N/A",
        " blank in front",
        "−5",
        "–",
        "_x000D_",
    ],
)
def test_a_phone_a_number_and_plain_text_are_left_as_they_are(text: str) -> None:
    assert escape_formula(text) == text


@given(texts)
@example("'")
@example("''=1")
@example("\r'")
def test_what_is_guarded_comes_back_exactly(text: str) -> None:
    assert unescape_formula(escape_formula(text)) == text


@given(texts)
def test_no_guarded_cell_is_a_formula(text: str) -> None:
    assert not is_formula(escape_formula(text))


@given(st.sampled_from(FORMULA_STARTS), st.text(alphabet=st.characters(categories=["L", "Po", "Sm"]), min_size=1))
def test_a_sign_before_letters_never_stays_bare(sign: str, rest: str) -> None:
    assert escape_formula(sign + rest).startswith("'")


@given(texts)
def test_exactly_one_quote_is_taken_away(text: str) -> None:
    text = text.translate(dict.fromkeys(map(ord, ";|\t\r\n")))
    assert unescape_formula("'" + text) == text


@pytest.mark.parametrize("divider", [";", "\t", "|", "\n", "\r", "\r\n"])
@pytest.mark.parametrize("before", ["", " ", "\u200b", '"', '""', "x;"])
@pytest.mark.parametrize("formula", ["=cmd", "+A1", "@SUM(A1)", "-2+3", "＝1"])
def test_a_formula_behind_what_another_program_divides_at_is_guarded(divider: str, before: str, formula: str) -> None:
    text = f"Eve{divider}{before}{formula}"
    escaped = escape_formula(text)
    for mark in ";\t|\n\r":
        for piece in escaped.split(mark):
            assert not is_formula(piece.lstrip("\r\n").strip('"'))
    assert unescape_formula(escaped) == text


@pytest.mark.parametrize(
    "text", ["+91 98450;+91 98451", "a;b|c", "Eve;'quoted'", "one\n- \ntwo"[:4], "x;-12.5;+1,000", "it's;so", "a;'+1"]
)
def test_what_cannot_run_behind_a_divider_stays_as_it_is(text: str) -> None:
    assert escape_formula(text).removeprefix("'") == text


@pytest.mark.parametrize("text", ["+0" + " " * 1_000_000 + "x", "-" + "1" * 1_000_000 + "x", "+" + "(" * 1_000_000])
def test_a_long_cell_is_judged_at_once(text: str) -> None:
    start = time.perf_counter()
    assert unescape_formula(escape_formula(text)) == text
    assert time.perf_counter() - start < 5
