"""lsq-import: a spreadsheet of leads into LeadSquared, no lead twice and none lost."""

__version__ = "0.1.0"
