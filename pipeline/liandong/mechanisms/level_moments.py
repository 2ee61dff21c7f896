"""Within moments of the samples of one effect, from one pass over the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from liandong.errors import EstimationError
from liandong.models import ModelPlan
from liandong.moments import Within, within_samples


def level_moments(
    coded: pl.DataFrame, plan: ModelPlan, samples: Mapping[str, Sequence[str]], weight: str | None
) -> dict[str, Within]:
    """Return the within moments of the complete cases of each of `samples`, by name.

    `plan` names clusters and fixed effects, and the effect that messages name.

    Raises
    ------
    EstimationError
        As :func:`liandong.moments.within_samples`.
    """
    if not samples:
        return {}
    first, second = (*plan.absorb, None, None)[:2]
    try:
        return within_samples(coded, samples, plan.cluster, first, weight, second_effect=second).within
    except EstimationError as error:
        where = "; ".join(place for place in (f"effect {plan.effect!r}", error.where) if place)
        raise EstimationError(error.message, where=where, hint=error.hint, zh=error.zh) from error
