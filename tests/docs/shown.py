"""What the README and the docs show: their fenced blocks, the commands in them, and outputs to compare with."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PROGRAM", "ROOT", "Block", "blocks_of", "commands_in", "missing_lines", "pages", "shown_commands"]

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "lsq-import"
ELSEWHERE = {"benchmarks.md": "tests/benchmarks/ runs each benchmark, with small sizes"}
"""Pages whose commands another test runs."""

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(rf"`({PROGRAM} [^`]+)`")
_MENTION = re.compile(rf"{PROGRAM} [a-z]+")
_VARIABLE = re.compile(r"[A-Z_]+=")
_COMMENT = re.compile(r"\s+#\s.*$")
_PACE = re.compile(r"at \d+ per 5 s: about .*")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language (empty for an output) and its lines, without the indentation of the whole."""

    language: str
    lines: tuple[str, ...]


def pages() -> list[Path]:
    """The README and every page of the docs that is not looked after elsewhere."""
    return [ROOT / "README.md", *sorted(page for page in (ROOT / "docs").glob("*.md") if page.name not in ELSEWHERE)]


def blocks_of(page: Path) -> list[Block]:
    """The page's fenced blocks, in order."""
    found = _FENCE.finditer(page.read_text(encoding="utf-8"))
    return [Block(one[2], tuple(line.removeprefix(one[1]) for line in one[3].splitlines())) for one in found]


def commands_in(block: Block) -> Iterator[str]:
    """The commands of a shell block, one by one: `a && b` is two, comments and settings of variables are none."""
    if block.language != "sh":
        return
    for line in block.lines:
        text = _COMMENT.sub("", line)
        if not text.lstrip().startswith("#") and not _VARIABLE.match(text):
            yield from (part.strip().removeprefix(".venv/bin/") for part in text.split(" && "))


def shown_commands() -> dict[str, str]:
    """Every command that is shown, in blocks, in the examples of the help text and inside sentences, and its page.

    The bare name of a sub-command inside a sentence is no command to run.
    """
    shown: dict[str, str] = {}
    for page in pages():
        text = page.read_text(encoding="utf-8")
        prose = _FENCE.sub("", text)
        examples = [line.strip() for block in blocks_of(page) for line in _examples(block)]
        inline = [found for found in _INLINE.findall(prose) if not _MENTION.fullmatch(found)]
        for command in (*(one for block in blocks_of(page) for one in commands_in(block)), *examples, *inline):
            shown.setdefault(command, page.name)
    return shown


def _examples(block: Block) -> Sequence[str]:
    """The examples in a help text, which end where its options begin."""
    if not block.lines or not block.lines[0].startswith("Usage:"):
        return ()
    head = block.lines[: block.lines.index("Options:")]
    return [line for line in head if line.startswith(f"    {PROGRAM} ")]


def missing_lines(shown: Sequence[str], output: str) -> list[str]:
    """The lines of a shown output that the real one does not have in this order.

    `…` stands for anything, as a whole line for any lines; progress bars are passed over. How long a run takes depends
    on a test's own limit and is not compared.
    """
    said = [_PACE.sub("at the pace", line) for line in output.splitlines()]
    missing: list[str] = []
    at = 0
    for line in shown:
        if line.strip() == "…" or "█" in line:
            continue
        wanted = re.compile(re.escape(_PACE.sub("at the pace", line)).replace("…", ".*"))
        found = next((nth for nth in range(at, len(said)) if wanted.fullmatch(said[nth])), None)
        if found is None:
            missing.append(line)
        else:
            at = found + 1
    return missing
