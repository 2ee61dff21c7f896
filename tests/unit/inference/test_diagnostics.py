"""Leverage, influence and effective clusters from moments equal those of the rows with full dummies."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.reference.cluster_robust import full_dummies
from tests.reference.row_level import clustered_sample

from liandong.errors import EstimationError
from liandong.inference import diagnose, fit
from liandong.moments import demeaned_within

REGRESSORS = ["x1", "x2", "x3"]
CASES = [[], ["same"], ["contains"], ["inside"], ["crossing"], ["inside", "wave"], ["crossing", "wave"]]
CLOSE = 1e-9  # well-conditioned matrices of a few hundred rows


@pytest.fixture(scope="module")
def data() -> dict[str, np.ndarray]:
    return clustered_sample(29, rows=240, clusters=12)


@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("effects", CASES, ids="+".join)
@pytest.mark.parametrize("term", REGRESSORS)
def test_every_figure_is_that_of_the_rows(
    data: dict[str, np.ndarray], effects: list[str], weight: str | None, term: str
) -> None:
    found, rows = full_dummies.both(data, REGRESSORS, effects, weight)
    told = diagnose(found, term)
    j = REGRESSORS.index(term)
    assert told.effect_in_leverage
    assert told.rows.tolist() == [len(members) for members in rows.members()]
    np.testing.assert_allclose(told.leverage, full_dummies.leverage(rows), rtol=CLOSE)
    np.testing.assert_allclose(told.partial_leverage, full_dummies.partial_leverage(rows, j), rtol=CLOSE)
    np.testing.assert_allclose(told.without, full_dummies.without_each_cluster(rows)[:, j], rtol=1e-8)
    assert told.effective_clusters == pytest.approx(full_dummies.effective_clusters(rows, j, 0.0), rel=CLOSE)
    if effects[:1] in (["same"], ["inside"]):
        assert np.isnan(told.effective_clusters_correlated)
    else:
        expected = full_dummies.effective_clusters(rows, j, 1.0)
        assert told.effective_clusters_correlated == pytest.approx(expected, rel=1e-7)


def test_leverage_adds_up_to_the_coefficients_and_partial_leverage_to_one(data: dict[str, np.ndarray]) -> None:
    found, _ = full_dummies.both(data, REGRESSORS, ["crossing"], "weight")
    told = diagnose(found, "x2")
    assert told.leverage.sum() == pytest.approx(3 + 9, rel=1e-12)
    assert told.partial_leverage.sum() == pytest.approx(1.0, rel=1e-12)


def test_equal_clusters_count_in_full() -> None:
    one = np.random.default_rng(2).standard_normal((10, 2))
    data = {"cluster": np.repeat(np.arange(8), 10), "x": np.tile(one[:, 0], 8), "y": np.tile(one[:, 1], 8)}
    told = diagnose(full_dummies.both(data, ["x"], ["cluster"], None)[0], "x")
    assert told.effective_clusters == pytest.approx(8.0, rel=1e-12)
    spread = told.partial_leverage_spread
    assert (spread.minimum, spread.median, spread.maximum) == pytest.approx((1 / 8, 1 / 8, 1 / 8), rel=1e-12)
    assert spread.variation == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("effects", [[], ["contains"], ["crossing"]], ids="+".join)
def test_a_treatment_in_one_cluster_has_no_estimate_without_it(data: dict[str, np.ndarray], effects: list[str]) -> None:
    found, rows = full_dummies.both(
        {**data, "x3": ((data["cluster"] == 7) & (data["x1"] > 0)).astype(float)}, REGRESSORS, effects, None
    )
    told, other = diagnose(found, "x3"), diagnose(found, "x1")
    assert told.unidentified_without == (7,)
    assert told.most_influential == 7
    assert np.isnan(told.without).sum() == 1
    assert other.unidentified_without == ()
    expected = full_dummies.without_each_cluster(rows)
    np.testing.assert_allclose(told.without, expected[:, 2], rtol=1e-8)
    np.testing.assert_allclose(other.without, expected[:, 0], rtol=1e-8)
    assert told.without_spread.maximum == np.nanmax(told.without)


def test_two_regressors_that_only_one_cluster_tells_apart_are_both_lost(data: dict[str, np.ndarray]) -> None:
    twin = data["x1"] + np.where(data["cluster"] == 2, data["x2"], 0.0)
    found, _ = full_dummies.both({**data, "x3": twin}, REGRESSORS, [], None)
    assert diagnose(found, "x1").unidentified_without == (2,)
    assert diagnose(found, "x3").unidentified_without == (2,)
    assert diagnose(found, "x2").unidentified_without == ()


def test_the_influential_cluster_is_named(data: dict[str, np.ndarray]) -> None:
    y = data["y"] + np.where(data["cluster"] == 5, 20 * data["x1"], 0.0)
    found, _ = full_dummies.both({**data, "y": y}, REGRESSORS, ["crossing"], None)
    told = diagnose(found, "x1")
    assert told.most_influential == 5
    assert told.without[5] == min(told.without)


def test_demeaned_rows_leave_the_levels_out_of_the_leverage_and_say_so(data: dict[str, np.ndarray]) -> None:
    within = demeaned_within(pl.DataFrame(data), ["y", *REGRESSORS], "cluster", "inside")
    told = diagnose(fit(within, "y", REGRESSORS), "x1")
    whole = diagnose(full_dummies.both(data, REGRESSORS, ["inside"], None)[0], "x1")
    assert not told.effect_in_leverage
    assert told.leverage.sum() == pytest.approx(3.0, rel=1e-9)
    np.testing.assert_allclose(told.without, whole.without, rtol=1e-9)
    np.testing.assert_allclose(told.partial_leverage, whole.partial_leverage, rtol=1e-9)


def test_demeaned_rows_whose_effect_crosses_the_clusters_are_an_error(data: dict[str, np.ndarray]) -> None:
    within = demeaned_within(pl.DataFrame(data), ["y", *REGRESSORS], "cluster", "crossing")
    with pytest.raises(EstimationError, match="leverage of a cluster is not known"):
        diagnose(fit(within, "y", REGRESSORS), "x1")


def test_a_term_that_was_left_out_is_an_error_with_the_reason(data: dict[str, np.ndarray]) -> None:
    found, _ = full_dummies.both({**data, "x3": 2 * data["x1"]}, ["x1", "x2"], [], None)
    with pytest.raises(EstimationError, match="got 'absent'"):
        diagnose(found, "absent")
    frame = pl.DataFrame({**data, "x3": 2 * data["x1"]})
    within = demeaned_within(frame, ["y", *REGRESSORS], "cluster", "inside")
    with pytest.raises(EstimationError, match="'x3' was left out as collinear"):
        diagnose(fit(within, "y", REGRESSORS), "x3")
