"""A PostgreSQL server of the tests' own: a private cluster on a loopback port, never run as root."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["Cluster", "find_binaries", "start_cluster", "start_pooler"]

OTHERS = ("postgres", "nobody")
"""Who runs it where we are root: PostgreSQL refuses to."""


def find_binaries() -> Path | None:
    """The folder with initdb and postgres, the newest version; None where this machine has none."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not found and (on_path := shutil.which("initdb")):
        found = [Path(on_path).resolve().parent]
    return max(found, key=lambda path: path.parent.name.zfill(4), default=None)


class Cluster:
    """A running server. `url` is that of its empty database; a restart keeps the port and what is stored."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self._folder = folder
        self._binaries = binaries
        self._data = folder / "data"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._databases = 0
        if os.getuid() == 0:
            shutil.chown(folder, self.user(), -1)
        self._run("initdb", "-D", self._data, "-U", "lsq", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200 "
            "-c shared_buffers=64MB"
        )
        self._run("pg_ctl", "-D", self._data, "-l", self._folder / "log", "-w", "-o", options, "start")

    def stop(self, how: str = "fast") -> None:
        """Stop the server: `fast` cuts every connection off, `immediate` leaves it as a power cut does."""
        self._run("pg_ctl", "-D", self._data, "-m", how, "-w", "stop")

    def kill(self) -> None:
        """Kill the server with all its processes, as a power cut would; the children end with it."""
        number = int((self._data / "postmaster.pid").read_text("ascii").split()[0])
        os.kill(number, signal.SIGQUIT)
        while True:
            try:
                os.kill(number, 0)
            except ProcessLookupError:
                return

    def new_database(self) -> str:
        """The URL of a database of its own, empty."""
        self._databases += 1
        name = f"t{self._databases}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, name: str = "postgres", *, port: int | None = None) -> str:
        """The URL of a database, perhaps by way of a proxy's port."""
        return f"postgresql://lsq@127.0.0.1:{port or self.port}/{name}"

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run a statement as the server's owner."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._binaries / program), *map(str, arguments)]
        if os.getuid() == 0:
            command = ["setpriv", f"--reuid={self.user()}", f"--regid={self._group()}", "--clear-groups", *command]
        environ = {name: text for name, text in os.environ.items() if not name.startswith("PG")}
        with (self._folder / "said").open("ab") as said:  # a pipe would stay open in the server
            done = subprocess.run(  # noqa: S603 - our own arguments
                command, cwd=self._folder, env=environ | {"LC_ALL": "C"}, stdout=said, stderr=said, check=False
            )
        if done.returncode:
            raise RuntimeError(f"{program}: {(self._folder / 'said').read_text('utf-8', 'replace')[-2000:]}")

    @staticmethod
    def user() -> str:
        """Who runs it where we are root."""
        from pwd import getpwnam

        for name in OTHERS:
            try:
                return getpwnam(name).pw_name
            except KeyError:
                continue
        raise RuntimeError("neither postgres nor nobody is a user of this machine")

    @classmethod
    def _group(cls) -> int:
        from pwd import getpwnam

        return getpwnam(cls.user()).pw_gid


POOLER = """
[databases]
* = host=127.0.0.1 port={port} user=lsq
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
auth_type = any
pool_mode = {mode}
unix_socket_dir =
ignore_startup_parameters = extra_float_digits
logfile = {folder}/pooler.log
pidfile = {folder}/pooler.pid
"""


@contextmanager
def start_pooler(cluster: Cluster, mode: str) -> Iterator[int]:
    """PgBouncer before a cluster, by its mode (`session`, `transaction`): the port; KeyError where there is none."""
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise KeyError("pgbouncer")
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen: int = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="lsq-pooler-") as name:
        folder = Path(name)
        settings = folder / "pooler.ini"
        settings.write_text(POOLER.format(port=cluster.port, listen=listen, mode=mode, folder=folder), "utf-8")
        command = [program, str(settings)]
        if os.getuid() == 0:
            shutil.chown(folder, Cluster.user(), -1)
            command += ["-u", Cluster.user()]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603
            try:
                while process.poll() is None:
                    with suppress(OSError), socket.create_connection(("127.0.0.1", listen)):
                        break
                yield listen
            finally:
                process.kill()


@contextmanager
def start_cluster(binaries: Path) -> Iterator[Cluster]:
    """Start a private server and take it away again."""
    with tempfile.TemporaryDirectory(prefix="lsq-postgresql-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        cluster = Cluster(folder, binaries)
        cluster.start()
        try:
            yield cluster
        finally:
            with suppress(RuntimeError):  # it was stopped by the test
                cluster.stop("immediate")
