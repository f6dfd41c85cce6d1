"""The page in a process of its own, in front of a sandbox, and requests to it as any program could make them."""

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

__all__ = ["Answer", "ServedPage", "serve_page"]

TIMEOUT_S = 30


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class ServedPage:
    """`address` holds the token."""

    address: str
    state: Path
    process: "subprocess.Popen[str]"

    @property
    def netloc(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def origin(self) -> str:
        return f"http://{self.netloc}"

    def ask(self, path: str, headers: Mapping[str, str], *, method: str = "GET", body: bytes | None = None) -> Answer:
        """Ask with these headers; Host is ours unless they say it."""
        connection = http.client.HTTPConnection(self.netloc, timeout=TIMEOUT_S)
        try:
            connection.putrequest(method, path, skip_host=True)
            said = {"Host": self.netloc, **headers} | ({} if body is None else {"Content-Length": str(len(body))})
            for name, value in said.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            text = "" if answer.status == http.client.SWITCHING_PROTOCOLS else answer.read().decode("utf-8")
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)
        finally:
            connection.close()

    def sign_in(self) -> str:
        """The cookie that the printed address gives."""
        parts = urlsplit(self.address)
        return self.ask(f"{parts.path}?{parts.query}", {}).headers["set-cookie"].partition(";")[0]


@contextmanager
def serve_page(folder: Path, environ: Mapping[str, str], *options: str) -> Iterator[ServedPage]:
    """Serve the page in a folder until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LSQ_")}
    state = folder / "state"
    with (folder / "stderr.txt").open("w") as told:
        process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "importer", "serve", "--port", "0", *options],
            cwd=folder,
            env={**kept, "XDG_STATE_HOME": str(state), "XDG_CACHE_HOME": str(folder / "cache"), **environ},
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
        )
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        assert first.startswith("Open "), (first, (folder / "stderr.txt").read_text("utf-8"))
        yield ServedPage(first.removeprefix("Open ").strip(), state / "lsq-import", process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(TIMEOUT_S)
        process.stdout.close()
