from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.unit.conftest import MakeEffect

from liandong.audit.prospects import intraclass_correlation, prospect_table
from liandong.definitions import Inference
from liandong.estimate import estimate_effects
from liandong.inference import PlannedDesign, planned_effect
from liandong.models import headline_models


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


def test_planned_designs_know_what_the_controls_explain(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    # Nearly the outcome itself is a control: of the variance inside clusters little is left.
    frame = survey.with_columns(known=pl.col("trust") + (pl.int_range(pl.len()) % 5 - 2) * 0.1)
    models = headline_models(estimate_effects(frame, [make_effect(((), ("known",)))]).models)
    (model,) = models
    actual = {"effect": model.effect, "outcome": model.outcome, "mde_sd": 0.3, "mde": 0.3}
    table = prospect_table(models, pl.DataFrame([actual]), frame, Inference(power=0.8))
    assert model.fit.r2_within > 0.5
    planned = table.filter(~pl.col("is_actual") & (pl.col("n_clusters") == 32)).row(0, named=True)
    shared = {name: planned[name] for name in ("icc", "share_treated", "assignment")}
    design = PlannedDesign(clusters=32, size=planned["cluster_size"], r2_individual=model.fit.r2_within, **shared)
    known = planned_effect(design, power=0.8, alpha=0.05).effect
    blind = planned_effect(replace(design, r2_individual=0.0), power=0.8, alpha=0.05).effect
    assert planned["mde_sd"] == pytest.approx(known, rel=1e-12)  # rounding
    assert known < 0.8 * blind
