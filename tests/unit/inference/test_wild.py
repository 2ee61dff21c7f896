"""Single coefficients: the hand-worked case, what is said of cases that cannot be trusted, and shared draws."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml
from tests.reference.row_level import clustered_sample
from tests.reference.wild.rows import row_model, row_t, share

from liandong.errors import EstimationError
from liandong.inference import Fit, Hypothesis, fit, wild, wild_bootstrap, wild_draws, wild_terms
from liandong.moments import within_samples

CASE = yaml.safe_load((Path(__file__).parents[2] / "cases" / "wild_by_hand.yaml").read_text("utf-8"))


def fitted(data: dict[str, object], regressors: list[str], effect: str | None = None, outcome: str = "y") -> Fit:
    within = within_samples(pl.DataFrame(data), {"m": [outcome, *regressors]}, "cluster", effect).within["m"]
    return fit(within, outcome, regressors)


def few_treated(clusters: int, treated: int, seed: int = 1, size: int = 4) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), size)
    y = rng.standard_normal(clusters)[cluster] + rng.standard_normal(len(cluster))
    return {"cluster": cluster, "x": (cluster < treated).astype(float), "y": y}


def test_the_hand_worked_case() -> None:
    found = fitted(CASE["data"], ["x"])
    draws = wild_draws([found.within.cluster_labels], seed=1, kind="rademacher")
    (test,) = wild_bootstrap([Hypothesis(found, "x")], draws, level=CASE["level"], keep=True)
    assert test.estimate == pytest.approx(CASE["estimate"], rel=1e-12)
    assert test.statistic**2 * CASE["cr1_factor"] == pytest.approx(CASE["t_squared"], rel=1e-12)
    np.testing.assert_allclose(test.t_star**2 * CASE["cr1_factor"], CASE["t_star_squared"], rtol=1e-12, atol=1e-12)
    assert test.p_value == CASE["p_value"]
    # The ends are bisected to 1e-10 standard errors; the test's tolerance for ties moves them by 1e-9.
    assert (test.conf_low, test.conf_high) == pytest.approx((CASE["conf_low"], CASE["conf_high"]), abs=1e-8)
    assert (test.count, test.enumerated, test.smallest_p, test.notes) == (16, True, 0.125, ())


def test_a_level_out_of_reach_is_said_and_leaves_no_ends() -> None:
    found = fitted(CASE["data"], ["x"])
    draws = wild_draws([found.within.cluster_labels], seed=1, kind="rademacher")
    (test,) = wild_bootstrap([Hypothesis(found, "x")], draws)
    assert test.notes == ("unbounded_below", "unbounded_above", "level_out_of_reach")
    assert (test.conf_low, test.conf_high) == (-np.inf, np.inf)


def test_three_clusters_with_one_treated_give_an_interval_without_ends_under_webb() -> None:
    found = fitted(few_treated(3, 1), ["x"])
    (test,) = wild_bootstrap([Hypothesis(found, "x")], wild_draws([found.within.cluster_labels], seed=1))
    assert (test.kind, test.kind_reason, test.count) == ("webb", "few_clusters", 216)
    assert test.notes == ("unbounded_below", "unbounded_above")
    assert test.conf_high - test.conf_low == np.inf
    assert test.p_value > 0.05


def test_a_set_with_a_gap_is_reported_as_its_hull() -> None:
    data = clustered_sample(59, rows=60, clusters=6)
    data["x"] = (data["cluster"] == 0).astype(float)
    found = fitted(data, ["x"])
    draws = wild_draws([found.within.cluster_labels], seed=1)
    (test,) = wild_bootstrap([Hypothesis(found, "x")], draws)
    assert "disconnected" in test.notes
    rows = row_model(data, ["x"], None, None)
    grid = np.linspace(test.conf_low, test.conf_high, 30)[1:-1]
    accepted = []
    for b in grid:
        t, t_star = row_t(rows, 0, float(b), draws.weights(0, draws.size))
        accepted.append(share(abs(t), np.abs(t_star), enumerated=True) > 0.05)
    assert not all(accepted)
    assert accepted[0]
    assert accepted[-1]


def test_one_treated_cluster_is_not_significant_whatever_its_t() -> None:
    data = few_treated(40, 1)
    data["y"] = data["y"] + 3.0 * data["x"]
    found = fitted(data, ["x"])
    (test,) = wild_bootstrap([Hypothesis(found, "x")], wild_draws([found.within.cluster_labels], seed=1))
    assert abs(test.statistic) > 10
    assert test.p_value > 0.2
    assert test.conf_high - test.conf_low > 20 * test.std_error


def test_one_treated_cluster_among_many_keeps_its_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    found = fitted(few_treated(400, 1), ["x"])
    draws = wild_draws([found.within.cluster_labels], seed=1, count=999)
    (partly,) = wild_bootstrap([Hypothesis(found, "x")], draws)
    monkeypatch.setattr(wild_terms, "_FEW", 400)
    (wholly,) = wild_bootstrap([Hypothesis(found, "x")], draws)
    # The expansion's rounding, 1e-16 of Σ a², against variances of 1e-8 of it.
    assert (partly.conf_low, partly.conf_high) == pytest.approx((wholly.conf_low, wholly.conf_high), rel=1e-7)
    assert partly.p_value == wholly.p_value


def test_treatment_within_one_cluster_only_has_no_variance_and_says_so() -> None:
    data = few_treated(8, 8)
    data["x"] = ((data["cluster"] == 0) & (np.arange(32) % 2 == 0)).astype(float)
    found = fitted(data, ["x"], effect="cluster")
    draws = wild_draws([found.within.cluster_labels], seed=1)
    (test,) = wild_bootstrap([Hypothesis(found, "x")], draws, keep=True)
    assert test.notes == ("zero_variance",)
    assert np.isnan([test.statistic, test.p_value, test.conf_low, test.conf_high]).all()
    assert test.t_star is None
    assert np.isfinite(test.estimate)


def test_an_outcome_that_the_regressor_explains_wholly_has_no_variance() -> None:
    data = few_treated(8, 4)
    data["y"] = 2.0 * data["x"] + 1.0
    (test,) = wild_bootstrap([Hypothesis(fitted(data, ["x"]), "x")], wild_draws([range(8)], seed=1))
    assert test.notes == ("zero_variance",)


def test_degenerate_draws_count_as_large_and_are_flagged() -> None:
    # Cluster means 1, 1 | -1, -1, -1, 1 about their mean of 0: signs that make each arm agree leave no variance, which
    # are 2 · 2 of 64; half of them with a difference between the arms (x/0), half without (0/0).
    means = np.repeat([1.0, 1, -1, -1, -1, 1], 2)
    cluster = np.repeat(np.arange(6), 2)
    found = fitted({"cluster": cluster, "x": (cluster < 2).astype(float), "y": means}, ["x"])
    (test,) = wild_bootstrap([Hypothesis(found, "x")], wild_draws([range(6)], seed=1), keep=True)
    assert test.degenerate == 4 / 64
    assert np.isinf(test.t_star).sum() == 2
    assert "degenerate_draws" in test.notes
    large = np.abs(test.t_star) >= abs(test.statistic) * (1 - 1e-9)
    assert large.sum() >= 3  # the observed signs, and the two
    assert test.p_value == large.mean()


def test_fits_with_different_clusters_share_draws_by_label() -> None:
    data = pl.DataFrame(clustered_sample(3, rows=200, clusters=20))
    parts = [data, data.filter(pl.col("cluster") != 4)]
    found = [fitted(part.to_dict(as_series=False), ["x1", "x2"]) for part in parts]
    draws = wild_draws([f.within.cluster_labels for f in found], seed=9, count=499)
    together = wild_bootstrap([Hypothesis(f, "x1") for f in found], draws, keep=True)
    np.testing.assert_array_equal(
        together[1].t_star, wild_bootstrap([Hypothesis(found[1], "x1")], draws, keep=True)[0].t_star
    )
    rows = row_model({c: parts[1][c].to_numpy() for c in parts[1].columns}, ["x1", "x2"], None, None)
    own = draws.weights(0, 499)[draws.rows(found[1].within.cluster_labels)]
    t, t_star = row_t(rows, 0, 0.0, own)
    assert together[1].p_value == share(abs(t), np.abs(t_star), enumerated=False)


def test_how_draws_are_cut_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    found = fitted(clustered_sample(3, rows=300, clusters=30), ["x1", "x2"])
    draws = wild_draws([found.within.cluster_labels], seed=9, count=999)
    (once,) = wild_bootstrap([Hypothesis(found, "x1", 0.4)], draws, keep=True)
    monkeypatch.setattr(wild, "_CHUNK_CELLS", 1)
    (cut,) = wild_bootstrap([Hypothesis(found, "x1", 0.4)], draws, keep=True)
    np.testing.assert_allclose(cut.t_star, once.t_star, rtol=1e-12)  # other shapes of the same products
    assert cut.p_value == once.p_value
    assert (cut.conf_low, cut.conf_high) == pytest.approx((once.conf_low, once.conf_high), rel=1e-9)


def test_a_seed_gives_the_same_result_and_another_seed_nearly() -> None:
    found = fitted(clustered_sample(3, rows=300, clusters=30), ["x1", "x2"])
    first, again, other = (
        wild_bootstrap([Hypothesis(found, "x1", 0.4)], wild_draws([range(30)], seed=seed))[0] for seed in (1, 1, 2)
    )
    assert first == again
    assert first.p_value != other.p_value
    # Five standard errors of the difference of two shares of 9,999 draws.
    assert abs(first.p_value - other.p_value) < 5 * np.sqrt(2 * 0.25 / 9_999)


def test_a_dropped_term_cannot_be_tested_and_the_reason_is_given() -> None:
    data = few_treated(8, 4)
    data["z"] = 2 * data["x"]
    found = fitted(data, ["x", "z"])
    with pytest.raises(EstimationError, match=r"'z'.*collinear"):
        wild_bootstrap([Hypothesis(found, "z")], wild_draws([range(8)], seed=1))
    with pytest.raises(EstimationError, match=r"'w'.*its terms are x"):
        wild_bootstrap([Hypothesis(found, "w")], wild_draws([range(8)], seed=1))


def test_one_cluster_is_refused() -> None:
    data = few_treated(1, 1, size=12)
    data["x"] = np.arange(12.0) % 5
    with pytest.raises(EstimationError, match="two clusters"):
        wild_bootstrap([Hypothesis(fitted(data, ["x"]), "x")], wild_draws([[0]], seed=1))


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_outside_zero_and_one_is_refused(level: float) -> None:
    found = fitted(CASE["data"], ["x"])
    with pytest.raises(EstimationError, match="between 0 and 1"):
        wild_bootstrap([Hypothesis(found, "x")], wild_draws([found.within.cluster_labels], seed=1), level=level)
