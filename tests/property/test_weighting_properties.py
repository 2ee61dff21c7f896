"""Raking meets every margin, and starting from its own result changes nothing."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from liandong.definitions import Margin, Text, Weighting
from liandong.weighting import make_weights

shares = st.lists(st.floats(0.1, 5.0), min_size=3, max_size=3)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), shares, shares)
def test_margins_are_met_and_met_margins_stay(seed: int, first: list[float], second: list[float]) -> None:
    rng = np.random.default_rng(seed)
    # Every cell of the cross-table has people, so that any margins can be met.
    cells = np.array([(a, b) for a in range(3) for b in range(3)])
    people = np.vstack([cells, rng.integers(0, 3, (60, 2))])
    frame = pl.DataFrame({"a": people[:, 0], "b": people[:, 1], "base": rng.uniform(0.2, 4.0, len(people))})
    margins = tuple(
        Margin(column=column, targets=tuple((j, target / sum(targets)) for j, target in enumerate(targets)))
        for column, targets in (("a", first), ("b", second))
    )
    weighting = Weighting(method="raking", margins=margins, source=Text(zh="普查", en="Census"))
    found = make_weights(frame, weighting, "base")
    np.testing.assert_allclose(found.table["after"], found.table["target"], atol=1e-9)
    assert found.design_effect >= 1
    assert (found.values > 0).all()
    again = make_weights(frame.with_columns(base=found.values), weighting, "base")
    # Margins are met to 1e-10, weights of rare categories therefore to some 1e-8.
    np.testing.assert_allclose(again.values, found.values, rtol=1e-6)
