"""Whatever nobody catches, wherever it happens, is told by its class and place, and never by what it says."""

import subprocess
import sys
import textwrap

import pytest

SECRET = "u$r0123456789abcdef asha@example.com"

CASES = {
    "an exception at the end of the process": ("raise ValueError(SECRET)", "ValueError"),
    "an exception that is none of Python's usual ones": ("raise type('Odd', (BaseException,), {})(SECRET)", "Odd"),
    "an exception with a cause": (
        """
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise RuntimeError(SECRET) from error
        """,
        "RuntimeError",
    ),
    "a thread": (
        """
        import threading
        def fail(): raise ValueError(SECRET)
        thread = threading.Thread(target=fail, name=SECRET); thread.start(); thread.join()
        """,
        "ValueError",
    ),
    "a callback of the event loop": (
        """
        import asyncio
        async def run():
            def fail(): raise ValueError(SECRET)
            asyncio.get_running_loop().call_soon(fail)
            await asyncio.sleep(0.01)
        asyncio.run(run())
        """,
        "ValueError",
    ),
    "a task that nobody asks": (
        """
        import asyncio
        async def run():
            async def fail(): raise ValueError(SECRET)
            task = asyncio.create_task(fail(), name=SECRET)
            await asyncio.sleep(0.01)
            del task
        asyncio.run(run())
        """,
        "ValueError",
    ),
    "an object's end": (
        """
        class Odd:
            def __del__(self): raise ValueError(SECRET)
        Odd()
        """,
        "",
    ),
    "a warning": ("import warnings; warnings.warn(SECRET)", ""),
    "a warning that is logged": ("import logging; logging.getLogger('aiohttp').warning('x %s', SECRET)", ""),
    "a traceback that is logged": (
        """
        import logging
        try:
            raise ValueError(SECRET)
        except ValueError:
            logging.getLogger('aiohttp.server').exception(SECRET)
        """,
        "ValueError",
    ),
    "a line that cannot be logged": (
        """
        import io, logging
        logger = logging.getLogger('importer'); logger.addHandler(logging.StreamHandler(io.StringIO()))
        logger.error('%d', SECRET)
        """,
        "",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_nothing_speaks_for_itself(case: str) -> None:
    code, named = CASES[case]
    start = f"from importer.logs.lastdoor import close_doors; close_doors(); SECRET = {SECRET!r}\n"
    ended = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-W", "always", "-c", start + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = ended.stdout + ended.stderr
    assert "Traceback" not in said
    assert "u$r0123" not in said
    assert "asha" not in said
    assert (f"lsq-import has a defect: {named} in <string>, line" if named else "") in said
    assert not said or named


MAIN = """
import sys
import importer.commands.cli as cli
def fail(**_): raise {error}
cli.cli.main = fail
cli.main()
"""


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (f"ValueError({SECRET!r})", 70),
        (f"type('Odd', (BaseException,), dict())({SECRET!r})", 70),
        (f"ExceptionGroup({SECRET!r}, [ValueError({SECRET!r})])", 70),
        ("SystemExit(3)", 3),
    ],
)
def test_the_command_ends_a_defect_with_status_70_and_its_class_alone(error: str, status: int) -> None:
    code = MAIN.format(error=error)
    ended = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == status
    assert "u$r" not in ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr
    assert ("lsq-import has a defect: " in ended.stderr) == (status == 70)
