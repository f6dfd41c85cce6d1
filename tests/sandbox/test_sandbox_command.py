import asyncio
import json
import os
import re
import signal
import sys
from pathlib import Path

import aiohttp
import pytest
from click.testing import CliRunner
from sandbox_account import Account

from importer.sandbox.command import sandbox as command

RUN = "from importer.sandbox.command import sandbox; sandbox()"


async def start(*options: str) -> tuple[asyncio.subprocess.Process, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUN, "--port", "0", *options, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    told = ""
    while "LSQ_SECRET_KEY" not in told:
        line = await asyncio.wait_for(process.stderr.readline(), 20)
        assert line, told
        told += line.decode()
    return process, told


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_command_tells_how_to_import_into_it_and_ends_well(number: signal.Signals) -> None:
    process, told = await start("--seed", "7", "--error-500-before", "1")
    host, access, secret = re.findall(r"^  LSQ_\w+=(\S+)$", told, re.MULTILINE)
    headers = {"x-LSQ-AccessKey": access.strip("'"), "x-LSQ-SecretKey": secret.strip("'")}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(f"{host}/v2/Authentication.svc/UserByAccessKey.Get") as response:
            assert response.status == 200
        async with session.post(f"{host}/v2/LeadManagement.svc/Lead.Create", data=b"[]") as response:
            assert response.status == 500
    process.send_signal(number)
    assert await asyncio.wait_for(process.wait(), 20) == 0
    assert process.stderr is not None
    assert b"2 calls" in await process.stderr.read()


def test_a_taken_port_is_told_with_a_way_out(account: Account) -> None:
    result = CliRunner().invoke(command, ["--port", str(account.sandbox.port)])
    assert result.exit_code == 2
    assert f"Port {account.sandbox.port}" in result.output
    assert "--port" in result.output


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--limit", "many"], "such as 25/5"),
        (["--latency", "x"], "such as 30-300"),
        (["--mandatory", "mx_Citi"], "did you mean mx_City"),
        (["--unique", "mx_Nix"], "no field is called"),
        (["--drop-after", "2"], "drop-after"),
        (["--drop-after", "0.6", "--hang-after", "0.6"], "add up"),
        (["--fields", "nowhere.json"], "nowhere.json"),
        (["--host", "256.1.1.1"], "256.1.1.1"),
    ],
)
def test_a_wrong_option_ends_in_exit_status_2_before_anything_is_served(options: list[str], told: str) -> None:
    result = CliRunner().invoke(command, ["--port", "0", *options])
    assert result.exit_code == 2
    assert told in result.output


def test_a_field_list_that_is_broken_is_told_with_its_name(tmp_path: Path) -> None:
    broken = tmp_path / "fields.json"
    broken.write_text(json.dumps([{}]))
    result = CliRunner().invoke(command, ["--fields", str(broken)])
    assert result.exit_code == 2
    assert "field 1: SchemaName is missing" in result.output


def test_every_switch_has_a_word_of_help() -> None:
    help_text = CliRunner().invoke(command, ["--help"]).output
    for option in command.params:
        assert option.opts[0] in help_text
        assert getattr(option, "help", None)
