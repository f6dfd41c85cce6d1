"""Hosts: whether an address is this machine's, and whether a request means it. Pure."""

import ipaddress
from urllib.parse import urlsplit

__all__ = ["is_loopback", "is_own_host"]


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_own_host(header: str, *, host: str) -> bool:
    """Whether a Host header names this server: `host`, localhost or an address, never a name of somebody's choice.

    A page elsewhere can give its own name this machine's address (DNS rebinding); its requests bear that name.
    """
    try:
        name = urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return False
    if name in ("localhost", host.lower()):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
