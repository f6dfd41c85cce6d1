"""A copy of the package with something new in it: proof that an extension touches just the files edited here."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import importer

__all__ = ["ChangedHouse"]

PACKAGE = Path(importer.__file__).parent


@dataclass
class ChangedHouse:
    """A folder with a package `importer` of its own, and what is run in it."""

    folder: Path

    @classmethod
    def build(cls, folder: Path) -> "ChangedHouse":
        """Copy the package as it is."""
        shutil.copytree(PACKAGE, folder / "importer", ignore=shutil.ignore_patterns("__pycache__"))
        return cls(folder)

    def edit(self, file: str, old: str, new: str) -> None:
        """Put `new` in place of `old`, which must stand there once."""
        path = self.folder / "importer" / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{file}: {old!r} stands there {text.count(old)} times"
        path.write_text(text.replace(old, new), "utf-8")

    def run(self, arguments: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        """Run the command of the changed package."""
        return self._run(["-m", "importer", *arguments])

    def python(self, code: str) -> str:
        """Run code beside the changed package: what it prints."""
        run = self._run(["-c", code])
        assert run.returncode == 0, run.stderr
        return run.stdout

    def _run(self, arguments: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603 - our own package
            [sys.executable, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=120,
            env={"PYTHONPATH": str(self.folder), "PATH": "/usr/bin:/bin", "LSQ_LEDGER": str(self.folder / "ledger")},
        )
