"""The weights of a study whose definitions name what is known of the population."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.definitions import Weighting
from liandong.evidence import TABLES
from liandong.models import positive_weights
from liandong.weighting.adjust import rake, trim
from liandong.weighting.targets import Target, match_targets

WEIGHT = "weight_made"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights and the account of them.

    Attributes
    ----------
    values
        A column called ``weight_made``, one number per row of the frame, mean 1 over the rows with a positive base
        weight; 0 where the base weight is 0.
    table
        The table weights: per margin and category the target share, the shares before (by the base weights) and after,
        and the number of respondents. Shares after differ from the targets only where weights were cut.
    rounds
        Of the raking.
    design_effect
        Kish's 1 + cv², by which weights alone inflate the variance of a mean; `effective` = n / design_effect.
    effective
        Kish's effective number of respondents.
    largest
        The largest weight as a multiple of the median.
    n_trimmed
        Weights that were cut.
    notes
        The same in words, for the manifest.
    """

    values: pl.Series
    table: pl.DataFrame
    rounds: int
    design_effect: float
    effective: float
    largest: float
    n_trimmed: int
    notes: tuple[str, ...]


def make_weights(frame: pl.DataFrame, weighting: Weighting, base_weight: str | None = None) -> Weights:
    """Return weights under which the sample has the margins of the population.

    Parameters
    ----------
    frame
        Accepted rows with derived columns.
    weighting
        Margins with shares, percents or counts, which are scaled to add up to 1; ``cells`` (one margin) needs one
        round of what ``raking`` repeats. With `trim`, weights over that multiple of the median are cut once, and all
        are scaled to mean 1 again; the margins are then met only nearly, as the table shows.
    base_weight
        Column of design weights to start from; equal weights by default.

    Raises
    ------
    EstimationError
        As :func:`liandong.weighting.targets.match_targets`, :func:`liandong.weighting.adjust.rake` and, for the base
        weights, :func:`liandong.models.positive_weights`.
    """
    index = "__row"
    rows = positive_weights(frame.with_row_index(index), base_weight)
    base = np.ones(rows.height) if base_weight is None else rows[base_weight].cast(pl.Float64).to_numpy()
    targets = match_targets(rows, weighting)
    weights, rounds = rake(base, targets)
    weights, n_trimmed = trim(weights, weighting.trim) if weighting.trim else (weights, 0)
    values = np.zeros(frame.height)
    values[rows[index].to_numpy()] = weights
    design_effect = float(len(weights) * (weights**2).sum() / weights.sum() ** 2)
    largest = float(weights.max() / np.median(weights))
    return Weights(
        values=pl.Series(WEIGHT, values),
        table=_table(targets, base, weights),
        rounds=rounds,
        design_effect=design_effect,
        effective=len(weights) / design_effect,
        largest=largest,
        n_trimmed=n_trimmed,
        notes=tuple(_notes(weighting, base_weight, rounds, design_effect, largest, n_trimmed)),
    )


def _table(targets: Sequence[Target], base: Floats, weights: Floats) -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for target in targets:
        before, after = target.totals(base) / base.sum(), target.totals(weights) / weights.sum()
        counts = np.bincount(target.codes, minlength=len(target.levels))
        rows += [
            {
                "margin": target.column,
                "level": level,
                "target": float(target.shares[j]),
                "before": float(before[j]),
                "after": float(after[j]),
                "n": int(counts[j]),
                "suppressed": False,
            }
            for j, level in enumerate(target.levels)
        ]
    return pl.DataFrame(rows, schema=dict(TABLES["weights"].columns), orient="row")


def _notes(
    weighting: Weighting, base_weight: str | None, rounds: int, design_effect: float, largest: float, n_trimmed: int
) -> Iterator[str]:
    columns = ", ".join(margin.column for margin in weighting.margins)
    start = "equal weights" if base_weight is None else f"the design weights {base_weight!r}"
    yield f"weights: {weighting.method} to the margins of {columns} from {start}, {rounds} rounds"
    yield f"weights: the targets come from: {weighting.source.en or weighting.source.zh}"
    yield f"weights: design effect of the weights 1 + cv² = {design_effect:.3f}; the largest is {largest:.2f} medians"
    if weighting.trim:
        yield f"weights: {n_trimmed} over {weighting.trim:g} medians were cut"
