"""`python -m importer` is `lsq-import`."""

from importer.commands.cli import main

if __name__ == "__main__":
    main()
