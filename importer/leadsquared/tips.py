"""What a person can do about each answer of the API, in plain words: the report's column `lsq_tip`."""

from collections.abc import Sequence

__all__ = [
    "CONNECT_TIP",
    "EDITED_TIP",
    "FATAL_TIPS",
    "KEYLESS_TIP",
    "RATE_TIP",
    "SERVER_TIP",
    "UNSENT_MESSAGE",
    "UNSENT_TIP",
    "status_tip",
    "tip_for",
]

RATE_TIP = "The account's limit was reached, perhaps by another integration. Run again, or lower limits in config.yaml."
SERVER_TIP = "Look in LeadSquared whether this lead is there before you send it again."
KEYLESS_TIP = (
    "This row has no unique value by which its lead could be found, so it is never sent again by itself. Look for the "
    "name in LeadSquared, then say what you found with lsq-import settle. With reference: in config.yaml such a row is "
    "found by itself (docs/exactly-once.md)."
)
EDITED_TIP = (
    "The lead was created with the values that the row had before it was edited. Where they differ, change the lead in "
    "LeadSquared: sending the row again would not."
)
UNSENT_MESSAGE = "The run ended before this row's turn."
UNSENT_TIP = "Run the same command again: it sends only what is left."
CONNECT_TIP = (
    "LeadSquared could not be reached. Check the network and the host (LSQ_HOST or account.host), then run again."
)
FATAL_TIPS = {
    401: (
        "Check LSQ_ACCESS_KEY and LSQ_SECRET_KEY, and that the host (LSQ_HOST or account.host) is that of your "
        "account's region: keys work at one host only."
    ),
    404: "There is no such API at this address. Check account.host in config.yaml or LSQ_HOST.",
}
_WAY_TIP = "Something between here and LeadSquared changed or refused the call. Check account.host and any proxy."
_SIZE_TIP = "This lead is more than LeadSquared takes in one call. Shorten its longest cells, or map fewer columns."
_STATUS_TIPS = {
    400: "LeadSquared could not read this lead. Look for unusual characters in its cells.",
    403: "These keys may not create leads. Ask your LeadSquared administrator for the permission.",
    407: "The proxy asks for a name and password. Put them into HTTPS_PROXY: http://NAME:PASSWORD@HOST:PORT",
    413: _SIZE_TIP,
    414: _SIZE_TIP,
    422: "LeadSquared could not read this lead. Look for unusual characters in its cells.",
    431: _SIZE_TIP,
}
_REDIRECT_TIP = (
    "The host sends the call elsewhere, where the keys are not sent along. Check account.host: it is the API host that "
    "LeadSquared shows under Settings > API and Webhooks."
)
_REDIRECTS = range(300, 400)

_BY_ERROR = {
    "MXMandatoryAttributeMissingException": (
        "The account demands a field that this row leaves empty. Fill it, or map a column to it."
    ),
    "MXInvalidInputException": (
        "LeadSquared does not take one of the values. Correct the field that the message names."
    ),
    "MXInvalidDataTypeException": (
        "A value has the wrong type for its field (a text in a number or date field, say). Correct it."
    ),
    "MXUnknownAttributeException": (
        "The account has no such field. Check the schema names under columns in config.yaml."
    ),
}
_DEFAULT = "LeadSquared refused this lead. Correct what the message names and run the report again."
_UNIQUE_WORDS = {"EmailAddress": "e-mail address", "Phone": "phone number", "Mobile": "mobile number"}


def tip_for(error: str, fields: Sequence[str] = ()) -> str:
    """Say what to do about an MX error; `fields` are the schema names it blames, if it tells."""
    if error == "MXDuplicateEntryException":
        what = " or ".join(_UNIQUE_WORDS.get(name, f"value of {name}") for name in fields)
        return (
            f"Another lead already has this {what or 'unique value'}. Find it in LeadSquared and change it there, "
            "or let imports update leads that exist: existing: update in config.yaml."
        )
    if error == "MXUnknownAttributeException" and fields:
        names = ", ".join(fields)
        return f"The account has no field {names}. Check the schema names under columns in config.yaml."
    return _BY_ERROR.get(error, _DEFAULT)


def status_tip(status: int) -> str:
    """Say what to do about a status by which a server refuses a call without LeadSquared's own words."""
    return _REDIRECT_TIP if status in _REDIRECTS else _STATUS_TIPS.get(status, _WAY_TIP)
