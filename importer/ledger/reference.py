"""A row's reference as the report shows it in `lsq_ref`: opaque to people, telling to us."""

from importer.ledger.digestkinds import RowRef
from importer.ledger.digests import DIGEST_SIZE, TAG_SIZE

__all__ = ["read_reference", "write_reference"]

_MARK = "r"


def write_reference(tag: bytes, ref: RowRef) -> str:
    """The text of a reference: `tag` says which account, `ref` which row. No spreadsheet takes it for a number."""
    return f"{_MARK}{tag.hex()}{ref.hex()}"


def read_reference(text: str) -> tuple[bytes, RowRef] | None:
    """The account's tag and the row's digest; None where the text is no reference (any more)."""
    text = text.strip()
    if text[:1] != _MARK:
        return None
    try:
        data = bytes.fromhex(text[1:])
    except ValueError:
        return None
    return (data[:TAG_SIZE], RowRef(data[TAG_SIZE:])) if len(data) == TAG_SIZE + DIGEST_SIZE else None
