"""One file: how it is mapped, its check, its import, and what became of it."""

from collections.abc import Mapping
from functools import partial

from nicegui import ui

from importer import Action, ImporterError, RunResult
from importer.page.job import Job, Jobs
from importer.page.look import heading, show_error
from importer.page.mappingtable import show_mapping
from importer.page.rowgrid import show_rows_to_mend
from importer.page.settings import PageSettings
from importer.page.uploads import Upload

__all__ = ["show_file"]

EVERY_S = 0.3


async def show_file(settings: PageSettings, jobs: Jobs, upload: Upload) -> None:
    """Show the screen."""
    heading(upload.file.name)
    mapping = ui.column().style("align-items:stretch;gap:.5rem")
    below = ui.column().style("align-items:stretch;gap:.5rem")
    shown: list[_JobView] = []

    def show_job() -> None:
        if not shown:
            with below:
                shown.append(_JobView(jobs, upload))

    with mapping:
        await show_mapping(settings, upload, ready=show_job)


class _JobView:
    """The buttons, and how far the file's job is; drawn again when something has changed."""

    def __init__(self, jobs: Jobs, upload: Upload) -> None:
        self._jobs = jobs
        self._upload = upload
        self._shown: object = None
        self._place = ui.column().style("gap:.5rem;align-items:stretch").props("aria-live=polite")
        self._draw()
        ui.timer(EVERY_S, self._draw)

    def _draw(self) -> None:
        job = self._jobs.find(self._upload)
        state: object = "idle"
        if job is not None:
            state = (id(job), job.done, job.to_send, job.is_waiting, job.is_over, job.stop.is_requested)
        if state == self._shown:
            return  # drawn anew, a button would be gone under the pointer
        self._shown = state
        self._place.clear()
        with self._place:
            if job is None or job.is_over:
                with ui.row():
                    self._button("Check", is_check=True)
                    self._button("Import", is_check=False)
            if job is not None and not job.is_over:
                _progress(job)
            elif job is not None and job.result is not None:
                _ended(job, job.result)
                show_rows_to_mend(self._upload)
            elif job is not None and job.error is not None:
                self._failed(job, job.error)

    def _button(self, text: str, *, is_check: bool, is_same: bool | None = None) -> None:
        def start() -> None:
            self._jobs.start(self._upload, is_check=is_check, is_same=is_same)
            self._draw()

        ui.button(text, on_click=start).props("no-caps outline" if is_check else "no-caps")

    def _failed(self, job: Job, error: ImporterError) -> None:
        show_error(error)
        if any(step.action is Action.TELL_SOURCE for step in error.steps):
            with ui.row():
                self._button("It is the same list", is_check=job.is_check, is_same=True)
                self._button("It is a new list", is_check=job.is_check, is_same=False)


def _progress(job: Job) -> None:
    what = "Checking" if job.is_check else "Importing"
    if job.is_waiting:
        ui.label("Waits for its turn: another file is being imported.")
    elif job.to_send:
        ui.label(f"{what}: {job.done} of {job.to_send} rows. {_counts(job.counts)}")
        ui.linear_progress(min(1.0, job.done / job.to_send), show_value=False).props('aria-label="Rows done"')
        ui.label(f"At the account's limit, all rows take {max(1, round(job.seconds))} s at least.").classes("quiet")
    else:
        ui.label(f"{what}: the rows are looked at.")
        ui.spinner()
    if job.stop.is_requested:
        ui.label("Stops: calls on their way are waited for.")
    else:
        ui.button("Stop", on_click=partial(job.stop.request)).props("no-caps outline")
    ui.label("You may close this page and come back.").classes("quiet")


def _ended(job: Job, result: RunResult) -> None:
    with ui.element("div").classes("card"):
        title = "Checked; nothing was sent." if job.is_check else "Stopped." if result.was_stopped else "Imported."
        ui.label(title).classes("good" if result.exit_status == 0 else "")
        ui.label(_counts(result.counts) or "No row was sent.")
        for word, count in result.problems.items():
            ui.label(f"{count} × {word.replace('_', ' ')}").classes("quiet")
    if result.error is not None:
        show_error(result.error)
    for text in job.notices:
        ui.label(text).classes("quiet")
    with ui.row():
        for path, text in ((result.report, "Download the report"), (result.page, "Download its picture")):
            if path is not None and path.exists():
                ui.button(text, on_click=partial(ui.download.file, path, path.name)).props("no-caps flat")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {word.replace('_', ' ')}" for word, count in counts.items() if count)
