"""`lsq-import config-schema`: the JSON Schema of config.yaml, for editors."""

import json
import os
from pathlib import Path

import click

from importer.config.jsonschema import TITLE, config_schema

__all__ = ["is_own", "print_schema", "schema_text"]

MOST_BYTES = 1_000_000


@click.command("config-schema", short_help="Print the JSON Schema of config.yaml.")
def print_schema() -> None:
    """Print the JSON Schema of config.yaml: with it an editor completes keys and marks mistakes as you type."""
    click.echo(schema_text(), nl=False)


def schema_text() -> str:
    """The schema as it is printed."""
    return json.dumps(config_schema(), indent=1) + "\n"


def is_own(path: Path) -> bool:
    """Whether a schema may be written there: nothing stands there, or a schema that an earlier command wrote."""
    if not os.path.lexists(path):
        return True
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_BYTES:
        return False
    try:
        known = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(known, dict) and known.get("title") == TITLE
