"""CR0 to CR3 and Satterthwaite's df equal R's clubSandwich and sandwich (values and scripts beside this file)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from liandong.inference import Fit, coefficients, fit
from liandong.moments import within_samples

HERE = Path(__file__).parent
VALUES = pl.read_csv(HERE / "values.csv", null_values="NA").with_columns(
    pl.col("effect", "weight").fill_null(pl.lit(""))
)
MODEL = ["data", "outcome", "regressors", "cluster", "effect", "weight"]
CASES = VALUES.select(MODEL).unique(maintain_order=True).rows(named=True)
# R inverts the cross products of up to 580 unscaled columns, dummies included.
CLOSE = 1e-9


@cache
def table(name: str) -> pl.DataFrame:
    if name == "wages":
        from linearmodels.datasets import wage_panel

        return pl.from_pandas(wage_panel.load())
    if name == "insurance":
        from causaldata import social_insure

        return pl.from_pandas(social_insure.load_pandas().data)
    if name == "api":
        return pl.read_csv(HERE / "api_clusters.csv")
    panel = pl.read_csv(HERE / "petersen.csv")
    return panel.filter(pl.col("firm") <= 60) if name == "small" else panel


@cache
def fitted(data: str, outcome: str, regressors: str, cluster: str, effect: str, weight: str) -> Fit:
    names = regressors.split()
    samples = within_samples(
        table(data), {"m": [outcome, *names]}, cluster, effect or None, weight or None, bad_weights="exclude"
    )
    return fit(samples.within["m"], outcome, names)


def expected(case: dict[str, str]) -> pl.DataFrame:
    return VALUES.filter(*(pl.col(name) == case[name] for name in MODEL))


def label(case: dict[str, str]) -> str:
    return "-".join(case[name] or "none" for name in ("data", "outcome", "cluster", "effect", "weight"))


@pytest.mark.parametrize("case", CASES, ids=label)
def test_estimates_and_the_plain_sandwich_are_those_of_r(case: dict[str, str]) -> None:
    found, theirs = fitted(**case), expected(case)
    assert found.terms == tuple(theirs["term"])
    assert (found.n_obs, found.n_clusters) == (theirs["n"][0], theirs["clusters"][0])
    np.testing.assert_allclose(found.coefficients, theirs["estimate"], rtol=CLOSE)
    np.testing.assert_allclose(coefficients(found, "CR0").std_error, theirs["cr0"], rtol=CLOSE)


@pytest.mark.parametrize("case", CASES, ids=label)
def test_cr1_is_that_of_sandwich_where_no_effect_is_nested_in_the_clusters(case: dict[str, str]) -> None:
    found, theirs = fitted(**case), expected(case)
    ours = coefficients(found, "CR1").std_error
    if case["effect"] and found.within.nested:
        # sandwich counts every dummy in K, we count one: the ratio of the two factors is known.
        n, k, levels = found.n_obs, found.rank, found.within.n_levels
        ours = ours * np.sqrt((n - k - 1) / (n - k - levels))
    np.testing.assert_allclose(ours, theirs["hc1"], rtol=CLOSE)


@pytest.mark.parametrize("case", CASES, ids=label)
def test_cr2_and_its_degrees_of_freedom_are_those_of_clubsandwich(case: dict[str, str]) -> None:
    found, theirs = coefficients(fitted(**case), "CR2"), expected(case)
    np.testing.assert_allclose(found.std_error, theirs["cr2"], rtol=CLOSE)
    # df are ratios of traces of products of the same matrices: a digit or two less.
    np.testing.assert_allclose(found.df, theirs["df"], rtol=1e-7)


@pytest.mark.parametrize("case", [c for c in CASES if expected(c)["cr3"].null_count() == 0], ids=label)
def test_cr3_is_that_of_clubsandwich_times_the_jackknife_factor(case: dict[str, str]) -> None:
    found, theirs = fitted(**case), expected(case)
    g = found.n_clusters
    np.testing.assert_allclose(coefficients(found, "CR3").std_error, theirs["cr3"] * np.sqrt((g - 1) / g), rtol=CLOSE)


def test_clubsandwich_has_no_cr3_only_where_an_effect_level_lies_in_one_cluster() -> None:
    missing = [c for c in CASES if expected(c)["cr3"].null_count()]
    assert missing
    for case in missing:
        within = fitted(**case).within
        pairs = np.unique(np.column_stack([within.cell_effect, within.cell_cluster]), axis=0)
        assert (np.bincount(pairs[:, 0]) == 1).any()


@pytest.mark.parametrize("case", [c for c in CASES if c["weight"]], ids=label)
def test_clubsandwich_on_the_weighted_regression_itself_takes_another_root(case: dict[str, str]) -> None:
    """With weights there are two CR2 estimates, both unbiased when variances are in proportion to 1/w.

    We adjust √w u by (I - H)^-½ of the regression of √w y on √w z, which is clubSandwich's CR2 of that regression and
    needs moments only. Given the weighted regression and target = 1/w, clubSandwich takes the symmetric root of
    w^-½ (I - H) w^-3/2 instead, which differs where weights vary inside clusters: by a fifth here, for enrolments
    between 117 and 2,181 in 15 districts with the effects of 11 counties.
    """
    found, theirs = coefficients(fitted(**case), "CR2"), expected(case)
    if case["weight"] == "pw":
        np.testing.assert_allclose(found.std_error, theirs["cr2_direct"], rtol=CLOSE)
        np.testing.assert_allclose(found.df, theirs["df_direct"], rtol=1e-7)
    else:
        ratio = found.std_error / theirs["cr2_direct"].to_numpy()
        assert (np.abs(ratio - 1) > 1e-6).any()
        assert (np.abs(ratio - 1) < 0.25).all()


def test_petersens_panel_gives_the_published_errors() -> None:
    """0.0506 clustered by firm, 0.0334 by year: his table of test data results."""
    for cluster, published in (("firm", 0.0506), ("year", 0.0334)):
        found = coefficients(fitted("petersen", "y", "x", cluster, "", ""), "CR1")
        assert round(float(found.std_error[0]), 4) == published
