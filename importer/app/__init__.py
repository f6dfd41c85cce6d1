"""One import from file to report, without a terminal: what commands and pages call."""
