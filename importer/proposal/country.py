"""The country of a file's phone numbers, where a column says it of all rows and the numbers bear it out. Pure."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from importer.lead.refusal import Refusal
from importer.lead.values.phone import is_region, make_phone_converter
from importer.proposal.column import Column
from importer.proposal.tables import load_tables
from importer.proposal.tokens import words_of

__all__ = ["find_country"]

ENOUGH_READ = 0.8
FEW_READ = 0.5


def find_country(samples: Mapping[str, Sequence[str]], *, usual: str) -> tuple[str, str]:
    """The country (two letters) of numbers without a code, and the header that tells it; empty where `usual` will do.

    A column tells it where all its values name one country. Its word alone is not enough: most numbers must be numbers
    of that country, and not of the usual one.
    """
    tables = load_tables()
    columns = [Column(header, cells, tables) for header, cells in samples.items()]
    numbers = [
        value for column in columns if column.mostly("phone") for value in column.values if not value.startswith("+")
    ]
    if not numbers or (usual and _share_read(numbers, usual) > FEW_READ):
        return "", ""
    for column in columns:
        regions = {_region(value) for value in column.distinct}
        region = regions.pop() if len(regions) == 1 else ""
        if region and region != usual and _share_read(numbers, region) >= ENOUGH_READ:
            return region, column.header
    return "", ""


def _share_read(numbers: Sequence[str], region: str) -> float:
    convert = make_phone_converter(region)
    return sum(not isinstance(convert(number, None), Refusal) for number in numbers) / len(numbers)


def _region(text: str) -> str:
    letters = text.strip()
    return letters if is_region(letters) else _names().get(" ".join(words_of(letters)), "")


@cache
def _names() -> Mapping[str, str]:
    text = files("importer.proposal").joinpath("words", "countries.toml").read_text("utf-8")
    return {" ".join(words_of(name)): region for region, names in tomllib.loads(text).items() for name in names}
