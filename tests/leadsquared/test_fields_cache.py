import json
import stat
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from moved_clock import run_on_moved_clock

from importer.errors import AmbiguousError, TransientError
from importer.leadsquared.answers import Reply
from importer.leadsquared.fieldcache import ASK_TIMEOUT_S, FRESH_S, FieldCache, learn_fields

BODY = json.dumps([{"SchemaName": "FirstName"}, {"SchemaName": "mx_City", "DisplayName": "शहर"}]).encode()
NOW = 1_800_000_000.0


@dataclass
class Account:
    reply: Reply | Exception | None = field(default_factory=lambda: Reply(200, BODY))
    calls: int = 0

    async def fields(self) -> Reply:
        import asyncio

        self.calls += 1
        if self.reply is None:
            await asyncio.sleep(3600)
        if isinstance(self.reply, Exception):
            raise self.reply
        assert self.reply is not None
        return self.reply


@pytest.fixture
def cache(tmp_path: Path) -> FieldCache:
    return FieldCache(tmp_path / "cache" / "lsq-import")


async def test_fields_are_asked_for_once_and_kept(cache: FieldCache) -> None:
    account = Account()
    first = await learn_fields(account, cache, "acme", now=NOW)
    again = await learn_fields(account, cache, "acme", now=NOW + 2 * 3600)
    assert account.calls == 1
    assert first.fields == again.fields
    assert first.note == "Checked against the account's 2 fields."
    assert "as of 2 hours ago" in again.note


async def test_old_ones_and_refresh_are_asked_for_anew(cache: FieldCache) -> None:
    account = Account()
    await learn_fields(account, cache, "acme", now=NOW)
    await learn_fields(account, cache, "acme", now=NOW + 1, refresh=True)
    await learn_fields(account, cache, "acme", now=NOW + 1 + FRESH_S)
    assert account.calls == 3


async def test_a_dry_run_without_a_network_takes_what_is_kept_however_old(cache: FieldCache) -> None:
    await learn_fields(Account(), cache, "acme", now=NOW)
    known = await learn_fields(None, cache, "acme", now=NOW + 9 * 86_400)
    assert known.fields is not None
    assert "as of 9 days ago" in known.note


async def test_each_account_has_its_own(cache: FieldCache) -> None:
    await learn_fields(Account(), cache, "acme", now=NOW)
    assert (await learn_fields(None, cache, "other", now=NOW)).fields is None


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (TransientError("no connection"), "in time"),
        (AmbiguousError("lost"), "in time"),
        (Reply(401, b'{"Status":"Error"}'), "HTTP 401"),
        (Reply(200, b'{"Status":"Error","ExceptionType":"MXNotAllowed"}'), "in a form that is understood"),
        (Reply(200, b"<html>"), "in a form that is understood"),
    ],
)
async def test_an_account_that_does_not_tell_ends_nothing(
    cache: FieldCache, reply: Reply | Exception, said: str
) -> None:
    known = await learn_fields(Account(reply), cache, "acme", now=NOW)
    assert known.fields is None
    assert said in known.note
    assert "not checked" in known.note
    await learn_fields(Account(), cache, "acme", now=NOW)
    older = await learn_fields(Account(reply), cache, "acme", now=NOW + 86_400)
    assert older.fields is not None
    assert said in older.note
    assert "as of 1 day ago" in older.note


def test_an_account_that_does_not_answer_is_given_five_seconds() -> None:
    async def ask() -> float:
        import asyncio

        loop = asyncio.get_running_loop()
        began = loop.time()
        assert (await learn_fields(Account(None), None, "acme", now=NOW)).fields is None
        return loop.time() - began

    assert run_on_moved_clock(ask()) == pytest.approx(ASK_TIMEOUT_S)


async def test_what_is_kept_is_its_owners_alone(cache: FieldCache) -> None:
    await learn_fields(Account(), cache, "acme", now=NOW)
    (file,) = cache.folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.folder.stat().st_mode) == 0o700
    assert "acme" not in file.name


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"version":1}', '{"version":1,"asked_at":"x","fields":[]}'])
async def test_a_damaged_cache_is_asked_anew(cache: FieldCache, text: str) -> None:
    await learn_fields(Account(), cache, "acme", now=NOW)
    (file,) = cache.folder.iterdir()
    file.write_text(text, encoding="utf-8")
    assert cache.load("acme") is None
    account = Account()
    assert (await learn_fields(account, cache, "acme", now=NOW)).fields is not None
    assert account.calls == 1


async def test_a_folder_that_cannot_be_written_to_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    known = await learn_fields(Account(), FieldCache(tmp_path / "file" / "cache"), "acme", now=NOW)
    assert known.fields is not None
