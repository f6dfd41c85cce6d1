"""Where the API's calls live, below the account's base URL (`https://{host}/v2/`); from the vendor's pages."""

__all__ = [
    "CREATE_LEAD",
    "CREATE_LEADS",
    "FIELDS",
    "FIND_LEADS",
    "LEADS_BY_ID",
    "USERS",
    "USER_BY_ACCESS_KEY",
]

CREATE_LEAD = "LeadManagement.svc/Lead.Create"
CREATE_LEADS = "LeadManagement.svc/Lead/Bulk/Create"
FIND_LEADS = "LeadManagement.svc/Leads.Get"
LEADS_BY_ID = "LeadManagement.svc/Leads.GetById"
FIELDS = "LeadManagement.svc/LeadsMetaData.Get"
USERS = "UserManagement.svc/Users.Get"
USER_BY_ACCESS_KEY = "Authentication.svc/UserByAccessKey.Get"
