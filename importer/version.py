"""The version of lsq-import: the package's metadata, the User-Agent and the log tell it."""

__all__ = ["__version__"]

__version__ = "0.1.0"
