"""A server that takes every lead at once and does nothing with it: python benchmarks/server.py

It prints its port and serves until its standard input is closed. Its fields are the sandbox's, so that every check is
made. `GET /told` gives how many leads were created and when the first request came (seconds since 1970). Against it a
client shows its own cost.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from aiohttp import web

from importer.sandbox.metadata import load_metadata

__all__ = ["CREATE", "FastServer", "fast_server"]

CREATE = "/v2/LeadManagement.svc/Lead.Create"
BULK_CREATE = "/v2/LeadManagement.svc/Lead/Bulk/Create"
BY_ID = "/v2/LeadManagement.svc/Leads.GetById"
LEAD_ID = "00000000-0000-4000-8000-%012d"
FIELDS = "/v2/LeadManagement.svc/LeadsMetaData.Get"
OTHERS = {
    "/v2/Authentication.svc/UserByAccessKey.Get": b'{"Role": "Administrator", "OrgDisplayName": "Benchmark"}',
    "/v2/LeadManagement.svc/Leads.Get": b"[]",
}


@dataclass(frozen=True)
class FastServer:
    """A running server: `url` as an account's host."""

    url: str

    async def told(self) -> dict[str, float]:
        """What it counted."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/told") as reply:
            told: dict[str, float] = await reply.json()
            return told


@asynccontextmanager
async def fast_server() -> AsyncIterator[FastServer]:
    """Such a server as a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__)), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the server has no pipes")
    port = int(await process.stdout.readline())
    try:
        yield FastServer(f"http://127.0.0.1:{port}")
    finally:
        process.stdin.close()
        await process.wait()


async def _serve() -> None:
    answers = OTHERS | {FIELDS: json.dumps(load_metadata(None).entries).encode()}
    shown: dict[str, dict[str, str]] = {}  # the leads of the first bulk call: they are asked for by their ids
    told = {"created": 0, "first_request_at": 0.0, "first_lead_at": 0.0}

    async def answer(request: web.BaseRequest) -> web.Response:
        path = request.path
        if path == "/told":
            return web.Response(body=json.dumps(told).encode(), content_type="application/json")
        told["first_request_at"] = told["first_request_at"] or time.time()
        body = await request.read()
        if path == BULK_CREATE:
            told["first_lead_at"] = told["first_lead_at"] or time.time()
            leads = json.loads(body)
            ids = [LEAD_ID % (told["created"] + number) for number in range(1, len(leads) + 1)]
            told["created"] += len(leads)
            if not shown:
                shown.update(
                    (lead_id, {one["Attribute"]: one["Value"] for one in lead})
                    for lead_id, lead in zip(ids, leads, strict=True)
                )
            rows = [{"RowNumber": row, "LeadId": one, "LeadCreated": True} for row, one in enumerate(ids, start=1)]
            return web.json_response(rows)
        if path == BY_ID:
            lead_id = request.query["id"]
            return web.json_response([{"ProspectID": lead_id, **shown.get(lead_id, {})}])
        if path == CREATE:
            told["first_lead_at"] = told["first_lead_at"] or time.time()
            told["created"] += 1
            body = b'{"Status":"Success","Message":{"Id":"00000000-0000-4000-8000-%012d"}}' % told["created"]
            return web.Response(body=body, content_type="application/json")
        body = answers.get(path, b"{}")
        return web.Response(body=body, content_type="application/json", status=200)

    runner = web.ServerRunner(web.Server(answer, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve())
