"""The way to an account: straight or through a proxy, and whose certificates are trusted on it.

Keys never go to a proxy in clear: a proxy is used for https only, where it is asked for a tunnel (CONNECT) and sees
nothing but the host's name. No message here holds a proxy's user name or password.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from importer.config.proxy import NO_PROXY, proxy_address
from importer.errors import UsageError

__all__ = ["DIRECT", "Route", "find_route"]

PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
BYPASS_VARIABLES = ("no_proxy", "NO_PROXY")
HTTPS_PORT = 443
CERTIFICATES_VARIABLE = "SSL_CERT_FILE"


@dataclass(frozen=True, slots=True)
class Route:
    """How calls go. `proxy` is a URL that may hold a password, so it never shows; `source` says who named it.

    `certificates` is None where no certificate is looked at: on a plain way to this machine itself.
    """

    proxy: str | None = field(default=None, repr=False)
    source: str = ""
    certificates: ssl.SSLContext | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """The proxy's host and port, for a person; empty where there is none."""
        return "" if self.proxy is None else proxy_address(self.proxy)


DIRECT = Route()


def find_route(base_url: str, *, proxy: str | None, environ: Mapping[str, str]) -> Route:
    """The way to an account: `proxy` of the config, else the environment's, unless NO_PROXY names the host.

    UsageError where the environment names a proxy, or a file of certificates, that cannot be used.
    """
    if not base_url.startswith("https://"):
        return DIRECT
    certificates = _trust(environ)
    if proxy == NO_PROXY:
        return Route(source="proxy: in config.yaml", certificates=certificates)
    if proxy is not None:
        return Route(proxy, "proxy: in config.yaml", certificates)
    name = next((name for name in PROXY_VARIABLES if environ.get(name)), None)
    if name is None or _is_bypassed(base_url, environ):
        return Route(source="" if name is None else "NO_PROXY", certificates=certificates)
    url = environ[name].strip()
    url = url if "://" in url else f"http://{url}"
    try:
        proxy_address(url)
    except ValueError as error:
        raise UsageError(
            f"{name} in the environment: {error}.",
            hint="Set it to http://HOST:PORT, or name another proxy with proxy: in config.yaml (none: no proxy).",
        ) from None
    return Route(url, f"{name} in the environment", certificates)


def _is_bypassed(base_url: str, environ: Mapping[str, str]) -> bool:
    """Whether NO_PROXY names the host: by its name, by a domain that it is in, or by `*` for every host."""
    parts = urlsplit(base_url)
    host, port = parts.hostname or "", parts.port or HTTPS_PORT
    names = next((environ[name] for name in BYPASS_VARIABLES if environ.get(name)), "")
    for text in names.split(","):
        name, _, its_port = text.strip().lower().partition(":")
        name = name.removeprefix("*").removeprefix(".")
        is_named = text.strip() == "*" or (name and (host == name or host.endswith(f".{name}")))
        if is_named and its_port in {"", str(port)}:
            return True
    return False


def _trust(environ: Mapping[str, str]) -> ssl.SSLContext:
    """What the system trusts, and the certificates in SSL_CERT_FILE."""
    context = ssl.create_default_context()
    if path := environ.get(CERTIFICATES_VARIABLE):
        try:
            context.load_verify_locations(path)
        except OSError as error:  # an SSLError is one: the file holds no certificate
            reason = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
            raise UsageError(
                f"{CERTIFICATES_VARIABLE} names {path}, which cannot be used: {reason}.",
                hint="Point it to a file of certificates in PEM form, or unset it.",
            ) from None
    return context
