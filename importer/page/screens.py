"""Which screen stands at which address."""

from nicegui import ui

from importer.page.filescreen import show_file
from importer.page.home import show_home
from importer.page.job import Jobs
from importer.page.look import frame
from importer.page.settings import PageSettings
from importer.page.uploads import Uploads

__all__ = ["add_screens"]


def add_screens(settings: PageSettings, uploads: Uploads, jobs: Jobs) -> None:
    """Put every screen at its address."""

    @ui.page("/")
    async def home() -> None:
        with frame():
            await ui.context.client.connected()  # a button that is pressed before would do nothing
            await show_home(settings, uploads, jobs)

    @ui.page("/file/{upload_id}")
    async def file(upload_id: str) -> None:
        with frame():
            await ui.context.client.connected()
            upload = uploads.find(upload_id)
            if upload is None:
                ui.label("This file is not here any more.").classes("card")
            else:
                await show_file(settings, jobs, upload)
