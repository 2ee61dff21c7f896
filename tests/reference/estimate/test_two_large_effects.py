"""Two fixed effects of over 200 levels each go to AbsorbingLS; held against full dummies, row by row."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.reference.row_level import dummy_fit

from liandong.definitions import Effect, Step, Text
from liandong.errors import EstimationError
from liandong.estimate import estimate_effects

LEVELS = 205


@pytest.fixture(scope="module")
def panel() -> pl.DataFrame:
    rng = np.random.default_rng(404)
    n = 6 * LEVELS
    person, street = np.arange(n) % LEVELS, rng.permutation(n) % (LEVELS + 5)  # no singletons
    visited = (rng.random(n) < 0.5).astype(float)
    age = rng.normal(size=n) + person / 50
    trust = 0.3 * visited + age + rng.normal(size=LEVELS + 5)[street] + rng.normal(size=n)
    return pl.DataFrame(
        {
            "person": person, "street": street, "community": street % 40, "visited": visited, "age": age,
            "trust": trust, "weight": rng.uniform(0.5, 2.0, n),
        }
    )  # fmt: skip


def effect(*controls: str) -> Effect:
    return Effect(
        id="visit",
        title=Text(zh="探访", en="Visits"),
        role="primary",
        outcomes=("trust",),
        treatment="visited",
        absorb=("person", "street"),
        cluster=("community",),
        steps=(Step(name="M1", add=controls),),
    )


@pytest.mark.parametrize("weight", [None, "weight"])
def test_absorbing_ls_equals_full_dummies(panel: pl.DataFrame, weight: str | None) -> None:
    found = estimate_effects(panel, [effect("age")], weight=weight)
    assert any("AbsorbingLS" in note for note in found.notes)
    columns = {name: panel[name].to_numpy() for name in panel.columns}
    n, g = panel.height, 40
    rows = dummy_fit(
        columns["trust"],
        np.column_stack([columns["visited"], columns["age"]]),
        columns["community"],
        [columns["street"], columns["person"]],
        None if weight is None else columns[weight],
    )
    # The larger effect, street, is nested in the community: it counts as one, and the 204 dummies of person.
    parameters = 2 + 1 + LEVELS - 1
    factor = g / (g - 1) * (n - 1) / (n - parameters)
    table = found.estimates.filter(metric="points")
    # AbsorbingLS stops iterating at about 1e-8.
    np.testing.assert_allclose(table["estimate"], rows.slopes, rtol=1e-6)
    np.testing.assert_allclose(table["std_error"], np.sqrt(factor * np.diag(rows.cr0)), rtol=1e-6)
    assert set(table["r2_within"]) == {None}


def test_collinear_columns_are_named_on_this_road_too(panel: pl.DataFrame) -> None:
    frame = panel.with_columns(twice=2 * pl.col("age"), same=pl.col("visited"))
    found = estimate_effects(frame, [effect("age", "twice")])
    assert found.estimates.filter(term="twice")["flag"].to_list() == ["dropped_collinear"]
    with pytest.raises(EstimationError, match="'visited' follows exactly from 'same'"):
        estimate_effects(frame, [effect("same")])
    with pytest.raises(EstimationError, match="the same for everybody"):
        estimate_effects(frame.with_columns(visited=pl.col("street") % 2), [effect()])
