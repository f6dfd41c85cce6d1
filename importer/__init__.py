"""lsq-import: a spreadsheet of leads into LeadSquared, no lead twice and none lost."""

from importer.version import __version__

__all__ = ["__version__"]
