"""Weights of wild bootstraps: which kind, which draws, and that the same seed means the same numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from liandong.errors import EstimationError
from liandong.inference.draws import Draws, smallest_p, wild_draws

MANY = [f"v{i:02d}" for i in range(32)]
SIGNS = [[1, 1, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0, 1], [1, 0, 0, 1, 1, 1, 1, 1]]
WEBB = [[0.71, -1.0, -1.0, 1.0], [-0.71, -1.0, -1.22, 1.22]]


def whole(draws: Draws) -> np.ndarray:
    return draws.weights(0, draws.size)


@pytest.mark.parametrize(
    ("clusters", "kind", "reason", "count", "enumerated"),
    [
        (2, "webb", "few_clusters", 36, True),
        (5, "webb", "few_clusters", 7776, True),
        (6, "rademacher", "enough_clusters", 64, True),
        (13, "rademacher", "enough_clusters", 8192, True),
        (14, "rademacher", "enough_clusters", 9999, False),
    ],
)
def test_the_kind_follows_the_number_of_clusters(
    clusters: int, kind: str, reason: str, count: int, *, enumerated: bool
) -> None:
    draws = wild_draws([range(clusters)], seed=1)
    assert (draws.kind, draws.kind_reason, draws.count, draws.enumerated) == (kind, reason, count, enumerated)


def test_one_fit_with_few_clusters_decides_for_all() -> None:
    draws = wild_draws([range(20), range(5)], seed=1)
    assert (draws.kind, draws.kind_reason, len(draws.labels)) == ("webb", "few_clusters", 20)


def test_a_requested_kind_is_obeyed_and_said_so() -> None:
    draws = wild_draws([range(4)], seed=1, kind="rademacher")
    assert (draws.kind, draws.kind_reason, draws.count) == ("rademacher", "requested", 16)


@pytest.mark.parametrize(("kind", "clusters"), [("rademacher", 7), ("webb", 4), ("webb", 2), ("rademacher", 1)])
def test_every_vector_up_to_its_mirror_image_is_enumerated_once(kind: str, clusters: int) -> None:
    draws = wild_draws([range(clusters)], seed=1, kind=kind)
    half = whole(draws)
    values = {"rademacher": [1.0, -1.0], "webb": [s * np.sqrt(v) for s in (1, -1) for v in (0.5, 1, 1.5)]}[kind]
    both = {tuple(column) for column in np.hstack([half, -half]).T}
    assert both == set(itertools.product(values, repeat=clusters))
    assert len(both) == draws.count == 2 * draws.size


@pytest.mark.parametrize("kind", ["rademacher", "webb"])
def test_ranges_of_draws_are_cut_from_the_same_sequence(kind: str) -> None:
    draws = wild_draws([MANY], seed=7, count=1000, kind=kind)
    cuts = [0, 1, 255, 256, 257, 700, 1000]
    np.testing.assert_array_equal(np.hstack([draws.weights(a, b) for a, b in itertools.pairwise(cuts)]), whole(draws))


def test_draws_are_cut_into_ranges_that_cover_them() -> None:
    draws = wild_draws([MANY], seed=7, count=1000)
    assert draws.spans(300) == [(0, 300), (300, 600), (600, 900), (900, 1000)]
    assert draws.spans(1)[0] == (0, 64)


def test_the_order_of_labels_and_of_fits_does_not_matter() -> None:
    left = wild_draws([MANY[:20], MANY[10:]], seed=3, count=500)
    right = wild_draws([MANY[:9:-1], MANY[19::-1]], seed=3, count=500)
    assert left == right
    np.testing.assert_array_equal(whole(left), whole(right))


def test_rows_are_found_by_label() -> None:
    draws = wild_draws([["b", "a", "c"], ["d"]], seed=1)
    assert draws.labels == ("a", "b", "c", "d")
    np.testing.assert_array_equal(draws.rows(["d", "b"]), [3, 1])


def test_a_seed_means_these_numbers_for_ever() -> None:
    # Printed reports carry p-values made from them: a change of generator must be a decision, not an accident.
    signs = whole(wild_draws([range(64)], seed=1, count=100))
    assert (signs[:3, :8] > 0).astype(int).tolist() == SIGNS
    webb = whole(wild_draws([range(64)], seed=1, count=100, kind="webb"))
    np.testing.assert_array_equal(np.round(webb[:2, :4], 2), WEBB)


@pytest.mark.parametrize("kind", ["rademacher", "webb"])
def test_sampled_weights_have_mean_zero_variance_one_and_no_correlation(kind: str) -> None:
    v = whole(wild_draws([MANY], seed=11, count=20_000, kind=kind))
    # Five standard errors of 640,000 weights, and of one correlation of 20,000 pairs.
    assert abs(v.mean()) < 5 / np.sqrt(v.size)
    assert abs((v**2).mean() - 1) < 5 / np.sqrt(v.size)
    correlation = v @ v.T / v.shape[1] - np.eye(32)
    off = correlation[~np.eye(32, dtype=bool)]
    assert np.abs(off).max() < 5 / np.sqrt(20_000)


def test_webb_values_are_equally_frequent() -> None:
    v = whole(wild_draws([MANY], seed=2, count=20_000, kind="webb"))
    values, counts = np.unique(v, return_counts=True)
    np.testing.assert_allclose(values**2, [1.5, 1, 0.5, 0.5, 1, 1.5], rtol=1e-15)
    # Five standard errors of a count around v.size / 6.
    assert np.abs(counts - v.size / 6).max() < 5 * np.sqrt(v.size * 5 / 36)


def test_seeds_give_different_draws() -> None:
    assert not np.array_equal(whole(wild_draws([MANY], seed=1)), whole(wild_draws([MANY], seed=2)))


@pytest.mark.parametrize(
    ("clusters", "kind", "expected"),
    [(5, "rademacher", 1 / 16), (5, "webb", 6 / 7776), (32, "rademacher", 1 / 10_000)],
)
def test_the_smallest_p_is_that_of_equal_weights(clusters: int, kind: str, expected: float) -> None:
    draws = wild_draws([range(clusters)], seed=1, kind=kind)
    assert smallest_p(draws, clusters) == pytest.approx(expected, rel=1e-12)


def test_unknown_clusters_are_named() -> None:
    with pytest.raises(EstimationError, match="'zz'"):
        wild_draws([MANY], seed=1).rows(["v01", "zz"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"label_sets": [], "seed": 1}, "cluster labels"),
        ({"label_sets": [[]], "seed": 1}, "cluster labels"),
        ({"label_sets": [MANY], "seed": -1}, "seed"),
        ({"label_sets": [MANY], "seed": 1, "count": 10}, "99"),
        ({"label_sets": [MANY], "seed": 1, "kind": "normal"}, "rademacher, webb"),
    ],
)
def test_impossible_draws_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        wild_draws(**arguments)
