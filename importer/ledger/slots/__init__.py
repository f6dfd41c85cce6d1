"""The slots of an account's limit, in the ledger: shared by all runs on the account."""
