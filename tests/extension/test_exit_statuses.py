"""Every error class has an exit status of the documented list."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import importer
from importer.errors import ImporterError
from importer.exitstatus import SIGNAL_EXIT, ExitStatus, is_early_end


def error_classes(base: type[ImporterError] = ImporterError) -> Iterator[type[ImporterError]]:
    """All classes of errors, wherever in the package they stand."""
    for found in pkgutil.walk_packages(importer.__path__, "importer."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    waiting = base.__subclasses__()
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.__module__.startswith("importer."):
            yield one


def test_every_error_class_ends_with_a_documented_status_that_no_ordinary_end_has() -> None:
    classes = {one.__name__: one for one in error_classes()}
    assert {"UsageError", "ReportError", "FileChangedError", "LedgerError", "BusyError", "CallError"} <= set(classes)
    for name, one in classes.items():
        assert one.exit_status in ExitStatus, name
        assert is_early_end(one.exit_status), name


def test_a_class_without_an_exit_status_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="LostError names no exit status"):
        type("LostError", (ImporterError,), {})


def test_a_report_and_a_changed_file_have_statuses_of_their_own() -> None:
    classes = {one.__name__: one.exit_status for one in error_classes()}
    assert classes["ReportError"] == 5
    assert classes["FileChangedError"] == 4


@pytest.mark.parametrize("status", ExitStatus)
def test_a_status_has_a_meaning_and_no_signals_number(status: ExitStatus) -> None:
    assert status.meaning
    assert status < SIGNAL_EXIT
