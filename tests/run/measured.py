"""Run the command as a process of its own and learn what it took: seconds, and memory with its children's.

As a script: run the importer on the arguments behind the first, and write the peak in bytes to the file that the first
one names.
"""

import atexit
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from workbench import Desk

__all__ = ["MOST_BYTES", "MOST_SECONDS", "Measured", "measure", "peak_bytes"]

MOST_BYTES = 500 << 20
MOST_SECONDS = 30.0


@dataclass(frozen=True)
class Measured:
    """How a run ended, and what it took."""

    status: int
    out: str
    err: str
    seconds: float
    peak_bytes: int


def measure(desk: Desk, *args: object, patience_s: float = 600.0) -> Measured:
    """Run the command and measure it; nothing ever ends in a traceback."""
    peak = desk.folder / "peak"
    start = time.monotonic()
    ended = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, __file__, str(peak), *map(str, args)],
        cwd=desk.folder,
        env=desk.variables(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=patience_s,
        check=False,
    )
    assert "Traceback" not in ended.stdout + ended.stderr
    return Measured(ended.returncode, ended.stdout, ended.stderr, time.monotonic() - start, int(peak.read_text()))


def peak_bytes() -> int:
    """The most memory that this process had, and the largest of its children beside it.

    The system counts what a child had before it became another program as the child's own, so this is rather too much.
    """
    import resource

    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    own = int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) << 10


if __name__ == "__main__":
    from importer.commands.cli import main

    place = Path(sys.argv.pop(1)).absolute()
    atexit.register(lambda: place.write_text(str(peak_bytes()), "ascii"))
    main()
