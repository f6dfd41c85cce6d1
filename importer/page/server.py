"""Serves the page until it is stopped."""

import asyncio
import logging
import os
import secrets
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from nicegui import core, ui

from importer import UsageError
from importer.page.guard import Guard
from importer.page.job import Jobs
from importer.page.screens import add_screens
from importer.page.settings import PageSettings, is_loopback
from importer.page.uploads import Uploads

__all__ = ["serve"]

MB = 1 << 20
CLEAN_EVERY_S = 3600.0
GRACE_S = 2
"""How long a stop waits for browsers."""


def serve(settings: PageSettings, *, tell: Callable[[str], object]) -> None:
    """Serve the page until a signal comes. `tell` is given the address to open, once it can be opened.

    UsageError where the port cannot be had.
    """
    os.umask(0o077)  # whatever is written for the page is this user's alone
    uploads = Uploads(settings.folder / "uploads", keep_days=settings.keep_days)
    jobs = Jobs(settings)
    tempfile.tempdir = str(_private(settings.folder))
    with _listen(settings) as listener:
        port = listener.getsockname()[1]
        token = "" if settings.password else secrets.token_urlsafe(24)
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        add_screens(settings, uploads, jobs)
        ui.run_with(app, title="lsq-import", dark=None, tailwind=False, language="en-US", show_welcome_message=False)
        core.sio.eio.cors_allowed_origins = []  # the guard has judged the origin
        guard = Guard(
            app,
            hosts=_hosts(settings, port),
            scheme=settings.scheme,
            token=token,
            password=settings.password,
            upload_bytes=settings.upload_mb * MB,
        )
        for name in ("uvicorn", "nicegui"):  # an address or a name in their lines would be logged
            logging.getLogger(name).setLevel(logging.ERROR)
        logging.getLogger("uvicorn.error").addFilter(_is_news)
        with suppress(KeyboardInterrupt):  # Ctrl-C is the way to end it
            asyncio.run(
                _serve(guard, settings, listener, uploads, jobs, tell=lambda: tell(_address(settings, port, token)))
            )


async def _serve(
    guard: Guard,
    settings: PageSettings,
    listener: socket.socket,
    uploads: Uploads,
    jobs: Jobs,
    *,
    tell: Callable[[], object],
) -> None:
    server = uvicorn.Server(
        uvicorn.Config(
            guard,
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            ssl_certfile=settings.certificate,
            ssl_keyfile=settings.key,
            timeout_graceful_shutdown=GRACE_S,
        )
    )
    cleaning = asyncio.create_task(_clean(uploads))
    telling = asyncio.create_task(_tell_started(server, tell))
    try:
        await server.serve(sockets=[listener])
    finally:
        telling.cancel()
        cleaning.cancel()
        await jobs.stop_all()


async def _tell_started(server: uvicorn.Server, tell: Callable[[], object]) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.02)
    tell()


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line is more than that a browser went on before its answer was there."""
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, RuntimeError) and str(error) == "No response returned.")


async def _clean(uploads: Uploads) -> None:
    while True:
        await asyncio.to_thread(uploads.remove_old)
        await asyncio.sleep(CLEAN_EVERY_S)


def _listen(settings: PageSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise UsageError(
            f"The page cannot be served at {settings.host}, port {settings.port}: {error.strerror}.",
            hint="Choose another port, or end the program that has this one.",
        ) from None
    return listener


def _name(settings: PageSettings) -> str:
    host = settings.name or settings.host
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _hosts(settings: PageSettings, port: int) -> set[str]:
    """What a browser may say as Host: our name with the port, or without it where a proxy is in front."""
    names = {_name(settings)}
    if is_loopback(settings.host):
        names |= {"localhost", "127.0.0.1", "[::1]"}
    hosts = {f"{name}:{port}" for name in names}
    return hosts | names if settings.behind_proxy else hosts


def _address(settings: PageSettings, port: int, token: str) -> str:
    is_plain = settings.behind_proxy and not is_loopback(settings.host)
    base = f"{settings.scheme}://{_name(settings)}{'' if is_plain else f':{port}'}/"
    return f"{base}?token={token}" if token else base


def _private(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    return folder
