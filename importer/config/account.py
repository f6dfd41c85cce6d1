"""The keys that a real run needs."""

from pathlib import Path
from urllib.parse import urlsplit

from importer.config.host import is_loopback
from importer.config.settings import Config
from importer.errors import SettingsError
from importer.nextstep import Action, NextStep

__all__ = ["is_leadsquared", "require_keys"]

LEADSQUARED = ".leadsquared.com"


def is_leadsquared(base_url: str) -> bool:
    """Whether keys may go there without a word: a host of LeadSquared's (the vendor's page), or this machine."""
    name = (urlsplit(base_url).hostname or "").removesuffix(".")
    return name.endswith(LEADSQUARED) or is_loopback(name)


def require_keys(config: Config) -> None:
    """Return if the account may be called; UsageError naming what is missing and how to set it.

    UsageError too for a host that is not LeadSquared's, unless `account.trusted_host` says that the keys may go there.

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
        if not account.trusted_host and not is_leadsquared(account.base_url):
            raise SettingsError(
                f"{urlsplit(account.base_url).hostname} is no host of LeadSquared's, and the keys would be sent to it.",
                hint=(
                    "Nothing was sent. Is it misspelt? LeadSquared's hosts end in .leadsquared.com. If it is a gateway "
                    "of your own, say so in config.yaml: account: {trusted_host: true}"
                ),
            )
        return
    folder = Path() if config.path is None else config.path.parent
    beside = "" if folder == Path() else f" in {folder}"
    host = " (the host may also stand in config.yaml under account: host)" if "LSQ_HOST" in missing else ""
    raise SettingsError(
        f"A real account needs {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not set.",
        hint=(
            f"Set {'it' if len(missing) == 1 else 'them'} in the environment or in a file named .env{beside}, one "
            f"NAME='value' per line{host}; LeadSquared shows the keys under Settings > API and Webhooks."
        ),
        steps=[NextStep(Action.TRY_WITHOUT_KEYS)],
    )
