"""What the README shows is what the program says."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from importer.commands.cli import COMMANDS, cli

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
HELP_WIDTH = 80


def shown_help() -> str:
    result = CliRunner().invoke(cli, ["--help"], prog_name="lsq-import", terminal_width=HELP_WIDTH)
    assert result.exit_code == 0
    return result.output.rstrip()


def test_the_readme_shows_the_help_text_as_it_is() -> None:
    found = re.search(r"<!-- help -->\n```\n(.*?)\n```\n<!-- /help -->", README, re.DOTALL)
    assert found is not None
    assert found[1] == shown_help(), "run `just help-text` to bring the README up to date"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_listed_with_its_own_words_and_has_a_help_text(name: str) -> None:
    command = cli.commands.get(name) or cli.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert command.get_short_help_str(limit=200) == COMMANDS[name][1]
    result = CliRunner().invoke(cli, [name, "--help"], prog_name="lsq-import")
    assert result.exit_code == 0
    assert "Options:" in result.output


def test_ci_runs_the_test_command_of_the_readme() -> None:
    found = re.search(r"^python3 -m venv \.venv && \.venv/bin/pip install -e .*$", README, re.MULTILINE)
    assert found is not None
    wanted = found[0].replace("pip install ", "pip install -q ")
    assert wanted in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


LINKS = [
    (page, link)
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    for link in sorted(set(re.findall(r"\]\(([^):]+)\)", page.read_text(encoding="utf-8"))))
]


@pytest.mark.parametrize(("page", "link"), LINKS, ids=[f"{page.name}: {link}" for page, link in LINKS])
def test_every_link_leads_somewhere(page: Path, link: str) -> None:
    name, _, heading = link.partition("#")
    target = page.parent / name if name else page
    assert target.exists()
    if heading:
        titles = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
        assert heading in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def test_the_readme_links_every_page_of_the_docs() -> None:
    pages = {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}
    assert pages - set(re.findall(r"\]\(([^)#:]+)", README)) == set()
