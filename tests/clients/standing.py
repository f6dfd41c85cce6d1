"""Where a client that nobody here wrote finds an account."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """A sandbox that stands: `host` is `127.0.0.1:PORT`."""

    host: str
    access_key: str
    secret_key: str
