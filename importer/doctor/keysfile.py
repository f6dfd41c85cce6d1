"""The file with the keys: whether others on this machine can read it."""

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from importer.doctor.finding import Finding
from importer.shellwords import pasted_word

__all__ = ["check_keys_file"]


def check_keys_file(folder: Path) -> Iterator[Finding]:
    """Check the .env beside a config; nothing where there is none, or where the system has no modes."""
    path = folder / ".env"
    try:
        status = path.stat()
    except OSError:
        return
    if sys.platform == "win32" or not stat.S_ISREG(status.st_mode):
        return
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        mode = stat.S_IMODE(status.st_mode)
        yield Finding(
            f"{path.name}: others on this machine may read the keys (mode {mode:o})",
            f"Run: chmod 600 {pasted_word(str(path))}",
        )
    else:
        yield Finding(f"{path.name}: its owner alone can read it")
