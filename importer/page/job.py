"""One import or check that the page has begun: it goes on while no browser looks."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from importer import (
    DefectError,
    Estimated,
    Event,
    ImporterError,
    ImportRequest,
    Level,
    Notice,
    RowDone,
    RunResult,
    Stop,
    check,
    import_file,
)
from importer.page.settings import PageSettings
from importer.page.uploads import Upload

__all__ = ["Job", "Jobs"]


@dataclass(eq=False)
class Job:
    """How far an import or a check is. `result` or `error` is there when it ended."""

    is_check: bool
    stop: Stop = field(default_factory=Stop)
    is_waiting: bool = True
    to_send: int = 0
    done: int = 0
    seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    notices: list[str] = field(default_factory=list)
    result: RunResult | None = None
    error: ImporterError | None = None

    @property
    def is_over(self) -> bool:
        """Whether it ended."""
        return self.result is not None or self.error is not None

    def observe(self, event: Event) -> None:
        """Take down what happens."""
        if isinstance(event, Estimated):
            self.to_send, self.seconds, self.done = event.rows, event.needed_s, 0
        elif isinstance(event, RowDone):
            self.done += 1
            self.counts[event.outcome.status.value] += 1
        elif isinstance(event, Notice) and event.level >= Level.WARNING:
            self.notices.append(str(event))


class Jobs:
    """The jobs of this page, one for each upload; they run one after the other, as the account's limit is one."""

    def __init__(self, settings: PageSettings) -> None:
        self._settings = settings
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    def find(self, upload: Upload) -> Job | None:
        """The last job of an upload."""
        return self._jobs.get(upload.id)

    def is_busy(self, upload: Upload) -> bool:
        """Whether a job of this upload has not ended."""
        job = self.find(upload)
        return job is not None and not job.is_over

    def start(self, upload: Upload, *, is_check: bool, is_same: bool | None = None) -> None:
        """Begin one, unless one goes on. `is_same`: whether the file is the source of its name that is known."""
        if self.is_busy(upload):
            return
        job = self._jobs[upload.id] = Job(is_check)
        request = ImportRequest(
            file=upload.report if upload.is_corrected else upload.file,
            config=upload.config,
            sandbox=self._settings.sandbox,
            same_source=is_same is True,
            new_source=is_same is False,
            wait=not is_check,
        )
        task = asyncio.create_task(self._run(job, request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop_all(self) -> None:
        """Stop every job politely, and wait until each has written its report."""
        for job in self._jobs.values():
            job.stop.request()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, job: Job, request: ImportRequest) -> None:
        call = check if job.is_check else import_file
        try:
            async with self._turn:
                job.is_waiting = False
                job.result = await call(request, observer=job.observe, stop=job.stop, environ=self._settings.environ)
        except ImporterError as error:
            job.error = error
        except Exception as error:  # noqa: BLE001 - whatever it is, the person is told and the page lives on
            job.error = DefectError.of(error)
