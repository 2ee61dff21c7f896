"""Single answers on an ordered scale: whether an ordered logit sees the treatment on the same side as the linear model.

A mean of codes takes the steps between answers to be equal. The ordered logit does not, and where both have the same
sign the choice does not matter for the direction. The items are single answers, so that their numbers are not those of
the scale; p-values come from t(G - 1), as everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.definitions import Effect
from liandong.errors import EstimationError
from liandong.evidence import TABLES
from liandong.inference import coefficients, fit
from liandong.mechanisms.ordered_logit import OrderedLogit, ordered_logit
from liandong.models import (
    Design,
    ModelPlan,
    complete_cases,
    describe_design,
    plan_effects,
    plan_moments,
    require_identified,
    with_terms,
    without_singletons,
)
from liandong.moments import Within

Floats = NDArray[np.float64]

MOST_LEVELS = 50  # of fixed effects that enter an ordered logit as dummies
ROWS_PER_LEVEL = 10  # on average; with fewer, as many dummies bias the treatment's log odds away from zero
_MOST_CATEGORIES = 20
_SPARSE = 5  # answers in a category below which its thresholds are guesses
_LEVEL = 0.95
_LOGIT = ("log_odds", "std_error", "odds_ratio", "odds_low", "odds_high", "p_value")


def ordinal_table(
    frame: pl.DataFrame, effects: Sequence[Effect], *, weight: str | None = None, nominal: Collection[str] = ()
) -> pl.DataFrame:
    """Return table ``ordinal``: the treatment in ordered logits of each effect's ordinal items, beside linear models.

    The regressors are those of the effect's last step, the sample is the complete cases of the item and these. Fixed
    effects enter the logit as dummies (``fixed_effects``) if there are at most 50 levels with 10 rows on average; the
    linear estimate always absorbs them, with CR1. ``flag`` joins reasons by "+": those of the design (see
    :class:`liandong.models.Design`), ``without_fixed_effects``, ``sparse_category`` (fewer than 5 answers in one),
    ``perfect_prediction`` (a control, or the dummy of a level, predicts the answer perfectly; the treatment's numbers
    stand), ``separation`` (the treatment does; it has no finite log odds) and ``not_converged``.

    Parameters
    ----------
    frame
        Accepted rows with scale scores and derived columns.
    effects
        From the definitions; those without ordinal items have no rows.
    weight
        Column of sampling weights.
    nominal
        Columns of codes without an order.

    Raises
    ------
    EstimationError
        When the sample cannot identify the treatment, or an item has more than 20 different answers.
    """
    rows = [row for effect in effects if effect.ordinal for row in _effect_rows(frame, effect, weight, nominal)]
    table = pl.DataFrame(rows, schema=dict(TABLES["ordinal"].columns), orient="row")
    return table.with_columns(pl.col(pl.Float64).fill_nan(None))


def _effect_rows(
    frame: pl.DataFrame, effect: Effect, weight: str | None, nominal: Collection[str]
) -> Iterator[dict[str, Any]]:
    plans = plan_effects(frame, [effect.model_copy(update={"outcomes": effect.ordinal})], nominal)
    coded = with_terms(frame, plans)
    samples = {plan: complete_cases(coded, plan, weight) for plan in plans}
    for plan, sample in samples.items():
        require_identified(sample.rows, plan)
    found = plan_moments(coded, plans, weight).within
    for plan, sample in samples.items():
        within = found[plan.name]
        rows = without_singletons(sample, plan, {lost.effect: lost.levels for lost in within.singletons}).rows
        require_identified(rows, plan)
        spread = (within.mean(plan.outcome), within.sd(plan.outcome))
        yield _row(plan, rows, within, describe_design(rows, plan, spread, None), weight)


def _row(plan: ModelPlan, rows: pl.DataFrame, within: Within, design: Design, weight: str | None) -> dict[str, Any]:
    answers, counts = _answers(rows, plan)
    dummies = _dummies(rows, plan)
    terms = [plan.treatment, *(term.name for term in plan.terms if term.name != plan.treatment)]
    x = np.column_stack([*(rows[name].cast(pl.Float64).to_numpy() for name in terms), *(dummies or ())])
    w = None if weight is None else rows[weight].cast(pl.Float64).to_numpy()
    logit = ordered_logit(answers, x, _codes(rows[plan.cluster]), w)
    separated = bool(logit.runaway[0])
    reasons = {
        "without_fixed_effects": dummies is None,
        "sparse_category": int(counts.min()) < _SPARSE,
        "perfect_prediction": bool(logit.runaway[1:].any()),
        "separation": separated,
        "not_converged": not logit.converged,
    }
    numbers = dict.fromkeys(_LOGIT) if separated or not logit.converged else _numbers(logit)
    linear = _linear(plan, within, terms)
    log_odds = numbers["log_odds"]
    return {
        "effect": plan.effect,
        "item": plan.outcome,
        "n_levels": len(counts),
        "n_obs": rows.height,
        "n_clusters": logit.n_clusters,
        "fixed_effects": bool(plan.absorb) and dummies is not None,
        **numbers,
        "linear_estimate": linear[0],
        "linear_p_value": linear[1],
        "same_sign": None if log_odds is None else bool(np.sign(log_odds) == np.sign(linear[0])),
        "flag": "+".join((*design.flags, *(reason for reason, holds in reasons.items() if holds))),
    }


def _numbers(logit: OrderedLogit) -> dict[str, float]:
    from scipy.special import stdtr, stdtrit

    df = logit.n_clusters - 1
    log_odds, error = float(logit.coefficients[0]), float(np.sqrt(logit.covariance[0, 0]))
    reach = float(stdtrit(df, 0.5 + _LEVEL / 2)) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = 2 * stdtr(df, -np.abs(np.float64(log_odds) / error))
    values = (log_odds, error, *np.exp([log_odds, log_odds - reach, log_odds + reach]), p_value)
    return dict(zip(_LOGIT, map(float, values), strict=True))


def _linear(plan: ModelPlan, within: Within, terms: Sequence[str]) -> tuple[float, float]:
    fitted = fit(within, plan.outcome, terms)
    if plan.treatment not in fitted.terms:
        raise EstimationError(
            f"expected a treatment that the fixed effects do not explain; {plan.treatment!r} is absorbed",
            where=plan.name,
            hint="absorb a coarser unit",
            zh=f"处理变量 {plan.treatment!r} 已被固定效应完全解释。",
        )
    found = coefficients(fitted, "CR1", _LEVEL)
    return float(found.estimate[0]), float(found.p_value[0])


def _answers(rows: pl.DataFrame, plan: ModelPlan) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    values, answers, counts = np.unique(rows[plan.outcome].to_numpy(), return_inverse=True, return_counts=True)
    if len(values) > _MOST_CATEGORIES:
        raise EstimationError(
            f"expected single answers on an ordered scale; {plan.outcome!r} takes {len(values)} values",
            where=f"analysis.effects: {plan.effect}, ordinal",
            hint="name the items of the scale instead of its score",
            zh=f"变量 {plan.outcome!r} 取值过多，不能作为有序选项。",
        )
    return answers, counts


def _dummies(rows: pl.DataFrame, plan: ModelPlan) -> list[Floats] | None:
    """Return 0/1 columns for the levels of all fixed effects but the first of each, or None where they are too many."""
    columns: list[Floats] = []
    for effect in plan.absorb:
        codes = _codes(rows[effect])
        levels = int(codes.max()) + 1
        if levels > MOST_LEVELS or rows.height < ROWS_PER_LEVEL * levels:
            return None
        columns += [(codes == level).astype(np.float64) for level in range(1, levels)]
    return columns


def _codes(labels: pl.Series) -> NDArray[np.intp]:
    found: NDArray[np.intp] = labels.rank("dense").to_numpy().astype(np.intp) - 1
    return found
