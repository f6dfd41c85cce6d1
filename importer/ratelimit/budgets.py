"""The names of an account's budgets. Each has a limit of its own, and none uses another's slots."""

__all__ = ["CALLS"]

CALLS = "calls"
"""The calls of the whole API but for those that have a limit of their own, such as bulk calls."""
