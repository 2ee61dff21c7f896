"""Absorbing a fixed effect: the same as demeaning rows, whatever the effect is to the cluster."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.reference.row_level import clustered_sample, dummies, dummy_fit

from liandong.errors import EstimationError
from liandong.moments import Within, absorb, collect_moments, within_samples

EFFECTS = [None, "same", "contains", "inside", "crossing"]
COLUMNS = ["y", "x1", "x2", "x3"]


@pytest.fixture(scope="module")
def data() -> dict[str, np.ndarray]:
    return clustered_sample(5)


def demeaned(values: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    d = dummies(labels)
    return values - d @ ((d.T @ (values * weights[:, None])) / (d.T @ weights)[:, None])


@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("effect", EFFECTS)
def test_clusters_hold_the_moments_of_demeaned_rows(
    data: dict[str, np.ndarray], effect: str | None, weight: str | None
) -> None:
    within = absorb(collect_moments(pl.DataFrame(data), COLUMNS, "cluster", effect, weight))
    n = len(data["y"])
    w = np.ones(n) if weight is None else data["weight"] / data["weight"].mean()
    labels = np.zeros(n) if effect is None else data[effect]
    z = demeaned(np.column_stack([data[c] for c in COLUMNS]).astype(float), labels, w)
    z = np.column_stack([np.ones(n), z])
    for position, label in enumerate(within.cluster_labels):
        rows = data["cluster"] == label
        # Row 0 holds n_g and the cluster sums of the demeaned columns; 1e-10 of sums of about a hundred.
        np.testing.assert_allclose(within.clusters[position], z[rows].T @ (z[rows] * w[rows, None]), atol=1e-10)


@pytest.mark.parametrize(
    ("effect", "nested"), [("same", True), ("inside", True), ("contains", False), ("crossing", False)]
)
def test_nesting_in_the_cluster_is_recognised(data: dict[str, np.ndarray], effect: str, nested: bool) -> None:  # noqa: FBT001
    assert absorb(collect_moments(pl.DataFrame(data), COLUMNS, "cluster", effect)).nested is nested


def test_one_column_may_be_cluster_and_effect_at_once(data: dict[str, np.ndarray]) -> None:
    frame = pl.DataFrame(data)
    once = absorb(collect_moments(frame, COLUMNS, "cluster", "cluster"))
    twice = absorb(collect_moments(frame, COLUMNS, "cluster", "same"))
    np.testing.assert_array_equal(once.cells, twice.cells)


def test_means_and_spread_are_in_the_units_of_the_data(data: dict[str, np.ndarray]) -> None:
    frame = pl.DataFrame(data).with_columns(pl.col("y") * 3 + 50)
    within = absorb(collect_moments(frame, COLUMNS, "cluster", "crossing"))
    assert within.mean("y") == pytest.approx(frame["y"].mean(), rel=1e-12)
    assert within.sd("y") == pytest.approx(frame["y"].std(), rel=1e-12)
    weighted = absorb(collect_moments(frame, COLUMNS, "cluster", "crossing", "weight"))
    assert weighted.mean("y") == pytest.approx(np.average(frame["y"], weights=frame["weight"]), rel=1e-12)


def test_the_sample_is_the_complete_cases_of_the_columns_named() -> None:
    frame = pl.DataFrame({"g": [1, 1, 2, 2], "x": [1.0, 2.0, None, 4.0], "y": [1.0, 3.0, 5.0, 6.0]})
    moments = collect_moments(frame, ["x", "y"], "g")
    assert absorb(moments).n_obs == 3
    assert absorb(moments, ["y"]).n_obs == 4


def test_a_subgroup_is_a_restriction_of_cells(data: dict[str, np.ndarray]) -> None:
    frame = pl.DataFrame(data)
    moments = collect_moments(frame, COLUMNS, "cluster", "crossing", keys=["wave"])
    of_cells = absorb(moments, cells=moments.key_cells("wave", 2))
    of_rows = absorb(collect_moments(frame.filter(pl.col("wave") == 2), COLUMNS, "cluster", "crossing"))
    np.testing.assert_allclose(of_cells.clusters, of_rows.clusters, atol=1e-11)


def without_cluster(within: Within, cluster: int) -> np.ndarray:
    """Absorb the effect again from the cells that remain, and return Σ M̃ of the columns."""
    left = within.cell_cluster != cluster
    cells, level = within.cells[left], within.cell_effect[left]
    n = np.bincount(level, cells[:, 0, 0], within.n_levels)
    sums = np.stack([np.bincount(level, s, within.n_levels) for s in cells[:, 0, 1:].T], axis=1)
    with np.errstate(invalid="ignore"):
        between = np.nansum(sums[:, :, None] * sums[:, None, :] / n[:, None, None], axis=0)
    return cells[:, 1:, 1:].sum(axis=0) - between


@pytest.mark.parametrize("effect", EFFECTS)
def test_cells_suffice_to_leave_a_cluster_out(data: dict[str, np.ndarray], effect: str | None) -> None:
    """What jackknives and influence build on: no second look at the rows when a cluster leaves."""
    within = absorb(collect_moments(pl.DataFrame(data), COLUMNS, "cluster", effect))
    for cluster in (0, 7, 29):
        moments = without_cluster(within, cluster)
        slopes = np.linalg.solve(moments[1:, 1:], moments[1:, 0])
        rows = data["cluster"] != within.cluster_labels[cluster]
        x = np.column_stack([data[c][rows] for c in COLUMNS[1:]]).astype(float)
        effects = [] if effect is None else [data[effect][rows]]
        expected = dummy_fit(data["y"][rows], x, data["cluster"][rows], effects).slopes
        np.testing.assert_allclose(slopes, expected, rtol=1e-10)


def singleton_frame() -> pl.DataFrame:
    # Level "d" of f has one row; without it, wave 3 has one row left; without that, level "c" has one row left.
    return pl.DataFrame(
        {
            "g": [1, 1, 1, 1, 2, 2, 2, 2],
            "f": ["a", "a", "a", "b", "b", "c", "c", "d"],
            "wave": [1, 2, 1, 2, 1, 1, 3, 3],
            "x": [1.0, 3.0, 2.0, 5.0, 4.0, 7.0, 6.0, 9.0],
        }
    )


def test_singletons_of_one_effect_are_dropped_and_named() -> None:
    within = absorb(collect_moments(singleton_frame(), ["x"], "g", "f"))
    assert within.n_obs == 7
    assert [(s.effect, s.levels) for s in within.singletons] == [("f", ("d",))]


def test_singletons_of_two_effects_are_dropped_until_none_is_left() -> None:
    moments = collect_moments(singleton_frame(), ["x"], "g", "f", keys=["wave"])
    within = absorb(moments, second_effect="wave")
    assert within.n_obs == 5
    assert {(s.effect, s.levels) for s in within.singletons} == {("f", ("d", "c")), ("wave", (3,))}


def test_an_effect_as_fine_as_the_data_leaves_no_sample() -> None:
    frame = pl.DataFrame({"g": [1, 1, 2], "person": [1, 2, 3], "x": [1.0, 2.0, 3.0]})
    with pytest.raises(EstimationError, match="after fixed-effect singletons go"):
        absorb(collect_moments(frame, ["x"], "g", "person"))


def test_no_complete_row_is_an_error() -> None:
    frame = pl.DataFrame({"g": [1, 2], "x": [1.0, None], "y": [None, 2.0]})
    with pytest.raises(EstimationError, match="no row is complete on x, y"):
        absorb(collect_moments(frame, ["x", "y"], "g"))


def test_an_outcome_that_is_all_missing_is_an_error_with_its_sample() -> None:
    frame = pl.DataFrame({"g": [1, 2], "x": [1.0, 2.0], "y": [None, None]}, schema_overrides={"y": pl.Float64})
    with pytest.raises(EstimationError, match="sample 'trust': no row is complete"):
        within_samples(frame, {"trust": ["x", "y"]}, "g")


def test_dummies_of_a_second_effect_are_named_after_its_levels(data: dict[str, np.ndarray]) -> None:
    moments = collect_moments(pl.DataFrame(data), ["y"], "cluster", "inside", keys=["wave"])
    within = absorb(moments, second_effect="wave")
    assert within.dummies == ("wave=1", "wave=2", "wave=3")
    assert within.mean("wave=2") == pytest.approx((data["wave"] == 2).mean(), rel=1e-12)


@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("second", [None, "wave"])
@pytest.mark.parametrize("effect", ["contains", "inside", "crossing"])
def test_the_demeaned_route_gives_the_same_cluster_moments(
    data: dict[str, np.ndarray], effect: str, second: str | None, weight: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pl.DataFrame(data).with_columns(x1=pl.when(pl.int_range(pl.len()) % 9 != 0).then("x1"))
    # Weights of mean 1 over all rows and over the sample differ; ones that are 1 in the rows left out do not.
    samples = {"all": ["y", "x2"]} if weight else {"all": ["y", "x2"], "some": COLUMNS}
    cells = within_samples(frame, samples, "cluster", effect, weight, second_effect=second)
    monkeypatch.setattr("liandong.moments.collect._FEW_CELLS", 0)
    monkeypatch.setattr("liandong.moments.collect._ROWS_PER_CELL", 10**9)
    rows = within_samples(frame, samples, "cluster", effect, weight, second_effect=second)
    assert rows.moments is None
    for name in samples:
        a, b = cells.within[name], rows.within[name]
        assert (a.route, b.route) == ("cells", "demeaned")
        assert (a.columns, a.n_obs, a.n_levels, a.nested) == (b.columns, b.n_obs, b.n_levels, b.nested)
        np.testing.assert_allclose(b.clusters, a.clusters, atol=1e-10)
        np.testing.assert_allclose(b.means, a.means, atol=1e-12)
        np.testing.assert_allclose(b.total, a.total, rtol=1e-12)


def test_the_demeaned_route_drops_the_same_singletons(monkeypatch: pytest.MonkeyPatch) -> None:
    by_cells = within_samples(singleton_frame(), {"m": ["x"]}, "g", "f", second_effect="wave").within["m"]
    monkeypatch.setattr("liandong.moments.collect._FEW_CELLS", 0)
    by_rows = within_samples(singleton_frame(), {"m": ["x"]}, "g", "f", second_effect="wave").within["m"]
    assert by_rows.route == "demeaned"
    assert (by_rows.n_obs, set(by_rows.singletons)) == (by_cells.n_obs, set(by_cells.singletons))


def test_a_second_effect_of_too_many_levels_is_refused_on_the_demeaned_route(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("liandong.moments.collect._FEW_CELLS", 0)
    n = 1000
    frame = pl.DataFrame({"g": np.arange(n) % 10, "f": np.arange(n) % 20, "s": np.arange(n) % 300, "x": np.arange(n)})
    with pytest.raises(EstimationError, match="has 300 levels"):
        within_samples(frame, {"m": ["x"]}, "g", "f", second_effect="s")
