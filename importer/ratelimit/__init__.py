"""The account's limit: how many calls may go in a window, learnt, kept and shared.

Knows neither LeadSquared's API nor the ledger: a `Slots` says where slots come from, a `CallRecord` whom to tell that a
call goes. The slots that all runs share are in `importer.ledger.slots`.
"""
