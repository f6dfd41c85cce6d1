"""An e-mail address that can be one, checked without any question to the network."""

import re

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from importer.lead.refusal import Converter, Refusal
from importer.lead.values.emailtext import BAD_EMAIL_TIP, find_email_fault

__all__ = ["make_email_converter"]

AT = "@"
MOST_BEFORE_AT = 64
MOST_IN_LABEL = 63
PLAIN = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+([a-z]{2,})", re.ASCII)
SPECIAL_ENDINGS = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)

SPECIAL_REFUSAL = Refusal(
    "bad_email",
    "holds an e-mail address that ends as no real one does, such as in .test or .local",
    BAD_EMAIL_TIP,
)
BAD_REFUSAL = Refusal("bad_email", "holds something that is no valid e-mail address", BAD_EMAIL_TIP)


def make_email_converter(*, sends_bad: bool) -> Converter:
    """A converter for e-mail addresses: the domain in small letters, else as written; `sends_bad` refuses none.

    The library's own messages are not passed on, since they repeat parts of the address.
    """

    def convert(text: str, _kind: str | None) -> str | Refusal:
        if _is_plain(text):
            return text
        try:
            return validate_email(text, check_deliverability=False).normalized
        except EmailNotValidError:
            return text if sends_bad else _refuse(text)

    return convert


def _refuse(text: str) -> Refusal:
    fault = find_email_fault(text)
    if fault is not None:
        return fault
    return SPECIAL_REFUSAL if text.rpartition(".")[2].lower() in SPECIAL_ENDINGS else BAD_REFUSAL


def _is_plain(text: str) -> bool:
    """Whether an address is of the plainest kind, which the library (20 µs) lets pass unaltered: most are.

    Hyphens stand alone between letters, so that no label is an internationalised one (`xn--…`); lengths stay below the
    library's limits (64 before the @, 63 a label).
    """
    found = PLAIN.fullmatch(text)
    if found is None or found[1] in SPECIAL_ENDINGS:
        return False
    local, _, domain = text.partition(AT)
    return len(local) <= MOST_BEFORE_AT and len(domain) <= MOST_IN_LABEL
