"""Print how well `map` does on the lists of tests/data/lists: python tests/proposal/show_scores.py [tuned|held]"""

import sys
import tempfile
from pathlib import Path

from lists import read_lists, score

for part in sys.argv[1:] or ("tuned", "held"):
    with tempfile.TemporaryDirectory() as folder:
        found = score(read_lists(part), Path(folder))
    print(f"{part}: {found}")  # noqa: T201
    for miss in found.misses:
        print(f"    {miss}")  # noqa: T201
