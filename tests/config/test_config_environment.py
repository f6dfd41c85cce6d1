from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest

from importer.config import Config, load_config
from importer.errors import ConfigError

ACCESS_KEY = "u$r0123456789abcdef0123456789abcdef"


HOST_IN_FILE = "account: {host: file.example.com}\n"


class Load(Protocol):
    def __call__(
        self, *, dotenv: str | bytes = "", environ: Mapping[str, str] | None = None, config: str = HOST_IN_FILE
    ) -> Config: ...


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load(
        *, dotenv: str | bytes = "", environ: Mapping[str, str] | None = None, config: str = HOST_IN_FILE
    ) -> Config:
        (tmp_path / "config.yaml").write_text(config + "columns: {A: B}\n", encoding="utf-8")
        if dotenv:
            (tmp_path / ".env").write_bytes(dotenv if isinstance(dotenv, bytes) else dotenv.encode())
        return load_config(tmp_path / "config.yaml", environ=environ or {})

    return load


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (ACCESS_KEY, ACCESS_KEY),
        (f"'{ACCESS_KEY}'", ACCESS_KEY),
        (f'"{ACCESS_KEY}"', ACCESS_KEY),
        ("${HOME}$r", "${HOME}$r"),
        ("ab+/=&%cd==", "ab+/=&%cd=="),
        ("ab#cd", "ab#cd"),
        ("ab # a comment", "ab"),
        ("'ab#c%d'", "ab#c%d"),
        ("  padded  ", "padded"),
        ("it's", "it's"),
    ],
)
def test_a_key_in_the_env_file_is_read_as_written(load: Load, written: str, value: str) -> None:
    assert load(dotenv=f"LSQ_SECRET_KEY={written}\n").account.secret_key == value


def test_the_environment_wins_over_the_env_file_and_that_over_the_config(load: Load) -> None:
    dotenv = "LSQ_HOST=dotenv.example.com\nLSQ_LEDGER=dotenv.db\nLSQ_ACCESS_KEY=dotenv\n"
    config = "account: {host: file.example.com}\nledger: file.db\n"
    assert (load(config=config).account.host, load(config=config).ledger) == ("file.example.com", "file.db")
    loaded = load(config=config, dotenv=dotenv)
    assert (loaded.account.host, loaded.ledger) == ("dotenv.example.com", "dotenv.db")
    loaded = load(config=config, dotenv=dotenv, environ={"LSQ_HOST": "env.example.com", "LSQ_LEDGER": "env.db"})
    assert (loaded.account.base_url, loaded.ledger) == ("https://env.example.com/v2/", "env.db")
    assert loaded.account.access_key == "dotenv"


def test_an_empty_variable_is_an_unset_one(load: Load) -> None:
    loaded = load(dotenv="LSQ_ACCESS_KEY=dotenv\nLSQ_SECRET_KEY=\n", environ={"LSQ_ACCESS_KEY": " ", "LSQ_HOST": ""})
    assert loaded.account.access_key == "dotenv"
    assert loaded.account.secret_key is None
    assert loaded.account.host == "file.example.com"


def test_blanks_around_a_key_are_dropped(load: Load) -> None:
    assert load(environ={"LSQ_ACCESS_KEY": f" {ACCESS_KEY}\n"}).account.access_key == ACCESS_KEY


@pytest.mark.parametrize(
    "dotenv", ["export LSQ_ACCESS_KEY=x\n", "\ufeffLSQ_ACCESS_KEY=x\r\n", "# note\n\nOTHER=1\nLSQ_ACCESS_KEY = x"]
)
def test_the_usual_ways_of_writing_an_env_file_are_read(load: Load, dotenv: str) -> None:
    assert load(dotenv=dotenv).account.access_key == "x"


@pytest.mark.parametrize(
    ("dotenv", "expected"),
    [
        ("\n\nLSQ_SECRET_KEY='hidden\n", ".env, line 3: it is not NAME='value', or a quote is not closed"),
        ("LSQ_ACCESS_KEY='a' hidden\n", ".env, line 1: it is not NAME='value', or a quote is not closed"),
        ("# x\nLSQ_ACCESS_KEY: hidden\n", ".env, line 2: it is not NAME='value', or a quote is not closed"),
        ("A=1\n\nLSQ_ACCESS_KEY\n", ".env, line 3: LSQ_ACCESS_KEY has no = and no value"),
        ("LSQ_SECRETKEY=hidden\n", ".env, line 1: unknown variable LSQ_SECRETKEY, did you mean LSQ_SECRET_KEY?"),
        (
            "LSQ_SECRET_KEY='hid den'\n",
            ".env, line 1: LSQ_SECRET_KEY: a key holds no blanks and no line breaks; copy it anew",
        ),
        ("LSQ_HOST=http://hidden.org\n", ".env, line 1: LSQ_HOST: plain http would show the keys"),
        ("LSQ_ACCESS_KEY=hidden\n".encode("utf-16"), ".env: it is not UTF-8; save it as UTF-8"),
    ],
)
def test_a_mistake_in_the_env_file_is_told_by_line_without_its_value(
    load: Load, dotenv: str | bytes, expected: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(dotenv=dotenv)
    (problem,) = caught.value.problems
    assert problem.startswith(expected)
    assert "hidden" not in str(caught.value)


def test_other_variables_are_nobodys_business(load: Load) -> None:
    assert load(dotenv="LSQ_TIMEZONE=x\nDATABASE_URL=y\n", environ={"LSQ_FOO": "x"}).account.access_key is None
