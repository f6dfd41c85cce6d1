"""What a benchmark found: a small table on the screen, and the same as JSON for whoever compares two days."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Figure", "make_parser", "publish"]

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Figure:
    """One measured number. `goal` is how large it may be, or, where `is_least`, must be; None where there is none."""

    what: str
    value: float
    unit: str = ""
    goal: float | None = None
    is_least: bool = False

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is reached, None where there is none."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.is_least else self.value <= self.goal

    def tell(self) -> str:
        """Say it in one line of a table."""
        number = f"{self.value:,.0f}" if abs(self.value) >= 1000 else f"{self.value:.4g}"
        bound = "" if self.goal is None else f"goal {'≥' if self.is_least else '≤'} {self.goal:g}"
        verdict = {None: "", True: "met", False: "MISSED"}[self.is_met]
        return f"{self.what:<66} {number:>10} {self.unit:<12} {bound:<14} {verdict}".rstrip()


def make_parser(description: str | None, name: str) -> argparse.ArgumentParser:
    """A parser with the option that all benchmarks have: where the JSON goes."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, default=RESULTS / f"{name}.json", help="where the figures are written")
    return parser


def publish(title: str, figures: Sequence[Figure], path: Path) -> None:
    """Print the table and write the JSON."""
    print(title)
    for figure in figures:
        print(f"  {figure.tell()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    told = [{**asdict(figure), "is_met": figure.is_met} for figure in figures]
    path.write_text(json.dumps({"title": title, "figures": told}, indent=1, ensure_ascii=False), "utf-8")
