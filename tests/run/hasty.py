"""The command in haste: python hasty.py ARGUMENTS… lists new leads after a second, not half a minute."""

import sys

from importer.leadsquared import bulkdoubt

if __name__ == "__main__":
    bulkdoubt.QUIET_S, bulkdoubt.APART_S = 0.3, 0.7
    from importer.commands.cli import main

    sys.argv[0] = "lsq-import"
    main()
