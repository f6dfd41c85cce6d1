"""No text of a stranger makes a pattern of the project work for long: each is tried on 1 MB of its worst."""

import math
import re
import time
from pathlib import Path
from typing import Any

import pytest
from patterns import find_patterns, worst_texts

import importer

LENGTHS = {2_000: 0.1, 16_000: 0.4, 125_000: 1.0, 1_000_000: 4.0}
"""Characters, and the seconds that they may take: what takes more at 16,000 would take an hour at 1,000,000."""
MOST_RECIPES = 3
TIMES = 5
CALLS = ("fullmatch", "match", "search")
SOURCES = "\n".join(path.read_text("utf-8") for path in sorted(Path(importer.__file__).parent.rglob("*.py")))
BOUNDED = {
    "importer.lead.values.phonetext.EXTENSION[0]": 2_000,  # a writing of more than 100 characters is refused first
    "importer.app.fileselection._REPORT_NAME[0]": 2_000,  # file names: no system takes more than 255 characters
    "importer.run.notices.FOOTER[0]": 2_000,  # a text of more than 60 characters is none
    "importer.lead.values.indian.WRITTEN[0]": 2_000,  # the same
    "importer.lead.values.indian.RANGE[0]": 2_000,  # the same
}
"""Patterns whose texts are known to be short, and the longest text that they are tried on."""

PATTERNS = find_patterns()


def calls_of(place: str) -> set[str]:
    """How the project uses a pattern; all ways where that cannot be told by its name."""
    name = place.rpartition(".")[2].partition("[")[0]
    found = set(re.findall(rf"\b{name}\.(fullmatch|match|search|sub|split|findall|finditer)\(", SOURCES))
    return {call if call in CALLS else "search" for call in found} or set(CALLS)


def seconds_of(pattern: re.Pattern[Any], call: str, text: str | bytes, *, most_s: float = math.inf) -> float:
    """The least of up to five times, for a busy machine only adds to one; the first that is short enough will do."""
    least_s = math.inf
    for _ in range(TIMES):
        start = time.process_time()
        getattr(pattern, call)(text)
        least_s = min(least_s, time.process_time() - start)
        if least_s < most_s / 2:
            break
    return least_s


@pytest.mark.parametrize("place", PATTERNS)
def test_a_pattern_needs_no_more_than_its_texts_time(place: str) -> None:
    pattern = PATTERNS[place]
    for call in calls_of(place):
        recipes = worst_texts(pattern)
        for length, most_s in LENGTHS.items():
            if length > BOUNDED.get(place, length):
                break
            taken = {}
            for recipe in recipes:
                taken[recipe] = seconds_of(pattern, call, recipe.text(pattern, length), most_s=most_s)
                if taken[recipe] >= most_s:
                    break
            recipes = sorted(taken, key=lambda recipe: taken[recipe], reverse=True)[:MOST_RECIPES]
            assert not recipes or taken[recipes[0]] < most_s, f"{call} on {length:,} characters of {recipes[0]}"


def test_a_careless_pattern_would_be_found() -> None:
    careless = re.compile(r"[^0#?.]*([0#?,]*0[0#?,]*)")
    taken = [seconds_of(careless, "match", recipe.text(careless, 16_000)) for recipe in worst_texts(careless)]
    assert max(taken) * (125_000 / 16_000) ** 2 >= LENGTHS[125_000]
