from pathlib import Path
from typing import Any

import pytest

from importer.config import Account, Config, base_url_of, require_keys
from importer.errors import UsageError

HOST = "api.leadsquared.com"
ACCESS_KEY = "u$r0123456789abcdef0123456789abcdef"
SECRET_KEY = "Zm9v+/=&%x"


@pytest.mark.parametrize(
    ("host", "base_url"),
    [
        ("api.leadsquared.com", "https://api.leadsquared.com/v2/"),
        (" API-in21.LeadSquared.com/ ", "https://api-in21.leadsquared.com/v2/"),
        ("https://api.leadsquared.com/v2/", "https://api.leadsquared.com/v2/"),
        ("https://api.leadsquared.com/v2", "https://api.leadsquared.com/v2/"),
        ("http://127.0.0.1:8750", "http://127.0.0.1:8750/v2/"),
        ("http://localhost:8750/", "http://localhost:8750/v2/"),
        ("http://[::1]:8750/v2/", "http://[::1]:8750/v2/"),
    ],
)
def test_a_host_or_url_becomes_the_base_url(host: str, base_url: str) -> None:
    assert base_url_of(host) == base_url


@pytest.mark.parametrize(
    "host",
    [
        "",
        "leadsquared",
        "a b.com",
        "-a.com",
        "a..com",
        "1.2.3",
        "ftp://api.leadsquared.com",
        "https://",
        "https://x.com:99999",
        "https://x.com/v2/LeadManagement.svc",
        "https://x.com/v3/",
        "https://x.com/?a=b",
        "https://user@x.com",
        "http://api.leadsquared.com",
        "http://127.0.0.1.evil.com",
        "http://localhost@evil.com",
        "http://0.0.0.0:8750",
        "http://[::1",
        "api.lead\tsquared.com",
        "api.leadsquared.com\n.evil.com",
        "api.evil.com\r\n.leadsquared.com",
        "api.leadsquared.com\u200b",
    ],
)
def test_what_is_no_host_or_would_show_the_keys_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match=r"host|https|http|/v2/|user name|line break"):
        base_url_of(host)


def test_missing_keys_are_told_only_when_they_are_needed() -> None:
    account = Account("api.leadsquared.com", "https://api.leadsquared.com/v2/", access_key=ACCESS_KEY)
    with pytest.raises(
        UsageError, match=r"(?s)needs LSQ_SECRET_KEY, which is not set.*nightly.*\.env|\.env.*nightly"
    ) as caught:
        require_keys(Config(path=Path("nightly/config.yaml"), account=account))
    assert ACCESS_KEY not in str(caught.value)


def test_a_missing_host_is_told_with_the_keys() -> None:
    with pytest.raises(UsageError, match=r"needs LSQ_HOST and LSQ_ACCESS_KEY and LSQ_SECRET_KEY, which are not set"):
        require_keys(Config())


def test_with_host_and_keys_nothing_is_missing_and_no_repr_shows_them() -> None:
    account = Account(
        "api.leadsquared.com", "https://api.leadsquared.com/v2/", access_key=ACCESS_KEY, secret_key=SECRET_KEY
    )
    require_keys(Config(account=account))
    assert ACCESS_KEY not in repr(Config(account=account))
    assert SECRET_KEY not in repr(Config(account=account))


def account_at(host: str, **more: Any) -> Config:
    return Config(account=Account(host, base_url_of(host), access_key=ACCESS_KEY, secret_key="s", **more))


@pytest.mark.parametrize(
    "host",
    ["api.leadsquared.com", "API-ME61.LeadSquared.com:8443", "http://127.0.0.1:1", "localhost", "https://[::1]:2"],
)
def test_keys_go_to_leadsquared_and_to_this_machine_without_a_word(host: str) -> None:
    require_keys(account_at(host))


@pytest.mark.parametrize(
    "host",
    [
        "api.leadsqaured.com",
        "leadsquared.com.evil.org",
        "apileadsquared.com",
        "evil-leadsquared.com",
        "192.168.1.5",
        "gateway.example.com",
    ],
)
def test_keys_go_to_another_host_only_where_it_is_trusted(host: str) -> None:
    with pytest.raises(UsageError, match=r"(?s)is no host of LeadSquared's.*trusted_host: true") as caught:
        require_keys(account_at(host))
    assert ACCESS_KEY not in str(caught.value)
    require_keys(account_at(host, trusted_host=True))
