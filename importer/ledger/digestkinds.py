"""Three kinds of bytes by which the ledger knows a row, as types of their own: one is never taken for another."""

from typing import NewType

__all__ = ["CellsDigest", "KeyDigest", "RowRef"]

RowRef = NewType("RowRef", bytes)
"""A row's reference within its account: the digest of what makes it the same row, and its place among equal ones."""

CellsDigest = NewType("CellsDigest", bytes)
"""A row's cells as they were sent: a mark for each column, or in old ledgers one digest of all (see `cellmarks`)."""

KeyDigest = NewType("KeyDigest", bytes)
"""The digest of one unique value, or of a row's reference in its lead, the same in every file of the account."""
