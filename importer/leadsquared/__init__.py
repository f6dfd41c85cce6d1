"""LeadSquared's API: calls under the account's limit, and what their answers mean. Knows nothing of spreadsheets."""
