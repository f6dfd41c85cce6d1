"""The keys that an account accepts: drawn anew for each sandbox, or given; told in a file for scripts."""

import os
import secrets
from dataclasses import replace
from pathlib import Path
from shlex import quote

from importer.sandbox.settings import Settings

__all__ = ["draw_keys", "key_lines", "remove_keys", "write_keys"]

_HEAD = "# The address and keys of a sandbox; they are worth nothing when it has ended.\n"
_ODD = "+/=&%"


def draw_keys(settings: Settings) -> Settings:
    """The settings with a key for each one that was not given.

    An access key looks like `u$r` and 32 hex digits (live), a secret like 40 hex digits (live). With `odd_secret` it
    holds the characters that must be encoded in a query as well: secrets with some of them have been seen.
    """
    access, secret = f"u$r{secrets.token_hex(16)}", secrets.token_hex(20)
    if settings.odd_secret:
        secret = "".join(f"{secret[number * 4 :][:4]}{mark}" for number, mark in enumerate(_ODD)) + secret[20:]
    return replace(settings, access_key=settings.access_key or access, secret_key=settings.secret_key or secret)


def key_lines(url: str, settings: Settings) -> list[str]:
    """The lines of an `.env` file by which this account is reached."""
    return [
        f"LSQ_HOST={url}",
        f"LSQ_ACCESS_KEY={quote(settings.access_key or '')}",
        f"LSQ_SECRET_KEY={quote(settings.secret_key or '')}",
    ]


def write_keys(path: Path, url: str, settings: Settings) -> None:
    """Write them into a file that only its owner may read, at once and whole: by itself, for a sandbox imports
    nothing of the importer.

    ValueError where another file is there already, or where it cannot be written.
    """
    if (path.exists() or path.is_symlink()) and not _is_ours(path):
        raise ValueError(f"{path} is there and holds something else than a sandbox's keys: name another --keys-file")
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(_HEAD + "\n".join(key_lines(url, settings)) + "\n")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ValueError(f"{path} cannot be written: {error.strerror or error}") from error


def remove_keys(path: Path) -> None:
    """Remove the file of keys, if it still is one."""
    if _is_ours(path):
        path.unlink(missing_ok=True)


def _is_ours(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with path.open(encoding="utf-8") as file:
            return file.readline() == _HEAD
    except (OSError, UnicodeDecodeError):
        return False
