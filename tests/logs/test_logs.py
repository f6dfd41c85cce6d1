"""What is logged: lines for people, JSON lines for programs, and of an exception only where it was."""

import json
import logging
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from importer.errors import UsageError
from importer.logs import Logs, open_logs
from importer.logs.logfile import FIELDS, MOST_OLD_FILES, LogFile

SECRET = "u$r0123/+=&%"


@pytest.fixture(autouse=True)
def no_handlers_left() -> Iterator[None]:
    logger = logging.getLogger("importer")
    before = (logger.handlers, logger.propagate, logger.level)
    yield
    for handler in logger.handlers:
        handler.close()
    logger.handlers, logger.propagate = before[0], before[1]
    logger.setLevel(before[2])


logger = logging.getLogger("importer.test")


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def fail() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        raise RuntimeError(f"https://x/?accessKey={SECRET}") from error


def log_a_failure(logs: Logs) -> None:
    del logs
    try:
        fail()
    except RuntimeError as error:
        logger.debug("row %d", 7, exc_info=error)


def test_each_line_has_its_time_level_run_and_message(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "import.log"
    logs = open_logs(file=path, is_quiet=True)
    logger.info("before")
    run = logs.begin_run()
    logger.warning("during: %s", "é")
    logger.debug("row 2: created", extra={FIELDS: {"event": "row", "row": 2}})
    logger.debug("too much")
    other = logs.begin_run()
    logger.error("after")
    logs.close()
    lines = lines_of(path)
    assert [(line["run"], line["level"], line["event"], line["message"]) for line in lines] == [
        ("", "info", "message", "before"),
        (run, "warning", "message", "during: é"),
        (run, "info", "row", "row 2: created"),
        (other, "error", "message", "after"),
    ]
    assert lines[2]["row"] == 2
    assert all(line["time"].endswith("+00:00") for line in lines)


def test_runs_add_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "import.log"
    for _ in range(2):
        logs = open_logs(file=path)
        logger.info("one more")
        logs.close()
    assert len(lines_of(path)) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="modes of its own")
def test_its_owner_alone_may_read_it_and_its_old_files(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    handler = LogFile(folder / "import.log", most_bytes=200)
    for number in range(20):
        handler.handle(logging.makeLogRecord({"name": "importer", "levelno": 20, "levelname": "INFO", "msg": number}))
    handler.close()
    files = list(folder.iterdir())
    assert len(files) == 1 + MOST_OLD_FILES
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(file.stat().st_size <= 200 for file in files)


def test_of_an_exception_only_its_types_and_places_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "import.log"
    logs = open_logs(file=path, is_verbose=True)
    log_a_failure(logs)
    logs.close()
    said = capsys.readouterr().err
    (line,) = lines_of(path)
    assert [part for part in line["trace"] if not part.startswith(" ")] == ["RuntimeError", "ValueError"]
    for text in (said, path.read_text("utf-8")):
        assert "logs/test_logs.py:" in text
        assert "fail" in text
        assert SECRET not in text
        assert "accessKey" not in text


def test_quiet_is_quiet_for_people_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "import.log"
    logs = open_logs(file=path, is_quiet=True)
    logger.info("done")
    logger.warning("slow")
    logs.close()
    assert capsys.readouterr().err == "warning: slow\n"
    assert [line["message"] for line in lines_of(path)] == ["done", "slow"]


def test_a_log_that_cannot_be_written_is_told_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="log file"):
        open_logs(file=tmp_path / "file" / "import.log")


class Gone:
    def write(self, _text: str) -> int:
        raise BrokenPipeError

    def flush(self) -> None:
        raise BrokenPipeError


def test_a_terminal_or_a_disk_that_is_gone_ends_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = open_logs(file=tmp_path / "import.log")
    monkeypatch.setattr(sys, "stderr", Gone())
    for handler in logging.getLogger("importer").handlers:
        if isinstance(handler, LogFile):
            monkeypatch.setattr(handler, "stream", Gone())
    logger.warning("is anybody there?")
    monkeypatch.undo()
    logs.close()
