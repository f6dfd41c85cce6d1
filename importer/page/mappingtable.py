"""The mapping of one file: a line for each column, with its samples and the field that it goes to, as a person says."""

import json
from collections.abc import Callable
from functools import partial

from nicegui import events, ui

from importer import Action, Certainty, ImporterError, MappedColumn, MappingRequest, ProposedMapping, propose_mapping
from importer.page.look import show_error
from importer.page.settings import PageSettings
from importer.page.uploads import Upload

__all__ = ["show_mapping"]

NOWHERE = ""
WORDS = {Certainty.SURE: "sure", Certainty.DOUBTFUL: "doubtful: please choose", Certainty.UNMAPPED: "not imported"}


async def show_mapping(settings: PageSettings, upload: Upload, *, ready: Callable[[], object]) -> None:
    """Show the mapping, and keep what is chosen. `ready` is called once there is a mapping to import by."""
    spinner = ui.spinner()
    try:
        proposed = await _propose(settings, upload)
    except ImporterError as error:
        show_error(error)
        _offer_encodings(upload, error)
        return
    finally:
        spinner.delete()
    if not upload.config.exists():
        _save(upload, proposed)
    _Table(settings, upload, proposed, ready).show()
    if upload.config.exists():
        ready()


async def _propose(settings: PageSettings, upload: Upload) -> ProposedMapping:
    request = MappingRequest(
        file=upload.file,
        config=settings.config,
        folder=upload.config.parent,
        sandbox=settings.sandbox,
        chosen=_choices_of(upload),
        encoding=upload.encoding.read_text("utf-8") if upload.encoding.exists() else None,
    )
    return await propose_mapping(request, environ=settings.environ)


def _offer_encodings(upload: Upload, error: ImporterError) -> None:
    """A button for each encoding in which the file's letters may read right."""

    def take(name: str) -> None:
        upload.encoding.write_text(name, "utf-8")
        ui.navigate.reload()

    for step in error.steps:
        if step.action is Action.NAME_ENCODING:
            ui.button(f"Read it as {step.subject}", on_click=partial(take, step.subject)).props("no-caps outline")


def _choices_of(upload: Upload) -> dict[str, str]:
    """What a person chose for this file before."""
    try:
        return {str(header): str(name) for header, name in json.loads(upload.choices.read_text("utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _save(upload: Upload, proposed: ProposedMapping) -> None:
    if proposed.text:
        upload.config.write_text(proposed.text, "utf-8")
        upload.config.chmod(0o600)


class _Table:
    """The lines; a change is proposed anew with what was chosen, and saved as the file's config.yaml at once."""

    def __init__(
        self, settings: PageSettings, upload: Upload, proposed: ProposedMapping, ready: Callable[[], object]
    ) -> None:
        self._settings = settings
        self._upload = upload
        self._proposed = proposed
        self._ready = ready
        self._states: dict[str, ui.label] = {}

    def show(self) -> None:
        """Draw it."""
        self._summary = ui.label().classes("card")
        self._tell()
        for note in self._proposed.notes:
            ui.label(note).classes("quiet")
        fields = {NOWHERE: "(not imported)"} | {
            one.name: f"{one.display} ({one.name})" for one in self._proposed.fields
        }
        with ui.expansion("The columns, and where each goes", value=bool(self._proposed.doubtful)).style("width:100%"):
            for column in self._proposed.columns:
                self._line(column, fields)

    def _line(self, column: MappedColumn, fields: dict[str, str]) -> None:
        with ui.row().classes("card").style("align-items:center;gap:1rem"):
            with ui.column().style("flex:1 1 14rem;gap:0;min-width:0"):
                ui.label(column.header).style("font-weight:600")
                ui.label(f"{column.filled:.0%} filled: {' · '.join(column.samples) or 'empty'}").classes("quiet")
                self._states[column.header] = ui.label(_state(column)).classes("quiet")
            # A full name that is split goes to two fields: neither is a choice by itself.
            value = column.field if column.certainty is Certainty.SURE and column.field in fields else NOWHERE
            select = ui.select(fields, value=value, with_input=True, on_change=partial(self._choose, column.header))
            select.props(f'dense outlined aria-label="Field for {_quoted(column.header)}"').style("flex:1 1 16rem")
            if column.certainty is Certainty.DOUBTFUL and column.field in fields:
                take = ui.button("Take it", on_click=partial(select.set_value, column.field))
                take.props(f'no-caps flat aria-label="Take {_quoted(column.field)} for {_quoted(column.header)}"')
                take.bind_visibility_from(select, "value", value=NOWHERE)

    async def _choose(self, header: str, event: events.ValueChangeEventArguments[str | None]) -> None:
        chosen = _choices_of(self._upload) | {header: str(event.value or NOWHERE)}
        self._upload.choices.write_text(json.dumps(chosen), "utf-8")
        self._upload.choices.chmod(0o600)
        try:
            self._proposed = await _propose(self._settings, self._upload)
        except ImporterError as error:
            ui.notify(str(error), type="negative")
            return
        _save(self._upload, self._proposed)
        for column in self._proposed.columns:
            self._states[column.header].set_text(_state(column))
        self._tell()
        self._ready()

    def _tell(self) -> None:
        one = self._proposed
        if not one.text:
            self._summary.set_text("No column goes to a field yet, so nothing can be imported: choose fields below.")
            return
        text = (
            f"{one.sure} of {len(one.headers)} columns go to fields of the account. {one.doubtful} are doubtful and "
            f"left out, {one.unmapped} are like no field."
        )
        missed = ", ".join(field.display for field in one.unfilled)
        self._summary.set_text(f"{text} Mandatory, and filled by no column: {missed}." if missed else text)


def _state(column: MappedColumn) -> str:
    parts = [WORDS[column.certainty]]
    if column.certainty is Certainty.DOUBTFUL:
        parts.append(f"perhaps {column.field}")
    elif column.certainty is Certainty.SURE and "," in column.field:
        parts.append(f"split into {column.field}")
    return "; ".join([*parts, *([column.type] if column.type else []), *([column.reason] if column.reason else [])])


def _quoted(text: str) -> str:
    return text.replace('"', "'").replace("\\", "/")
