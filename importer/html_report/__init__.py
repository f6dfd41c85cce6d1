"""The report to look at: one self-contained HTML page. Jinja2 is imported when a page is written."""
