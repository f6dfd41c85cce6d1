"""Numbers as they are written in India: lakhs, crores, rupee signs, groups of two."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.lead.refusal import Refusal
from importer.lead.values.indian import read_indian_number

READ = {
    "50 L": "5000000",
    "50L": "5000000",
    "2.5 lakh": "250000",
    "2.5 Lakhs": "250000",
    "12 lacs": "1200000",
    "1.2 Cr": "12000000",
    "1.2Cr.": "12000000",
    "3 crores": "30000000",
    "₹ 45,00,000": "4500000",
    "Rs. 45,00,000/-": "4500000",
    "Rs 1,23,45,678.50": "12345678.50",
    "INR 4,500,000": "4500000",
    "25K": "25000",
    "0.5 lakh": "50000",
    ".5 L": "50000",
    "1.2345678 lakh": "123456.78",
    "-2 L": "-200000",
    "₹ -2 L": "-200000",
    "450000": "450000",
    "12.50": "12.50",
    "0 L": "0",
    "1,00,000 lakh": "10000000000",
}
REFUSED = {
    "10-15 L": "two numbers",
    "10 L to 15 L": "two numbers",
    "₹ 10,00,000 - ₹ 15,00,000": "two numbers",
    "5 million": "beside its digits",
    "1,2 L": "beside its digits",
    "45,0,000": "could mean thousands",
    "1.5e5": "exponent",
    "lakh": "no number",
    "₹": "no number",
    "--2 L": "beside its digits",
    "9" * 70 + " L": "beside its digits",
}


@pytest.mark.parametrize(("text", "wanted"), READ.items())
def test_what_is_written_is_counted_out(text: str, wanted: str) -> None:
    assert read_indian_number(text, None) == wanted


@pytest.mark.parametrize(("text", "why"), REFUSED.items())
def test_what_is_not_sure_is_refused(text: str, why: str) -> None:
    refusal = read_indian_number(text, None)
    assert isinstance(refusal, Refusal)
    assert why in refusal.reason


@given(st.decimals(0, 10**12, allow_nan=False, places=4), st.sampled_from([("k", 3), ("lakh", 5), ("Cr", 7)]))
def test_no_digit_is_added_lost_or_rounded(number: Decimal, unit: tuple[str, int]) -> None:
    read = read_indian_number(f"{number:f} {unit[0]}", None)
    assert isinstance(read, str)
    assert Decimal(read) == number * 10 ** unit[1]
