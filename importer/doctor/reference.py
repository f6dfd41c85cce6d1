"""The field for the rows' references: whether the account has it, and leads can be looked up by it."""

from importer.doctor.finding import Finding
from importer.errors import CallError
from importer.lead.checks import check_reference
from importer.lead.metadata import read_fields
from importer.leadsquared.answers import Answer, Kind, read_leads
from importer.leadsquared.client import Client

__all__ = ["check_reference_field"]

NOBODYS_VALUE = "lsq-import doctor: no lead holds this"
OK = 200
PAGE = "docs/exactly-once.md says how such a field is made."


async def check_reference_field(client: Client, name: str) -> Finding:
    """Ask for the account's fields, and for a value that no lead holds: two calls, and no lead is touched."""
    try:
        reply = await client.fields()
        fields = read_fields(reply.body) if reply.status == OK else None
    except (CallError, ValueError):
        fields = None
    if fields is None:
        return Finding(
            f"reference: {name} was not checked, for the account did not tell its fields", "Run the doctor again."
        )
    for problem in check_reference(name, fields):
        return Finding(problem, f"Mend the field in LeadSquared, or reference: in config.yaml; {PAGE}")
    try:
        found = read_leads(await client.find_leads(name, NOBODYS_VALUE, columns=["ProspectID", name]))
    except CallError as error:
        return Finding(f"reference: no look-up by {name} was answered: {error}", "Run the doctor again.")
    if isinstance(found, Answer):
        tip = "Run the doctor again." if found.kind in {Kind.RATE_LIMITED, Kind.AMBIGUOUS} else found.tip
        return Finding(f"reference: leads cannot be looked up by {name}: {found.message}", tip)
    if found:
        return Finding(
            f"reference: a look-up by {name} is answered with leads that do not hold the value",
            f"Look-ups settle no doubt in this account: leave reference: out, and ask LeadSquared's support. {PAGE}",
        )
    return Finding(f"reference: {name} can hold one, and leads are found by it; whether it is unique, no call tells")
