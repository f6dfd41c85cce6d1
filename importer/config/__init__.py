"""config.yaml, the environment and .env → one frozen `Config`.

Importing this package is cheap: ruamel.yaml, pydantic and python-dotenv are imported when a file is loaded.
"""

from importer.config.account import require_keys
from importer.config.host import base_url_of
from importer.config.loader import load_config, load_environment
from importer.config.settings import Account, Auth, Column, Config, Constant, Limits, UnmappedColumns

__all__ = [
    "Account",
    "Auth",
    "Column",
    "Config",
    "Constant",
    "Limits",
    "UnmappedColumns",
    "base_url_of",
    "load_config",
    "load_environment",
    "require_keys",
]
