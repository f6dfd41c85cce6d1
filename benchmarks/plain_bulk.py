"""The script that a user would write for bulk calls: python benchmarks/plain_bulk.py leads.csv URL CALLS SECONDS

pandas reads the file, aiohttp posts fifty rows a call through `AsyncLimiter(CALLS, SECONDS)`, and a refused one waits a
little and goes again. Keys come from the environment.
"""

import asyncio
import os
import sys

import aiohttp
import pandas as pd
from aiolimiter import AsyncLimiter

ROWS = 50
FIELDS = {"Name": "FirstName", "Email": "EmailAddress"}


async def send(
    session: aiohttp.ClientSession, limiter: AsyncLimiter, at_once: asyncio.Semaphore, url: str, body: object
) -> None:
    """Create the leads of one call, however often it takes."""
    async with at_once:
        while True:
            async with limiter, session.post(url, json=body) as reply:
                if isinstance(await reply.json(), list):
                    return
            await asyncio.sleep(1)


async def main(path: str, url: str, calls: float, seconds: float) -> None:
    """Import the file."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False).to_dict("records")
    leads = [[{"Attribute": FIELDS[str(name)], "Value": str(cell)} for name, cell in row.items()] for row in rows]
    limiter = AsyncLimiter(calls, seconds)
    at_once = asyncio.Semaphore(10)
    keys = {"x-LSQ-AccessKey": os.environ["LSQ_ACCESS_KEY"], "x-LSQ-SecretKey": os.environ["LSQ_SECRET_KEY"]}
    async with aiohttp.ClientSession(headers=keys) as session:
        bodies = [leads[at : at + ROWS] for at in range(0, len(leads), ROWS)]
        await asyncio.gather(*(send(session, limiter, at_once, url, body) for body in bodies))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])))
