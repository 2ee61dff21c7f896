"""Weights that bring a sample to known margins: iterative proportional fitting, of which one margin needs one round.

Deming & Stephan (1940), Annals of Mathematical Statistics 11, 427-444. With one margin the weights are the inverse of
the share of each category that answered (post-stratification).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.weighting.targets import Target

TOLERANCE = 1e-10
_ROUNDS = 2_000
Floats = NDArray[np.float64]


def rake(base: Floats, targets: Sequence[Target]) -> tuple[Floats, int]:
    """Return weights of mean 1 that meet all margins, and the number of rounds it took.

    Parameters
    ----------
    base
        Positive weights, shape (n,).
    targets
        Margins, fitted in turn until every share is within 1e-10 of its target.

    Raises
    ------
    EstimationError
        When the margins cannot be met together, because categories of one have no people in categories of another.
    """
    weights = base / base.sum()
    for turn in range(1, _ROUNDS + 1):
        for target in targets:
            weights = weights * (target.shares / target.totals(weights))[target.codes]
        gaps = [float(np.abs(target.totals(weights) - target.shares).max()) for target in targets]
        if max(gaps) <= TOLERANCE:
            return weights / weights.sum() * len(weights), turn
    worst = targets[int(np.argmax(gaps))]
    raise EstimationError(
        f"expected margins that a weighting of this sample can meet together; after {_ROUNDS} rounds"
        f" {worst.column!r} is still {max(gaps):.2g} away from its targets",
        where="design.weighting.margins",
        hint="cross-tabulate the margins: where a combination that the targets imply has no respondents, merge"
        " categories",
        zh="各边际目标无法同时满足，请检查交叉单元是否无受访者并合并类别。",
    )


def trim(weights: Floats, limit: float) -> tuple[Floats, int]:
    """Return weights cut at `limit` times their median, with mean 1 again, and how many were cut."""
    top = limit * float(np.median(weights))
    cut = np.minimum(weights, top)
    return cut / cut.mean(), int((weights > top).sum())
