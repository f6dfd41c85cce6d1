"""A row on its way: what it would send, and the digests by which the ledger knows it."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from importer.errors import RowProblem
from importer.lead.lead import Lead
from importer.lead.uniquekeys import UniqueKey, unique_keys
from importer.ledger.cellmarks import are_marks, same_marks
from importer.ledger.digests import Digests, account_tag
from importer.ledger.reference import read_reference, write_reference
from importer.report import PastLine
from importer.run.inputfile import InputFile
from importer.sheet import Row

__all__ = [
    "LEAD_OF_ANOTHER_LINE",
    "LINE_ERRORS",
    "REFERENCE_LOST",
    "UNCLEAR_COPY",
    "PreparedRow",
    "RowPreparer",
]

REFERENCE_LOST = "reference_lost"
LEAD_OF_ANOTHER_LINE = "lead_of_another_line"
UNCLEAR_COPY = "unclear_copy"
LINE_ERRORS = frozenset({REFERENCE_LOST, LEAD_OF_ANOTHER_LINE, UNCLEAR_COPY})
"""Why a line of a report is not sent before a person has said what it is; see `run/references`."""


class PreparedRow(NamedTuple):
    """A row of the file. `given_ref` is the reference that its report line carries, when it is one of this account.

    `is_foreign` says that the line carries a reference of another account. What the ledger remembers of cells is made
    only where it is asked for: most rows are new, and a check of a million rows needs none of it. `reference_key` is
    the digest of the row's own reference, where leads carry it.
    """

    place: int
    row: Row
    past: PastLine | None
    lead: Lead
    problems: tuple[RowProblem, ...]
    digests: Digests
    keys: tuple[bytes, ...]
    given_ref: bytes | None
    is_foreign: bool
    reference_key: bytes | None = None

    @property
    def protection(self) -> tuple[bytes, ...]:
        """The digests of all by which its lead can be found and is protected from a second copy."""
        return self.keys if self.reference_key is None else (*self.keys, self.reference_key)

    @property
    def cells(self) -> bytes:
        """The row's cells as the ledger remembers them."""
        return self.digests.of_each(self.row.cells)

    def agreeing_fields(self, known: Collection[bytes]) -> frozenset[str] | None:
        """The unique fields whose values are among those (digests) that were known; None where none was edited."""
        of_key = self.digests.of_key
        fields = frozenset(
            key.field for key in self.lead.keys if any(of_key(key.field, form) in known for form in key.forms)
        )
        is_same = len(fields) == len(self.lead.keys) and set(known) <= set(self.protection)
        return None if is_same else fields

    @property
    def has_lost_reference(self) -> bool:
        """Whether this is a line of a report whose reference is gone, and no line that a person added."""
        past = self.past
        return self.given_ref is None and not self.is_foreign and past is not None and past.status is not None

    def has_cells(self, known: bytes) -> bool:
        """Whether these are the cells that the ledger remembers."""
        return same_marks(known, self.cells) if are_marks(known) else self.digests.of_cells(self.row.cells) == known

    def under(self, ref: bytes, *, is_known: bool) -> "PreparedRow":
        """The row under `ref`. If its report line carries another reference and the ledger does not know `ref`, the
        line is a copy: drop its history and treat it as new.
        """
        if self.given_ref is None or self.given_ref == ref:
            return self
        return self._replace(given_ref=ref) if is_known else self._replace(given_ref=None, past=None)


class RowPreparer:
    """Makes prepared_rows of rows, the same each time.

    `reference` is the field that gets each row's reference, None where leads carry none. `is_any_account`: there is no
    account (a dry run without keys), so that any reference may be its own. `tags` are the marks that the account's
    references had under its other names.
    """

    def __init__(
        self,
        input_file: InputFile,
        digests: Digests,
        *,
        account: str,
        unique: Sequence[str],
        country_code: str | None,
        reference: str | None = None,
        is_any_account: bool = False,
        tags: Collection[bytes] = (),
    ) -> None:
        mapping = input_file.mapping
        self._read = mapping.read
        self._payload_plan = mapping.payload_plan
        self._unique = [(field, place) for field in unique if (place := mapping.payload_plan.index(field)) is not None]
        self._digests = digests
        self._country_code = country_code
        self._reference = reference
        self._is_any_account = is_any_account
        self.tag = account_tag(account)
        self._tags = frozenset({self.tag, *tags})

    def make(self, place: int, row: Row, past: PastLine | None) -> PreparedRow:
        """Map a row and take its digests."""
        texts, problems = self._read(row)
        unique = unique_keys([(field, texts[place]) for field, place in self._unique], country_code=self._country_code)
        of_key = self._digests.of_key
        if past is None:
            given, is_foreign = None, False
        else:
            given, is_foreign = self._given(past)
        return PreparedRow(
            place,
            row,
            past,
            Lead(self._payload_plan, texts, unique),
            problems,
            self._digests,
            tuple([of_key(key.field, form) for key in unique for form in key.forms]),
            given,
            is_foreign,
        )

    def carrying(self, prepared: PreparedRow, ref: bytes) -> PreparedRow:
        """The row with its reference in its lead, where the account has a field for it."""
        if self._reference is None:
            return prepared
        text = write_reference(self.tag, ref)
        return prepared._replace(
            lead=prepared.lead._replace(reference=UniqueKey(self._reference, text, text)),
            reference_key=self._digests.of_key(self._reference, text),
        )

    def _given(self, past: PastLine) -> tuple[bytes | None, bool]:
        """The reference of a report's line where it is one of this account, and whether it is another's."""
        given = read_reference(past.ref)
        if given is None:
            return None, False
        is_foreign = given[0] not in self._tags and not self._is_any_account
        return None if is_foreign else given[1], is_foreign
