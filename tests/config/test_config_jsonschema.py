"""The JSON Schema of config.yaml: it takes what loads and marks what does not, as far as a schema can."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from importer.commands.cli import cli
from importer.config import load_config
from importer.config.jsonschema import config_schema
from importer.errors import UsageError

ROOT = Path(__file__).parents[2]
VALIDATOR = Draft202012Validator(config_schema())

TAKEN = [
    (ROOT / "config.yaml").read_text("utf-8"),
    "columns: {Email: EmailAddress}",
    "columns: {Email: EmailAddress}\nlimits:\nroute:\nworkers:",
    "columns: {Mobile: {field: Phone, type: phone, region: IN, default: '9845010012'}}",
    "columns: {Name: {split: [FirstName, LastName]}, Zip: {field: mx_Zip, values: {1: Yes, n/a: }}}",
    "columns: {When: {field: mx_When, type: datetime, timezone: Asia/Kolkata, format: dd/mm/yyyy}}",
    "columns: {Fee: {field: mx_Fee, type: number, thousands: ',', decimal: '.'}}",
    "columns: {Email: EmailAddress}\nconstants: {Source: 7, OwnerId: {type: owner, value: asha@example.com}}",
    "columns: {Email: EmailAddress}\nidentity: [Customer ID]\nunique: [EmailAddress]\nreference: mx_Ref",
    "columns: {Email: EmailAddress}\nidentity: all\ndelimiter: tab\nheader_row: 3\nlimits: {per_seconds: 2.5}",
    "unmapped_columns: pass",
    "columns: {A: FirstName}\nskip_rows: [{column: A, is: [Total, 7]}, {column: B, blank: true}]",
    "columns: {A: FirstName}\nskip_rows: [{column: C, is_not: New}]",
    "columns: {A: FirstName}\ncombine: {mx_A: {join: [B, C], with: ', '}}",
    "columns: {A: FirstName}\ncombine: {Phone: {first_of: [D, E], type: phone, region: IN}}",
    "columns: {A: {field: mx_A, strip: 'p:', replace: {x: , y: 1}, case: title}}",
    "columns: {A: {field: mx_A, type: date, format: [dd/mm/yyyy, yyyy.mm.dd]}, B: {field: mx_B, strip: [a, b]}}",
    "columns: {A: {field: mx_A, type: number, indian: true}}",
]
REFUSED = [
    "colums: {Email: EmailAddress}",
    "columns: {Email: {feild: EmailAddress}}",
    "columns: {Email: {field: EmailAddress, type: mail}}",
    "columns: {Email: {split: [FirstName]}}",
    "columns: {Email: EmailAddress}\nworkers: 0",
    "columns: {Email: EmailAddress}\nworkers: many",
    "columns: {Email: EmailAddress}\nroute: fast",
    "columns: {Email: EmailAddress}\nlimits: {calls: 25, per_second: 5}",
    "columns: {Email: EmailAddress}\ndelimiter: x",
    "columns: [EmailAddress]",
    "columns: {A: {field: mx_A, case: Title}}",
    "columns: {A: FirstName}\ncombine: {mx_A: {joined: [B, C]}}",
    "columns: {A: FirstName}\nskip_rows: [{column: A, equals: Total}]",
    "columns: {A: {field: mx_A, strip: []}}",
    "columns: {A: {field: mx_A, type: number, indian: lakh}}",
]


def is_taken(text: str) -> bool:
    return VALIDATOR.is_valid(json.loads(json.dumps(YAML(typ="safe").load(text))))


def loads(text: str, folder: Path) -> bool:
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    try:
        load_config(path, environ={})
    except UsageError:
        return False
    return True


@pytest.mark.parametrize("text", TAKEN, ids=range(len(TAKEN)))
def test_what_loads_is_taken(text: str, tmp_path: Path) -> None:
    assert (loads(text, tmp_path), is_taken(text)) == (True, True)


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_what_a_schema_can_refuse_is_refused(text: str, tmp_path: Path) -> None:
    assert (loads(text, tmp_path), is_taken(text)) == (False, False)


def test_the_command_prints_the_schema_and_nothing_else() -> None:
    run = CliRunner().invoke(cli, ["config-schema"])
    assert (run.exit_code, run.stderr, json.loads(run.stdout)) == (0, "", config_schema())
