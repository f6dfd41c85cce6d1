"""Text that was damaged before it came into the file: `JosÃ©` for José, `Jos�` for a letter that is lost.

UTF-8 that somebody read as Windows-1252 and saved again is valid text, so no reader of files stumbles over it. What
gives it away: the bytes which Windows-1252 would write for it are letters in UTF-8 again.
"""

import re
import unicodedata

__all__ = ["is_damaged"]

LOST = "\ufffd"
LEAD = "[\u00c2-\u00f4\u0192]"  # what the first byte of a UTF-8 letter looks like, ƒ after a second damage
SUSPECT = re.compile(f"{LEAD}[^\x00-\x7f]")
RUN = re.compile(r"[^\x00-\x7f]+")
UNDEFINED = {code: bytes([code]) for code in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}  # what Windows-1252 has no letter for
CLOSING_MARKS = frozenset("»«”“’‘›‹…°™®")  # stand behind a letter in good text: CAFÉ», ß°
USUAL_LEADS = frozenset("ÂÃ")  # of them come é, ü, ñ and the no-break space: no language writes so


def is_damaged(text: str) -> bool:
    """Whether a text holds letters that were read in a wrong encoding, or the mark of a letter that was lost."""
    if text.isascii():
        return False
    return LOST in text or (SUSPECT.search(text) is not None and any(map(_is_utf8, RUN.findall(text))))


def _is_utf8(run: str) -> bool:
    """Whether the bytes of a run of letters are UTF-8 for other letters, and good text cannot be meant."""
    try:
        meant = b"".join(UNDEFINED.get(ord(mark)) or mark.encode("cp1252") for mark in run).decode()
    except UnicodeError:
        return False
    if run[0] not in USUAL_LEADS and len(run) == 2 and run[1] in CLOSING_MARKS:  # noqa: PLR2004 - a letter and a mark
        return False
    return all(unicodedata.category(mark) != "Cn" for mark in meant)
