"""Totals by cluster come back in the units of the data."""

from __future__ import annotations

import numpy as np
import polars as pl

from liandong.moments import cluster_totals, collect_moments

FRAME = pl.DataFrame(
    {
        "g": ["a", "a", "b", "b", "c"],
        "served": [1, 0, 1, None, 0],
        "score": [2.5, 3.5, 4.0, 5.0, 1.0],
        "need": [1, 1, 0, 1, 0],
        "w": [1.0, 3.0, 2.0, 2.0, 2.0],
    }
)


def test_counts_of_a_yes_or_no_column_are_whole_numbers() -> None:
    totals = cluster_totals(collect_moments(FRAME, ["served", "score"], "g"), "served")
    assert totals.value.tolist() == [1.0, 1.0, 0.0]
    assert totals.weight.tolist() == [2.0, 1.0, 1.0]
    assert totals.square.tolist() == [1.0, 1.0, 0.0]
    assert totals.rows.tolist() == [2, 1, 1]


def test_a_domain_keeps_clusters_without_rows_as_zeros() -> None:
    moments = collect_moments(FRAME, ["served", "score"], "g", keys=["need"])
    totals = cluster_totals(moments, "served", cells=moments.key_cells("need", 1))
    assert totals.rows.tolist() == [2, 0, 0]


def test_totals_are_weighted() -> None:
    totals = cluster_totals(collect_moments(FRAME, ["score"], "g", weight="w"), "score")
    np.testing.assert_allclose(totals.value, np.array([13.0, 18.0, 2.0]) / 2, rtol=1e-14)
    np.testing.assert_allclose(totals.square, np.array([43.0, 82.0, 2.0]) / 2, rtol=1e-14)


def test_rows_can_be_held_to_a_common_sample() -> None:
    moments = collect_moments(FRAME, ["served", "score"], "g")
    assert cluster_totals(moments, "score").rows.sum() == 5
    assert cluster_totals(moments, "score", complete_on=["served", "score"]).rows.sum() == 4


def test_totals_survive_centring_by_level() -> None:
    frame = FRAME.with_columns(level=pl.col("score") * 1e-6 + 1e6 * pl.col("need"))
    moments = collect_moments(frame, ["level"], "g", "need")
    assert moments.recentred == ("level",)
    totals = cluster_totals(moments, "level")
    expected = frame.group_by("g").agg(pl.col("level").sum()).sort("g")["level"]
    np.testing.assert_allclose(totals.value, expected, rtol=1e-15)
