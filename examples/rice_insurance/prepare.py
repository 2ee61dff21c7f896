"""Write data/households.csv from the `social_insure` data set of the PyPI package causaldata.

Run from anywhere: ``python examples/rice_insurance/prepare.py``. The values are taken as they stand; two things are
added for clean reading: a `household` column with the position of the row (the file has no identifier), and the zero
that the source leaves out before a decimal point.
"""

from __future__ import annotations

import csv
import io
from importlib import resources
from pathlib import Path

TARGET = Path(__file__).resolve().parent / "data" / "households.csv"
EXPECTED_ROWS = 1_410


def source_text() -> str:
    """Return the package's CSV file as text."""
    return (resources.files("causaldata") / "social_insure" / "Cai_2015.csv").read_text(encoding="utf-8")


def with_household(text: str) -> list[list[str]]:
    """Return the rows of `text`, header first, each preceded by its row number."""
    header, *rows = csv.reader(io.StringIO(text))
    if len(rows) != EXPECTED_ROWS:
        raise SystemExit(f"expected {EXPECTED_ROWS} households in causaldata's social_insure, found {len(rows)}")
    return [["household", *header], *([str(i), *map(_leading_zero, row)] for i, row in enumerate(rows, start=1))]


def _leading_zero(cell: str) -> str:
    return f"0{cell}" if cell.startswith(".") else cell


def main() -> None:
    """Write the file."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with TARGET.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(with_household(source_text()))
    print(f"{EXPECTED_ROWS} households written to {TARGET.name}")


if __name__ == "__main__":
    main()
