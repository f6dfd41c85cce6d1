"""The command on a machine whose clock is wrong: python set_clock.py OFFSET_FILE ARGUMENTS…

The file holds how many seconds the machine's clock is ahead of the true time; it is read anew at every look at the
clock, so that the clock can be set while the command runs.
"""

import sys
import time
from pathlib import Path

if __name__ == "__main__":
    offset = Path(sys.argv.pop(1))
    true_time = time.time
    time.time = lambda: true_time() + float(offset.read_text() or 0)
    from importer.commands.cli import main  # only now: nothing may hold the true clock

    sys.argv[0] = "lsq-import"
    main()
