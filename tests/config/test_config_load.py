import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest

from importer.config import Config, Constant, Limits, load_config
from importer.config.document import COLON
from importer.errors import ConfigError, UsageError
from importer.lead import Column, FieldName
from importer.nextstep import Action

ROOT = Path(__file__).resolve().parents[2]
ACCESS_KEY = "u$r0123456789abcdef0123456789abcdef"
SECRET_KEY = "Zm9v+/=&%x"


class Load(Protocol):
    def __call__(self, text: str | bytes, environ: Mapping[str, str] | None = None, dotenv: str = "") -> Config: ...


class Problems(Protocol):
    def __call__(self, text: str | bytes, environ: Mapping[str, str] | None = None, dotenv: str = "") -> list[str]: ...


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load(text: str | bytes, environ: Mapping[str, str] | None = None, dotenv: str = "") -> Config:
        path = tmp_path / "config.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        if dotenv:
            (tmp_path / ".env").write_text(dotenv, encoding="utf-8")
        return load_config(path, environ=environ or {})

    return load


@pytest.fixture
def problems(load: Load) -> Problems:
    def problems(text: str | bytes, environ: Mapping[str, str] | None = None, dotenv: str = "") -> list[str]:
        with pytest.raises(ConfigError) as caught:
            load(text, environ, dotenv)
        assert caught.value.exit_status == 2
        return list(caught.value.problems)

    return problems


def begins_with(expected: str, told: list[str]) -> bool:
    return any(problem.startswith(expected) for problem in told)


def test_what_is_left_out_has_its_default(load: Load, tmp_path: Path) -> None:
    assert load("columns: {Email: EmailAddress}\n") == Config(
        path=tmp_path / "config.yaml", columns=(Column("Email", FieldName("EmailAddress"), 1),)
    )


def test_every_key_arrives_where_it_belongs(load: Load) -> None:
    config = load("""\
account: {host: api.leadsquared.com, auth: headers, name: ops}
limits: {calls: 10, per_seconds: 2.5, share: 0.8, calls_per_day: 100000}
workers: 3
timeout_s: 7
sheet: 2024
header_row: 5
encoding: cp1252
delimiter: tab
source: nightly
ledger: ./l.db
columns:
  KYC Status: mx_KYC.Status
  Phone: {field: Phone}
constants: {Source: Fair}
unmapped_columns: pass
unique: [Phone]
""")
    assert config.account.base_url == "https://api.leadsquared.com/v2/"
    assert (config.account.auth, config.account.name) == ("headers", "ops")
    assert config.limits == Limits(10, 2.5, share=0.8, calls_per_day=100_000)
    assert (config.workers, config.timeout_s, config.sheet, config.header_row) == (3, 7.0, "2024", 5)
    assert (config.encoding, config.delimiter, config.source, config.ledger) == ("cp1252", "\t", "nightly", "./l.db")
    assert config.columns == (
        Column("KYC Status", FieldName("mx_KYC", "Status"), 12),
        Column("Phone", FieldName("Phone"), 13),
    )
    assert config.constants == (Constant(FieldName("Source"), "Fair", 14),)
    assert (config.unmapped_columns, config.unique) == ("pass", ("Phone",))


def test_every_text_stays_as_written(load: Load) -> None:
    config = load("""\
columns: {No: A, 1: B, 2024-01-01: C, null: D, 1e3: E}
constants: {Code: 007, Flag: No, Day: 2024-01-01, Number: 1_0, Hex: 0x1F, Octal: 0o7, Tilde: "~"}
""")
    assert [column.header for column in config.columns] == ["No", "1", "2024-01-01", "null", "1e3"]
    assert [c.value for c in config.constants] == ["007", "No", "2024-01-01", "1_0", "0x1F", "0o7", "~"]


def test_a_key_without_a_value_means_its_default(load: Load) -> None:
    config = load("account:\nlimits:\nsheet: null\nheader_row: ~\nunique:\ncolumns: {A: B}\nconstants:\n")
    assert (config.header_row, config.limits, config.unique) == (1, Limits(), ("EmailAddress", "Phone", "Mobile"))


@pytest.mark.parametrize("text", [b"\xef\xbb\xbfcolumns: {A: B}\n", b"columns:\r\n  A: B\r\n", b"columns: {A: B}"])
def test_files_as_windows_editors_write_them_are_read(load: Load, text: str | bytes) -> None:
    assert load(text).columns[0].field == FieldName("B")


@pytest.mark.parametrize(
    ("written", "delimiter"),
    [("','", ","), (";", ";"), ("'|'", "|"), ("tab", "\t"), ("TAB", "\t"), ('"\\t"', "\t"), ("'\t'", "\t")],
)
def test_a_delimiter_is_a_character_or_the_word_tab(load: Load, written: str, delimiter: str) -> None:
    assert load(f"delimiter: {written}\ncolumns: {{A: B}}\n").delimiter == delimiter


def test_the_sample_fits_the_samples_header() -> None:
    config = load_config(ROOT / "config.yaml", environ={})
    assert [(column.header, str(column.field)) for column in config.columns] == [
        ("First Name", "FirstName"),
        ("Last Name", "LastName"),
        ("Email", "EmailAddress"),
        ("Mobile", "Phone"),
        ("Company", "Company"),
        ("City", "mx_City"),
        ("Postal Code", "mx_Zip"),
        ("Lead Source", "Source"),
        ("Stage", "ProspectStage"),
        ("Notes", "Notes"),
        ("KYC Status", "mx_KYC.Status"),
        ("KYC Document", "mx_KYC.mx_CustomObject_1"),
        ("KYC Number", "mx_KYC.mx_CustomObject_2"),
        ("Enquiry Date", "mx_Enquiry_Date"),
    ]
    assert [(str(c.field), c.value) for c in config.constants] == [("mx_Imported_By", "lsq-import")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("colums: {A: B}\n", "line 1: unknown key `colums`, did you mean `columns`?"),
        ("account: {hots: x.y}\n", "line 1: unknown key `account.hots`, did you mean `host`?"),
        ("workers: ten\n", "line 1: `workers` must be a whole number, not `ten`"),
        ("workers: 0\n", "line 1: `workers` must be at least 1, not `0`"),
        ("workers: 201\n", "line 1: `workers` must be at most 200, not `201`"),
        ("limits:\n  calls: 0\n", "line 2: `limits.calls` must be at least 1, not `0`"),
        ("limits: {per_seconds: 0}\n", "line 1: `limits.per_seconds` must be at least 0.01, not `0`"),
        ("limits: {per_seconds: .inf}\n", "line 1: `limits.per_seconds` must be a number, not `.inf`"),
        ("limits: {share: 0}\n", "line 1: `limits.share` must be at least 0.001, not `0`"),
        ("limits: {share: 1.2}\n", "line 1: `limits.share` must be at most 1.0, not `1.2`"),
        ("limits: {share: 80%}\n", "line 1: `limits.share` must be a number, not `80%`"),
        ("limits: {calls_per_day: 0}\n", "line 1: `limits.calls_per_day` must be at least 1, not `0`"),
        ("limits: 25\n", "line 1: `limits` must be a section: keys and values, indented beneath it"),
        ("timeout_s: nan\n", "line 1: `timeout_s` must be a number, not `nan`"),
        ("header_row: 1.5\n", "line 1: `header_row` must be a whole number, not `1.5`"),
        ("sheet: [a]\n", "line 1: `sheet` must be one text"),
        ("sheet: ''\n", "line 1: `sheet` is empty; give it a value, or leave the line out"),
        ("encoding: utf8x\n", "line 1: `encoding`: `utf8x` is no known encoding, such as utf-8 or cp1252, did you"),
        ("encoding: hex\n", "line 1: `encoding`: `hex` is no known encoding"),
        ("delimiter: ':'\n", 'line 1: `delimiter`: it must be one of "," ";" "|" in quotes, or the word tab'),
        ("delimiter: |\n", 'line 1: `delimiter`: it must be one of "," ";" "|" in quotes, or the word tab'),
        (
            "unmapped_columns: igore\n",
            "line 1: `unmapped_columns` must be ignore, error or pass, not `igore`, did you mean `ignore`?",
        ),
        ("account: {auth: header}\n", "line 1: `account.auth` must be query or headers, not `header`, did you mean"),
        ("unique: Phone\n", "line 1: `unique` must be a list, such as [EmailAddress, Phone]"),
        (
            "unique:\n- Phone\n- a b\n",
            "line 3: item 2 of `unique`: `a b` is no schema name: a schema name holds letters",
        ),
        ("constants: {A: }\n", "line 1: constants: `A` has no value; give it one, or leave the line out"),
        ("constants: {A: ' '}\n", "line 1: constants: `A`: its value is nothing but blanks"),
        ("constants: {A: [b]}\n", "line 1: constants: `A` must be one text"),
        ('constants: {A: "\\ud800"}\n', "line 1: an escape in double quotes makes half a character, which is no text"),
        ("account: {host: a b}\n", "line 1: `account.host`: it is no host name"),
        ("account: {host: 'http://api.leadsquared.com'}\n", "line 1: `account.host`: plain http would show"),
        ("a: &x [*x]\n", "line 1: anchors (&) and aliases (*) are not understood; write the value out"),
        ("<<: {a: 1}\n", "line 1: merge keys (<<) are not understood; write the values out"),
        ("sheet: !secret x\n", "line 1: tags (!) are not understood; write a plain value"),
        ("? [a]\n: b\n", "line 1: a key must be a plain text"),
    ],
)
def test_a_problem_is_told_with_its_line(problems: Problems, text: str, expected: str) -> None:
    assert begins_with(expected, problems(text + "columns: {Email: EmailAddress}\n"))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("First: First Name", "line 2: columns: `First`: `First Name` is no schema name: a schema name holds letters"),
        ("KYC: a.b.c", "line 2: columns: `KYC`: `a.b.c` is no schema name: it has more than one dot"),
        ("KYC:", "line 2: columns: `KYC` has no value; give it one, or leave the line out"),
        ('" ": FirstName', "line 2: columns: a header must be more than blanks"),
        ("KYC: [a]", "line 2: columns: `KYC` must be a section: keys and values, indented beneath it"),
        ("KYC: {}", "line 2: columns: `KYC` has no `field`"),
        ("KYC: {field: A, typ: b}", "line 2: unknown key columns: `KYC` `typ`, did you mean `type`?"),
        ("A: X\n  B: X", "line 3: the column `B` goes to X, where the column `A` of line 2 goes already"),
        ("A: X\nconstants:\n  X: 1", "line 4: a constant goes to X, where the column `A` of line 2 goes already"),
        ("A: X\n  A: Y", "line 3: `A` is there already, in line 2; keep one of them"),
    ],
)
def test_a_wrong_mapping_is_told_with_its_line(problems: Problems, columns: str, expected: str) -> None:
    assert begins_with(expected, problems(f"columns:\n  {columns}\n"))


@pytest.mark.parametrize("text", ["columns:\n", "workers: 3\n", "columns: {}\nunmapped_columns: ignore\n"])
def test_a_mapping_of_nothing_is_told(problems: Problems, text: str) -> None:
    assert any("`columns` is missing" in problem for problem in problems(text))


def test_all_problems_are_told_at_once_in_the_order_of_their_lines(problems: Problems) -> None:
    told = problems(
        "workers: x\naccount: {acess_key: 1, host: a b}\nfoo: 1\ncolumns:\n  A: 1\n  A: B\n",
        {"LSQ_HOST": "ftp://x.y"},
        "LSQ_ACCESS_KEY\n",
    )
    lines = [int(problem.split(":")[0].removeprefix("line ")) for problem in told if problem.startswith("line")]
    assert lines == sorted(lines)
    assert {1, 2, 3, 5, 6} == set(lines)
    assert told[-2].startswith(".env, line 1: LSQ_ACCESS_KEY has no =")
    assert told[-1] == "LSQ_HOST in the environment: only https is understood, not ftp"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "it is empty; it needs columns: at least"),
        ("# only a comment\n", "it is empty; it needs columns: at least"),
        ("- a\n", "line 1: it must hold keys and values, such as `workers: 10`"),
        ("just text\n", "line 1: it must hold keys and values, such as `workers: 10`"),
        ("a: 1\n---\nb: 2\n", "line 2: a second document begins with ---; config.yaml holds one"),
        ("columns:\n\tA: B\n", "line 2: a tab stands where only blanks may indent"),
        ("a: 1\nb: [1\nc: 2\n", "line 2: a [ or { is opened here and not closed, or a comma is missing in it"),
        ("a: 'x\n", "line 1: a quote is opened here and never closed"),
        ("a: b: c\n", f"line 1: {COLON}"),
        ("a: 1\nb\nc: 2\n", "line 2: a key without its colon (a key with ` #` in it needs quotes)"),
        ("a: *x\n", "line 1: a value that begins with * must stand in quotes"),
        ("a: @x\n", "line 1: a value that begins with @, ` or % must stand in quotes"),
        ("delimiter: ,\n", 'line 1: a value that is a comma must stand in quotes: ","'),
        ("a: 1\nb: \x00\n", "line 2: the invisible character U+0000 is not allowed; delete it"),
        ("[" * 5000, "it is nested too deeply"),
        (b"a: 1\nb: \xff\n", "line 2: it is not UTF-8; save the file as UTF-8"),
    ],
)
def test_a_file_that_is_no_yaml_is_one_problem_in_plain_words(
    problems: Problems, text: str | bytes, expected: str
) -> None:
    assert problems(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        f"access_key: {ACCESS_KEY}\n",
        f"secretKey: {SECRET_KEY}\n",
        f"account:\n  accessKey: {ACCESS_KEY}\n  secret_key: {SECRET_KEY}\n",
        f"account: {{x-LSQ-AccessKey: {ACCESS_KEY}}}\n",
        f"LSQ_SECRET_KEY: {SECRET_KEY}\n",
        f"limits: {{key: {SECRET_KEY}}}\n",
        f"account: {{host: 'https://api.leadsquared.com/v2/?accessKey={ACCESS_KEY}&secretKey={SECRET_KEY}'}}\n",
        f"account: {{host: 'https://{SECRET_KEY}@api.leadsquared.com'}}\n",
        f"account: {{auth: {ACCESS_KEY}}}\n",
        f"account: '{SECRET_KEY}\n",
    ],
)
def test_a_key_in_the_file_is_refused_and_not_repeated(problems: Problems, text: str) -> None:
    told = "\n".join(problems(text + "columns: {A: B}\n"))
    assert "line" in told
    assert ACCESS_KEY not in told
    assert SECRET_KEY not in told


def test_a_refused_key_comes_with_the_reason_and_the_way_out(problems: Problems) -> None:
    (told,) = problems("account:\n  access_key: x\ncolumns: {A: B}\n")
    assert told.startswith("line 2: `access_key`: keys have no place in config.yaml")
    assert "LSQ_ACCESS_KEY" in told


def test_a_missing_file_ends_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"(?s)no config file .*config\.yaml") as caught:
        load_config(tmp_path / "config.yaml", environ={})
    assert not isinstance(caught.value, ConfigError)
    assert [step.action for step in caught.value.steps] == [Action.NAME_CONFIG]


def test_a_folder_in_its_place_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        load_config(tmp_path, environ={})


def test_importing_the_types_imports_no_heavy_library() -> None:
    code = (
        "import sys, importer.config, importer.lead; "
        "print(sorted({'pydantic', 'ruamel.yaml', 'dotenv', 'aiohttp', 'pandas', 'openpyxl'} & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603 our own code in our own interpreter
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
