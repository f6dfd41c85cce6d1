"""A line that is proposed for config.yaml is read as what was meant by it."""

from dataclasses import replace
from pathlib import Path

import pytest

from importer.config import Column, Config, load_config
from importer.config.columnline import mended_line
from importer.errors import Remedy

ZONE = "timezone: Asia/Kolkata\n"
ENTRIES = (
    "Stage: ProspectStage",
    "Stage: {field: ProspectStage, type: choice}",
    'Stage: {field: ProspectStage, type: choice, options: ["B.Tech", No, 007], values: {x: "", Y: No}, off_list: send}',
    'Stage: {field: mx_KYC.Status, default: "a: b # c", too_long: cut}',
    "Stage: {field: mx_Text, required: true}",
    "Stage: {split: [FirstName, LastName]}",
    "Stage: {field: Phone, type: phone, region: IN}",
    'Stage: {field: mx_Day, type: date, format: "%d/%m/%Y"}',
    "Stage: {field: mx_At, type: datetime, timezone: Europe/Berlin}",
    'Stage: {field: mx_Sum, type: number, thousands: ".", decimal: ","}',
    '"Stufe: 1 | 2 \\"\\u00e4\\" #": mx_Text',
)
TRANSLATIONS = (Remedy("values", "B.Tech", "b.tech."), Remedy("values", "No", "yes: 'no' {x}, #"))


def load(tmp_path: Path, entry: str, zone: str = ZONE) -> tuple[Column, Config]:
    path = tmp_path / "config.yaml"
    path.write_text(f"{zone}too_long: invalid\ncolumns:\n  {entry}\n", "utf-8")
    config = load_config(path, environ={})
    return config.columns[0], config


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_columns_own_line_says_the_column(tmp_path: Path, entry: str) -> None:
    column, config = load(tmp_path, entry)
    assert load(tmp_path, mended_line(column, [], config))[0] == column


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_line_with_translations_adds_them_to_those_that_were_there(tmp_path: Path, entry: str) -> None:
    column, config = load(tmp_path, entry)
    line = mended_line(column, TRANSLATIONS, config)
    values = (*column.rule.values, *((one.cell, one.value) for one in TRANSLATIONS))
    assert load(tmp_path, line)[0] == replace(column, rule=replace(column.rule, values=values))


@pytest.mark.parametrize(
    ("entry", "remedy", "line"),
    [
        (
            "Sum: {field: mx_Sum, type: number}",
            Remedy("thousands", "."),
            'Sum: {field: mx_Sum, type: number, thousands: ".", decimal: ","}',
        ),
        ("Sum: mx_Sum", Remedy("thousands", ","), 'Sum: {field: mx_Sum, type: number, thousands: ","}'),
        ("Stage: ProspectStage", Remedy("off_list", "send"), "Stage: {field: ProspectStage, off_list: send}"),
        ("Note: mx_Note", Remedy("too_long", "cut"), "Note: {field: mx_Note, too_long: cut}"),
        ("Owner: OwnerId", Remedy("type", "owner"), "Owner: {field: OwnerId, type: owner}"),
        (
            "Tel: {field: Phone, type: phone}",
            Remedy("region", "IN"),
            "Tel: {field: Phone, type: phone, region: IN}  # IN, or the numbers' own country",
        ),
        ("Day: mx_Day", Remedy("format", "%d.%m.%Y"), 'Day: {field: mx_Day, type: date, format: "%d.%m.%Y"}'),
        (
            "Day: mx_Day",
            Remedy("format", "%d.%m.%Y %H:%M"),
            'Day: {field: mx_Day, type: datetime, format: "%d.%m.%Y %H:%M"}',
        ),
    ],
)
def test_a_line_says_what_lets_a_whole_column_pass(tmp_path: Path, entry: str, remedy: Remedy, line: str) -> None:
    column, config = load(tmp_path, entry)
    assert mended_line(column, [remedy], config) == line
    load(tmp_path, line)


@pytest.mark.parametrize(
    ("entry", "remedy"),
    [
        ("Day: mx_Day", Remedy("format", "%d.%m.%Y %H:%M")),  # of which zone?
        ("Tel: Phone", Remedy("region", "IN")),
    ],
)
def test_no_line_is_proposed_that_config_yaml_would_not_take(tmp_path: Path, entry: str, remedy: Remedy) -> None:
    column, config = load(tmp_path, entry, zone="")
    assert mended_line(column, [remedy], config) == ""


def test_a_country_is_guessed_from_the_other_columns(tmp_path: Path) -> None:
    entries = "Tel: {field: Phone, type: phone}\n  Mobile: {field: Mobile, type: phone, region: DE}"
    column, config = load(tmp_path, entries)
    assert "region: DE}  # DE, or" in mended_line(column, [Remedy("region", "IN")], config)
