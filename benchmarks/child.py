"""A command as a process of its own, with what it cost: the side by side of every comparison here."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Spent", "environment", "importer_command", "run", "script_command"]

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Spent:
    """What a process took: seconds on the wall and of the processor, and its largest resident memory."""

    status: int
    wall_s: float
    cpu_s: float
    peak_mb: float


def importer_command(*arguments: str) -> list[str]:
    """The importer's command line, as this very interpreter runs it."""
    return [sys.executable, "-m", "importer", *arguments]


def script_command(name: str, *arguments: str) -> list[str]:
    """One of the scripts of this folder."""
    return [sys.executable, str(HERE / name), *arguments]


def environment(ledger: Path, **more: str) -> dict[str, str]:
    """The environment of a user: no settings left over, and compiled modules kept, as they are by default."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("LSQ_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    return {**kept, "LSQ_LEDGER": str(ledger), **more}


def run(command: Sequence[str], folder: Path, environ: Mapping[str, str], *, may_fail: bool = False) -> Spent:
    """Run a command to its end; CalledProcessError with its words where it fails and may not."""
    began = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        words = process.stderr.read() if process.stderr else b""
        _, wait_status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(wait_status)
    wall_s = time.perf_counter() - began
    if process.returncode and not may_fail:
        sys.stderr.buffer.write(words)
        raise subprocess.CalledProcessError(process.returncode, command)
    return Spent(process.returncode, wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
