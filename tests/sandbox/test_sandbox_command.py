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

from importer.sandbox import Settings
from importer.sandbox.command import sandbox as command
from importer.sandbox.keys import draw_keys, write_keys

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


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_command_tells_how_to_import_into_it_and_ends_well(number: signal.Signals) -> None:
    process, told = await start("--seed", "7", "--error-500-before", "1")
    host, access, secret = re.findall(r"^  LSQ_\w+=(\S+)$", told, re.MULTILINE)
    headers = {"x-LSQ-AccessKey": access.strip("'"), "x-LSQ-SecretKey": secret.strip("'")}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(f"{host}/v2/Authentication.svc/UserByAccessKey.Get") as response:
            assert response.status == 200
        async with session.post(f"{host}/v2/LeadManagement.svc/Lead.Create", json=[]) as response:
            assert response.status == 500
    process.send_signal(number)
    assert await asyncio.wait_for(process.wait(), 20) == 0
    assert process.stderr is not None
    assert b"2 calls" in await process.stderr.read()


@pytest.mark.skipif(os.name != "posix", reason="signals")
async def test_the_ways_of_a_bulk_call_are_options() -> None:
    process, told = await start("--bulk-reply", "zero_based", "--bulk-twins", "none", "--bulk-unknown", "call")
    (host,) = re.findall(r"^  LSQ_HOST=(\S+)$", told, re.MULTILINE)
    async with aiohttp.ClientSession() as session, session.get(f"{host}/__sandbox/stats") as response:
        settings = (await response.json())["settings"]
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), 20) == 0
    assert [settings[f"bulk_{name}"] for name in ("reply", "twins", "unknown")] == ["zero_based", "none", "call"]


@pytest.mark.skipif(os.name != "posix", reason="signals")
async def test_the_keys_are_in_a_file_for_scripts_while_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.env"
    process, told = await start("--keys-file", str(path), "--access-key", "u$rgiven", "--odd-secret")
    lines = path.read_text().splitlines()
    assert lines[0].startswith("#")
    assert lines[1:] == [line.strip() for line in told.splitlines() if "LSQ_" in line]
    assert lines[2] == "LSQ_ACCESS_KEY='u$rgiven'"
    assert path.stat().st_mode & 0o777 == 0o600
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), 20) == 0
    assert files_in(tmp_path) == []


def test_a_file_that_holds_something_else_is_no_place_for_keys(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("LSQ_SECRET_KEY=mine\n")
    link = tmp_path / "link"
    link.symlink_to(path)
    for place in (path, link):
        result = CliRunner().invoke(command, ["--port", "0", "--keys-file", str(place)])
        assert result.exit_code == 2
        assert str(place) in result.output
        assert "--keys-file" in result.output
    assert path.read_text() == "LSQ_SECRET_KEY=mine\n"


def test_a_keys_file_that_a_killed_sandbox_left_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.env"
    for url in ("http://127.0.0.1:1", "http://127.0.0.1:2"):
        write_keys(path, url, draw_keys(Settings()))
    assert "LSQ_HOST=http://127.0.0.1:2" in path.read_text()


def test_a_taken_port_is_told_with_a_way_out(account: Account) -> None:
    result = CliRunner().invoke(command, ["--port", str(account.sandbox.port)])
    assert result.exit_code == 2
    assert f"Port {account.sandbox.port}" in result.output
    assert "--port" in result.output


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--keys-file", "nowhere/keys"], "nowhere/keys cannot be written"),
        (["--limit", "many"], "such as 25/5"),
        (["--bulk-reply", "long"], "zero_based"),
        (["--bulk-twins", "second"], "both"),
        (["--bulk-unknown", "never"], "call"),
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
