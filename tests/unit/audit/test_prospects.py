from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from liandong.audit.prospects import intraclass_correlation


def test_the_intraclass_correlation_of_a_balanced_hand_case() -> None:
    """Two clusters of two: MS between = 8, within = 1, so ICC = (8 - 1) / (8 + 1·1)."""
    frame = pl.DataFrame({"g": ["a", "a", "b", "b"], "y": [0.0, 2**0.5, 8**0.5, 18**0.5]})
    between = 2 * 2 * (8**0.5 + 18**0.5 - 2**0.5) ** 2 / 4 / 4 / 1
    inside = 1.0
    expected = (between - inside) / (between + inside)
    assert intraclass_correlation(frame, "y", "g") == pytest.approx(expected, rel=1e-12)  # rounding


@pytest.mark.parametrize(
    ("y", "g", "icc"),
    [
        ([1.0, 1.0, 2.0, 2.0], [1, 1, 2, 2], 1.0),
        ([1.0, 2.0, 1.0, 2.0], [1, 1, 2, 2], 0.0),
        ([1.0, 2.0], [1, 1], 0.0),
        ([1.0, 2.0], [1, 2], 0.0),
        ([3.0, 3.0, 3.0, 3.0], [1, 1, 2, 2], 0.0),
    ],
    ids=["all between", "none between", "one cluster", "one person each", "constant"],
)
def test_edges_of_the_intraclass_correlation(y: list[float], g: list[int], icc: float) -> None:
    assert intraclass_correlation(pl.DataFrame({"y": y, "g": g}), "y", "g") == icc


def test_the_intraclass_correlation_of_many_clusters_is_the_one_simulated() -> None:
    rng = np.random.default_rng(5)
    g = np.repeat(np.arange(2000), 10)
    y = rng.normal(0, 0.5, 2000)[g] + rng.normal(0, 1, 20000)
    found = intraclass_correlation(pl.DataFrame({"y": y, "g": g}), "y", "g")
    assert found == pytest.approx(0.2, abs=0.03)  # four standard errors of the estimate
