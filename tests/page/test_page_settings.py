"""What is not safe is refused before anything listens."""

from pathlib import Path
from typing import Any

import pytest

from importer import UsageError
from importer.page.settings import PageSettings

SAFE: dict[str, Any] = {"host": "192.0.2.1", "password": "a long enough password", "behind_proxy": True}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_this_machine_alone_needs_no_password(host: str) -> None:
    assert PageSettings(folder=Path(), host=host).scheme == "http"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"password": ""}, "password"),
        ({"password": "short"}, "password"),
        ({"behind_proxy": False}, "TLS"),
        ({"host": "0.0.0.0"}, "name"),  # noqa: S104 - to be refused
        ({"host": "::"}, "name"),
        ({"certificate": Path("c.pem")}, "key"),
    ],
)
def test_other_machines_need_a_password_tls_and_a_name(change: dict[str, Any], word: str) -> None:
    with pytest.raises(UsageError, match=word):
        PageSettings(folder=Path(), **{**SAFE, **change})


def test_neither_password_nor_keys_are_in_the_repr() -> None:
    settings = PageSettings(folder=Path(), environ={"LSQ_SECRET_KEY": "hidden-key"}, **SAFE)
    assert "hidden-key" not in repr(settings)
    assert SAFE["password"] not in repr(settings)
