"""The ledger: where it is, and whether it can be used and knows the account."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from importer.doctor.drive import network_drive
from importer.doctor.finding import Finding
from importer.doctor.machine import is_writable
from importer.errors import ImporterError
from importer.ledger.ledger import NOBODY, Ledger
from importer.ledger.serverfacts import ServerFacts

__all__ = ["check_ledger"]

MIB = 2**20

FAR_MS = 150.0
"""So far away four fifths of the limit can still be used, as benchmarks/machines.py measures."""


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
            facts = ledger.ask_server()
    except ImporterError as error:
        yield Finding(f"ledger: {error.message}", error.hint or "Move it away, or point LSQ_LEDGER at another.")
        return
    size = "" if path is None else f", {_size(path) / MIB:.1f} MiB"
    last = f", the last run was number {runs[0].id}" if runs else ", no run yet"
    yield Finding(f"ledger: {where}{size}{last}")
    if facts is not None:
        yield from _check_server(facts)
        if target is not None and target.identity == target.address:
            yield Finding(
                "ledger: it is on a server, and account.name is missing",
                "Give the account a name in config.yaml, the same on every machine: account: {name: acme}",
            )
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


def _check_server(facts: ServerFacts) -> Iterator[Finding]:
    way_ms = facts.round_trip_s * 1000
    manner = "encrypted" if facts.is_encrypted else "not encrypted"
    yield Finding(f"ledger: PostgreSQL {facts.version}, a round trip of {way_ms:.0f} ms, {manner}")
    if not facts.may_make_functions:
        yield Finding(
            "ledger: its user may not make temporary functions, which the account's limit needs",
            "Let the database's owner say: GRANT TEMPORARY ON DATABASE name TO user",
        )
    if way_ms > FAR_MS:
        yield Finding(
            f"ledger: its server is {way_ms:.0f} ms away, so that a part of the account's limit cannot be used",
            "Keep it in the region where the imports run: up to 60 ms cost next to nothing.",
        )


def _size(path: Path) -> int:
    parts = (path, path.with_name(f"{path.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())
