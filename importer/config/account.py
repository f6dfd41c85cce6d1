"""The keys that a real run needs."""

from importer.config.settings import Config
from importer.errors import UsageError

__all__ = ["require_keys"]


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
            f"NAME='value' per line{host}; LeadSquared shows the keys under Settings > API and Webhooks. "
            "Or try --sandbox or --dry-run, which need none."
        ),
    )
