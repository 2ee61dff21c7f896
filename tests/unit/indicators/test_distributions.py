"""How scores and profile variables are spread: bins, values, edges."""

from __future__ import annotations

import polars as pl
import pytest

from liandong.errors import EstimationError
from liandong.evidence import conform
from liandong.indicators import BINS, Variable, distribution_table


def test_a_score_falls_into_ten_bins_closed_below() -> None:
    frame = pl.DataFrame({"trust": [0.0, 0.05, 0.1, 0.95, 1.0, None]})
    table = distribution_table(frame, [Variable("trust", (0.0, 1.0))])
    assert table.height == BINS == 10
    assert table["n"].to_list() == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert table["share"].to_list() == [0.4, 0.2, 0, 0, 0, 0, 0, 0, 0, 0.4]
    assert table.select("level", "lower", "upper").row(0) == ("0–0.1", 0.0, 0.1)
    assert table.select("level", "lower", "upper").row(9) == ("0.9–1", 0.9, 1.0)


def test_scores_on_an_edge_go_up_whatever_their_rounding() -> None:
    edges = [step / 10 for step in range(10)]
    rounded = [0.1 + 0.2, 1 - 0.9, 0.7 - 1e-16]
    table = distribution_table(pl.DataFrame({"trust": edges + rounded}), [Variable("trust", (0.0, 1.0))])
    assert table["n"].to_list() == [1, 2, 1, 2, 1, 1, 1, 2, 1, 1]


def test_bins_cover_the_range_of_the_scale_not_of_the_data() -> None:
    table = distribution_table(pl.DataFrame({"score": [3.0, 3.2]}), [Variable("score", (1.0, 5.0))])
    assert (table["lower"].min(), table["upper"].max()) == (1.0, 5.0)
    assert table["n"].to_list() == [0, 0, 0, 0, 0, 2, 0, 0, 0, 0]


def test_a_scale_that_runs_downwards_is_shown_upwards() -> None:
    table = distribution_table(pl.DataFrame({"score": [0.0, 10.0]}), [Variable("score", (10.0, 0.0))])
    assert table["n"].to_list() == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_scores_outside_the_range_are_refused() -> None:
    with pytest.raises(EstimationError, match="2 values of 'score' lie outside its range 0–1"):
        distribution_table(pl.DataFrame({"score": [1.2, -3.0, 0.5]}), [Variable("score", (0.0, 1.0))])


def test_values_are_counted_in_the_order_of_the_codebook() -> None:
    frame = pl.DataFrame({"edu": [1, 3, 3, None, 9]})
    table = distribution_table(frame, [Variable("edu", known=(3, 2, 1))])
    assert table.select("level", "n", "share", "lower").rows() == [
        ("3", 2, 0.5, None),
        ("2", 0, 0.0, None),
        ("1", 1, 0.25, None),
        ("9", 1, 0.25, None),
    ]


def test_nobody_answered_gives_counts_without_shares() -> None:
    frame = pl.DataFrame({"edu": pl.Series([None, None], dtype=pl.Int64)})
    table = distribution_table(frame, [Variable("edu", known=(1,)), Variable("edu", (0.0, 1.0))])
    assert set(table["n"].to_list()) == {0}
    assert table["share"].null_count() == table.height == 11


def test_the_table_has_the_declared_columns() -> None:
    frame = pl.DataFrame({"edu": [1, 2], "trust": [0.2, 0.3]})
    variables = [Variable("trust", (0.0, 1.0)), Variable("edu"), Variable("absent")]
    assert conform("distributions", distribution_table(frame, variables)).height == 12
    assert conform("distributions", distribution_table(frame, [])).is_empty()
