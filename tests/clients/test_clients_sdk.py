"""npm's `leadsquared-sdk`, a client that nobody here wrote, works with a sandbox as it does with an account.

`NODE_PATH` names the folder of node modules that it is installed in, unless it stands in one above this file.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from standing import Standing

DRIVER = Path(__file__).with_name("sdk_driver.cjs")


def is_installed() -> bool:
    node = shutil.which("node")
    if node is None:
        return False
    ask = [node, "-e", "require.resolve('leadsquared-sdk')"]
    return subprocess.run(ask, cwd=DRIVER.parent, capture_output=True, check=False).returncode == 0  # noqa: S603 - node


pytestmark = pytest.mark.skipif(
    not is_installed(), reason="leadsquared-sdk is not installed: npm install leadsquared-sdk"
)


def test_the_leadsquared_sdk_creates_captures_and_updates_leads(standing: Standing) -> None:
    command = ["node", str(DRIVER), standing.host, standing.access_key, standing.secret_key]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - our driver
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    lead_id = told["created"]["Id"]
    assert told["captured"]["RelatedId"] == told["either"]["Id"] == lead_id
    assert told["refused"] == "MXDuplicateEntryException"
