"""Where the ledger is: a relative path is taken from the folder of config.yaml, wherever the command is run."""

from pathlib import Path

from importer.errors import UsageError

__all__ = ["place_ledger"]

_SQLITE_FILE = ":///"


def place_ledger(ledger: str, folder: Path) -> str:
    """The ledger's path or URL, absolute where it is a file's; `folder` is that of config.yaml.

    It was taken from the current folder once: UsageError where a ledger lies there and none where it belongs now, for a
    new one would know nothing of what is created.
    """
    scheme, mark, file = "", "", ledger
    if "://" in ledger:
        scheme, mark, file = ledger.partition(_SQLITE_FILE)
        if not scheme.startswith("sqlite") or not file or file.startswith(":memory:"):
            return ledger
    path = Path(file).expanduser()
    if path.is_absolute():
        return ledger
    place = folder.absolute() / path
    here = Path.cwd() / path
    if here.exists() and not place.exists():
        raise UsageError(
            f"The ledger {ledger} is taken from the folder of config.yaml, {folder.absolute()}: none is there, but "
            f"there is one in {Path.cwd()}.",
            hint=f"Move it there with its .locks folder, or name it in full: ledger: {here}",
        )
    return f"{scheme}{mark}{place}"
