"""The reference pages name everything that there is, with its default, and nothing that there is not."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from pydantic.fields import FieldInfo
from shown import ROOT, blocks_of, pages

from importer.app.result import RunResult, as_objects
from importer.commands.cli import COMMANDS, cli, import_command
from importer.config.columnschema import ColumnModel
from importer.config.schema import SECTIONS
from importer.exitstatus import ExitStatus
from importer.lead.values import TYPES
from importer.outcome import InAccount, Status
from importer.report.columns import COLUMNS
from importer.run.preparedrow import LINE_ERRORS

OTHERS_OPTIONS = frozenset({"--failed"})  # systemctl's
IN_ACCOUNT = {
    InAccount.OURS: "yes",
    InAccount.THERE: "it was there",
    InAccount.ANOTHERS: "another lead",
    InAccount.PERHAPS: "perhaps",
    InAccount.NO: "no",
}
NOT_UPDATED = {"several_leads", "lead_not_found", "lead_gone"}
ENDED = datetime(2026, 10, 6, tzinfo=UTC)


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def section(text: str, title: str) -> str:
    """The text below a heading, up to the next."""
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[2]


def rows(text: str) -> list[list[str]]:
    """The cells of the rows of a table, without its head; `\\|` is no border."""
    lines = re.findall(r"^\|(.*)\|$", text, re.MULTILINE)
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)] for line in lines]
    head = next(nth for nth, row in enumerate(cells) if set("".join(row)) <= set("-"))
    return cells[head + 1 :]


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def default_of(info: FieldInfo) -> str:
    """A default as the page writes it; the word none where there is nothing."""
    value = info.get_default(call_default_factory=True)
    if value in (None, "", {}, ()):
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`[{', '.join(value)}]`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def test_every_key_of_the_configuration_is_on_its_page_with_its_default_and_no_other() -> None:
    keys = {
        ".".join([*map(str, path), key]): default_of(info)
        for path, model in SECTIONS.items()
        for key, info in model.model_fields.items()
        if (key,) not in SECTIONS
    }
    told = {words(row[0])[0]: row[2] for row in rows(section(page("config.md"), "Keys"))}
    keys["columns"] = ""  # needed, unless unmapped columns are passed
    assert told == keys


def test_what_a_column_may_say_is_on_its_page_and_nothing_else() -> None:
    told = [word for row in rows(section(page("config.md"), "What a column may say")) for word in words(row[0])]
    assert sorted(told) == sorted(ColumnModel.model_fields)


def test_the_types_of_columns_are_those_of_the_model() -> None:
    told = [words(row[0])[0] for row in rows(section(page("config.md"), "Types"))]
    assert told == list(TYPES)


def test_every_status_and_every_column_of_the_report_is_on_its_page() -> None:
    report = page("report.md")
    told = {words(row[0])[0]: row[1] for row in rows(section(report, "The statuses"))}
    assert set(told) == {status.value for status in Status}
    for status in Status:
        assert told[status].startswith(IN_ACCOUNT[status.facts.in_account])
    assert [words(row[0])[0] for row in rows(section(report, "The columns"))] == list(COLUMNS)


def own_errors() -> Iterator[str]:
    """The words that the code writes into `lsq_error`, as far as they stand there as texts."""
    sandbox = ROOT / "importer" / "sandbox"
    for path in (ROOT / "importer").rglob("*.py"):
        if path.is_relative_to(sandbox):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                kind = getattr(node.func, "id", getattr(node.func, "attr", ""))
                first = node.args[:1] if kind in {"Refusal", "RowProblem"} else []
                named = [word.value for word in node.keywords if word.arg == "error"]
                for value in (*first, *named):
                    if isinstance(value, ast.Constant) and value.value:
                        yield str(value.value)


def test_every_word_in_lsq_error_is_explained() -> None:
    found = set(own_errors())
    assert {"bad_email", "duplicate_in_file", "lost_reply"} <= found
    tables = [
        section(page("config.md"), "What becomes of a cell"),
        section(page("report.md"), "The words in `lsq_error`"),
    ]
    told = {word for table in tables for row in rows(table) for word in words(row[0])}
    assert found - told == {"MXAPIRateLimitExceededException"}  # never a row's end: it is sent again
    named = {
        "MXDuplicateEntryException",
        "success_without_id",
        *LINE_ERRORS,
        *NOT_UPDATED,
    }  # these pass through a name in the code
    assert told - found <= named


def test_every_exit_status_is_on_its_page_and_in_its_order() -> None:
    text = page("nightly.md")
    told = [
        int(number)
        for row in rows(section(text, "4. What it tells").split("**`--json`**")[0])
        for number in row[0].split(",")
    ]
    assert told == [*sorted(ExitStatus), 130, 143]
    assert f"in the order {', '.join(str(status.value) for status in ExitStatus)}, signals" in text


def test_where_something_new_goes_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = {word for row in rows(section(text, "Where something new goes")) for word in words(row[1])}
    assert {"importer/outcome.py", "importer/lead/values/__init__.py"} <= named
    assert [path for path in named if not (ROOT / path).is_file()] == []


def test_every_key_of_the_json_line_is_on_its_page() -> None:
    ending = RunResult(file=Path("x.csv"), run="1", exit_status=0, started_at=ENDED, ended_at=ENDED)
    whole = as_objects([ending], exit_status=0)
    told = {word for row in rows(section(page("nightly.md"), "4. What it tells")) for word in words(" ".join(row))}
    assert {*whole, *ending.as_object(), "left_out"} - told == set()


def known_options() -> Iterator[str]:
    commands = [import_command, *(cli.get_command(click.Context(cli), name) for name in COMMANDS)]
    within = (inner for one in commands if isinstance(one, click.Group) for inner in one.commands.values())
    for command in (*commands, *within):
        assert command is not None
        for parameter in command.params:
            yield from (*parameter.opts, *parameter.secondary_opts)
    yield "--help"


@pytest.mark.parametrize("shown", pages(), ids=lambda shown: shown.name)
def test_every_option_that_a_sentence_names_exists(shown: Path) -> None:
    text = shown.read_text("utf-8")
    for block in blocks_of(shown):
        text = text.replace("\n".join(block.lines), "")
    named = {
        option for span in re.findall(r"`([^`\n]+)`", text) for option in re.findall(r"(?<!\S)--[a-z][\w-]*", span)
    }
    assert named - set(known_options()) - OTHERS_OPTIONS == set()


def test_every_switch_of_the_sandbox_that_makes_a_fault_is_on_its_page() -> None:
    from importer.sandbox.settings import FAULTS

    text = page("sandbox.md")
    assert [name for name in FAULTS if name.endswith("before") and f"`--{name.replace('_', '-')} P`" not in text] == []
