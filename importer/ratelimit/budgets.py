"""The names of an account's budgets. Each has a limit of its own, and none uses another's slots."""

__all__ = ["BULK", "CALLS"]

CALLS = "calls"
"""The calls of the whole API but for those that have a limit of their own, such as bulk calls."""

BULK = "bulk"
"""The calls of `Lead/Bulk/Create`: each takes a place here and one among the calls of the whole API."""
