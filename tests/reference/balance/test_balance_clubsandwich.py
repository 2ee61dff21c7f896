"""Differences between arms and their joint test are those of R's clubSandwich; values and script beside this."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from scipy.stats import f

from liandong.balance import ArmComparison, compare_arms
from liandong.definitions import Assignment, Effect, Inference, Step, Text

FOLDER = Path(__file__).parent
THEIRS = pl.read_csv(FOLDER / "balance.csv", null_values="NA")
CLUSTERS, COVARIATES = 25, 4
# Printed with 15 digits; both go through eigenvalues of well-conditioned matrices.
CLOSE = 1e-8


@pytest.fixture(scope="module")
def compared() -> ArmComparison:
    effect = Effect(
        id="visit",
        title=Text(zh="探访", en="Visits"),
        role="primary",
        outcomes=("trust",),
        treatment="treated",
        absorb=("wave",),
        cluster=("community",),
        steps=(Step(name="M1"), Step(name="M2", add=("age", "female", "mode"))),
    )
    frame = pl.read_csv(FOLDER / "sample.csv")
    assignments = {"visit": Assignment(kind="observational")}
    return compare_arms(frame, [effect], assignments, Inference(draws=199))


@pytest.mark.parametrize("what", ["age", "female", "phone", "visit", "web"])
def test_within_differences_are_those_of_clubsandwich(compared: ArmComparison, what: str) -> None:
    theirs = THEIRS.row(by_predicate=pl.col("what") == what, named=True)
    ours = compared.balance.row(by_predicate=(pl.col("covariate") == what) | (pl.col("level") == what), named=True)
    assert ours["within_difference"] == pytest.approx(theirs["estimate"], rel=CLOSE)
    assert ours["within_std_error"] == pytest.approx(theirs["std_error"], rel=CLOSE)
    assert ours["within_df"] == pytest.approx(theirs["df"], rel=CLOSE)
    assert ours["within_p_value"] == pytest.approx(theirs["p_value"], rel=CLOSE)


def test_the_joint_statistic_is_that_of_clubsandwich_referred_to_hotelling(compared: ArmComparison) -> None:
    theirs = THEIRS.row(by_predicate=pl.col("what") == "joint", named=True)["estimate"]  # W / k
    ours = compared.balance_tests.row(by_predicate=pl.col("method") == "wald_CR1", named=True)
    scaled = theirs * (CLUSTERS - COVARIATES) / (CLUSTERS - 1)
    assert (ours["n_covariates"], ours["n_obs"], ours["n_clusters"]) == (COVARIATES, 388, CLUSTERS)
    assert ours["statistic"] == pytest.approx(scaled, rel=CLOSE)
    assert ours["p_value"] == pytest.approx(f.sf(scaled, COVARIATES, CLUSTERS - COVARIATES), rel=CLOSE)


def test_the_bootstrap_tests_the_same_statistic(compared: ArmComparison) -> None:
    theirs = THEIRS.row(by_predicate=pl.col("what") == "joint", named=True)["estimate"]
    ours = compared.balance_tests.row(by_predicate=pl.col("method") == "wild_bootstrap", named=True)
    assert ours["statistic"] == pytest.approx(theirs, rel=CLOSE)
