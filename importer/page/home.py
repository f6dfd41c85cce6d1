"""Home: a file is dropped here; below, the runs of the account, and whether all is well."""

import asyncio
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from nicegui import events, ui

from importer import Finding, ImporterError, KnownRun, RunState, diagnose, history, usage
from importer.page.job import Jobs
from importer.page.look import heading, show_error
from importer.page.settings import PageSettings
from importer.page.uploads import Upload, Uploads

__all__ = ["show_home"]

MB = 1 << 20
KINDS = ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.xlsb,.ods"


async def show_home(settings: PageSettings, uploads: Uploads, jobs: Jobs) -> None:
    """Show the screen."""
    if settings.sandbox:
        ui.label("Practice: leads go into a sandbox on this machine, and your account is not touched.").classes("card")
    else:
        await _usage(settings)
    heading("A file with leads")
    _drop(settings, uploads)
    _files(uploads, jobs)
    heading("Runs")
    try:
        _runs(await history(settings.config, environ=settings.environ), uploads)
    except ImporterError as error:
        show_error(error)
    heading("Is all well?")
    found = ui.column().style("gap:.25rem")

    async def look() -> None:
        button.disable()
        found.clear()
        with found:
            ui.spinner()
        told = await diagnose(config=settings.config, environ=settings.environ)
        found.clear()
        with found:
            _findings(told)
        button.enable()

    button = ui.button("Check keys, account and folders", on_click=look).props("outline no-caps")


async def _usage(settings: PageSettings) -> None:
    """What is used of the account's day; nothing where that cannot be known yet."""
    with suppress(ImporterError):
        used = await usage(settings.config, environ=settings.environ)
        left = "" if used.left is None else f", {used.left:,} are left"
        calls = "call" if used.calls == 1 else "calls"
        ui.label(f"{used.calls:,} {calls} to LeadSquared in the last 24 hours{left}.").classes("quiet")


def _drop(settings: PageSettings, uploads: Uploads) -> None:
    async def receive(event: events.UploadEventArguments) -> None:
        upload = await asyncio.to_thread(uploads.add, event.file.name)
        await event.file.save(upload.file)
        upload.file.chmod(0o600)
        ui.navigate.to(f"/file/{upload.id}")

    def refuse() -> None:
        ui.notify(f"A file of one of the kinds {KINDS}, up to {settings.upload_mb} MB, is what can be read.")

    ui.upload(
        label="Drop an Excel or CSV file here, or press +",
        auto_upload=True,
        max_files=1,
        max_file_size=settings.upload_mb * MB,
        on_upload=receive,
        on_rejected=refuse,
    ).props(f'accept="{KINDS}" flat bordered')


def _files(uploads: Uploads, jobs: Jobs) -> None:
    """The files that lie here, each with a way to go on and one to remove it."""

    def remove(upload: Upload, row: ui.row) -> None:
        if jobs.is_busy(upload):
            ui.notify("It is being imported: stop that first.")
            return
        uploads.remove(upload)
        row.delete()

    for upload in list(uploads.list()):
        with ui.row().classes("card").style("align-items:center") as row:
            ui.link(upload.file.name, f"/file/{upload.id}")
            ui.label(f"since {_time(upload.uploaded_at)}").classes("quiet")
            ui.button("Remove", on_click=partial(remove, upload, row)).props("flat no-caps dense")


def _runs(runs: tuple[KnownRun, ...], uploads: Uploads) -> None:
    """The runs; one that was interrupted has a way to go on, where its file lies here."""
    ids = {upload.folder: upload.id for upload in uploads.list()}
    if not runs:
        ui.label("No run yet.").classes("quiet")
    for known in runs:
        run = known.run
        with ui.element("div").classes("card"):
            ui.label(f"{run.id} · {_time(run.started_at)} · {run.file} · {run.mode}")
            counts = ", ".join(f"{count} {word.replace('_', ' ')}" for word, count in run.counts.items() if count)
            ui.label(counts or "nothing told").classes("quiet")
            if known.state is RunState.KILLED:
                ui.label("Interrupted: import the file again to go on. Nothing is sent twice.").classes("bad")
                upload_id = ids.get(Path(run.report).parent)
                if upload_id is not None:
                    ui.link("Go on", f"/file/{upload_id}")
            elif known.state is RunState.RUNNING:
                ui.label("Runs now.").classes("good")


def _findings(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        ui.label(f"{'✓' if finding.is_well else '✗ To mend:'} {finding.what}").classes("" if finding.is_well else "bad")
        if not finding.is_well:
            ui.label(finding.remedy).classes("quiet")


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds).astimezone():%Y-%m-%d %H:%M}"
