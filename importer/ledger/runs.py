"""The ledger's runs: which began, how each ended, and what `lsq-import history` lists."""

import json
import time

from sqlalchemy import Connection, Engine, insert, select, update

from importer.ledger.database import guard_database, storable
from importer.ledger.locks import RunLocks
from importer.ledger.outage import Outage, ServerReader
from importer.ledger.records import PastRun
from importer.ledger.schema import ACCOUNT, RUN

__all__ = ["Runs"]


class Runs:
    """The runs of a ledger; new ones begin in the name of one account."""

    def __init__(
        self,
        engine: Engine,
        reader: Connection | ServerReader,
        *,
        account_id: int,
        locks: RunLocks,
        outage: Outage,
        where: str,
    ) -> None:
        self._engine = engine
        self._outage = outage
        self._reader = reader
        self._account_id = account_id
        self._locks = locks
        self._where = where

    def begin(self, *, mode: str, source: str, file: str, report: str) -> int:
        """Write down that a run begins and give its id; `mode` is `import`, `dry run` or `sandbox`.

        A kernel lock tells as long as it lives.
        """
        token = self._locks.start_run()
        with guard_database(self._where), self._engine.begin() as connection:
            result = connection.execute(
                insert(RUN).values(
                    account_id=self._account_id,
                    token=token,
                    mode=mode,
                    source=storable(source),
                    file=storable(file),
                    report=storable(report),
                    started_at=time.time(),
                )
            )
            (run_id,) = result.inserted_primary_key or (0,)
            return int(run_id)

    def end(
        self, run_id: int, *, exit_status: int, calls: int, counts: dict[str, int], report_digest: str | None
    ) -> None:
        """Write down how the run ended and the digest of the report it wrote."""
        values = {
            "ended_at": time.time(),
            "exit_status": exit_status,
            "calls": calls,
            "counts": json.dumps(counts),
            "report_digest": report_digest,
        }

        def write() -> None:
            with guard_database(self._where), self._engine.begin() as connection:
                connection.execute(update(RUN).where(RUN.c.id == run_id).values(values))

        self._outage.ride_out(write)

    def has_imported(self, file: str, *, source: str) -> bool:
        """Whether an import of this file as this source has come to its end, with a report."""
        query = select(RUN.c.id).where(
            RUN.c.account_id == self._account_id,
            RUN.c.mode == "import",
            RUN.c.file == storable(file),
            RUN.c.source == storable(source),
            RUN.c.report_digest.is_not(None),
        )
        with guard_database(self._where):
            return self._reader.execute(query.limit(1)).first() is not None

    def last_exit_status(self, source: str) -> int | None:
        """How the last import of a source ended; None where none has."""
        query = select(RUN.c.exit_status).where(
            RUN.c.account_id == self._account_id,
            RUN.c.mode == "import",
            RUN.c.source == storable(source),
            RUN.c.ended_at.is_not(None),
        )
        with guard_database(self._where):
            return self._reader.execute(query.order_by(RUN.c.id.desc()).limit(1)).scalar()

    def file_of(self, run_id: int) -> str:
        """The file that a run imported, empty where the run is not known any more."""
        with guard_database(self._where):
            return self._reader.execute(select(RUN.c.file).where(RUN.c.id == run_id)).scalar() or ""

    def source_of(self, run_id: int) -> str:
        """The source that a run imported, empty where the run is not known any more."""
        with guard_database(self._where):
            return self._reader.execute(select(RUN.c.source).where(RUN.c.id == run_id)).scalar() or ""

    def find(self, run_id: int) -> PastRun | None:
        """The run of this number, whichever account's it is."""
        return next(iter(self.list(run_id=run_id, limit=1)), None)

    def list(self, *, report: str | None = None, run_id: int | None = None, limit: int = 50) -> list[PastRun]:
        """The newest runs first, of all accounts; those of one report, or one by its number, where that is named."""
        query = (
            select(
                RUN.c.id,
                RUN.c.token,
                ACCOUNT.c.identity,
                RUN.c.mode,
                RUN.c.source,
                RUN.c.file,
                RUN.c.report,
                RUN.c.report_digest,
                RUN.c.started_at,
                RUN.c.ended_at,
                RUN.c.exit_status,
                RUN.c.calls,
                RUN.c.counts,
            )
            .join(ACCOUNT, ACCOUNT.c.id == RUN.c.account_id)
            .order_by(RUN.c.id.desc())
            .limit(limit)
        )
        if report is not None:
            query = query.where(RUN.c.report == storable(report))
        if run_id is not None:
            query = query.where(RUN.c.id == run_id)
        with guard_database(self._where):
            found = self._reader.execute(query).mappings().all()
        return [PastRun(**{**row, "counts": json.loads(row["counts"] or "{}")}) for row in found]
