"""PyPI's `lsq`, a client that nobody here wrote, works with a sandbox as it does with an account."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from standing import Standing

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("lsq") is None or importlib.util.find_spec("requests") is None,
    reason="lsq is not installed: pip install lsq",
)


def test_the_lsq_package_creates_finds_and_updates_leads(standing: Standing) -> None:
    driver = Path(__file__).with_name("lsq_driver.py")
    command = [sys.executable, str(driver), standing.host, standing.access_key, standing.secret_key]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - our driver
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["meant"] == sorted([standing.host, "api.leadsquared.com"])
    assert "Sandbox User" in told["greeting"]
    assert "sandbox.user@example.com" in told["greeting"]
    lead_id = told["created"]["Message"]["Id"]
    assert "MXDuplicateEntryException" in told["duplicate"]
    assert told["captured"]["Message"]["RelatedId"] == told["either"]["Message"]["Id"] == lead_id
    assert told["updated"] == {"Status": "Success", "Message": {"AffectedRows": 1}}
    for name in ("by_id", "by_email", "by_phone", "quick", "searched"):
        assert [(lead["ProspectID"], lead["LastName"]) for lead in told[name]] == [(lead_id, "Rao")], name
    assert [lead["ProspectID"] for lead in told["by_ids"]["Leads"]] == [lead_id]
    assert [row["LeadCreated"] for row in told["bulk"]] == [True, True]
    assert told["recent"]["RecordCount"] == 3
    recent = [lead["LeadPropertyList"] for lead in told["recent"]["Leads"]]
    assert sum({"Attribute": "ProspectID", "Value": lead_id} in lead for lead in recent) == 1
    assert [user["EmailAddress"] for user in told["owner"]] == ["sandbox.user@example.com"]
    assert [field["SchemaName"] for field in told["field"]] == ["mx_City"]
