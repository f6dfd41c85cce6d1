"""Home: the runs of the account, and whether all is well."""

from datetime import datetime

from nicegui import ui

from importer import Finding, ImporterError, KnownRun, RunState, diagnose, history
from importer.page.look import heading, show_error
from importer.page.settings import PageSettings

__all__ = ["show_home"]


async def show_home(settings: PageSettings) -> None:
    """Show the screen."""
    if settings.sandbox:
        ui.label("Practice: leads go into a sandbox on this machine, and your account is not touched.").classes("card")
    heading("Runs")
    try:
        _runs(await history(settings.config, environ=settings.environ))
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


def _runs(runs: tuple[KnownRun, ...]) -> None:
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
            elif known.state is RunState.RUNNING:
                ui.label("Runs now.").classes("good")


def _findings(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        ui.label(f"{'✓' if finding.is_well else '✗ To mend:'} {finding.what}").classes("" if finding.is_well else "bad")
        if not finding.is_well:
            ui.label(finding.remedy).classes("quiet")


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds).astimezone():%Y-%m-%d %H:%M}"
