"""The ledger: where it is, and whether it can be used and knows the account."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from importer.doctor.drive import network_drive
from importer.doctor.finding import Finding
from importer.doctor.machine import is_writable
from importer.errors import ImporterError
from importer.ledger.ledger import NOBODY, Ledger

__all__ = ["check_ledger"]

MIB = 2**20


class Account(Protocol):
    """An account by its name in the ledger, and by the host and key's digest that it is reached by."""

    @property
    def identity(self) -> str: ...

    @property
    def address(self) -> str: ...


def check_ledger(location: str | Path, target: Account | None) -> Iterator[Finding]:
    """Check the ledger at a path or URL. One that is not there yet is not made."""
    is_file = "://" not in str(location)
    path = Path(location).expanduser() if is_file else None
    if path is not None and not path.exists():
        if is_writable(path.parent):
            yield Finding(f"ledger: {path} is not there yet; the first run makes it")
        else:
            yield Finding(
                f"ledger: {path} cannot be made", "Point ledger: in config.yaml or LSQ_LEDGER at a folder of yours."
            )
        return
    try:
        with Ledger(location, identity=NOBODY, host=NOBODY) as ledger:
            runs = ledger.runs.list(limit=1)
            names = () if target is None else (target.identity, target.address)
            account = next(filter(None, map(ledger.find_account, names)), None)
            where = ledger.where
    except ImporterError as error:
        yield Finding(f"ledger: {error.message}", error.hint or "Move it away, or point LSQ_LEDGER at another.")
        return
    size = "" if path is None else f", {_size(path) / MIB:.1f} MiB"
    last = f", the last run was number {runs[0].id}" if runs else ", no run yet"
    yield Finding(f"ledger: {where}{size}{last}")
    if path is not None and (drive := network_drive(path)):
        yield Finding(
            f"ledger: it lies on a network drive ({drive}), where databases in a file are easily damaged",
            "Keep it on a disk of this machine; for several machines use a PostgreSQL database as the ledger.",
        )
    if target is None:
        return
    if account is None:
        yield Finding(f"account: new to this ledger ({target.identity})")
    else:
        organisation = f" of {account.organisation}" if account.organisation else ""
        yield Finding(f"account: known to this ledger{organisation} ({target.identity})")


def _size(path: Path) -> int:
    parts = (path, path.with_name(f"{path.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())
