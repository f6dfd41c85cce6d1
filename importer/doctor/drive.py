"""The drive that a file lies on: whether it is another machine's."""

import os
import re
from contextlib import suppress
from pathlib import Path

__all__ = ["network_drive"]

MOUNTS = Path("/proc/mounts")
NETWORK = frozenset({"afs", "ceph", "cifs", "davfs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"})
NETWORK_IN_USER_SPACE = ("fuse.sshfs", "fuse.rclone", "fuse.glusterfs", "fuse.s3fs", "fuse.davfs")

_ESCAPE = re.compile(r"\\([0-7]{3})")


def network_drive(path: Path) -> str:
    """The kind of network drive that a path lies on, such as `nfs4`; empty for a local one, and where nobody knows."""
    real = os.path.realpath(path)
    if real.startswith("\\\\"):
        return "a network share"
    nearest, file_system = "", ""
    with suppress(OSError):
        for line in MOUNTS.read_text("utf-8", "surrogateescape").splitlines():
            _device, folder, name, *_rest = line.split(" ")
            mount_point = _ESCAPE.sub(lambda found: chr(int(found[1], 8)), folder)
            if len(mount_point) >= len(nearest) and (
                real == mount_point or real.startswith(mount_point.rstrip("/") + "/")
            ):
                nearest, file_system = mount_point, name
    return file_system if file_system in NETWORK or file_system.startswith(NETWORK_IN_USER_SPACE) else ""
