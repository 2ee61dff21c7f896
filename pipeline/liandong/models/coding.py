"""Columns of the data as columns of a regression: levels of nominal columns, and their 0/1 columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import polars as pl

from liandong.definitions import Effect
from liandong.errors import EstimationError
from liandong.models.plan import Level, ModelPlan, Term, plan_models


def find_levels(
    frame: pl.DataFrame, effects: Sequence[Effect], nominal: Collection[str] = ()
) -> dict[str, tuple[Level, ...]]:
    """Return the sorted levels of the nominal columns that `effects` use.

    Parameters
    ----------
    frame
        Accepted rows.
    effects
        Their outcomes, treatments and controls are looked at.
    nominal
        Columns of codes that the codebook declares nominal; text columns are nominal anyway.

    Returns
    -------
    dict
        Column → levels, for nominal columns only; missing answers are no level.

    Raises
    ------
    EstimationError
        For a column that is not in the data, or that is neither numbers, truth values nor text.
    """
    used = {name for e in effects for name in (*e.outcomes, e.treatment, *(c for step in e.steps for c in step.add))}
    _require_columns(frame, effects)
    found: dict[str, tuple[Level, ...]] = {}
    for name in sorted(used):
        if name in nominal or _is_text(frame.schema[name]):
            found[name] = tuple(frame[name].drop_nulls().unique().sort().to_list())
        elif not (frame.schema[name].is_numeric() or frame.schema[name] == pl.Boolean):
            raise EstimationError(
                f"expected numbers, truth values or text; {name!r} holds {frame.schema[name]}",
                where=f"column {name!r}",
                hint="derive a number from it, such as an age or a duration",
                zh=f"变量 {name!r} 的类型不能进入模型。",
            )
    return found


def plan_effects(
    frame: pl.DataFrame, effects: Sequence[Effect], nominal: Collection[str] = ()
) -> tuple[ModelPlan, ...]:
    """Expand all `effects` into models, one per effect and outcome; `nominal` as in :func:`find_levels`."""
    levels = find_levels(frame, effects, nominal)
    sizes = {name: frame[name].n_unique() for effect in effects for name in effect.absorb}
    return tuple(plan for effect in effects for plan in plan_models(effect, levels, sizes))


def with_terms(frame: pl.DataFrame, plans: Iterable[ModelPlan]) -> pl.DataFrame:
    """Return `frame` with a 0/1 column for each nominal term of `plans`; a missing answer stays missing."""
    terms = {term.name: term for plan in plans for term in plan.terms if term.level is not None}
    return frame.with_columns(_dummy(term, frame.schema[term.column]) for term in terms.values())


def _dummy(term: Term, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(term.column).cast(pl.String) if _is_text(dtype) else pl.col(term.column)
    return (column == pl.lit(term.level)).cast(pl.Int8).alias(term.name)


def _is_text(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.String | pl.Categorical | pl.Enum)


def _require_columns(frame: pl.DataFrame, effects: Sequence[Effect]) -> None:
    for effect in effects:
        controls = [column for step in effect.steps for column in step.add]
        for name in (*effect.outcomes, effect.treatment, *effect.absorb, *effect.cluster, *controls):
            if name not in frame.columns:
                raise EstimationError(
                    f"expected a column {name!r}; the accepted data have none of that name",
                    where=f"analysis.effects: {effect.id}",
                    hint="was the column in the survey file? `liandong check` lists the columns that are absent",
                    zh=f"数据中没有名为 {name!r} 的变量。",
                )
