"""The calls that the sandbox knows: path → short name and verb. Any other path under /v2/ answers 404."""

from collections.abc import Mapping

__all__ = ["BULK_CALLS", "CALLS", "CREATES", "NAMES"]

BULK_CALLS = ("Lead/Bulk/Create", "Lead/Bulk/CreateOrUpdate")
"""The calls with a row for each lead; they have a limit of their own."""

CREATES = ("Lead.Create", *BULK_CALLS)
"""The calls that faults strike unless all are to be struck."""

_TABLE = (
    ("LeadManagement.svc/Lead.Create", "POST"),
    ("LeadManagement.svc/Lead/Bulk/Create", "POST"),
    ("LeadManagement.svc/Lead/Bulk/CreateOrUpdate", "POST"),
    ("LeadManagement.svc/Lead.Update", "POST"),
    ("LeadManagement.svc/Lead.CreateOrUpdate", "POST"),
    ("LeadManagement.svc/Lead.Capture", "POST"),
    ("LeadManagement.svc/Lead/Delete/ById", "GET"),
    ("LeadManagement.svc/Leads.Get", "POST"),
    ("LeadManagement.svc/Leads.RecentlyModified", "POST"),
    ("LeadManagement.svc/Leads/Retrieve/ByIds", "POST"),
    ("LeadManagement.svc/Leads.GetById", "GET"),
    ("LeadManagement.svc/Leads.GetByEmailaddress", "GET"),
    ("LeadManagement.svc/RetrieveLeadByPhoneNumber", "GET"),
    ("LeadManagement.svc/Leads.GetByQuickSearch", "GET"),
    ("LeadManagement.svc/LeadOwner.Get", "GET"),
    ("LeadManagement.svc/LeadsMetaData.Get", "GET"),
    ("LeadManagement.svc/Lists.Get", "GET"),
    ("LeadSegmentation.svc/CreateEmptyList", "POST"),
    ("LeadSegmentation.svc/AddLeadsToStaticList", "POST"),
    ("UserManagement.svc/Users.Get", "GET"),
    ("UserManagement.svc/User/Retrieve/ByEmailAddress", "GET"),
    ("Authentication.svc/UserByAccessKey.Get", "GET"),
)

CALLS: Mapping[str, tuple[str, str]] = {
    f"/v2/{path}".lower(): (path.partition(".svc/")[2], verb) for path, verb in _TABLE
}
"""Path in small letters → the call's short name and its verb: the case of a path does not matter (live)."""

NAMES = tuple(name for name, _ in CALLS.values())
"""The short names of all calls, as statistics and scripts know them."""
