"""All specifications of a multiverse, from one pass over the rows per set of fixed effects."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.definitions import Effect, Multiverse
from liandong.errors import EstimationError
from liandong.models import positive_weights, with_terms
from liandong.moments import MAX_DUMMIES
from liandong.multiverse.answers import Answer, Failure, answers
from liandong.multiverse.choices import Choices, Model, plan_choices, plan_specifications
from liandong.multiverse.pool import Pool, open_pool
from liandong.multiverse.tables import Specification, specification_table, summary_table


def run_multiverse(
    frame: pl.DataFrame,
    effect: Effect,
    multiverse: Multiverse,
    weight: str | None = None,
    nominal: Collection[str] = (),
    *,
    headline: str = "CR1",
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Estimate every specification of `multiverse`.

    Samples: "common" are the complete cases of all control blocks, with the specification's scoring and fixed effects
    known; "complete" those of the specification itself; a named rule keeps those of the common sample where its
    condition holds. Fixed-effect singletons go, as everywhere. Of specifications that differ in name only, because
    their columns, fixed effects and rows are the same, one is kept (the study's own, else the first: that of the common
    sample), so that no number counts twice.

    Parameters
    ----------
    frame
        Accepted rows with scale scores and derived columns.
    effect, multiverse
        From the study's definitions; ``multiverse.effect`` is the effect's id.
    weight
        Column of sampling weights. Rows of weight zero are left out.
    nominal
        Columns of codes without an order.
    headline
        Covariance of the published headline; if it is not among ``multiverse.inference``, the first that is.

    Returns
    -------
    tuple
        The tables specifications and multiverse. `is_headline` marks the study's own model: last step, its own sample,
        its fixed effects and scoring, with covariance `headline`; it is there in any case, as one more specification if
        need be. The *conclusion* of a specification is "positive" or "negative" when its 95 % interval lies on that
        side of zero and "unclear" when it holds zero; `agrees` when this is the headline's conclusion, null where
        either has no number. `estimate_sd` is in standard deviations of the specification's own outcome in its own
        sample (divisor n - 1). A specification that fails is a row without numbers whose flag says why: see
        :func:`liandong.multiverse.answers.answers`; also ``no_rows``, and ``too_many_levels`` of a second fixed effect.

        The shares in multiverse are among the specifications with numbers; `share_positive_clear` and
        `share_negative_clear` are those with these conclusions, `share_same_sign` those whose estimate has the sign of
        the headline's.

    Raises
    ------
    EstimationError
        As :func:`liandong.multiverse.choices.plan_choices`; for unusable weights, missing cluster ids and infinite
        values.
    """
    choices = plan_choices(frame, effect, multiverse, nominal)
    rows = positive_weights(with_terms(frame, [choices.plan]), weight)
    chosen = headline if headline in choices.kinds else choices.kinds[0]
    models = tuple(plan_specifications(choices))
    found = [
        Specification(
            model=model,
            absorbed=absorbed,
            kind=kind,
            answer=answer,
            is_headline=model.published and absorbed == choices.absorb[0] and kind == chosen,
        )
        for absorbed in choices.absorb
        for model, kinds in _estimated(rows, choices, models, absorbed, weight)
        for kind, answer in kinds.items()
    ]
    return specification_table(effect, found), summary_table(effect, found)


@dataclass(frozen=True, slots=True)
class _Sample:
    """A distinct sample with the models that are estimated on it."""

    units: NDArray[np.bool_]
    models: list[Model]

    @property
    def columns(self) -> list[str]:
        """All columns of these models."""
        return list(dict.fromkeys(c for model in self.models for c in (model.scoring, *model.regressors)))


def _estimated(
    rows: pl.DataFrame, choices: Choices, models: Sequence[Model], absorbed: tuple[str, ...], weight: str | None
) -> Iterator[tuple[Model, dict[str, Answer | Failure]]]:
    """Yield the distinct models in the order planned, each with its answers by kind of covariance."""
    if len(absorbed) > 1 and rows[absorbed[1]].n_unique() > MAX_DUMMIES + 1:
        for model in models:
            yield model, dict.fromkeys(choices.kinds, Failure("too_many_levels"))
        return
    pool = _pool(rows, choices, absorbed, weight)
    samples = _distinct(pool, models)
    found = {model: answer for sample in samples for model, answer in _on(pool, sample, choices.kinds)}
    yield from ((model, found[model]) for model in models if model in found)


def _pool(rows: pl.DataFrame, choices: Choices, absorbed: tuple[str, ...], weight: str | None) -> Pool:
    try:
        return open_pool(rows, choices, absorbed, weight)
    except EstimationError as error:
        where = "; ".join(place for place in (f"analysis.multiverses: {choices.effect.id}", error.where) if place)
        raise EstimationError(error.message, where=where, hint=error.hint, zh=error.zh) from error


def _distinct(pool: Pool, models: Sequence[Model]) -> list[_Sample]:
    """Return the distinct samples; of models with the same columns on the same rows the published one, or the first."""
    samples: dict[bytes, _Sample] = {}
    kept: dict[tuple[bytes, str, str, frozenset[str]], Model] = {}
    for model in models:
        units = pool.sample(model)
        key = np.packbits(units).tobytes()
        samples.setdefault(key, _Sample(units, []))
        same = (key, model.outcome, model.scoring, frozenset(model.regressors))
        if same not in kept or model.published:
            kept[same] = model
    for (key, *_), model in kept.items():
        samples[key].models.append(model)
    return list(samples.values())


def _on(pool: Pool, sample: _Sample, kinds: Sequence[str]) -> Iterator[tuple[Model, dict[str, Answer | Failure]]]:
    try:
        within = pool.within(sample.units, sample.columns) if sample.units.any() else None
    except EstimationError:  # the one thing left that can be wrong: all rows are singletons of a fixed effect
        within = None
    if within is None:
        yield from ((model, _nothing(kinds)) for model in sample.models)
        return
    by_regressors: dict[tuple[str, ...], list[Model]] = {}
    for model in sample.models:
        by_regressors.setdefault(model.regressors, []).append(model)
    for regressors, models in by_regressors.items():
        found = answers(within, [model.scoring for model in models], regressors, kinds)
        yield from ((model, found[model.scoring]) for model in models)


def _nothing(kinds: Sequence[str]) -> dict[str, Answer | Failure]:
    return dict.fromkeys(kinds, Failure("no_rows", 0, 0))
