"""A row on its way: what it would send, and the digests by which the ledger knows it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from importer.errors import RowProblem
from importer.lead.lead import Lead, make_lead
from importer.ledger.digests import Digests, account_tag
from importer.ledger.reference import read_reference
from importer.report import PastLine
from importer.run.intake import Intake
from importer.sheet import Row

__all__ = ["Candidate", "CandidateMaker"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row of the file. `given_ref` is the reference that its report line carries, when it is one of this account.

    `is_foreign` says that the line carries a reference of another account.
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

    def under(self, ref: bytes) -> "Candidate":
        """The row as it goes by this reference: where that is not its line's own, the line is a second copy of one, and
        the row is new.
        """
        return self if self.given_ref in {None, ref} else replace(self, given_ref=None, past=None)


class CandidateMaker:
    """Makes candidates of rows, the same each time.

    `is_any_account`: there is no account (a dry run without keys), so that any reference may be its own.
    """

    def __init__(
        self,
        intake: Intake,
        digests: Digests,
        *,
        account: str,
        unique: Sequence[str],
        country_code: str | None,
        is_any_account: bool = False,
    ) -> None:
        self._build = intake.mapping.build
        self._digests = digests
        self._unique = unique
        self._country_code = country_code
        self._is_any_account = is_any_account
        self.tag = account_tag(account)

    def make(self, place: int, row: Row, past: PastLine | None) -> Candidate:
        """Map a row and take its digests."""
        body, problems = self._build(row)
        lead = make_lead(body, unique=self._unique, country_code=self._country_code)
        keys = tuple([self._digests.of_key(key.field, key.exact) for key in lead.keys])
        given = read_reference(past.ref) if past is not None else None
        is_foreign = given is not None and given[0] != self.tag and not self._is_any_account
        return Candidate(
            place=place,
            row=row,
            past=past,
            lead=lead,
            problems=problems,
            cells=self._digests.of_cells(row.cells),
            keys=keys,
            given_ref=given[1] if given is not None and not is_foreign else None,
            is_foreign=is_foreign,
        )
