"""A LeadSquared of one's own on a loopback port: for newcomers, tests, benchmarks. It never talks to the real one.

    async with Sandbox(Settings(port=0)) as sandbox:
        ...  # sandbox.url, sandbox.access_key, sandbox.secret_key

It answers as the public documentation and reports of live accounts say; where no source tells, the answer is invented
and marked as such beside the code. Beside the API under `/v2/` it serves a page at `/` and, for tests:

    GET  /__sandbox/leads?limit=N     {"instance", "total", "leads": [{"id", "created_on", "attributes"}, …]}
    GET  /__sandbox/lists             {"lists": [{"id", "name", "leads": [id, …]}, …]}
    GET  /__sandbox/stats             counts: arrivals, accepted, refusals, most_in_window, leads, duplicates, …
    GET  /__sandbox/arrivals?limit=N  the latest calls: {"at_s", "call", "answer"[, "body"]}
    POST /__sandbox/settings          {"limit": "10/5", "drop_after": 0.1, …}: names of Settings, `limit`, `latency`
    POST /__sandbox/script            [{"fault": "drop_after"}, {"call": "Lead.Create", "status": 500, "body": "…"}, …]
    POST /__sandbox/reset             forget leads, counts and script

Importing this costs little: the web server is imported when a sandbox starts.
"""

from importer.sandbox.hosts import is_loopback
from importer.sandbox.server import Sandbox, serve
from importer.sandbox.settings import FAULTS, Settings, parse_latency, parse_limit

__all__ = ["FAULTS", "Sandbox", "Settings", "is_loopback", "parse_latency", "parse_limit", "serve"]
