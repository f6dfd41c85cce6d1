import pytest

from importer.lead.births import is_birth


@pytest.mark.parametrize(
    "names",
    [
        ("Date of Birth",),
        ("DOB",),
        ("D.O.B.",),
        ("d.o.b",),
        ("StudentDOB",),
        ("When", "mx_DOB"),
        ("When", "mx_Date_of_Birth"),
        ("When", "mx_Custom_1", "Birthday"),
        ("Geburtsdatum",),
        ("Fecha de nacimiento",),
        ("जन्म तिथि",),
        ("تاريخ الميلاد",),
    ],
)
def test_a_column_of_births_is_known_by_any_of_its_names(names: tuple[str, ...]) -> None:
    assert is_birth(*names)


@pytest.mark.parametrize(
    "name", ["Enquiry Date", "Job", "Dobson", "Expected date of birth", "Next birthday", "Anniversary"]
)
def test_other_dates_are_no_births(name: str) -> None:
    assert not is_birth(name)
