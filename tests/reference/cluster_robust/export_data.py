"""Write the data of the Python packages to a folder, for make_values.R: python export_data.py FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl


def main(folder: Path) -> None:
    """Write wage_panel.csv (linearmodels) and insurance.csv (causaldata)."""
    from causaldata import social_insure
    from linearmodels.datasets import wage_panel

    folder.mkdir(parents=True, exist_ok=True)
    pl.from_pandas(wage_panel.load()).write_csv(folder / "wage_panel.csv")
    pl.from_pandas(social_insure.load_pandas().data).write_csv(folder / "insurance.csv")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
