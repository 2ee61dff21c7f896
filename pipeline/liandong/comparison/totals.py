"""Totals by community of many measures at once: the only pass over the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Kind = Literal["scale", "share", "mean"]

# Sums of squares below that share of what they could be are rounding: all answers are equal.
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class Measure:
    """What communities are compared by.

    Attributes
    ----------
    name
        A scale or an indicator.
    kind
        ``scale`` (a score), ``share`` or ``mean`` (an indicator).
    universe
        ``all`` or ``in_need``.
    column
        Its column in the values: numbers, 0 and 1 (or truth values) for a share; null for whoever is not counted.
    """

    name: str
    kind: Kind
    universe: str
    column: str


@dataclass(frozen=True, slots=True, eq=False)
class Communities:
    """Whom the communities are made of.

    Attributes
    ----------
    names
        The communities as the tables name them, (G,).
    codes
        (n,) number of each row's community, 0 … G − 1.
    strata
        (G,) stratum of each community, None without strata.
    weight
        (n,) sampling weights, None without.
    """

    names: Sequence[str]
    codes: pl.Series
    strata: NDArray[np.generic] | None = None
    weight: pl.Series | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """Totals by community and measure, (G, M) each, zero where nobody is counted.

    Attributes
    ----------
    origin
        (M,) what was taken off every value beforehand, so that sums of squares stay exact.
    rows
        People counted.
    weight, value, square
        Σw, Σwy, Σwy² of the values without their origin; w is 1 without weights.
    weight2, value2, square2
        Σw², Σw²y, Σw²y².
    is_share
        (M,) whether the measure is a share.
    """

    origin: Floats
    rows: Floats
    weight: Floats
    value: Floats
    square: Floats
    weight2: Floats
    value2: Floats
    square2: Floats
    is_share: NDArray[np.bool_]

    @property
    def effective(self) -> Floats:
        """Σw² people of equal weight would tell as much: (Σw)²/Σw² (Kish 1965), the rows without weights; (G, M)."""
        return divided(self.weight**2, self.weight2)

    @property
    def mean(self) -> Floats:
        """Weighted mean of each community without its origin, NaN where nobody is counted; (G, M)."""
        return divided(self.value, self.weight, np.nan)

    def spread(self) -> Floats:
        """Return Σw(y − ȳ)² of each community with weights of mean 1 inside it, exactly 0 for equal answers; (G, M)."""
        raw = self.square - divided(self.value**2, self.weight)
        scale = divided(self.rows, self.weight)
        floor = _NOTHING * np.maximum(self.square, self.square.mean(axis=0) if len(self.square) else 0.0)
        return np.where(raw > floor, raw * scale, 0.0)


def divided(over: Floats, under: Floats, otherwise: float = 0.0) -> Floats:
    """Return ``over / under``, and `otherwise` where `under` is zero."""
    found: Floats = np.full(np.broadcast(over, under).shape, otherwise)
    np.divide(over, under, out=found, where=under != 0)
    return found


def community_totals(values: pl.DataFrame, measures: Sequence[Measure], communities: Communities) -> Totals:
    """Return the totals of `measures` by community.

    Parameters
    ----------
    values
        The columns of the measures, (n, …).
    measures, communities
        What to count, and of whom.
    """
    weighted = communities.weight is not None
    numbers = values.select(
        pl.col(measure.column).cast(pl.Float64).alias(str(at)) for at, measure in enumerate(measures)
    )
    centres = [numbers[str(at)].mean() for at in range(len(measures))]
    origin = np.array([centre if isinstance(centre, float) else 0.0 for centre in centres])
    frame = numbers.with_columns(pl.col(str(at)) - origin[at] for at in range(len(measures)))
    frame = frame.with_columns(communities.codes.alias("community"))
    if communities.weight is not None:
        frame = frame.with_columns(communities.weight.alias("weight"))
    sums = [part.alias(f"{at} {name}") for at in range(len(measures)) for name, part in _parts(str(at), weighted)]
    found = frame.group_by("community").agg(sums)
    place = found["community"].to_numpy()

    def total(name: str) -> Floats:
        whole = np.zeros((len(communities.names), len(measures)))
        for at in range(len(measures)):
            whole[place, at] = found[f"{at} {name}"].to_numpy()
        return whole

    rows, value, square = total("rows"), total("value"), total("square")
    is_share = np.array([measure.kind == "share" for measure in measures], dtype=bool)
    if not weighted:
        return Totals(origin, rows, rows, value, square, rows, value, square, is_share)
    second = total("weight2"), total("value2"), total("square2")
    return Totals(origin, rows, total("weight"), value, square, *second, is_share)


def _parts(column: str, weighted: bool) -> Iterator[tuple[str, pl.Expr]]:  # noqa: FBT001 - one caller, in this module
    value, weight = pl.col(column), pl.col("weight")
    yield "rows", value.count().cast(pl.Float64)
    if not weighted:
        yield "value", value.sum()
        yield "square", (value * value).sum()
        return
    known = pl.when(value.is_not_null()).then(weight)
    yield "weight", known.sum()
    yield "weight2", (known * known).sum()
    yield "value", (weight * value).sum()
    yield "value2", (weight * weight * value).sum()
    yield "square", (weight * value * value).sum()
    yield "square2", (weight * weight * value * value).sum()
