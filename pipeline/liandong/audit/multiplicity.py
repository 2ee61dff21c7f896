"""The table multiplicity: p-values of a family of hypotheses, judged together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.definitions import Family
from liandong.evidence import TABLES
from liandong.inference import WildTest, benjamini_hochberg, holm, romano_wolf_of
from liandong.models import FittedModel

_CODES = {"rademacher": "WCR-R", "webb": "WCR-W"}


def multiplicity_table(
    families: Sequence[Family], models: Sequence[FittedModel], tests: Mapping[tuple[str, str], WildTest]
) -> pl.DataFrame:
    """Adjust the bootstrap p-values of every family.

    Parameters
    ----------
    families
        From the definitions.
    models
        The headline models.
    tests
        Their wild bootstraps by effect and outcome, with t* from the same draws.

    Returns
    -------
    polars.DataFrame
        The table multiplicity: Holm and Benjamini-Hochberg from the single p-values, Romano-Wolf from the draws. A
        hypothesis without a p-value does not count (`n_hypotheses` are those that do), and one without a bootstrap has
        no row. Romano-Wolf needs one set of draws: it is left out where the models of a family cluster on different
        columns, or where some have so few clusters that they need other weights.
    """
    rows = [row for family in families for row in _family(family, models, tests)]
    table = pl.DataFrame(rows, schema=dict(TABLES["multiplicity"].columns), orient="row")
    return table.with_columns(pl.col(pl.Float64).fill_nan(None))


def _family(
    family: Family, models: Sequence[FittedModel], tests: Mapping[tuple[str, str], WildTest]
) -> list[dict[str, Any]]:
    members = [m for m in models if m.effect in family.effects and (m.effect, m.outcome) in tests]
    if not members:
        return []
    found = [tests[(m.effect, m.outcome)] for m in members]
    p = np.array([test.p_value for test in found])
    stepped = _romano_wolf(members, found)
    return [
        {
            "family": family.id,
            "effect": model.effect,
            "role": model.role,
            "outcome": model.outcome,
            "step": model.step,
            "term": model.treatment,
            "n_hypotheses": int((~np.isnan(p)).sum()),
            "vcov": _CODES[test.kind],
            "estimate": test.estimate,
            "statistic": test.statistic,
            "p_value": test.p_value,
            "holm": float(one),
            "benjamini_hochberg": float(other),
            "romano_wolf": float(step),
            "draws": test.count,
        }
        for model, test, one, other, step in zip(members, found, holm(p), benjamini_hochberg(p), stepped, strict=True)
    ]


def _romano_wolf(members: Sequence[FittedModel], found: Sequence[WildTest]) -> NDArray[np.float64]:
    """Return NaN for all where the tests do not share their draws: other clusters, or other weights for few of them."""
    shared = {(m.plan.cluster, t.kind, t.count, t.enumerated, t.seed) for m, t in zip(members, found, strict=True)}
    return romano_wolf_of(found) if len(shared) == 1 else np.full(len(found), np.nan)
