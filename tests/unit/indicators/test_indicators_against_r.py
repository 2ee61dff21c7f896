"""Estimates, intervals and design effects against R's survey package; the script stands beside the values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from liandong.definitions import Indicator
from liandong.indicators import indicator_table

REFERENCE = Path(__file__).parents[2] / "reference/indicators"
TEXTS = ("design", "indicator", "category", "universe", "subgroup", "level")
KEY = TEXTS[1:]
VALUES = pl.read_csv(REFERENCE / "survey_estimates.csv", schema_overrides=dict.fromkeys(TEXTS, pl.String)).with_columns(
    pl.col(pl.String).fill_null("")
)
SAMPLE = pl.read_csv(REFERENCE / "sample.csv")
DESIGNS: dict[str, dict[str, str | None]] = {
    "alone": {"cluster": None},
    "clusters": {"cluster": "community"},
    "weights": {"cluster": "community", "weight": "weight"},
    "strata": {"cluster": "community", "strata": "district"},
    "both": {"cluster": "community", "strata": "district", "weight": "weight"},
}


def indicator(name: str, **parts: Any) -> Indicator:
    defaults = {"id": name, "group": "coverage", "title": {"zh": "某", "en": "some"}, "source": {"citation": "none"}}
    return Indicator.model_validate(defaults | parts)


INDICATORS = [
    indicator("served", numerator="served == 1"),
    indicator("improved", numerator="improved == 1", need="need == 1", subgroups=True),
    indicator("relocated_improved", numerator="improved == 1", universe="relocated == 1"),
    indicator("score", kind="mean", numerator="score", need="need == 1", subgroups=True),
    indicator("education", kind="distribution", numerator="education"),
]


def both(design: str) -> pl.DataFrame:
    table = indicator_table(SAMPLE, INDICATORS, subgroups=["gender"], **DESIGNS[design])  # type: ignore[arg-type]
    joined = VALUES.filter(pl.col("design") == design).join(table, on=KEY, how="left", suffix="_ours")
    assert joined["denominator_n"].null_count() == 0
    return joined


@pytest.mark.parametrize("design", DESIGNS)
def test_counts_and_estimates_are_those_of_r(design: str) -> None:
    joined = both(design)
    assert joined["denominator_n"].to_list() == joined["n"].to_list()
    assert joined["numerator_n"].to_list() == joined["numerator"].to_list()
    # Closed forms on both sides.
    assert joined["estimate_ours"].to_list() == pytest.approx(joined["estimate"].to_list(), rel=1e-12)


@pytest.mark.parametrize("design", DESIGNS)
def test_intervals_are_those_of_r(design: str) -> None:
    uncapped = both(design).filter(pl.col("capped") == 0)
    assert uncapped.height > 8
    # Quantiles of beta and t from Cephes and from R agree to about 1e-12.
    assert uncapped["conf_low"].to_list() == pytest.approx(uncapped["low"].to_list(), rel=1e-10)
    assert uncapped["conf_high"].to_list() == pytest.approx(uncapped["high"].to_list(), rel=1e-10)


@pytest.mark.parametrize("design", DESIGNS)
def test_an_interval_is_never_narrower_than_r_where_the_sample_size_is_capped(design: str) -> None:
    capped = both(design).filter(pl.col("capped") == 1)
    assert (capped["conf_low"] <= capped["low"]).all()
    assert (capped["conf_high"] >= capped["high"]).all()


@pytest.mark.parametrize("design", DESIGNS)
def test_design_effects_are_those_of_r(design: str) -> None:
    joined = both(design)
    assert joined["design_effect"].to_list() == pytest.approx(joined["deff"].to_list(), rel=1e-10)
