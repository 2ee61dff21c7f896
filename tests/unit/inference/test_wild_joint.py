"""Joint tests of several coefficients by the restricted wild bootstrap."""

from __future__ import annotations

import sys

import numpy as np
import polars as pl
import pytest
from tests.reference.row_level import clustered_sample

from liandong.errors import EstimationError
from liandong.inference import Fit, Hypothesis, covariance, fit, wild_bootstrap, wild_draws, wild_joint
from liandong.moments import within_samples

REGRESSORS = ["x1", "x2", "x3"]


def fitted(clusters: int = 12, effect: str | None = "crossing") -> Fit:
    frame = pl.DataFrame(clustered_sample(5, rows=40 * clusters, clusters=clusters))
    return fit(within_samples(frame, {"m": ["y", *REGRESSORS]}, "cluster", effect).within["m"], "y", REGRESSORS)


def test_one_coefficient_gives_the_p_value_of_its_own_test() -> None:
    found = fitted()
    draws = wild_draws([found.within.cluster_labels], seed=1)
    (single,) = wild_bootstrap([Hypothesis(found, "x2", -0.35)], draws)
    joint = wild_joint(found, ["x2"], draws, null=[-0.35])
    assert joint.statistic == pytest.approx(single.statistic**2, rel=1e-10)
    assert joint.p_value == single.p_value
    assert 0 < joint.p_value < 1


def test_the_statistic_is_walds_with_the_cr1_matrix() -> None:
    found = fitted()
    joint = wild_joint(found, ["x3", "x1"], wild_draws([found.within.cluster_labels], seed=1))
    at = [2, 0]
    distance = found.coefficients[at]
    expected = distance @ np.linalg.solve(covariance(found, "CR1").matrix[np.ix_(at, at)], distance)
    assert joint.statistic == pytest.approx(expected, rel=1e-9)


def test_units_of_the_coefficients_do_not_matter() -> None:
    draws = wild_draws([range(12)], seed=1)
    data = clustered_sample(5, rows=480, clusters=12)
    tests = []
    for scale in (1.0, 1e7):
        frame = pl.DataFrame(data | {"x1": data["x1"] * scale})
        within = within_samples(frame, {"m": ["y", *REGRESSORS]}, "cluster", "crossing").within["m"]
        tests.append(wild_joint(fit(within, "y", REGRESSORS), ["x1", "x2"], draws, null=[0.4 / scale, -0.3]))
    assert tests[0].statistic == pytest.approx(tests[1].statistic, rel=1e-8)
    assert tests[0].p_value == tests[1].p_value


def test_a_true_hypothesis_is_less_surprising_than_a_false_one() -> None:
    found = fitted(30)
    draws = wild_draws([found.within.cluster_labels], seed=1, count=999)
    assert wild_joint(found, REGRESSORS, draws).p_value == 1 / 1000
    assert wild_joint(found, REGRESSORS, draws, null=found.coefficients).p_value == 1.0


def test_how_draws_are_cut_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    found = fitted(16)
    draws = wild_draws([found.within.cluster_labels], seed=1, count=999)
    null = [0.4, -0.3, 0.2]
    once = wild_joint(found, REGRESSORS, draws, null=null)
    monkeypatch.setattr(sys.modules["liandong.inference.wild_joint"], "_CHUNK_CELLS", 1)
    assert wild_joint(found, REGRESSORS, draws, null=null) == once


def alone(effect: str | None, regressors: dict[str, np.ndarray]) -> Fit:
    data = clustered_sample(5, rows=480, clusters=12) | regressors
    within = within_samples(pl.DataFrame(data), {"m": ["y", *regressors]}, "cluster", effect).within["m"]
    return fit(within, "y", list(regressors))


def test_a_treatment_within_one_cluster_has_no_variance_and_says_so() -> None:
    cluster = clustered_sample(5, rows=480, clusters=12)["cluster"]
    halves = {f"x{j}": ((cluster == 3) & (np.arange(480) % 3 == j)).astype(float) for j in (0, 1)}
    joint = wild_joint(alone("same", halves), ["x0", "x1"], wild_draws([range(12)], seed=1))
    assert joint.notes == ("zero_variance",)
    assert np.isnan([joint.statistic, joint.p_value]).all()


def test_two_treatments_of_one_cluster_each_have_a_singular_variance_and_say_so() -> None:
    # Both are measured against the same controls, which alone are left to tell their variance from.
    cluster = clustered_sample(5, rows=480, clusters=12)["cluster"]
    single = {f"x{j}": (cluster == j).astype(float) for j in (0, 1)}
    joint = wild_joint(alone(None, single), ["x0", "x1"], wild_draws([range(12)], seed=1))
    assert joint.notes == ("zero_variance",)
    assert np.isnan(joint.p_value)


def test_few_clusters_put_the_level_out_of_reach() -> None:
    found = fitted(4, None)
    joint = wild_joint(found, ["x1", "x2"], wild_draws([found.within.cluster_labels], seed=1, kind="rademacher"))
    assert "level_out_of_reach" in joint.notes
    assert joint.smallest_p == 1 / 8


@pytest.mark.parametrize(
    ("terms", "null", "message"),
    [
        ([], None, "distinct terms"),
        (["x1", "x1"], None, "distinct terms"),
        (["x1", "x9"], None, "'x9'"),
        (["x1", "x2"], [0.0], r"one hypothesised value per term \(2\)"),
    ],
)
def test_malformed_hypotheses_are_refused(terms: list[str], null: list[float] | None, message: str) -> None:
    found = fitted()
    with pytest.raises(EstimationError, match=message):
        wild_joint(found, terms, wild_draws([found.within.cluster_labels], seed=1), null=null)


def test_as_many_coefficients_as_clusters_are_refused() -> None:
    found = fitted(3, None)
    with pytest.raises(EstimationError, match="3 clusters cannot carry"):
        wild_joint(found, REGRESSORS, wild_draws([found.within.cluster_labels], seed=1))


def test_draws_whose_matrix_is_nearly_singular_are_told_by_eigenvalues() -> None:
    quadratic_forms = sys.modules["liandong.inference.wild_joint"]._quadratic_forms
    # Well conditioned; ill conditioned but regular; singular by ratio; singular by the floor; singular to the last bit.
    diagonals = [(2.0, 1.0), (1.0, 1e-9), (1.0, 1e-13), (4e-10, 4e-10), (1.0, 0.0)]
    expected = [0.5 + 1.0, 1.0 + 1e9, np.inf, np.inf, np.inf]
    for last in (4, 5):  # with and without the one that has no inverse
        matrix = np.array([np.diag(diagonal) for diagonal in diagonals[:last]])
        found = quadratic_forms(matrix, np.ones((last, 2)), 5e-10)
        assert found == pytest.approx(expected[:last], rel=1e-12)
