"""The address of a ledger on a PostgreSQL server: read, and shown without a password."""

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from importer.errors import SettingsError

__all__ = ["DRIVER", "EXAMPLE", "is_server_address", "read_server_url", "shown"]

EXAMPLE = "postgresql://NAME@HOST/DATABASE"
DRIVER = "lsq-import[postgresql]"

_HINT = f"Give a file path, or a URL such as {EXAMPLE}."
_SCHEMES = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
_SECRET = {"password", "sslpassword", "passfile"}
_HIDDEN = "***"

_CONNECTION = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
    "application_name": "lsq-import",
}
"""How soon a line that was cut is noticed: within some 20 s, not after hours. The URL's own win."""


def is_server_address(location: object) -> bool:
    """Whether a ledger's location is the URL of a server, which several machines may share."""
    scheme, mark, _rest = str(location).partition("://")
    return bool(mark) and scheme.partition("+")[0] in _SCHEMES


def read_server_url(text: str) -> URL:
    """The URL of a PostgreSQL database, with the driver that we come with; UsageError where it is none.

    `postgres://` and `postgresql://` mean the same. Another driver than psycopg is refused: this ledger needs to know
    when its connection is gone, and each driver tells it otherwise.
    """
    try:
        url = make_url(text)
        scheme = _SCHEMES.get(url.drivername, url.drivername)
        if url.get_backend_name() != "postgresql" and url.drivername not in _SCHEMES:
            raise SettingsError("The ledger's address names a database that cannot serve as a ledger.", hint=_HINT)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise SettingsError(
            f"The ledger's address is no database URL that can be used here ({type(error).__name__}).", hint=_HINT
        ) from None
    if scheme != "postgresql+psycopg":
        raise SettingsError(f"The ledger's address asks for a driver that is not used here ({scheme}).", hint=_HINT)
    try:
        import psycopg  # noqa: F401 - only whether it is there
    except ImportError:
        raise SettingsError(
            "A ledger on a PostgreSQL server needs psycopg, which is not installed.",
            hint=f"Install it: pip install '{DRIVER}'",
        ) from None
    return url.set(drivername=scheme).update_query_dict({**_CONNECTION, **url.query})


def shown(location: object) -> str:
    """A ledger's location as it may be shown or logged: without a password, wherever the URL holds it."""
    if "://" not in str(location):
        return str(location)
    try:
        url = make_url(str(location))
    except (ArgumentError, ValueError):
        return f"{str(location).partition('://')[0]}://{_HIDDEN}"
    query = {name: _HIDDEN if name in _SECRET else value for name, value in url.query.items()}
    return url.set(query=query).render_as_string()
