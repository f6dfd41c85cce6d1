"""What became of one row: the report's statuses with all that is true of each, and the value that carries one.

A status is one entry of `Status`, and what the ledger may know of a row one entry of `State`. Whoever counts, colours,
explains or keeps statuses asks these two tables; nobody has a table of his own. An entry cannot leave a fact out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, StrEnum, auto
from typing import Self

from importer.errors import RowProblem

__all__ = ["SEPARATOR", "InAccount", "NextStep", "Outcome", "State", "Status", "StatusFacts", "utc_text"]

SEPARATOR = " | "
"""Between the problems of a row, in its error, its message and its tip alike: the n-th of each belong together."""

LONGEST_TOLD = 8_000  # characters of a message or tip, so that any cell of any workbook holds it
_LIKE_SEPARATOR = re.compile(r"\s\|\s?|\|\s|^\||\|$")


class InAccount(Enum):
    """Whether the row's lead is in the account."""

    OURS = auto()  # an import of ours created it
    THERE = auto()  # it was there, whoever created it, and an import of ours wrote to it
    ANOTHERS = auto()  # another lead, or another row's, has its unique value
    PERHAPS = auto()  # nobody knows
    NO = auto()

    @property
    def may_be_ours(self) -> bool:
        """Whether a row's own lead is there, or may be."""
        return self in {InAccount.OURS, InAccount.THERE, InAccount.PERHAPS}


class NextStep(Enum):
    """What is to be done with a row, and by whom."""

    NOTHING = auto()
    SEND = auto()  # its turn has not come: the next run sends it
    RETRY = auto()  # it was tried in vain: the next run tries again
    CORRECT = auto()  # a person corrects it, or leaves it
    LOOK_UP = auto()  # the next run looks for its lead, or a person does


PRUNABLE = True


class State(StrEnum):
    """What the ledger knows of a row: a word, whether the lead is there, and whether `prune` may drop it.

    A row that may be dropped costs a call again, and no promise.
    """

    in_account: InAccount
    is_prunable: bool

    def __new__(cls, word: str, in_account: InAccount | None = None, *prunable: bool) -> Self:
        """One entry of the table; `State("created")` finds one."""
        if in_account is None:
            raise TypeError(f"{word}: an entry says whether the lead is in the account")
        state = str.__new__(cls, word)
        state._value_ = word
        state.in_account = in_account
        state.is_prunable = any(prunable)
        return state

    INTENT = "intent", InAccount.PERHAPS  # about to be sent, no outcome yet
    CREATED = "created", InAccount.OURS
    UPDATED = "updated", InAccount.THERE
    DUPLICATE = "duplicate", InAccount.ANOTHERS, PRUNABLE
    REJECTED = "rejected", InAccount.NO, PRUNABLE
    FAILED = "failed", InAccount.NO, PRUNABLE
    UNKNOWN = "unknown", InAccount.PERHAPS
    RESEND = "resend", InAccount.NO  # a person said that it does not exist, or forgot it

    @property
    def is_unresolved(self) -> bool:
        """Whether the lead may be there, and nobody knows."""
        return self.in_account is InAccount.PERHAPS


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFacts:
    """All that is true of a status.

    `summary` is its line at the end of a run, `meaning` what the page says of it, `colours` are the page's, in light
    and in dark. `kept_as` is how the ledger keeps a row that was sent and ended so; None: no sent row ends so, and the
    next run finds out anew. `is_good` rows are done as far as this run can do them. `is_in_vain` says what a call that
    ended so tells of the whole run: it was in vain, it was not, or (None) nothing. `is_verb`: "2 failed", where others
    are said with "are".
    """

    summary: str
    meaning: str
    in_account: InAccount
    next_step: NextStep
    kept_as: State | None
    is_in_vain: bool | None
    colours: tuple[str, str]
    is_good: bool = False
    is_verb: bool = False

    @property
    def told_as(self) -> State | None:
        """How the ledger keeps a row that only a report knows to have ended so; None where there is no lead of it."""
        return self.kept_as if self.in_account.may_be_ours else None

    @property
    def may_be_there(self) -> bool:
        """Whether the row's lead is in the account, or may be."""
        return self.in_account.may_be_ours

    @property
    def is_problem(self) -> bool:
        """Whether something is wrong with the row itself."""
        return self.next_step not in {NextStep.NOTHING, NextStep.SEND}


class Status(StrEnum):
    """The words of the report's column `lsq_status`, in the order in which they are listed: the good ones first."""

    facts: StatusFacts

    def __new__(cls, word: str, facts: StatusFacts | None = None) -> Self:
        """One entry of the table; `Status("created")` finds one."""
        if facts is None:
            raise TypeError(f"{word}: an entry says all that is true of it")
        status = str.__new__(cls, word)
        status._value_ = word
        status.facts = facts
        return status

    CREATED = (
        "created",
        StatusFacts(
            summary="created",
            meaning="a lead was created",
            in_account=InAccount.OURS,
            next_step=NextStep.NOTHING,
            kept_as=State.CREATED,
            is_in_vain=False,
            colours=("#16826d", "#35b597"),
            is_good=True,
        ),
    )
    UPDATED = (  # its lead existed, and got what the row says
        "updated",
        StatusFacts(
            summary="updated: the lead was there, and was written to",
            meaning="the lead was there, and got what the row says",
            in_account=InAccount.THERE,
            next_step=NextStep.NOTHING,
            kept_as=State.UPDATED,
            is_in_vain=False,
            colours=("#2e7d8c", "#58aebd"),
            is_good=True,
        ),
    )
    UNCHANGED = (  # its lead existed, and needed nothing of the row
        "unchanged",
        StatusFacts(
            summary="unchanged: the lead was there, and needed nothing",
            meaning="the lead was there, and needed nothing of the row",
            in_account=InAccount.THERE,
            next_step=NextStep.NOTHING,
            kept_as=State.UPDATED,
            is_in_vain=False,
            colours=("#5f7f8c", "#8fb0bd"),
            is_good=True,
        ),
    )
    READY = (  # a dry run would send it
        "ready",
        StatusFacts(
            summary="ready to be sent",
            meaning="would be sent",
            in_account=InAccount.NO,
            next_step=NextStep.SEND,
            kept_as=None,
            is_in_vain=False,
            colours=("#2f6fc4", "#5b9bf0"),
            is_good=True,
        ),
    )
    SKIPPED = (  # left out on purpose
        "skipped",
        StatusFacts(
            summary="skipped: left out on purpose",
            meaning="left out on purpose, as the config or the command says",
            in_account=InAccount.NO,
            next_step=NextStep.NOTHING,
            kept_as=None,
            is_in_vain=None,
            colours=("#a0a7b0", "#6b7480"),
            is_good=True,
        ),
    )
    DUPLICATE = (  # another lead already has a unique value of this row
        "duplicate",
        StatusFacts(
            summary="duplicate: the lead is there already",
            meaning="another lead or row has its unique value",
            in_account=InAccount.ANOTHERS,
            next_step=NextStep.CORRECT,
            kept_as=State.DUPLICATE,
            is_in_vain=None,
            colours=("#b98a00", "#d9b23a"),
        ),
    )
    NOT_UPDATED = (  # its lead exists, and could not be written to
        "not_updated",
        StatusFacts(
            summary="not updated: the lead is there, but could not be written to",
            meaning="the lead is there, but could not be written to",
            in_account=InAccount.THERE,
            next_step=NextStep.CORRECT,
            kept_as=State.UPDATED,
            is_in_vain=None,
            colours=("#b5651d", "#dd9a55"),
        ),
    )
    REJECTED = (  # refused by LeadSquared for good
        "rejected",
        StatusFacts(
            summary="rejected: refused by LeadSquared",
            meaning="refused by LeadSquared",
            in_account=InAccount.NO,
            next_step=NextStep.CORRECT,
            kept_as=State.REJECTED,
            is_in_vain=True,
            colours=("#c0392b", "#ef6a5e"),
        ),
    )
    INVALID = (  # our own check; not sent
        "invalid",
        StatusFacts(
            summary="invalid: not sent",
            meaning="not sent: our own check found a problem",
            in_account=InAccount.NO,
            next_step=NextStep.CORRECT,
            kept_as=None,
            is_in_vain=False,
            colours=("#d9681d", "#f0924d"),
        ),
    )
    FAILED = (  # attempts used up, known not created
        "failed",
        StatusFacts(
            summary="failed: not created, however often tried",
            meaning="not created, however often tried",
            in_account=InAccount.NO,
            next_step=NextStep.RETRY,
            kept_as=State.FAILED,
            is_in_vain=True,
            colours=("#8e3a8a", "#c27fd0"),
            is_verb=True,
        ),
    )
    UNKNOWN = (  # may have been created
        "unknown",
        StatusFacts(
            summary="unknown: may have been created",
            meaning="may have been created: the answer was lost",
            in_account=InAccount.PERHAPS,
            next_step=NextStep.LOOK_UP,
            kept_as=State.UNKNOWN,
            is_in_vain=True,
            colours=("#d24d86", "#f08bb4"),
        ),
    )
    UNSENT = (  # the run ended before this row's turn; the ledger has it only where LeadSquared refused the call
        "unsent",
        StatusFacts(
            summary="unsent: the run ended before their turn",
            meaning="the run ended before its turn",
            in_account=InAccount.NO,
            next_step=NextStep.SEND,
            kept_as=State.FAILED,
            is_in_vain=None,
            colours=("#8a94a3", "#7c8796"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row, free of personal data: it goes to the ledger and to logs as well.

    `error` is LeadSquared's ExceptionType or a word of ours; `time` is UTC, `YYYY-MM-DDTHH:MM:SSZ`. `problems` are what
    our own checks found, each of which the three texts tell (`SEPARATOR`).
    """

    status: Status
    lead_id: str = ""
    error: str = ""
    message: str = ""
    tip: str = ""
    attempts: int = 0
    time: str = ""
    problems: tuple[RowProblem, ...] = ()

    @classmethod
    def of_problems(cls, problems: Sequence[RowProblem]) -> "Outcome":
        """The outcome of a row that is not fit to send. What makes its texts too long is only counted in them."""
        told = problems[: _count_told(problems)]
        left = len(problems) - len(told)
        more = [f"And {left} more {'problem' if left == 1 else 'problems'}."] if left else []
        word = _joined([problem.error for problem in told])
        message = _joined([*(problem.message for problem in told), *more])
        tip = _joined([problem.tip for problem in told])
        return cls(Status.INVALID, error=word, message=message, tip=tip, problems=tuple(problems))


def _count_told(problems: Sequence[RowProblem]) -> int:
    """How many problems the texts have room for, the first one always."""
    message = tip = 0
    for count, problem in enumerate(problems):
        message += len(problem.message) + len(SEPARATOR)
        tip += len(problem.tip) + len(SEPARATOR)
        if count and max(message, tip) > LONGEST_TOLD:
            return count
    return len(problems)


def _joined(texts: Sequence[str]) -> str:
    """The texts in one. What looks like a separator in one of several (a header may) does not stay."""
    return texts[0] if len(texts) == 1 else SEPARATOR.join(_LIKE_SEPARATOR.sub("/", text) for text in texts)


def utc_text(seconds: float) -> str:
    """A moment (seconds since 1970) as the report's column `lsq_time` shows it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
