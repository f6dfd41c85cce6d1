"""How an account is reached: from a host to the API's base URL, and the keys that a real run needs."""

import ipaddress
import re
from urllib.parse import urlsplit

from importer.config.settings import Config
from importer.errors import UsageError
from importer.nextstep import Action, NextStep

__all__ = ["base_url_of", "require_keys"]

API_PATH = "/v2/"  # every call lives under it: https://{host}/v2/
HOST_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
MAX_HOST_LENGTH = 253  # RFC 1035's limit on a whole name


def base_url_of(host: str) -> str:
    """The base URL, `/v2/` included, for a host or a full URL; ValueError with the reason where it is neither.

    Keys travel with every call, so plain http is accepted for a loopback address only.
    """
    text = host.strip()
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
        raise ValueError(f"nothing but {API_PATH} may follow the host")
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


def require_keys(config: Config) -> None:
    """Return if the account can be called; UsageError naming what is missing and how to set it.

    A dry run and the sandbox need no keys, so their absence is no mistake of config.yaml.
    """
    account = config.account
    given = {
        "LSQ_HOST": account.base_url,
        "LSQ_ACCESS_KEY": account.access_key,
        "LSQ_SECRET_KEY": account.secret_key,
    }
    missing = [name for name, value in given.items() if not value]
    if not missing:
        return
    beside = "" if config.path is None else f" in {config.path.parent}"
    host = " (the host may also stand in config.yaml under account: host)" if "LSQ_HOST" in missing else ""
    raise UsageError(
        f"A real account needs {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not set.",
        hint=(
            f"Set {'it' if len(missing) == 1 else 'them'} in the environment or in a file named .env{beside}, one "
            f"NAME='value' per line{host}; LeadSquared shows the keys under Settings > API and Webhooks."
        ),
        steps=[NextStep(Action.TRY_WITHOUT_KEYS)],
    )
