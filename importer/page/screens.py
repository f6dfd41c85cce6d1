"""Which screen stands at which address."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from importer.page.home import show_home
from importer.page.look import frame
from importer.page.settings import PageSettings

__all__ = ["add_screens"]


def add_screens(settings: PageSettings) -> None:
    """Put every screen at its address."""

    @ui.page("/")
    async def home() -> None:
        await _shown(lambda: show_home(settings))


async def _shown(show: Callable[[], Awaitable[None]]) -> None:
    with frame():
        await show()
