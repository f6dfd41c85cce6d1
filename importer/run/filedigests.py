"""The digests by which the ledger knows one file's rows."""

from importer.ledger.digests import Digests
from importer.ledger.identity import IdentityColumn
from importer.ledger.ledger import Ledger
from importer.run.inputfile import InputFile

__all__ = ["make_digests"]


def make_digests(input_file: InputFile, ledger: Ledger, *, source: str) -> Digests:
    """The digests of a file's rows, of which those columns count that `identity:` names, or that are mapped."""
    fields: dict[int, str] = {}
    for mapped in input_file.mapping.columns:
        for place in mapped.places:
            fields.setdefault(place, str(mapped.field))
    columns = [IdentityColumn(index, text, fields.get(index, "")) for index, text in enumerate(input_file.header)]
    return Digests(
        ledger.secret,
        account=ledger.account.identity,
        source=source,
        header=input_file.header,
        columns=columns,
        counted=tuple(fields) if input_file.identity is None else input_file.identity,
        spare=tuple(fields),
    )
