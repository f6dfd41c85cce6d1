"""The way to the account: through a proxy or straight, by trusted certificates, and never with the keys in clear."""

import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from way import Way, open_way
from workbench import Account, Desk, person

CLEAN = dict.fromkeys(
    ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"), ""
)


@pytest.fixture
def way(tmp_path: Path, account: Account) -> Iterator[Way]:
    port = urllib.parse.urlsplit(account.sandbox.url).port
    assert port is not None
    with open_way(tmp_path, port) as way:
        yield way


@pytest.fixture
def secure_desk(desk: Desk, way: Way) -> Desk:
    """A desk whose account is reached by https, with a file to import."""
    desk.environ = {**CLEAN, "LSQ_HOST": way.url, "SSL_CERT_FILE": str(way.certificates)}
    desk.configure(timeout_s=10)
    desk.write([person(1)])
    return desk


def test_the_environments_certificates_are_trusted(secure_desk: Desk, way: Way, account: Account) -> None:
    assert secure_desk.call("leads.csv").status == 0
    assert (len(account.leads()), way.asked) == (1, [])


def test_without_them_nothing_is_sent(secure_desk: Desk, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importer.leadsquared.retries.FIRST_WAIT_S", 0.01)
    monkeypatch.setattr("importer.leadsquared.retries.JITTER_S", 0.0)
    secure_desk.environ["SSL_CERT_FILE"] = ""
    secure_desk.call("leads.csv")
    (line,) = secure_desk.report()
    assert line.status == "failed"
    assert "certificate is not trusted" in line.message
    assert account.stats()["arrivals"] == 0


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_of_certificates_that_is_none_is_told_before_the_first_call(
    secure_desk: Desk, account: Account, content: str | None
) -> None:
    path = secure_desk.folder / "certificates.pem"
    if content is not None:
        path.write_text(content, "utf-8")
    secure_desk.environ["SSL_CERT_FILE"] = str(path)
    run = secure_desk.call("leads.csv")
    assert run.status == 2
    assert f"SSL_CERT_FILE names {path}" in run.err
    assert account.stats()["arrivals"] == 0


@pytest.mark.parametrize("auth", ["query", "headers"])
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "proxy:"])
def test_calls_go_through_the_proxy_and_it_sees_no_key(
    secure_desk: Desk, way: Way, account: Account, name: str, auth: str
) -> None:
    config = {"proxy": way.proxy} if name == "proxy:" else {}
    secure_desk.environ |= {} if config else {name: way.proxy.removeprefix("http://")}
    secure_desk.configure(timeout_s=10, account={"auth": auth}, **config)
    assert secure_desk.call("leads.csv").status == 0
    assert len(account.leads()) == 1
    assert way.asked
    plain = "".join(way.asked) + way.seen.decode("latin-1")
    for key in (account.sandbox.access_key, account.sandbox.secret_key):
        assert key not in urllib.parse.unquote(plain)
        assert key[3:12] not in plain
    assert all(re.search(r"^User-Agent: lsq-import/", head, re.MULTILINE) for head in way.asked)


@pytest.mark.parametrize("names", ["localhost", "*", "example.com, LOCALHOST", "localhost:{port}"])
@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
def test_a_host_that_no_proxy_names_is_called_straight(secure_desk: Desk, way: Way, names: str, variable: str) -> None:
    secure_desk.environ |= {"HTTPS_PROXY": way.proxy, variable: names.format(port=way.port)}
    assert secure_desk.call("leads.csv").status == 0
    assert way.asked == []


@pytest.mark.parametrize("names", ["host", "alhost", "example.com", "localhost:1"])
def test_a_host_that_no_proxy_does_not_name_is_not(secure_desk: Desk, way: Way, names: str) -> None:
    secure_desk.environ |= {"HTTPS_PROXY": way.proxy, "NO_PROXY": names}
    assert secure_desk.call("leads.csv").status == 0
    assert way.asked


def test_the_config_can_do_without_the_environments_proxy(secure_desk: Desk, way: Way) -> None:
    secure_desk.environ |= {"HTTPS_PROXY": way.proxy}
    secure_desk.configure(timeout_s=10, proxy="none")
    assert secure_desk.call("leads.csv").status == 0
    assert way.asked == []


def test_a_sandbox_on_this_machine_is_never_called_through_a_proxy(desk: Desk, account: Account) -> None:
    desk.environ = {name: "http://127.0.0.1:9" for name in CLEAN if "no" not in name.lower()}
    desk.write([person(1)])
    assert desk.call("leads.csv").status == 0
    assert len(account.leads()) == 1


def test_a_proxy_that_refuses_is_named_and_the_row_is_known_not_to_be_sent(
    secure_desk: Desk, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importer.leadsquared.retries.FIRST_WAIT_S", 0.01)
    monkeypatch.setattr("importer.leadsquared.retries.JITTER_S", 0.0)
    way.refuses = True
    secure_desk.environ |= {"HTTPS_PROXY": way.proxy.replace("//", "//me:s3cretword@")}
    run = secure_desk.call("leads.csv")
    (line,) = secure_desk.report()
    assert line.status == "failed"
    assert "the proxy refused the way to the host: HTTP 407" in line.message
    assert "Proxy-Authorization: Basic " in way.asked[0]
    assert "s3cret" not in run.text + str(line)


@pytest.mark.parametrize("url", ["socks5://127.0.0.1:1080", "http://me:s3cretword@", "http://127.0.0.1:99999"])
def test_a_proxy_that_cannot_be_used_is_told_before_the_first_call(secure_desk: Desk, url: str) -> None:
    secure_desk.environ["HTTPS_PROXY"] = url
    run = secure_desk.call("leads.csv")
    assert run.status == 2
    assert "HTTPS_PROXY in the environment" in run.err
    assert "s3cret" not in run.text


@pytest.mark.parametrize(
    ("proxy", "message"),
    [("socks5://h:1", "only http://"), ("http://me:s3cretword@h:1", "has no place"), ("http://h/x", "no URL")],
)
def test_a_proxy_in_the_config_that_cannot_be_used_is_told(desk: Desk, proxy: str, message: str) -> None:
    desk.configure(proxy=proxy)
    desk.write([person(1)])
    run = desk.call("leads.csv")
    assert run.status == 2
    assert message in run.err
    assert "s3cret" not in run.text


def test_the_doctor_names_the_way(secure_desk: Desk, way: Way) -> None:
    secure_desk.environ |= {"HTTPS_PROXY": way.proxy.replace("//", "//me:s3cretword@")}
    run = secure_desk.call("doctor")
    assert f"through the proxy 127.0.0.1:{way.proxy_port} (HTTPS_PROXY in the environment)" in run.out
    assert "s3cret" not in run.text
    secure_desk.environ |= {"NO_PROXY": "localhost"}
    assert "no proxy (NO_PROXY)" in secure_desk.call("doctor").out
    secure_desk.environ |= {"SSL_CERT_FILE": "/no/such.pem"}
    assert "MEND  way to the host: SSL_CERT_FILE names /no/such.pem" in secure_desk.call("doctor").out
