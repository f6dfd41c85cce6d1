"""What was uploaded, each file in a folder of its own with its config and its reports; only this user may read it."""

import re
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Upload", "Uploads"]

ID = re.compile(r"[0-9a-f]{12}")
DAY_S = 86_400
LONGEST_NAME = 100
OUR_CONFIG = "config.yaml"


@dataclass(frozen=True, slots=True)
class Upload:
    """One uploaded file. `id` names it in addresses, which never hold a file's name."""

    id: str
    file: Path

    @property
    def folder(self) -> Path:
        """Where the file, its config and its reports lie."""
        return self.file.parent

    @property
    def config(self) -> Path:
        """Its mapping; there once it was saved."""
        return self.folder.parent / OUR_CONFIG

    @property
    def choices(self) -> Path:
        """What a person chose for its columns, as JSON: header → schema name."""
        return self.folder.parent / "choices.json"

    @property
    def encoding(self) -> Path:
        """The encoding that a person chose for it, as text."""
        return self.folder.parent / "encoding"

    @property
    def report(self) -> Path:
        """Where the report of a check or an import stands."""
        return self.file.with_name(f"{self.file.stem}.report.csv")

    @property
    def is_corrected(self) -> bool:
        """Whether cells of the report were put right here, so that it is what is imported from then on."""
        return self._mark.exists() and self.report.exists()

    def mark_corrected(self) -> None:
        """Remember that."""
        self._mark.touch(0o600)

    @property
    def _mark(self) -> Path:
        return self.folder.parent / "corrected"

    @property
    def uploaded_at(self) -> float:
        """When it came, in UTC seconds."""
        return self.folder.stat().st_mtime


class Uploads:
    """The uploads of one folder: `ID/config.yaml` and `ID/file/NAME`."""

    def __init__(self, folder: Path, *, keep_days: int) -> None:
        self._folder = folder
        self._keep_days = keep_days
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)

    def add(self, name: str) -> Upload:
        """A place for a file of this name, which the browser gave: only its last part counts, and no odd letter."""
        place = self._folder / secrets.token_hex(6) / "file"
        place.mkdir(parents=True, mode=0o700)
        file = place / _safe_name(name)
        file.touch(0o600)
        return Upload(place.parent.name, file)

    def find(self, upload_id: str) -> Upload | None:
        """The upload of this id."""
        if ID.fullmatch(upload_id) is None:
            return None
        place = self._folder / upload_id / "file"
        names = (path for path in sorted(place.glob("*")) if ".report." not in path.name)
        return next((Upload(upload_id, path) for path in names if path.is_file()), None)

    def list(self) -> Iterator[Upload]:
        """Every upload, the newest first."""
        found = [one for path in self._folder.glob("*") if (one := self.find(path.name)) is not None]
        yield from sorted(found, key=lambda one: -one.uploaded_at)

    def remove(self, upload: Upload) -> None:
        """Delete the file, its mapping and its reports."""
        shutil.rmtree(self._folder / upload.id, ignore_errors=True)

    def remove_old(self) -> int:
        """Delete what lies here for longer than `keep_days`; how many there were."""
        before = time.time() - self._keep_days * DAY_S
        old = [path for path in self._folder.glob("*") if ID.fullmatch(path.name) and path.stat().st_mtime < before]
        for path in old:
            shutil.rmtree(path, ignore_errors=True)
        return len(old)


def _safe_name(name: str) -> str:
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(mark if mark.isprintable() and mark not in '<>:"|?*' else "_" for mark in last).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    stem = (stem if dot else kept).replace(".report", "_report")[:LONGEST_NAME]
    return f"{stem or 'leads'}{dot}{ending[:10]}"
