"""A mapping that writes itself: headers and values of a spreadsheet, held against an account's fields. Pure."""
