"""CR2, its degrees of freedom and CR3 from moments equal the papers' formulas on rows with full dummies."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.reference.cluster_robust import full_dummies
from tests.reference.row_level import clustered_sample

from liandong.errors import EstimationError
from liandong.inference import Fit, coefficients, covariance, fit
from liandong.moments import within_samples

REGRESSORS = ["x1", "x2", "x3"]
CASES = [[], ["same"], ["contains"], ["inside"], ["crossing"], ["inside", "wave"], ["crossing", "wave"]]
# Both go through eigenvalues of well-conditioned matrices of a few hundred rows.
CLOSE = 1e-9


@pytest.fixture(scope="module")
def data() -> dict[str, np.ndarray]:
    return clustered_sample(13, rows=240, clusters=12)


def both(
    data: dict[str, np.ndarray], effects: list[str], weight: str | None, cluster: str = "cluster"
) -> tuple[Fit, full_dummies.RowModel]:
    return full_dummies.both(data, REGRESSORS, effects, weight, cluster)


@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("effects", CASES, ids="+".join)
def test_cr2_its_df_and_cr3_are_those_of_the_rows(
    data: dict[str, np.ndarray], effects: list[str], weight: str | None
) -> None:
    found, rows = both(data, effects, weight)
    g = found.n_clusters
    cr2, cr3 = covariance(found, "CR2"), covariance(found, "CR3")
    np.testing.assert_allclose(cr2.matrix[:3, :3], full_dummies.sandwich(rows, -0.5), rtol=CLOSE)
    np.testing.assert_allclose(cr2.df[:3], full_dummies.satterthwaite(rows), rtol=CLOSE)
    np.testing.assert_allclose(cr3.matrix[:3, :3], full_dummies.sandwich(rows, -1.0) * (g - 1) / g, rtol=CLOSE)
    assert set(cr3.df) == {g - 1.0}
    assert (cr2.factor, cr3.factor) == (1.0, (g - 1) / g)
    assert cr2.note is None


@pytest.mark.parametrize("weight", [None, "weight"])
def test_many_small_clusters_take_the_series_and_agree(weight: str | None) -> None:
    data = clustered_sample(5, rows=900, clusters=300)
    found, rows = both(data, ["wave"], weight)
    cr2 = covariance(found, "CR2")
    np.testing.assert_allclose(cr2.matrix[:3, :3], full_dummies.sandwich(rows, -0.5), rtol=CLOSE)
    np.testing.assert_allclose(cr2.df[:3], full_dummies.satterthwaite(rows), rtol=CLOSE)
    factor = (found.n_clusters - 1) / found.n_clusters
    np.testing.assert_allclose(
        covariance(found, "CR3").matrix[:3, :3], full_dummies.sandwich(rows, -1.0) * factor, rtol=CLOSE
    )


def test_more_levels_than_clusters_or_clusters_than_levels_make_no_difference(data: dict[str, np.ndarray]) -> None:
    data = {**data, "fine": np.random.default_rng(3).integers(0, 60, 240)}
    for cluster, effect in (("cluster", "fine"), ("fine", "cluster")):
        found, rows = both(data, [effect], "weight", cluster)
        np.testing.assert_allclose(covariance(found, "CR2").df[:3], full_dummies.satterthwaite(rows), rtol=CLOSE)


def test_clusters_of_one_respondent_give_the_heteroskedastic_variances(data: dict[str, np.ndarray]) -> None:
    data = {**data, "person": np.arange(240)}
    found, rows = both(data, [], None, "person")
    hat = np.diagonal(rows.hat)
    for kind, power in (("CR2", 1), ("CR3", 2)):
        meat = rows.z.T @ ((rows.residuals**2 / (1 - hat) ** power)[:, None] * rows.z)
        expected = (rows.bread @ meat @ rows.bread)[:3, :3] * covariance(found, kind).factor
        np.testing.assert_allclose(covariance(found, kind).matrix, expected, rtol=CLOSE)


@pytest.mark.parametrize("effects", [[], ["crossing"]], ids=["none", "crossing"])
def test_a_treatment_in_one_cluster_is_said_aloud(data: dict[str, np.ndarray], effects: list[str]) -> None:
    found, rows = both({**data, "x1": (data["cluster"] == 4).astype(float)}, effects, None)
    cr2, cr3 = covariance(found, "CR2"), covariance(found, "CR3")
    np.testing.assert_allclose(cr2.matrix[:3, :3], full_dummies.sandwich(rows, -0.5), rtol=CLOSE)
    np.testing.assert_allclose(cr2.df[:3], full_dummies.satterthwaite(rows), rtol=CLOSE)
    np.testing.assert_allclose(cr3.matrix[:3, :3], full_dummies.sandwich(rows, -1.0) * cr3.factor, rtol=CLOSE)
    for found_covariance in (cr2, cr3):
        assert found_covariance.note is not None
        assert "not identified: x1 without cluster 4." in found_covariance.note


def test_a_treatment_in_two_of_twelve_clusters_has_few_degrees_of_freedom(data: dict[str, np.ndarray]) -> None:
    found, rows = both({**data, "x1": np.isin(data["cluster"], [4, 7]).astype(float)}, [], None)
    df = covariance(found, "CR2").df
    assert df[0] < 4
    np.testing.assert_allclose(df, full_dummies.satterthwaite(rows), rtol=CLOSE)


def test_a_perfect_fit_has_no_variance_and_no_t_statistic(data: dict[str, np.ndarray]) -> None:
    found, _ = both({**data, "y": 2 * data["x1"] + 1}, [], None)
    for kind in ("CR2", "CR3"):
        table = coefficients(found, kind)
        assert table.std_error[0] == pytest.approx(0.0, abs=1e-12)


def test_a_model_without_regressors_has_nothing_to_adjust(data: dict[str, np.ndarray]) -> None:
    found = fit(within_samples(pl.DataFrame(data), {"m": ["y"]}, "cluster", "same").within["m"], "y", [])
    assert covariance(found, "CR2").matrix.shape == covariance(found, "CR3").matrix.shape == (0, 0)
    assert covariance(found, "CR2").df.shape == (0,)


def test_levels_that_cross_in_the_thousands_are_an_error_and_not_an_hour() -> None:
    levels = np.tile(np.arange(4_000), 2)
    rng = np.random.default_rng(8)
    data = {"cluster": np.repeat([0, 1], 4_000), "e": levels, "x": rng.random(8_000), "y": rng.random(8_000)}
    within = within_samples(pl.DataFrame(data), {"m": ["y", "x"]}, "cluster", "e").within["m"]
    found = fit(within, "y", ["x"])
    with pytest.raises(EstimationError, match="4000 fixed-effect levels that cross the 2 clusters"):
        covariance(found, "CR2")
    assert coefficients(found, "CR1").std_error[0] > 0


@pytest.mark.parametrize("kind", ["CR2", "CR3"])
def test_one_cluster_is_an_error(data: dict[str, np.ndarray], kind: str) -> None:
    found, _ = both({**data, "cluster": np.zeros(240, dtype=int)}, [], None)
    with pytest.raises(EstimationError, match="at least two clusters"):
        covariance(found, kind)
