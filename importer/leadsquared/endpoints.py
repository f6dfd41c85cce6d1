"""Where the API's calls live, below the account's base URL (`https://{host}/v2/`); from the vendor's pages."""

__all__ = [
    "CREATE_LEAD",
    "CREATE_LEADS",
    "CREATE_LIST",
    "DELETE_LEAD",
    "FIELDS",
    "FILL_LIST",
    "FIND_LEADS",
    "LEADS_BY_ID",
    "LISTS",
    "UPDATE_LEAD",
    "USERS",
    "USER_BY_ACCESS_KEY",
]

CREATE_LEAD = "LeadManagement.svc/Lead.Create"
CREATE_LEADS = "LeadManagement.svc/Lead/Bulk/Create"
FIND_LEADS = "LeadManagement.svc/Leads.Get"
LEADS_BY_ID = "LeadManagement.svc/Leads.GetById"
UPDATE_LEAD = "LeadManagement.svc/Lead.Update"
DELETE_LEAD = "LeadManagement.svc/Lead/Delete/ById"
LISTS = "LeadManagement.svc/Lists.Get"
CREATE_LIST = "LeadSegmentation.svc/CreateEmptyList"
FILL_LIST = "LeadSegmentation.svc/AddLeadsToStaticList"
FIELDS = "LeadManagement.svc/LeadsMetaData.Get"
USERS = "UserManagement.svc/Users.Get"
USER_BY_ACCESS_KEY = "Authentication.svc/UserByAccessKey.Get"
