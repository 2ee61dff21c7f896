"""Means, proportions and design effects against R's survey package (values and script beside this file)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from liandong.inference import SurveyEstimate, survey_mean, survey_proportion
from liandong.moments import cluster_totals, collect_moments

HERE = Path(__file__).parent
CASES = pl.read_csv(HERE / "intervals.csv", null_values="NA").rows(named=True)
# R's values carry 15 digits; its quantile functions and ours agree to about 1e-12.
CLOSE = {"rel": 1e-10}


def estimated(case: dict) -> SurveyEstimate:
    """Go the whole way, from rows through moments to the interval."""
    frame = pl.read_csv(HERE / "sample.csv")
    weight = None if case["design"] == "plain" else "weight"
    variable = case["variable"]
    moments = collect_moments(frame, [variable], "cluster", weight=weight, keys=["need"])
    cells = moments.key_cells("need", 1) if case["domain"] == "need" else None
    totals = cluster_totals(moments, variable, cells=cells)
    strata = None
    if case["design"] == "stratified":
        strata = frame.group_by("cluster").agg(pl.col("stratum").first()).sort("cluster")["stratum"].to_numpy()
    if variable == "age":
        return survey_mean(totals.value, totals.weight, totals.rows, strata, square=totals.square)
    return survey_proportion(totals.value, totals.weight, totals.rows, strata)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['design']}-{c['domain']}-{c['variable']}")
def test_estimate_error_df_and_design_effect_are_those_of_svymean(case: dict) -> None:
    found = estimated(case)
    assert found.estimate == pytest.approx(case["estimate"], **CLOSE)
    assert found.std_error == pytest.approx(case["std_error"], **CLOSE)
    assert found.design_effect == pytest.approx(case["deff"], **CLOSE)
    assert (found.df, found.n_obs) == (case["df"], case["n"])


@pytest.mark.parametrize(
    "case", [c for c in CASES if c["variable"] == "age"], ids=lambda c: f"{c['design']}-{c['domain']}"
)
def test_mean_intervals_are_those_of_svymean(case: dict) -> None:
    found = estimated(case)
    assert (found.conf_low, found.conf_high) == pytest.approx((case["mean_low"], case["mean_high"]), **CLOSE)


@pytest.mark.parametrize(
    "case", [c for c in CASES if c["variable"] != "age"], ids=lambda c: f"{c['design']}-{c['domain']}-{c['variable']}"
)
def test_proportion_intervals_are_those_of_svyciprop(case: dict) -> None:
    found = estimated(case)
    interval = (found.conf_low, found.conf_high)
    if case["n_eff"] <= case["n"]:
        assert interval == pytest.approx((case["beta_low"], case["beta_high"]), **CLOSE)
    else:
        # R lets the effective sample exceed the sample; capped at n, the interval must be the wider one.
        assert interval[0] < case["beta_low"]
        assert interval[1] > case["beta_high"]


def test_the_reference_holds_a_case_where_the_cap_matters() -> None:
    assert 0 < sum(c["variable"] != "age" and c["n_eff"] > c["n"] for c in CASES) < len(CASES) / 4


def test_a_lonely_stratum_is_treated_as_r_adjusts_it() -> None:
    # options(survey.lonely.psu = "adjust"); svymean(~y, svydesign(~g, strata = ~s, data, weights = ~1)) for
    # y = 1, 2, 4, 3, 7, 5 in clusters 1, 1, 2, 2, 3, 3 and strata a, a, a, a, b, b.
    value = np.array([3.0, 7.0, 12.0])
    found = survey_mean(value, np.full(3, 2.0), np.full(3, 2), np.array(["a", "a", "b"]))
    assert found.std_error == pytest.approx(1.0243938285881, **CLOSE)
