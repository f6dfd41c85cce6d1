"""The commands beside the import: what each asks for, and what it prints."""
