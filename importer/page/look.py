"""What every screen has: one column, the system's font, light and dark."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from importer import ImporterError

__all__ = ["error_text", "frame", "heading", "show_error"]

STYLE = """
:root { color-scheme: light dark; }
body { font-family: system-ui, sans-serif; font-size: 16px; line-height: 1.45; }
.nicegui-content { max-width: 60rem; margin: 0 auto; padding: 1rem; align-items: stretch; gap: .75rem; }
h1 { font-size: 1.4rem; margin: 0; font-weight: 650; } h2 { font-size: 1.1rem; margin: 1rem 0 0; font-weight: 600; }
a { color: inherit; } :focus-visible { outline: 3px solid #4a90d9; outline-offset: 2px; }
.quiet { opacity: .8; font-size: .9rem; overflow-wrap: anywhere; }
.bad { color: #a3261b; } .body--dark .bad { color: #ff9d92; }
.good { color: #1a6b34; } .body--dark .good { color: #7fd79a; }
.card { border: 1px solid #8886; border-radius: .5rem; padding: .75rem; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; } .scroll table { border-collapse: collapse; } .scroll td, .scroll th { text-align: left;
  padding: .25rem .6rem; border-bottom: 1px solid #8884; white-space: nowrap; }
.cell-bad { background: #a3261b33; }
.q-uploader { width: 100%; max-height: none; }
"""


@contextmanager
def frame() -> Iterator[None]:
    """The head of a screen; what is made inside stands below it."""
    ui.add_css(STYLE)
    ui.colors(primary="#1d5fa8")
    with ui.element("header"), ui.link(target="/").style("text-decoration:none"), ui.element("h1"):
        ui.label("Import into LeadSquared")
    with ui.element("main").style("display:flex;flex-direction:column;gap:.75rem"):
        yield


def heading(text: str) -> None:
    """The title of a part."""
    with ui.element("h2"):
        ui.label(text)


def error_text(error: ImporterError) -> str:
    """What happened, then what to do."""
    return str(error)


def show_error(error: ImporterError) -> None:
    """An error where the person looks."""
    ui.label(error_text(error)).classes("card bad").style("white-space:pre-line").props("role=alert")
