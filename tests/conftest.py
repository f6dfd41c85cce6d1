"""What every test stands on: a clock that is moved by hand, and no trace of the machine's own LeadSquared settings."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from postgresql import Cluster, find_binaries, start_cluster

# How fast a busy machine draws an example says nothing of the importer.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
settings.register_profile("few examples", settings.get_profile("any machine"), max_examples=10)


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than cores: much of a run's time is spent waiting for an answer, a window or another process."""
    return 1 + (os.cpu_count() or 1)


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No keys from the environment, and a ledger of the test's own."""
    for name in ("LSQ_HOST", "LSQ_ACCESS_KEY", "LSQ_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LSQ_LEDGER", str(tmp_path / "state" / "ledger.sqlite3"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of this test process."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL is installed here")
    with start_cluster(binaries) as cluster:
        yield cluster


@pytest.fixture
def server_url(cluster: Cluster) -> str:
    """The URL of an empty database of the test's own."""
    return cluster.new_database()
