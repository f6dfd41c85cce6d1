"""A ledger as a run leaves it that was killed: python benchmarks/left_ledger.py FILE CREATED

So many rows of the file are created, two days ago, and ten more were in flight. Everything is the importer's own code,
but for the calls, which nobody makes; the account is that of the environment, the config that of the folder.
"""

import asyncio
import itertools
import os
import sys
import time
from pathlib import Path

from importer.app.context import open_context
from importer.app.pipeline import make_review
from importer.app.request import ImportRequest
from importer.clocks import WallSeconds
from importer.ledger.records import Intent, Settled
from importer.outcome import Outcome, Status

IN_FLIGHT = 10
AT_ONCE = 5000
LONG_AGO_S = 200_000.0


async def leave(file: Path, created: int) -> None:
    """Write the ledger."""
    async with open_context(ImportRequest(file=file), os.environ) as context:
        at = WallSeconds(time.time() - LONG_AGO_S)
        decided = itertools.islice(make_review(context).decided(), created + IN_FLIGHT)
        while part := list(itertools.islice(decided, AT_ONCE)):
            intents = [
                Intent(note.ref, prepared.cells, prepared.keys, prepared.row.number, at) for prepared, note in part
            ]
            outcomes = [
                Settled(note.ref, Outcome(Status.CREATED, lead_id=f"lead-{note.place}", attempts=1), at)
                for _, note in part
                if note.place < created
            ]
            with context.ledger.begin() as connection:
                context.ledger.rows.claim(connection, intents)
                if outcomes:
                    context.ledger.rows.settle(connection, outcomes)


if __name__ == "__main__":
    asyncio.run(leave(Path(sys.argv[1]), int(sys.argv[2])))
