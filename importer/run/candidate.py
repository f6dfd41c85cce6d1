"""A row on its way: what it would send, and the digests by which the ledger knows it."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from importer.errors import RowProblem
from importer.lead.keys import UniqueKey, unique_keys
from importer.lead.lead import Lead
from importer.ledger.digests import Digests, account_tag
from importer.ledger.reference import read_reference, write_reference
from importer.report import PastLine
from importer.run.intake import Intake
from importer.sheet import Row

__all__ = ["Candidate", "CandidateMaker"]


class Candidate(NamedTuple):
    """A row of the file. `given_ref` is the reference that its report line carries, when it is one of this account.

    `is_foreign` says that the line carries a reference of another account. `reference_key` is the digest of the row's
    own reference, where leads carry it.
    """

    place: int
    row: Row
    past: PastLine | None
    lead: Lead
    problems: tuple[RowProblem, ...]
    cells: bytes
    keys: tuple[bytes, ...]
    given_ref: bytes | None
    is_foreign: bool
    reference_key: bytes | None = None

    @property
    def protection(self) -> tuple[bytes, ...]:
        """The digests of all by which its lead can be found and is protected from a second copy."""
        return self.keys if self.reference_key is None else (*self.keys, self.reference_key)

    def under(self, ref: bytes) -> "Candidate":
        """The row as it goes by this reference: where that is not its line's own, the line is a second copy of one, and
        the row is new.
        """
        return self if self.given_ref is None or self.given_ref == ref else self._replace(given_ref=None, past=None)


class CandidateMaker:
    """Makes candidates of rows, the same each time.

    `reference` is the field that gets each row's reference, None where leads carry none. `is_any_account`: there is no
    account (a dry run without keys), so that any reference may be its own. `tags` are the marks that the account's
    references had under its other names.
    """

    def __init__(
        self,
        intake: Intake,
        digests: Digests,
        *,
        account: str,
        unique: Sequence[str],
        country_code: str | None,
        reference: str | None = None,
        is_any_account: bool = False,
        tags: Collection[bytes] = (),
    ) -> None:
        mapping = intake.mapping
        self._read = mapping.read
        self._assembly = mapping.assembly
        self._unique = [(field, place) for field in unique if (place := mapping.assembly.place(field)) is not None]
        self._digests = digests
        self._country_code = country_code
        self._reference = reference
        self._is_any_account = is_any_account
        self.tag = account_tag(account)
        self._tags = frozenset({self.tag, *tags})

    def make(self, place: int, row: Row, past: PastLine | None) -> Candidate:
        """Map a row and take its digests."""
        texts, problems = self._read(row)
        unique = unique_keys([(field, texts[place]) for field, place in self._unique], country_code=self._country_code)
        of_key = self._digests.of_key
        if past is None:
            given, is_foreign = None, False
        else:
            given, is_foreign = self._given(past)
        return Candidate(
            place,
            row,
            past,
            Lead(self._assembly, texts, unique),
            problems,
            self._digests.of_cells(row.cells),
            tuple([of_key(key.field, form) for key in unique for form in key.forms]),
            given,
            is_foreign,
        )

    def under(self, candidate: Candidate, ref: bytes) -> Candidate:
        """The row as it goes by this reference, which its lead carries where the account has a field for it."""
        candidate = candidate.under(ref)
        if self._reference is None:
            return candidate
        text = write_reference(self.tag, ref)
        return candidate._replace(
            lead=candidate.lead._replace(reference=UniqueKey(self._reference, text, text)),
            reference_key=self._digests.of_key(self._reference, text),
        )

    def _given(self, past: PastLine) -> tuple[bytes | None, bool]:
        """The reference of a report's line where it is one of this account, and whether it is another's."""
        given = read_reference(past.ref)
        if given is None:
            return None, False
        is_foreign = given[0] not in self._tags and not self._is_any_account
        return None if is_foreign else given[1], is_foreign
