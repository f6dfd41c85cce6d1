"""What is plainly wrong with an e-mail address, told from its text alone and without repeating any of it."""

import re

from importer.lead.refusal import Refusal

__all__ = ["BAD_EMAIL_TIP", "find_email_fault", "is_not_one_address"]

AT = "@"
WIDE_AT = "\uff20"
BAD_EMAIL_TIP = "Correct it, or empty the cell. To send such values all the same: bad_email: send in config.yaml."
PARTS = re.compile(r"[\s,;/|<>]+")
NOT_ONE = re.compile(r"^\s*(?:mailto|e-?mail|smtp)\s*:|[<>,;|]", re.IGNORECASE)

SEVERAL_REFUSAL = Refusal(
    "several_emails",
    "holds more than one e-mail address",
    "Keep one, and put the others into columns of their own.",
)
WIDE_AT_REFUSAL = Refusal("bad_email", "holds an e-mail address whose @ is a full-width one", BAD_EMAIL_TIP)
NO_AT_REFUSAL = Refusal("bad_email", "holds no e-mail address: it has no @", "Correct it, or empty the cell.")

FAULTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^\s*(?:mailto|e-?mail|smtp)\s*:", re.IGNORECASE), "has a word such as mailto: in front"),
    (re.compile(r"[<>]"), "stands in angle brackets, perhaps with a name in front"),
    (re.compile(r"@.*@", re.DOTALL), "has two @"),
    (re.compile(r"\s"), "has a blank inside"),
    (re.compile(r"^@"), "has nothing in front of its @"),
    (re.compile(r"@$"), "has nothing behind its @"),
    (re.compile(r"[,;|]$"), "has a comma or semicolon behind it"),
    (re.compile(r"^[,;|]"), "has a comma or semicolon in front"),
    (re.compile(r"[,;|]"), "has a comma or semicolon inside"),
    (re.compile(r"\.\."), "has two dots side by side"),
    (re.compile(r"^\.|\.$"), "begins or ends with a dot"),
    (re.compile(r"\.@|@\."), "has a dot beside its @"),
    (re.compile(r"^[^@]*@[^.]*$"), "has no dot behind its @"),
    (re.compile(r"^[^@]*@.*_"), "has an underscore behind its @"),
    (re.compile(r"^[^@]*@(?:(?:.*\.)?-|.*-(?:\.|$))"), "has a hyphen beside a dot, or at an end, behind its @"),
    (re.compile(r"^[^@]*@.*\.\d+$"), "has nothing but digits behind its last dot"),
    (re.compile(r"^[^@]*@(?:.*\.)?[^.]{64}"), "has a part of more than 63 characters behind its @"),
    (re.compile(r".{255}", re.DOTALL), "has more than 254 characters"),
    (re.compile(r"^[^@]*@.*[^\w.-]"), "has a mark behind its @ that no domain has"),
    (re.compile(r"^[^@]*[()\[\]:\"\\]"), "has a bracket, colon or quotation mark"),
)
"""What an address may suffer from, the plainest first."""


def find_email_fault(text: str) -> Refusal | None:
    """Why a text is no e-mail address, None where nothing is plainly wrong with it."""
    if AT not in text:
        return WIDE_AT_REFUSAL if WIDE_AT in text else NO_AT_REFUSAL
    if sum(AT in part.strip(AT) for part in PARTS.split(text)) > 1:
        return SEVERAL_REFUSAL
    fault = next((words for pattern, words in FAULTS if pattern.search(text)), None)
    return None if fault is None else Refusal("bad_email", f"holds an e-mail address that {fault}", BAD_EMAIL_TIP)


def is_not_one_address(text: str) -> bool:
    """Whether a text holds more than an address: `mailto:`, `<…>`, `a;b`."""
    return NOT_ONE.search(text) is not None or text.count(AT) > 1
