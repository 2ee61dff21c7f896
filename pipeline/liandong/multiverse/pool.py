"""The rows that the samples of a multiverse are drawn from: cells where these are few, else the rows themselves.

A sample is a set of cells (or rows), found by `and` of the sets that are complete on its columns. Where too many
patterns of missing answers would make too many cells, every distinct sample takes a pass of its own over the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.moments import Moments, TooManyCellsError, Within, absorb, collect_moments, within_samples
from liandong.multiverse.choices import Choices, Model, Rule

_CONDITION = "__sample_{}"
_NAME = "sample"


@dataclass(frozen=True, slots=True)
class Pool:
    """Units (cells or rows) of the data under one set of fixed effects.

    Attributes
    ----------
    complete
        Which units are complete on a set of columns, their fixed effects known, shape (units,) each.
    conditions
        Which units satisfy a named sample rule, shape (units,) each.
    effects
        The fixed effects, at most two; the second enters as dummies.
    cluster, weight
        Columns.
    moments
        The cells; None where the units are rows.
    rows
        The rows; None where the units are cells.
    """

    complete: Mapping[Rule, NDArray[np.bool_]]
    conditions: Mapping[str, NDArray[np.bool_]]
    effects: tuple[str, ...]
    cluster: str
    weight: str | None
    moments: Moments | None
    rows: pl.DataFrame | None

    def sample(self, model: Model) -> NDArray[np.bool_]:
        """Return the units in the sample of `model`, shape (units,)."""
        found: NDArray[np.bool_] = np.logical_and.reduce([self.complete[rule] for rule in model.rules if rule])
        condition = self.conditions.get(model.sample)
        return found if condition is None else found & condition

    def within(self, sample: NDArray[np.bool_], columns: Sequence[str]) -> Within:
        """Return the within moments of a sample for `columns`, on all of which it is complete.

        Raises
        ------
        EstimationError
            When no rows are left after singletons go.
        """
        first, second = (*self.effects, None, None)[:2]
        if self.moments is not None:
            return absorb(self.moments, columns, second_effect=second, cells=sample)
        assert self.rows is not None
        samples = {_NAME: columns}
        chosen = self.rows.filter(sample)
        return within_samples(chosen, samples, self.cluster, first, self.weight, second_effect=second).within[_NAME]


def open_pool(rows: pl.DataFrame, choices: Choices, effects: tuple[str, ...], weight: str | None) -> Pool:
    """Return the pool of `rows`, which hold a column per term and positive weights.

    Raises
    ------
    EstimationError
        As :func:`liandong.moments.collect_moments`.
    """
    names = {rule.name: _CONDITION.format(i) for i, rule in enumerate(choices.multiverse.samples)}
    marked = rows.with_columns(
        rule.where.polars().cast(pl.Boolean).fill_null(value=False).cast(pl.Int8).alias(names[rule.name])
        for rule in choices.multiverse.samples
    )
    columns = list(dict.fromkeys(column for rule in choices.rules for column in rule))
    cluster, first, second = choices.plan.cluster, *(*effects, None, None)[:2]
    keys = [*names.values(), *([second] if second is not None else [])]
    try:
        moments = collect_moments(marked, columns, cluster, first, weight, samples=choices.rules, keys=keys)
    except TooManyCellsError:
        return _by_rows(marked, choices, effects, weight, names)
    usable = moments.cell_keys[:, -1] >= 0 if second is not None else np.ones(len(moments.rows), dtype=np.bool_)
    complete = {rule: moments.complete[:, number] & usable for number, rule in enumerate(moments.rules)}
    conditions = {
        name: moments.key_cells(key, 1)
        if 1 in moments.key_labels[moments.key_names.index(key)]
        else np.zeros(len(moments.rows), dtype=np.bool_)
        for name, key in names.items()
    }
    return Pool(complete, conditions, effects, cluster, weight, moments, None)


def _by_rows(
    marked: pl.DataFrame, choices: Choices, effects: tuple[str, ...], weight: str | None, names: Mapping[str, str]
) -> Pool:
    usable = marked
    for effect in effects:
        usable = usable.filter(_known(usable, effect))
    complete = {
        rule: usable.select(pl.all_horizontal(_known(usable, column) for column in rule)).to_series().to_numpy()
        for rule in choices.rules
    }
    conditions = {name: usable[key].cast(pl.Boolean).to_numpy() for name, key in names.items()}
    return Pool(complete, conditions, effects, choices.plan.cluster, weight, None, usable)


def _known(frame: pl.DataFrame, column: str) -> pl.Expr:
    known = pl.col(column).is_not_null()
    return known & pl.col(column).is_not_nan() if frame.schema[column].is_float() else known
