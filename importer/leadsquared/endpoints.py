"""Where the API's calls live, below the account's base URL (`https://{host}/v2/`); from the vendor's pages."""

__all__ = [
    "CREATE_LEAD",
    "FIELDS",
    "LEADS_BY_EMAIL",
    "LEADS_BY_ID",
    "LEADS_BY_PHONE",
    "USER_BY_ACCESS_KEY",
]

CREATE_LEAD = "LeadManagement.svc/Lead.Create"
LEADS_BY_EMAIL = "LeadManagement.svc/Leads.GetByEmailaddress"
LEADS_BY_ID = "LeadManagement.svc/Leads.GetById"
LEADS_BY_PHONE = "LeadManagement.svc/RetrieveLeadByPhoneNumber"
FIELDS = "LeadManagement.svc/LeadsMetaData.Get"
USER_BY_ACCESS_KEY = "Authentication.svc/UserByAccessKey.Get"
