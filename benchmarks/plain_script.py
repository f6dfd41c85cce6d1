"""The script that a user would write: python benchmarks/plain_script.py leads.csv URL CALLS SECONDS

pandas reads the file, aiohttp posts ten rows at a time through `AsyncLimiter(CALLS, SECONDS)`, and a refused one waits
a little and goes again. Keys come from the environment.
"""

import asyncio
import os
import sys

import aiohttp
import pandas as pd
from aiolimiter import AsyncLimiter

TOO_MANY = 429
FIELDS = {"Name": "FirstName", "Email": "EmailAddress"}


async def send(
    session: aiohttp.ClientSession, limiter: AsyncLimiter, at_once: asyncio.Semaphore, url: str, row: dict[str, str]
) -> None:
    """Create one lead, however often it takes."""
    body = [{"Attribute": FIELDS[header], "Value": value} for header, value in row.items() if value]
    async with at_once:
        while True:
            async with limiter, session.post(url, json=body) as reply:
                if reply.status != TOO_MANY:
                    return
            await asyncio.sleep(1)


async def main(path: str, url: str, calls: float, seconds: float) -> None:
    """Import the file."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    leads = [{str(name): str(cell) for name, cell in row.items()} for row in rows.to_dict("records")]
    limiter = AsyncLimiter(calls, seconds)
    at_once = asyncio.Semaphore(10)
    keys = {"x-LSQ-AccessKey": os.environ["LSQ_ACCESS_KEY"], "x-LSQ-SecretKey": os.environ["LSQ_SECRET_KEY"]}
    async with aiohttp.ClientSession(headers=keys) as session:
        await asyncio.gather(*(send(session, limiter, at_once, url, row) for row in leads))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])))
