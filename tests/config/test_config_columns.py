from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from importer.config import Config, load_config
from importer.errors import ConfigError
from importer.lead import FieldName, Policies, ValueRule

INDIA = ZoneInfo("Asia/Kolkata")


def load(folder: Path, text: str) -> Config:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return load_config(path, environ={})


def problems_of(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(folder, text)
    return caught.value.problems


def rule_of(folder: Path, column: str, *, above: str = "") -> ValueRule:
    return load(folder, f"{above}columns:\n  X: {column}\n").columns[0].rule


def test_a_column_that_names_its_field_alone_has_no_rule(tmp_path: Path) -> None:
    assert rule_of(tmp_path, "Phone") == rule_of(tmp_path, "{field: Phone}") == ValueRule()


@pytest.mark.parametrize(
    ("column", "rule"),
    [
        ("{field: Phone, type: phone, region: in}", ValueRule(type="phone", region="IN")),
        ("{field: A, type: date, format: dd/mm/yyyy}", ValueRule(type="date", format=("dd/mm/yyyy",))),
        (
            "{field: A, type: date, format: [dd/mm/yyyy, '%Y.%m.%d']}",
            ValueRule(type="date", format=("dd/mm/yyyy", "%Y.%m.%d")),
        ),
        ("{field: A, strip: 'p:', case: title}", ValueRule(strip=("p:",), case="title")),
        ("{field: A, strip: ['p:', tel.]}", ValueRule(strip=("p:", "tel."))),
        ("{field: A, replace: {a: b, c: }}", ValueRule(replace=(("a", "b"), ("c", "")))),
        ("{field: A, type: number, indian: true}", ValueRule(type="number", indian=True)),
        ("{field: A, type: datetime, timezone: Asia/Kolkata}", ValueRule(type="datetime", timezone=INDIA)),
        ("{field: A, type: number, thousands: ',', decimal: '.'}", ValueRule(type="number", thousands=",")),
        (
            "{field: A, type: number, thousands: blank, decimal: ','}",
            ValueRule(type="number", thousands=" ", decimal=","),
        ),
        ("{field: A, type: choice, options: [Yes, 007]}", ValueRule(type="choice", options=("Yes", "007"))),
        ("{field: A, values: {Y: Yes, No: 0, -: }}", ValueRule(values=(("Y", "Yes"), ("No", "0"), ("-", "")))),
        ("{field: A, default: 007}", ValueRule(default="007")),
        ("{field: A, required: true}", ValueRule(is_required=True)),
        ("{field: A, too_long: cut}", ValueRule(policies=Policies(too_long="cut"))),
    ],
)
def test_what_a_column_says_arrives_as_written(tmp_path: Path, column: str, rule: ValueRule) -> None:
    assert rule_of(tmp_path, column) == rule


def test_a_full_name_is_split_between_two_fields(tmp_path: Path) -> None:
    (column,) = load(tmp_path, "columns:\n  Name: {split: [FirstName, LastName], required: yes}\n").columns
    assert column.fields == (FieldName("FirstName"), FieldName("LastName"))
    assert column.rule.is_required


def test_the_whole_files_timezone_serves_each_column_that_names_none(tmp_path: Path) -> None:
    above = "timezone: Asia/Kolkata\n"
    assert rule_of(tmp_path, "{field: A, type: datetime}", above=above).timezone == INDIA
    own = rule_of(tmp_path, "{field: A, type: datetime, timezone: Europe/Berlin}", above=above)
    assert own.timezone == ZoneInfo("Europe/Berlin")
    assert rule_of(tmp_path, "A", above=above) == ValueRule()


def test_a_columns_policy_wins_over_the_whole_files(tmp_path: Path) -> None:
    above = "too_long: cut\noff_list: send\nbad_email: send\n"
    config = load(tmp_path, f"{above}columns:\n  X: A\n  Y: {{field: B, off_list: invalid}}\n")
    assert config.policies == Policies("cut", "send", "send")
    assert [column.rule.policies for column in config.columns] == [None, Policies("cut", "invalid", "send")]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (
            "{field: A, type: fone}",
            "`type` must be text, phone, email, date, datetime, number, boolean, choice or owner, not `fo",
        ),
        ("{field: A, type: fone}", "did you mean `phone`?"),
        ("{field: A, tpye: phone}", "unknown key columns: `X` `tpye`, did you mean `type`?"),
        ("{field: A, type: phone, region: UK}", "`UK` is no country's two letters, such as IN, did you mean `GB`?"),
        ("{field: A, type: phone, region: Bharat}", "`Bharat` is no country's two letters"),
        ("{field: A, region: IN}", "`region` goes with type: phone"),
        ("{field: A, type: text, format: '%d/%m/%Y'}", "`format` goes with type: date or datetime"),
        ("{field: A, type: date, timezone: UTC}", "`timezone` goes with type: datetime"),
        ("{field: A, type: phone, thousands: '.'}", "`thousands` goes with type: number"),
        ("{field: A, options: [a]}", "`options` goes with type: choice"),
        ("{field: A, type: choice, options: []}", "`options` is an empty list; leave the line out"),
        ("{field: A, type: date, format: '%Q'}", "`format`: %Q is not understood"),
        ("{field: A, type: date, format: yyyy-dd-mm}", "`format`: year, day, month looks just like"),
        (
            "{field: A, type: datetime, timezone: Kolkata}",
            "no known time zone, such as Asia/Kolkata, did you mean `Asia/Ko",
        ),
        ("{field: A, type: datetime, timezone: IST}", "`IST` is no known time zone"),
        ("{field: A, type: datetime, timezone: ../../etc}", "is no known time zone"),
        ("{field: A, type: datetime}", "type: datetime needs a timezone"),
        ("{field: A, type: number, thousands: x}", "`thousands`: it must be one of"),
        ("{field: A, type: number, decimal: x}", "`decimal`: it must be"),
        ("{field: A, type: number, thousands: '.'}", "`thousands` and `decimal` are both `.`"),
        ("{field: A, required: maybe}", "`required` must be true or false, not `maybe`"),
        ("{field: A, required: true, default: x}", "with a `default` no cell is blank"),
        ("{field: A, values: [a]}", "`values` must be a section"),
        ("{field: A, too_long: shorten}", "`too_long` must be invalid or cut, not `shorten`"),
        ("{split: [FirstName]}", "`split`: it must be a list of two fields"),
        ("{split: FirstName}", "`split`: it must be a list of two fields"),
        ("{split: [FirstName, Last Name]}", "`split`: `Last Name` is no schema name"),
        ("{split: [A, A]}", "`split`: its two fields must not be the same"),
        ("{split: [A, B], field: C}", "it has both `field` and `split`"),
        ("{split: [A, B], type: phone}", "a phone cannot be split"),
        ("{type: phone}", "`X` has no `field`"),
    ],
)
def test_a_mistake_in_a_column_is_told_with_its_line(tmp_path: Path, column: str, expected: str) -> None:
    told = problems_of(tmp_path, f"workers: 3\ncolumns:\n  X: {column}\n")
    assert any(problem.startswith("line 3: ") and expected in problem for problem in told), told


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        (
            "timezone: Asia/Calcuta",
            "line 1: `timezone`: `Asia/Calcuta` is no known time zone, such as Asia/Kolkata, did",
        ),
        ("off_list: ignore", "line 1: `off_list` must be invalid or send, not `ignore`"),
    ],
)
def test_a_mistake_of_the_whole_file_is_told_with_its_line(tmp_path: Path, above: str, expected: str) -> None:
    assert any(problem.startswith(expected) for problem in problems_of(tmp_path, f"{above}\ncolumns: {{X: A}}\n"))


def test_a_field_that_a_split_fills_is_filled_by_nothing_else(tmp_path: Path) -> None:
    (told,) = problems_of(tmp_path, "columns:\n  Name: {split: [FirstName, LastName]}\n  Last: LastName\n")
    assert told == (
        "line 3: the column `Last` goes to LastName, where the column `Name` of line 2 goes already; keep one of them"
    )


def test_all_mistakes_of_all_columns_are_told_at_once(tmp_path: Path) -> None:
    told = problems_of(
        tmp_path,
        "columns:\n  A: {field: a b, type: fone}\n  B: {field: B, type: datetime, region: IN}\n  C: {split: [X]}\n",
    )
    assert [problem.split(":")[0] for problem in told] == ["line 2", "line 2", "line 3", "line 3", "line 4"]
