"""An anonymous temporary file that holds what was read: gone with the process, however it ends."""

import io
import marshal
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from importer.errors import SheetError
from importer.sheet.table import NO_DATES, NOTHING, Row

__all__ = ["RowSpool", "Spool"]

_READ_BYTES = 1 << 18
_ROWS_PER_BATCH = 512
_SIZE_PER_BATCH = 1 << 20  # cells and their characters
_LENGTH_BYTES = 8


class Spool:
    """A temporary file that is written once and then read by any number of independent passes."""

    def __init__(self) -> None:
        with _room_needed():
            self.file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives until close()
        weakref.finalize(self, self.file.close)  # for an owner that forgets to

    def write(self, data: bytes) -> None:
        """Append `data`; a full disk is a SheetError."""
        with _room_needed():
            self.file.write(data)

    def finish(self) -> None:
        """Send what is still buffered to the file, so that a full disk shows now."""
        with _room_needed():
            self.file.flush()

    def reader(self, start: int = 0) -> io.BufferedReader:
        """The content from its beginning, or from `start`, at a position of its own."""
        return io.BufferedReader(_Pass(self, start), _READ_BYTES)

    def text(self) -> io.TextIOWrapper:
        """The same as text, for what was written as UTF-8; line ends as they are."""
        return io.TextIOWrapper(self.reader(), "utf-8", newline="")

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()


class _Pass(io.RawIOBase):
    """A view of a shared file that keeps its own position, so that two passes cannot disturb each other."""

    def __init__(self, spool: Spool, start: int) -> None:
        self._spool = spool
        self._offset = start

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer, as in io.RawIOBase
        self._spool.file.seek(self._offset)
        data = self._spool.file.read(len(buffer))
        buffer[: len(data)] = data
        self._offset += len(data)
        return len(data)


@contextmanager
def _room_needed() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"The temporary folder {tempfile.gettempdir()} cannot take a copy of the file: {error.strerror}."
        raise SheetError(message, hint="Free some space there, or point TMPDIR to another folder.") from error


class RowSpool:
    """Rows kept in a spool as marshalled batches: what a workbook's one expensive pass found."""

    def __init__(self) -> None:
        self._spool = Spool()
        self._batch: list[tuple[int, tuple[str, ...], tuple[str, ...], Any, Any]] = []
        self._size = 0
        self.row_count = 0

    def extend(self, rows: Iterable[Row]) -> None:
        """Append every row and finish."""
        for row in rows:
            self._batch.append((row.number, row.cells, row.extra, dict(row.bad) or None, dict(row.dates) or None))
            self.row_count += 1
            self._size += len(row.cells) + sum(map(len, row.cells))
            if len(self._batch) == _ROWS_PER_BATCH or self._size > _SIZE_PER_BATCH:
                self._flush()
        self._flush()
        self._spool.finish()

    def _flush(self) -> None:
        if self._batch:
            data = marshal.dumps(self._batch)
            self._spool.write(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
            self._batch.clear()
            self._size = 0

    def rows(self) -> Iterator[Row]:
        """Each row in order; every call is a new pass."""
        with self._spool.reader() as reader:
            while length := reader.read(_LENGTH_BYTES):
                data = reader.read(int.from_bytes(length, "big"))
                batch: Sequence[tuple[int, tuple[str, ...], tuple[str, ...], Any, Any]]
                batch = marshal.loads(data)  # noqa: S302 - our own bytes from a file that nobody else can open
                for number, cells, extra, bad, dates in batch:
                    yield Row(number, cells, extra, bad or NOTHING, dates or NO_DATES)

    def close(self) -> None:
        """Let go of the spool."""
        self._spool.close()
