"""A new key of config.yaml is one field of the settings."""

from pathlib import Path

import pytest
from changed_house import ChangedHouse

from importer.config import Config, load_config
from importer.config.schema import SECTIONS
from importer.errors import ConfigError

FIELD = '    greeting: Annotated[str, MinLen(3)] = "hello"\n    nights: Whole = 7\n    source: Text | None = None\n'
SHOW = """
from pathlib import Path
from importer.config import load_config
from importer.errors import ConfigError
try:
    config = load_config(Path("config.yaml"), environ={})
    print(config.greeting, config.nights)
except ConfigError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "hello 7"),
        ("greeting: good evening\nnights: 3\n", "good evening 3"),
        ("nights: 0\n", "line 1: `nights` must be at least 1, not `0`"),
        ("nigths: 2\n", "line 1: unknown key `nigths`, did you mean `nights`?"),
    ],
)
def test_a_new_key_is_read_checked_and_told_by_its_field_alone(tmp_path: Path, written: str, told: str) -> None:
    house = ChangedHouse.build(tmp_path)
    house.edit("config/settings.py", "    source: Text | None = None\n", FIELD)
    (tmp_path / "config.yaml").write_text(f"{written}columns: {{Name: FirstName}}\n", "utf-8")
    assert told in house.python(SHOW)


def test_what_only_the_environment_says_is_no_key(tmp_path: Path) -> None:
    names = {name for model in SECTIONS.values() for name in model.model_fields}
    assert names.isdisjoint({"access_key", "secret_key", "base_url", "path", "policies"})
    path = tmp_path / "config.yaml"
    path.write_text("account: {base_url: 'https://elsewhere.example.com/v2/'}\ncolumns: {Name: FirstName}\n", "utf-8")
    with pytest.raises(ConfigError, match=r"line 1: unknown key `account.base_url`"):
        load_config(path, environ={})


def test_defaults_of_an_empty_file_are_those_of_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("unmapped_columns: pass\n", "utf-8")
    assert load_config(path, environ={}) == Config(path=path, unmapped_columns="pass")
