"""Which config a command goes by, and where the ledger is that it names."""

from collections.abc import Mapping
from pathlib import Path

from importer.app.request import environ_of
from importer.config import Config, load_config, load_environment
from importer.config.ledgerplace import place_ledger
from importer.ledger.database import default_ledger_path

__all__ = ["DEFAULT_CONFIG", "find_config", "ledger_location", "location_of", "state_folder"]

DEFAULT_CONFIG = Path("config.yaml")


def state_folder() -> Path:
    """Where this user's state is kept, whatever the config says of the ledger."""
    return default_ledger_path().parent


def find_config(config: Path | None, environ: Mapping[str, str] | None = None) -> Config:
    """The config that is named or lies here; without one, the account that the environment names."""
    environ = environ_of(environ)
    if config is None and not DEFAULT_CONFIG.exists():
        return load_environment(Path(), environ=environ)
    return load_config(config or DEFAULT_CONFIG, environ=environ)


def location_of(config: Config) -> str | Path:
    """Where a config's ledger is: a path or a database URL."""
    if config.ledger is None:
        return default_ledger_path()
    return place_ledger(config.ledger, Path() if config.path is None else config.path.parent)


def ledger_location(config: Path | None, environ: Mapping[str, str] | None = None) -> str | Path:
    """Where the ledger is, for a command that needs nothing else of the config: without one, where the environment says
    or the default.
    """
    return location_of(find_config(config, environ))
