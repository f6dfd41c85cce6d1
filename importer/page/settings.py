"""How the page is served, as one value; what is not safe is refused here."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from importer import UsageError

__all__ = ["PASSWORD", "PageSettings", "is_loopback"]

PASSWORD = "LSQ_PAGE_PASSWORD"  # noqa: S105 - the variable's name
SHORTEST_PASSWORD = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings:
    """Where and for whom the page is served.

    - `folder`: where what is received lies. `config` names the account; None for the environment.
    - `environ`: host, keys and ledger. It holds keys, so it is in no repr.
    - `name`: the host name in the browser's address, where it is not `host`. `certificate`, `key`: PEM files for TLS.
    - `behind_proxy`: another server adds TLS in front.
    - `upload_mb`: how large an upload may be. `keep_days`: how long uploads stay.
    - `sandbox`: each import goes into a LeadSquared of one's own.

    UsageError where another machine could reach the page without a password or without TLS.
    """

    folder: Path
    config: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    host: str = "127.0.0.1"
    port: int = 8484
    name: str = ""
    password: str = field(default="", repr=False)
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False
    upload_mb: int = 100
    keep_days: int = 7
    sandbox: bool = False

    def __post_init__(self) -> None:
        """Refuse what is not safe."""
        if (self.certificate is None) != (self.key is None):
            raise UsageError("TLS needs a certificate and its key.", hint="Name both files.")
        if is_loopback(self.host):
            return
        if len(self.password) < SHORTEST_PASSWORD:
            raise UsageError(
                f"Served to other machines, the page needs a password of {SHORTEST_PASSWORD} characters or more.",
                hint=f"Set {PASSWORD} in the environment.",
            )
        if self.certificate is None and not self.behind_proxy:
            raise UsageError(
                "Served to other machines, the page needs TLS.",
                hint="Name a certificate and its key, or say that a proxy in front adds TLS.",
            )
        if not self.name and _is_any(self.host):
            raise UsageError(
                f"{self.host} is no name that a browser can ask for.",
                hint="Say which host name stands in the browser's address.",
            )

    @property
    def scheme(self) -> str:
        """How the browser's address begins."""
        is_proxied = self.behind_proxy and not is_loopback(self.host)
        return "https" if self.certificate is not None or is_proxied else "http"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server at this host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_any(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return not host
