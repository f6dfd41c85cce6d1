"""Where the ledger is: a relative path is taken from the folder of config.yaml, wherever the command is run."""

from pathlib import Path

from importer.errors import SettingsError

__all__ = ["place_ledger"]

USE_A_FILE = "Point ledger: in config.yaml or LSQ_LEDGER at a file in a folder that you may write to."
_SQLITE_FILE = ":///"


def place_ledger(ledger: str, folder: Path) -> str:
    """The ledger's path or URL, absolute where it is a file's; `folder` is that of config.yaml.

    It was taken from the current folder once: UsageError where a ledger lies there and none where it belongs now, for a
    new one would know nothing of what is created. UsageError too for what no file can be called.
    """
    scheme, mark, file = "", "", ledger
    if "://" in ledger:
        scheme, mark, file = ledger.partition(_SQLITE_FILE)
        if not scheme.startswith("sqlite") or not file or file.startswith(":memory:"):
            return ledger
    path = _usable_path(file)
    if path.is_absolute():
        return ledger
    place = folder.absolute() / path
    here = Path.cwd() / path
    if here.exists() and not place.exists():
        raise SettingsError(
            f"The ledger {ledger} is taken from the folder of config.yaml, {folder.absolute()}: none is there, but "
            f"there is one in {Path.cwd()}.",
            hint=f"Move it there with its .locks folder, or name it in full: ledger: {here}",
        )
    return f"{scheme}{mark}{place}"


def _usable_path(file: str) -> Path:
    """The path of a ledger's file; UsageError where no file can be called so, or nobody can look there."""
    try:
        if "\0" in file:
            raise ValueError(file)
        path = Path(file).expanduser()
        if path.name in {"", ".."} or file.endswith(("/.", "/")):
            raise SettingsError("The ledger's path names a folder.", hint=USE_A_FILE)
        path.exists()
    except RuntimeError:  # ~somebody whom the machine does not know
        raise SettingsError("The ledger's path begins with ~ and no user of this machine.", hint=USE_A_FILE) from None
    except ValueError:
        raise SettingsError("The ledger's path holds a NUL or half a character.", hint=USE_A_FILE) from None
    except OSError as error:
        raise SettingsError(f"The ledger's path cannot be used: {error.strerror}.", hint=USE_A_FILE) from None
    return path
