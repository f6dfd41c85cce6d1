"""What `proxy:` and the variables of the environment may name as a proxy."""

from urllib.parse import urlsplit

__all__ = ["NO_PROXY", "proxy_address"]

NO_PROXY = "none"
"""What `proxy:` says where the environment's proxy is not to be used."""


def proxy_address(url: str) -> str:
    """The host and port of a proxy's URL; ValueError with the reason where it is none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("it is no URL of a proxy") from None
    if parts.scheme.lower() not in {"http", "https"}:
        raise ValueError("only http:// and https:// proxies are understood")
    if not host or parts.path.rstrip("/") or parts.query or parts.fragment:
        raise ValueError("it is no URL of a proxy")
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"
