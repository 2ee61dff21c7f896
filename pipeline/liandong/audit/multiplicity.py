"""The table multiplicity: p-values of a family of hypotheses, judged together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from liandong.definitions import Family
from liandong.evidence import TABLES
from liandong.inference import WildTest, benjamini_hochberg, holm, romano_wolf
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
        hypothesis without a bootstrap has no p-value and does not count. Romano-Wolf needs one set of draws: it is
        left out where the models of a family cluster on different columns.
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
            "n_hypotheses": len(members),
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


def _romano_wolf(members: Sequence[FittedModel], found: Sequence[WildTest]) -> np.ndarray[Any, np.dtype[np.float64]]:
    kept = [test.t_star for test in found if test.t_star is not None]
    if len({model.plan.cluster for model in members}) > 1 or len(kept) < len(found):
        return np.full(len(found), np.nan)
    return romano_wolf(np.array([test.statistic for test in found]), np.stack(kept), enumerated=found[0].enumerated)
