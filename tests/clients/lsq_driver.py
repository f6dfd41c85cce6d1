"""Drives PyPI's `lsq` against a sandbox: `lsq_driver.py HOST ACCESS SECRET`; prints what it answered as JSON.

The package asks https://api.leadsquared.com for the account's host, then that host. Every request is sent to the
sandbox in place of it, and the hosts that it meant are printed beside the answers.
"""

import contextlib
import io
import json
import sys
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import lsq
import requests


class ToSandbox(requests.adapters.HTTPAdapter):  # type: ignore[misc]
    """Sends each request to the sandbox, whatever host it names."""

    def __init__(self, host: str, meant: list[str]) -> None:
        super().__init__()
        self._host = host
        self._meant = meant

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        self._meant.append(parts.netloc)
        request.url = urlunsplit(("http", self._host, parts.path, parts.query, ""))
        return super().send(request, **options)


def main(host: str, access_key: str, secret_key: str) -> None:
    """Use the package as its pages show, and print what came of it."""
    meant: list[str] = []
    requests.Session.get_adapter = lambda _session, url: ToSandbox(host, meant)  # noqa: ARG005 - called by this name
    lsq.accessKey, lsq.secretKey = access_key, secret_key
    greeting = io.StringIO()
    with contextlib.redirect_stdout(greeting):
        create, retrieve, update = lsq.CreateLead(), lsq.RetriveLead(), lsq.UpdateLead()
    person = [
        {"Attribute": "FirstName", "Value": "Asha"},
        {"Attribute": "EmailAddress", "Value": "asha@example.com"},
        {"Attribute": "Phone", "Value": "9845098450"},
    ]
    answers: dict[str, Any] = {"greeting": greeting.getvalue()}
    answers["created"] = create.create(person)
    lead_id = answers["created"]["Message"]["Id"]
    answers["duplicate"] = create.create(person)
    answers["captured"] = create.capture(person)
    answers["either"] = create.createorupdate([*person, {"Attribute": "SearchBy", "Value": "EmailAddress"}])
    answers["updated"] = update.leadid(lead_id, [{"Attribute": "LastName", "Value": "Rao"}])
    answers["bulk"] = create.createbulk([[{"Attribute": "FirstName", "Value": name}] for name in ("Binu", "Chitra")])
    answers["by_id"] = retrieve.leadid(lead_id)
    answers["by_email"] = retrieve.leademail("asha@example.com")
    answers["by_phone"] = retrieve.leadphone("9845098450")
    answers["quick"] = retrieve.quicksearch("asha")
    answers["owner"] = retrieve.leadowner("EmailAddress", "asha@example.com")
    parameter = {"LookupName": "FirstName", "LookupValue": "Asha", "SqlOperator": "="}
    answers["searched"] = retrieve.criteria({"Parameter": parameter})
    period = {"FromDate": "2020-01-01 00:00:00", "ToDate": "2999-01-01 00:00:00"}
    answers["recent"] = retrieve.daterange({"Parameter": period})
    answers["by_ids"] = retrieve.leadidbulk({"SearchParameters": {"LeadIds": [lead_id]}})
    answers["field"] = retrieve.metadata("mx_City")
    answers["meant"] = sorted(set(meant))
    print(json.dumps(answers))  # noqa: T201 - the answer to whoever drives


if __name__ == "__main__":
    main(*sys.argv[1:])
