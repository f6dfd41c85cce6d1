"""The bare loop that sending is compared with: python benchmarks/bare_post.py URL ROWS WORKERS

aiohttp posts ready-made bodies and looks at the status of each answer; nothing is read, mapped, checked, written down
or reported. It prints the seconds that the posting took.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator

import aiohttp
from leads import FIELDS, rows_of

HEADERS = {"Content-Type": "application/json", "x-LSQ-AccessKey": "a", "x-LSQ-SecretKey": "s"}


async def run(url: str, rows: int, workers: int) -> float:
    """Post so many leads with so many workers."""
    bodies = [
        json.dumps([{"Attribute": name, "Value": value} for name, value in zip(FIELDS, row, strict=True)]).encode()
        for row in rows_of(rows)
    ]
    waiting = iter(bodies)

    async def work(session: aiohttp.ClientSession, waiting: Iterator[bytes]) -> None:
        for body in waiting:
            async with session.post(url, data=body, headers=HEADERS) as reply:
                answer = json.loads(await reply.read())
                if answer["Status"] != "Success":
                    raise SystemExit("the server refused a lead")

    began = time.perf_counter()
    connector = aiohttp.TCPConnector(limit=workers)
    async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(work(session, waiting))
    return time.perf_counter() - began


if __name__ == "__main__":
    print(asyncio.run(run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
