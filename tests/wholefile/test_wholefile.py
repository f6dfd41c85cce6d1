"""A file is written whole or not at all, on systems that have files without a name and on those that have none."""

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from importer.wholefile import WholeFile

WAYS = ["without a name", "hidden", "without a name, which it cannot be given"]


class FailedError(Exception):
    pass


def failure(path: Path, why: str) -> Exception:
    return FailedError(f"{path.name}: {why}")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How the file is kept until it takes its place."""
    way = str(request.param)
    if way != "hidden" and not (hasattr(os, "O_TMPFILE") and has_unnamed_files()):
        pytest.skip("this system has no files without a name")
    if way == "hidden":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    if way == WAYS[2]:
        monkeypatch.setattr(os, "link", refuse)
    return way


def has_unnamed_files() -> bool:
    try:
        os.close(os.open(".", os.O_TMPFILE | os.O_RDWR, 0o600))
    except OSError:
        return False
    return True


def refuse(*_args: object, **_options: object) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("size", [0, 5, 3_000_000])
def test_it_takes_its_place_whole(tmp_path: Path, size: int) -> None:
    path = tmp_path / "it"
    path.write_bytes(b"old")
    with WholeFile(path, failure=failure) as whole:
        whole.file.write(b"x" * size)
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"x" * size
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("way")
def test_an_exception_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.write_bytes(b"old")

    def stop_midway() -> None:
        with WholeFile(path, failure=failure) as whole:
            whole.file.write(b"new")
            raise KeyError

    with pytest.raises(KeyError):
        stop_midway()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX modes")
@pytest.mark.parametrize(
    ("old_mode", "chosen", "mode"), [(None, None, 0o640), (0o604, None, 0o604), (0o604, 0o600, 0o600)]
)
def test_its_mode_is_the_one_chosen_else_the_old_ones_else_a_new_files(
    tmp_path: Path, way: str, old_mode: int | None, chosen: int | None, mode: int
) -> None:
    path = tmp_path / "it"
    if old_mode is not None:
        path.touch()
        path.chmod(old_mode)
    before = os.umask(0o027)
    try:
        with WholeFile(path, failure=failure, mode=chosen) as whole:
            whole.file.write(b"new")
            seen = [file for file in tmp_path.iterdir() if file != path]
            assert [stat.S_IMODE(file.stat().st_mode) for file in seen] == ([0o600] if way == "hidden" else [])
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.usefixtures("way")
def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    killed, another = tmp_path / ".it.abc.part", tmp_path / ".that.abc.part"
    killed.write_text("personal data")
    another.write_text("another file's")
    with WholeFile(tmp_path / "it", failure=failure) as whole:
        assert not killed.exists()
        whole.file.write(b"new")
    assert sorted(tmp_path.iterdir()) == [another, tmp_path / "it"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_in_the_way_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".it.abc.part")
    with WholeFile(tmp_path / "it", failure=failure) as whole:
        whole.file.write(b"new")
    assert (tmp_path / "it").read_bytes() == b"new"


@pytest.mark.usefixtures("way")
def test_way_is_made_when_all_is_written_and_may_refuse(tmp_path: Path) -> None:
    path = tmp_path / "it"

    def refuse_taken() -> None:
        assert path.read_bytes() == b"saved meanwhile"
        raise KeyError

    def write() -> None:
        with WholeFile(path, failure=failure, make_way=refuse_taken) as whole:
            whole.file.write(b"new")
            path.write_bytes(b"saved meanwhile")

    with pytest.raises(KeyError):
        write()
    assert path.read_bytes() == b"saved meanwhile"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("place", "why"), [("folder", "something that is no file"), ("none/it", "no such file or directory")]
)
def test_what_cannot_be_is_told_by_the_callers_own_error(tmp_path: Path, place: str, why: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(FailedError, match=why), WholeFile(tmp_path / place, failure=failure):
        pass
