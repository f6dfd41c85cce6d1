"""From a host, as people write it, to the API's base URL."""

import ipaddress
import re
from urllib.parse import urlsplit

__all__ = ["base_url_of"]

API_PATH = "/v2/"  # every call lives under it: https://{host}/v2/
HOST_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
MAX_HOST_LENGTH = 253  # RFC 1035's limit on a whole name


def base_url_of(host: str) -> str:
    """The base URL, `/v2/` included, for a host or a full URL; ValueError with the reason where it is neither.

    Keys travel with every call, so plain http is accepted for a loopback address only.
    """
    text = host.strip()
    if not text.isprintable():  # urlsplit would take some of them out
        raise ValueError("a TAB, a line break or another mark that does not show has no place in it")
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("it is no host name, address or URL") from None
    scheme = parts.scheme.lower()
    if scheme not in {"https", "http"}:
        raise ValueError(f"only https is understood, not {parts.scheme}")
    if "@" in parts.netloc:
        raise ValueError("a user name or key has no place in it")
    if not is_host_name(name):
        raise ValueError("it is no host name, address or URL; one looks like api.leadsquared.com")
    if parts.query or parts.fragment or parts.path.rstrip("/") not in {"", API_PATH.rstrip("/")}:
        raise ValueError(f"nothing but {API_PATH} may follow the host, such as in api-in21.leadsquared.com{API_PATH}")
    if scheme == "http" and not is_loopback(name):
        raise ValueError("plain http would show the keys to everyone on the way; use https")
    shown = f"[{name}]" if ":" in name else name
    return f"{scheme}://{shown}{'' if port is None else f':{port}'}{API_PATH}"


def is_host_name(name: str) -> bool:
    """Whether `name` is an IP address or a DNS name with a dot in it (or localhost)."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        labels = name.split(".")
        is_dns = len(name) <= MAX_HOST_LENGTH and all(HOST_LABEL.fullmatch(label) for label in labels)
        return is_dns and (name == "localhost" or (len(labels) > 1 and not labels[-1].isdigit()))
    return True


def is_loopback(name: str) -> bool:
    """Whether a connection to `name` cannot leave this machine."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
