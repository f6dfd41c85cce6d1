"""Yes and no in their usual words → `true` and `false`, which LeadSquared writes for checkboxes."""

from importer.lead.refusal import Refusal

__all__ = ["read_boolean"]

BOOLEANS = {
    **dict.fromkeys(("true", "yes", "y", "1"), "true"),
    **dict.fromkeys(("false", "no", "n", "0"), "false"),
}

REFUSAL = Refusal(
    "bad_boolean",
    "holds neither yes nor no",
    "Write yes or no (y, n, true, false, 1 and 0 do too), or translate the column's own words with values: in "
    "config.yaml.",
)


def read_boolean(text: str, _kind: str | None) -> str | Refusal:
    """`true` or `false`, whatever the case."""
    return BOOLEANS.get(text.lower(), REFUSAL)
