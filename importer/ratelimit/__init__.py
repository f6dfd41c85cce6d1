"""The account's limit: how many calls may go in a window, learnt, kept and shared."""
