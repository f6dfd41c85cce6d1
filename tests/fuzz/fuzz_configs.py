"""Odd config.yaml files, by the keys that there are, and their run through the command.

By hand: python tests/fuzz/fuzz_configs.py [COUNT [SEED]]. Half of them are only loaded; the others check a small file
by the whole command. Each is taken or refused with exit status 0, 1 or 2, in a few seconds, without a traceback.
"""

import json
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "run"))
sys.path.append(str(Path(__file__).parent))

from workbench import COLUMNS, HEADER, Desk, person
from workbooks import mutate

from importer.config.columnschema import ColumnModel, ConstantModel
from importer.config.loader import load_config
from importer.config.schema import SECTIONS
from importer.errors import ImporterError
from importer.lead.values import TYPES

__all__ = ["check_configs", "make_config"]

LONGEST_S = 10.0
FIELDS = ("FirstName", "EmailAddress", "Phone", "Mobile", "mx_City", "mx_KYC.Status", "mx_KYC", "OwnerId", "ProspectID")
WORDS = (
    *(
        "",
        " ",
        "-",
        "yes",
        "no",
        "null",
        "~",
        "IN",
        "UK",
        "XX",
        "Asia/Kolkata",
        "Mars/Phobos",
        "../../etc/passwd",
        "/",
        ".",
    ),
    *("%d/%m/%Y", "%d/%m/%y", "%Q", "%" * 500, "YYYY-MM-DD", "(a+)+$", "[" * 500, "api-in21.leadsquared.com"),
    *(
        "http://user:secret@proxy:1",
        "http://[::1",
        "https://x\n.leadsquared.com",
        "localhost:99999",
        "127.0.0.1",
        "ftp://a",
    ),
    *(
        "sqlite:///x",
        "postgresql://u:p@h/d",
        "~nobody/x",
        "a" * 300,
        "\u202e",
        "\0",
        "é",
        "\U0001f600",
        "${HOME}",
        "*a",
    ),
    *("text", "phone", "email", "choice", "date", "datetime", "number", "boolean", "owner", "reject", "send", "cut"),
    *("single", "bulk", "report", "Email", "First Name", "No Such Header", *FIELDS, *TYPES),
)
NUMBERS = (0, 1, -1, 2, 25, 1.5, 1e308, 1e-320, 2**31, 2**63, 10**30, float("inf"), float("nan"))
RAW = (
    "!!python/object/apply:os.system [x]", "!!binary aGVsbG8=", "&a [*a]", "&x {y: *x}", "2026-01-02", "2026-99-99",
    "0o17", "0x1F", "1_000", "12:30:45", "|\n  text", "[1, 2", "{a: b", "'open", "? a\n: b", "<<: 1", "%YAML 9.9",
    "\tx", "@x", "`x`", ".nan", "-.inf", "!x y", "\ufeffx", "---", "...",
)  # fmt: skip


USUAL = {
    "type": (*TYPES,),
    "region": ("IN", "US", "de"),
    "format": ("%d/%m/%Y", "%Y-%m-%d", "%d %b %Y %H:%M"),
    "timezone": ("Asia/Kolkata", "UTC"),
    "options": (["A", "B"],),
    "values": ({"a": "A"}, {"x": None}),
    "split": (["FirstName", "LastName"],),
    "field": FIELDS,
    "value": ("Web", "1"),
}
RULES = (
    "type: text",
    "type: phone, region: IN",
    "type: date, format: '%d/%m/%Y'",
    "type: datetime, format: '%Y-%m-%d %H:%M', timezone: Asia/Kolkata",
    "type: number, thousands: ',', decimal: '.'",
    "type: choice, options: [A, B], values: {a: A, x: null}",
    "default: Web, required: true",
    "values: {a: b}",
    "bad_email: send",
)
ODD = 0.03
"""How often a value is none that its key takes."""


def make_config(chance: random.Random) -> bytes:
    """A config.yaml: known keys with values of all kinds, now and then in a place of their own or twice."""
    lines: list[str] = []
    for path, section in chance.sample(list(SECTIONS.items()), chance.randrange(1, len(SECTIONS) + 1)):
        names = [
            name for name in section.model_fields if name not in {"columns", "constants"} and (name,) not in SECTIONS
        ]
        chosen = chance.sample(names, min(len(names), chance.choice((0, 0, 0, 1, 2))))
        body = [f"{_key(chance, name)}: {_fit(chance, name, section.model_fields[name].default)}" for name in chosen]
        lines += [f"{path[0]}:", *(f"  {line}" for line in body or ["{}"])] if path else body
    columns = [f"  {_written(chance, header)}: {_column(chance, field)}" for header, field in COLUMNS.items()]
    lines += ["columns:", *chance.sample(columns, chance.randrange(len(columns) + 1)), *_more(chance)]
    if chance.random() < 0.1:
        lines += ["constants:", f"  {chance.choice(FIELDS)}: {_entry(chance, list(ConstantModel.model_fields))}"]
    if chance.random() < 0.03:
        chance.shuffle(lines)
    text = chance.choice(("\n", "\n", "\n", "\r\n", "\n\n")).join(lines) + chance.choice(("", "\n", "\n...\n", "\n"))
    return text.encode(chance.choice(("utf-8",) * 9 + ("utf-8-sig", "utf-16")), "surrogatepass")


def _more(chance: random.Random) -> list[str]:
    return [f"  {_written(chance, chance.choice(WORDS))}: {_value(chance)}"] if chance.random() < ODD else []


def _key(chance: random.Random, name: str) -> str:
    return (
        name
        if chance.random() < 0.99
        else chance.choice((name.upper(), f"{name}s", f" {name}", f'"{name}"', f"? {name}"))
    )


def _written(chance: random.Random, word: str) -> str:
    return json.dumps(word, ensure_ascii=chance.random() < 0.5)


def _column(chance: random.Random, field: str) -> str:
    if chance.random() < 0.9:
        return chance.choice((field, field, *(f"{{field: {field}, {rule}}}" for rule in RULES)))
    return _entry(chance, list(ColumnModel.model_fields), field)


def _entry(chance: random.Random, names: list[str], field: str | None = None) -> str:
    chosen = chance.sample(names, min(len(names), chance.choice((1, 2, 3, 6))))
    own = [] if field is None or "field" in chosen else [f"field: {field}"]
    return "{" + ", ".join([*own, *(f"{name}: {_fit(chance, name, None)}" for name in chosen)]) + "}"


def _fit(chance: random.Random, name: str, default: object) -> str:
    """A value that the key takes, most of the time."""
    if chance.random() < ODD:
        return _value(chance)
    if name in USUAL:
        return json.dumps(chance.choice(USUAL[name]))
    if isinstance(default, bool) or default is None:
        return chance.choice(("true", "false", "text"))
    if isinstance(default, int | float):
        return str(type(default)(default * chance.choice((1, 1, 2, 10))))
    return json.dumps(default, default=str)


def _value(chance: random.Random, depth: int = 0) -> str:
    kind = chance.random()
    if kind < 0.45 or depth > 3:
        return _written(chance, chance.choice(WORDS) * (1 if chance.random() < 0.95 else chance.choice((50, 2_000))))
    if kind < 0.65:
        return repr(chance.choice(NUMBERS)).replace("inf", ".inf").replace("nan", ".nan")
    if kind < 0.75:
        return chance.choice(("true", "false", "null", "[]", "{}"))
    if kind < 0.8:
        return chance.choice(RAW)
    if kind < 0.9:
        return "[" + ", ".join(_value(chance, depth + 1) for _ in range(chance.choice((1, 2, 5)))) + "]"
    parts = (
        f"{_written(chance, chance.choice(WORDS))}: {_value(chance, depth + 1)}" for _ in range(chance.choice((1, 3)))
    )
    return "{" + ", ".join(parts) + "}"


def check_configs(folder: Path, *, count: int, seed: int) -> dict[int, int]:
    """Make `count` configs from a seed and let each be read; how often each exit status was the answer."""
    chance, statuses = random.Random(seed), dict[int, int]()
    desk = Desk(folder)
    desk.write([person(1), person(2)], header=HEADER)
    path = folder / "config.yaml"
    for number in range(count):
        content = make_config(chance)
        path.write_bytes(mutate(chance, content) if number % 8 > 5 else content)
        start = time.monotonic()
        if number % 2:
            run = desk.call("leads.csv", "--dry-run", "--no-html", "-q")
            status = run.status
            assert "Traceback" not in run.text, (number, seed, content)
        else:
            try:
                load_config(path, environ={})
                status = 0
            except ImporterError as error:
                status = error.exit_status
            except Exception as error:
                raise AssertionError((repr(error), number, seed, content)) from error
        took_s = time.monotonic() - start
        assert status in {0, 1, 2}, (status, number, seed, content)
        assert took_s < LONGEST_S, (took_s, number, seed, content)
        statuses[status] = statuses.get(status, 0) + 1
    return statuses


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    with tempfile.TemporaryDirectory(prefix="lsq-fuzz-") as name:
        answers = check_configs(Path(name), count=given[0] if given else 1000, seed=given[1] if given[1:] else 1)
    sys.stdout.write(f"{sum(answers.values()):,} configs; exit statuses {answers}\n")
