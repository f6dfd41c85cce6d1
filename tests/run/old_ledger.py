"""A ledger as versions 1 to 4 wrote it, in which every column of a file counted in a row's reference.

The formulas stand here once more, so that a change of the importer's own does not change what an old ledger holds.
"""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from old_schemas import turn_back

__all__ = ["age_ledger"]

Cells = Sequence[str]


def age_ledger(path: Path, rows: Sequence[Cells], *, header: Cells, source: str, version: str = "2") -> list[str]:
    """Make a ledger of one account and source one of an older version; the old text of each row's reference."""
    database = sqlite3.connect(path)
    with database:
        secret = bytes.fromhex(_meta(database, "secret"))
        ((identity,),) = database.execute("SELECT identity FROM account").fetchall()
        tag = hashlib.blake2b(identity.encode(), digest_size=6, person=b"lsq-account").hexdigest()
        told: list[str] = []
        seen: Counter[bytes] = Counter()
        for number, cells in enumerate(rows, start=2):
            made = _cells(secret, identity, header, cells)
            ref = _digest(secret, b"ref", identity, source, text=b"row" + made + seen[made].to_bytes(4, "big"))
            seen[made] += 1
            told.append(f"r{tag}{ref.hex()}")
            found = database.execute("SELECT ref FROM lead_row WHERE row_number = ?", (number,)).fetchall()
            for (present,) in found:
                database.execute("UPDATE lead_key SET ref = ? WHERE ref = ?", (ref, present))
                database.execute("UPDATE lead_row SET ref = ?, cells = ? WHERE ref = ?", (ref, made, present))
    database.close()
    turn_back(path, version)
    return told


def _cells(secret: bytes, identity: str, header: Cells, cells: Cells) -> bytes:
    names = [name.strip().casefold() for name in header]
    order = sorted(range(len(names)), key=lambda index: (names[index], index))
    filled = [(names[index], cells[index]) for index in order if cells[index].strip()]
    text = "".join(f"{len(name)}:{name}{len(cell)}:{cell}" for name, cell in filled)
    return _digest(secret, b"cells", identity, text=text.encode())


def _digest(secret: bytes, purpose: bytes, *parts: str, text: bytes) -> bytes:
    state = hashlib.blake2b(key=secret, digest_size=16, person=purpose)
    for part in parts:
        state.update(len(part.encode()).to_bytes(4, "big") + part.encode())
    state.update(text)
    return state.digest()


def _meta(database: sqlite3.Connection, key: str) -> str:
    (value,) = database.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return str(value)
