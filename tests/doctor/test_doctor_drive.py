"""The doctor tells a ledger on a network drive, and never mistakes a local disk for one."""

from pathlib import Path

import pytest

from importer.doctor import check_ledger, drive
from importer.doctor.drive import network_drive

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/leads {folder}/net nfs4 rw 0 0
//server/our\\040leads {folder}/our\\040share cifs rw 0 0
/dev/sdb1 {folder}/net/local ext4 rw 0 0
me@host: {folder}/ssh fuse.sshfs rw 0 0
"""


@pytest.fixture(autouse=True)
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mounts"
    file.write_text(MOUNTS.format(folder=tmp_path), "utf-8")
    monkeypatch.setattr(drive, "MOUNTS", file)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("ledger", ""),
        ("net/ledger", "nfs4"),
        ("network/ledger", ""),
        ("net/local/ledger", ""),
        ("our share/state/ledger", "cifs"),
        ("ssh/ledger", "fuse.sshfs"),
    ],
)
def test_the_drive_of_a_path_is_that_of_the_nearest_mount(tmp_path: Path, path: str, kind: str) -> None:
    assert network_drive(tmp_path / path) == kind


def test_without_a_list_of_mounts_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive, "MOUNTS", tmp_path / "none")
    assert network_drive(tmp_path / "net" / "ledger") == ""


def test_a_ledger_on_a_network_drive_is_to_be_moved(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    path = tmp_path / "net" / "ledger.sqlite3"
    path.touch()
    told = [str(finding) for finding in check_ledger(path, None) if not finding.is_well]
    assert len(told) == 1
    assert "network drive (nfs4)" in told[0]
    assert "PostgreSQL" in told[0]
