"""A column's dates get a format only where its values leave one way to read them."""

import pytest

from importer.lead.values.datepattern import compile_pattern
from importer.proposal.dates import find_date_style


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["25/10/2026", "03/04/2026"], "%d/%m/%Y"),
        (["10/25/2026", "03/04/2026"], "%m/%d/%Y"),
        (["25.10.2026 14:30"], "%d.%m.%Y %H:%M"),
        (["25-10-2026 02:30 PM", ""], "%d-%m-%Y %I:%M %p"),
        (["3 Apr 2026", "soon"], "%d %b %Y"),
        (["Apr 3, 2026"], "%b %d, %Y"),
        (["03/10/26", "28/10/26", "31/10/26"], "%d/%m/%y"),  # years that jump by days are none
    ],
)
def test_one_way_to_read_all_values_is_proposed(values: list[str], form: str) -> None:
    assert find_date_style(values).format == form
    compile_pattern(form)


@pytest.mark.parametrize(
    "values",
    [
        ["03/04/2026"],
        ["03/04/26", "25/04/26"],  # a day first, or a year
        ["25/10/2026", "10/25/2026"],  # both orders in one column
        ["25/10/2026", "25/10/2026 14:30"],
    ],
)
def test_what_can_be_read_in_two_ways_or_in_none_alone_is_only_asked_about(values: list[str]) -> None:
    style = find_date_style(values)
    assert (style.format, style.is_unclear) == ("", True)


@pytest.mark.parametrize("values", [[], ["", " "], ["2026-10-25", "2026-10-25 10:00:00"], ["soon"]])
def test_iso_dates_and_what_is_no_date_need_no_format(values: list[str]) -> None:
    style = find_date_style(values)
    assert (style.format, style.is_unclear) == ("", False)
