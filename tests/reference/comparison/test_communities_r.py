"""Communities against R: own and other estimates from survey, shrinkage from lme4, the test from lm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import f as f_distribution

from liandong.comparison import Communities, Measure, compare_communities
from liandong.comparison.intervals import own_side, rest_side
from liandong.comparison.totals import Totals, community_totals
from liandong.inference.empirical_bayes import prior_of

HERE = Path(__file__).parent
SAMPLE = pl.read_csv(HERE.parent / "survey" / "sample.csv")
VALUES = pl.read_csv(HERE / "communities.csv", null_values="NA")
SPREAD = {row["variable"]: row for row in pl.read_csv(HERE / "spread.csv").rows(named=True)}
MEASURES = (Measure("age", "mean", "all", "age"), Measure("half", "share", "all", "half"))
DESIGNS = ("plain", "weighted", "stratified")
CLOSE = {"rel": 1e-10}  # both sides carry 15 digits
# lme4's optimiser stops where the deviance no longer moves; ours follows its slope to zero.
FITTED = {"rel": 2e-6}


def communities(design: str) -> Communities:
    """Return the 24 clusters of the sample under a design."""
    weight = None if design == "plain" else SAMPLE["weight"] / SAMPLE["weight"].mean()
    strata = SAMPLE.group_by("cluster").agg(pl.col("stratum").first()).sort("cluster")["stratum"].to_numpy()
    codes = (SAMPLE["cluster"].rank("dense") - 1).cast(pl.UInt32)
    names = [str(value) for value in SAMPLE["cluster"].unique().sort()]
    return Communities(names, codes, strata if design == "stratified" else None, weight)


def totals(design: str) -> Totals:
    return community_totals(SAMPLE, MEASURES, communities(design))


def expected(design: str, column: str) -> np.ndarray:
    """Return R's values of a column, (G, M)."""
    rows = VALUES.filter(pl.col("design") == design)
    return np.column_stack([rows.filter(pl.col("variable") == one.name)[column].to_numpy() for one in MEASURES])


@pytest.mark.parametrize("design", DESIGNS)
def test_a_community_by_itself_is_that_of_svymean(design: str) -> None:
    found = own_side(totals(design), np.array([1.0, 1.0]))
    varied = expected(design, "std_error") > 1e-12  # equal answers have another rule
    np.testing.assert_allclose(found.estimate, expected(design, "estimate"), rtol=1e-12, atol=1e-13)
    fewer = np.where(found.is_share, found.rows / (found.rows - 1), 1.0)  # shares keep all their people
    np.testing.assert_allclose(
        np.sqrt(found.variance * fewer)[varied], expected(design, "std_error")[varied], rtol=1e-9
    )
    low, high = found.interval(np.array([[0.05]]))
    for at, column in ((low, "conf_low"), (high, "conf_high")):
        np.testing.assert_allclose(at[:, 0], expected(design, column)[:, 0], rtol=1e-9)


def test_shares_have_the_exact_interval() -> None:
    low, high = own_side(totals("plain"), np.array([1.0, 1.0])).interval(np.array([[0.05]]))
    np.testing.assert_allclose(low[:, 1], expected("plain", "conf_low")[:, 1], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(high[:, 1], expected("plain", "conf_high")[:, 1], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("design", DESIGNS)
def test_all_others_together_are_a_domain_of_the_design(design: str) -> None:
    strata = communities(design).strata
    found = rest_side(totals(design), strata)
    np.testing.assert_allclose(found.estimate, expected(design, "rest"), rtol=1e-12)
    np.testing.assert_allclose(np.sqrt(found.variance), expected(design, "rest_error"), rtol=1e-9)
    np.testing.assert_array_equal(found.df, expected(design, "rest_df"))


@pytest.mark.parametrize("name", ["age", "half"])
def test_spread_is_that_of_lmer_and_lm(name: str) -> None:
    _, spread = compare_communities(SAMPLE, MEASURES, communities("plain"))
    found, wanted = spread.row(by_predicate=pl.col("measure") == name, named=True), SPREAD[name]
    assert found["sd_between"] == pytest.approx(wanted["sd_between"], **FITTED)
    assert found["sd_within"] == pytest.approx(wanted["sd_within_reml"], **FITTED)
    assert found["centre"] == pytest.approx(wanted["centre"], **FITTED)
    assert found["statistic"] == pytest.approx(wanted["statistic"], **CLOSE)
    assert found["p_value"] == pytest.approx(wanted["p_value"], rel=1e-8)
    for end in ("low", "high"):
        ratio = (found[f"sd_between_{end}"] / found["sd_within"]) ** 2
        assert ratio == pytest.approx(wanted[f"ratio_{end}"], rel=1e-7)


def test_the_interval_of_the_spread_is_the_set_of_ratios_that_are_not_rejected() -> None:
    _, spread = compare_communities(SAMPLE, MEASURES, communities("plain"))
    row = spread.row(0, named=True)
    size = SAMPLE.group_by("cluster").len().sort("cluster")["len"].to_numpy()
    mean = SAMPLE.group_by("cluster").agg(pl.col("age").mean()).sort("cluster")["age"].to_numpy()
    for end, tail in (("low", 0.975), ("high", 0.025)):
        ratio = (row[f"sd_between_{end}"] / row["sd_within"]) ** 2
        weight = size / (1 + ratio * size)
        centre = (weight * mean).sum() / weight.sum()
        pivot = (weight * (mean - centre) ** 2).sum() / 23 / SPREAD["age"]["sd_within"] ** 2
        assert f_distribution.cdf(pivot, 23, len(SAMPLE) - 24) == pytest.approx(tail, rel=1e-7)


@pytest.mark.parametrize("at", [0, 1])
def test_shrunken_estimates_are_the_predictions_of_lmer(at: int) -> None:
    table, _ = compare_communities(SAMPLE, MEASURES, communities("plain"))
    found = table.filter(pl.col("measure") == MEASURES[at].name)
    np.testing.assert_allclose(found["shrunk"].to_numpy(), expected("plain", "shrunk")[:, at], rtol=2e-6)
    row = SPREAD[MEASURES[at].name]
    conditional = row["sd_between"] ** 2 * (1 - found["reliability"].to_numpy())
    np.testing.assert_allclose(conditional, expected("plain", "conditional")[:, at], rtol=5e-6)


def test_the_error_adds_that_of_the_centre_and_of_the_spread() -> None:
    """With known variances, the prediction error variance of Henderson's equations; the rest is Datta & Lahiri's."""
    row = SPREAD["age"]
    size = SAMPLE.group_by("cluster").len().sort("cluster")["len"].to_numpy().astype(float)
    within, between = row["sd_within_reml"] ** 2, row["sd_between"] ** 2
    prior = prior_of(size[:, None], *(np.array([one]) for one in (row["centre"], within, between)))
    assert prior.centre_variance[0] == pytest.approx(row["centre_variance"], **FITTED)
    equations = np.diag(np.r_[0.0, size / within + 1 / between])
    equations[0, 0] = size.sum() / within
    equations[0, 1:] = equations[1:, 0] = size / within
    inverse = np.linalg.inv(equations)
    known = inverse[0, 0] + np.diag(inverse)[1:] + 2 * inverse[0, 1:]
    total = between + within / size
    extra = 2 * (within / size) ** 2 / total**3 * 2 / (total**-2.0).sum()
    np.testing.assert_allclose(
        prior.squared_error(size[:, None], np.zeros((24, 1)), np.array([False]))[:, 0], known + extra, rtol=1e-10
    )
