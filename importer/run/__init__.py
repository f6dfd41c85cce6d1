"""One import from file to report: the only room where the others meet."""
