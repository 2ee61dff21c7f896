"""Does the treatment's coefficient differ between groups named in advance? By interactions, not by separate stars.

The model is the effect's last step with one column treatment × level for every level of the subgroup and the levels'
own 0/1 columns, so that every coefficient is that of its level; controls and fixed effects are shared. The question
of the table interactions is whether all levels have the same coefficient.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from liandong.definitions import Effect
from liandong.evidence import TABLES
from liandong.inference import fit, holm
from liandong.mechanisms.contrasts import (
    JointTest,
    Resampling,
    coefficient_row,
    joint_test,
    no_test,
    small_sample_coefficients,
    spent,
    spoiled_terms,
    terms_of_one_cluster,
    unfit,
)
from liandong.mechanisms.level_columns import LevelCounts, level_text
from liandong.mechanisms.subgroup_questions import Question, plan_questions
from liandong.moments import Within

Row = dict[str, Any]


def heterogeneity_tables(
    frame: pl.DataFrame,
    effects: Sequence[Effect],
    weight: str | None = None,
    nominal: Collection[str] = (),
    *,
    draws: int = 9_999,
    seed: int = 20200501,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Compare the treatment's coefficient between the levels of every subgroup of every effect.

    Parameters
    ----------
    frame
        Accepted rows with scale scores and derived columns.
    effects
        From the study's definitions; those without ``subgroups`` have no rows.
    weight
        Column of sampling weights. Rows of weight zero are left out.
    nominal
        Columns of codes without an order.
    draws, seed
        Of the bootstrap behind the joint test.

    Returns
    -------
    tuple
        The tables heterogeneity and interactions.

        Heterogeneity: per level the coefficient of the treatment with CR2 and Satterthwaite's df (CR1 where the cells
        that CR2 needs are too many to keep; `vcov` says which). A level that cannot carry one is a row without numbers
        whose flag says why: see :attr:`liandong.mechanisms.level_columns.LevelCounts.obstacle`; also ``collinear`` and
        ``not_identified_without_cluster`` (one cluster alone identifies it), and for the sample as a whole
        ``one_cluster``, ``outcome_constant``, ``outcome_absorbed`` and ``too_few_rows``; ``zero_variance`` has an
        estimate only. Other flags beside numbers are cautions. People of whom only the subgroup is not known leave the
        sample; they are counted in a row of level "" with the flag ``missing``.

        Interactions: the test that all levels which carry a coefficient have the same one, by the restricted wild
        cluster bootstrap (see :class:`liandong.mechanisms.contrasts.JointTest`); `n_levels` is the number of levels
        compared, and the flag ``levels_left_out`` says that there are others. `holm` is adjusted over all outcomes and
        subgroups of an effect.

    Raises
    ------
    EstimationError
        For a subgroup that is not in the data or has more than 20 levels, and as
        :func:`liandong.models.plan_effects` and :func:`liandong.moments.within_samples`.
    """
    resampling = Resampling(draws, seed)
    levels: list[Row] = []
    tests: list[Row] = []
    for effect in effects:
        if effect.subgroups:
            found = [_compare(question, resampling) for question in plan_questions(frame, effect, weight, nominal)]
            levels += [row for comparison in found for row in comparison.levels]
            tests += _with_holm([comparison.test for comparison in found])
    return _table("heterogeneity", levels), _table("interactions", tests)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Rows of one outcome and one subgroup."""

    levels: list[Row]
    test: Row


def _compare(question: Question, resampling: Resampling) -> _Comparison:
    within, outcome = question.within, question.plan.outcome
    if within is None:
        return _nothing(question, "no_sample")
    reason = unfit(within, outcome)
    if reason:
        return _nothing(question, reason)
    able = [count.level for count in question.counts if not count.obstacle]
    fitted = fit(within, outcome, _regressors(question, able, [], _others(question, able)))
    if spent(fitted):
        return _nothing(question, "too_few_rows")
    spoiled, lone, found = spoiled_terms(fitted), terms_of_one_cluster(fitted), small_sample_coefficients(fitted)
    rows, sound = [], []
    for count, (term,) in zip(question.counts, map(question.interactions, _each(question.values)), strict=True):
        obstacle = count.obstacle or _obstacle(term, spoiled, lone)
        if obstacle:
            rows.append(_level_row(question, count, {"flag": obstacle}))
            continue
        sound.append(count.level)
        numbers = coefficient_row(found, term)
        flag = "zero_variance" if numbers["std_error"] is None else "+".join(count.cautions)
        rows.append(_level_row(question, count, {**numbers, "flag": flag}))
    return _Comparison([*rows, *_missing_row(question)], _equality(question, within, sound, resampling))


def _obstacle(term: str, spoiled: Collection[str], lone: Collection[str]) -> str:
    if term in spoiled:
        return "collinear"
    return "not_identified_without_cluster" if term in lone else ""


def _each(values: Sequence[Any]) -> Iterator[list[Any]]:
    yield from ([value] for value in values)


def _others(question: Question, values: Sequence[Any]) -> list[Any]:
    return [value for value in question.values if value not in values]


def _regressors(question: Question, first: Sequence[Any], common: Sequence[str], last: Sequence[Any]) -> list[str]:
    """Return interactions of `first`, `common` columns, main columns and controls, and interactions of `last`.

    Levels that carry no estimate come last, so that theirs are the columns to drop where they add nothing.
    """
    before, after = question.interactions(first), question.interactions(last)
    return list(dict.fromkeys([*before, *common, *question.base, *after]))


def _equality(question: Question, within: Within, sound: Sequence[Any], resampling: Resampling) -> Row:
    """Test that the levels `sound` have one coefficient: the treatment for all, interactions for all but the first."""
    if len(sound) < 2:  # noqa: PLR2004 - a comparison needs two
        return _test_row(question, len(sound), no_test("one_level"))
    others = _others(question, sound)
    regressors = _regressors(question, sound[1:], [question.plan.treatment], others)
    found = joint_test(fit(within, question.plan.outcome, regressors), question.interactions(sound[1:]), resampling)
    left_out = any(count.n_obs and count.level in others for count in question.counts)
    flags = [flag for flag in (found.flag, "levels_left_out" if left_out else "") if flag]
    return _test_row(question, len(sound), replace(found, flag="+".join(flags)))


def _nothing(question: Question, reason: str) -> _Comparison:
    rows = [_level_row(question, count, {"flag": count.obstacle or reason}) for count in question.counts]
    return _Comparison([*rows, *_missing_row(question)], _test_row(question, 0, no_test(reason)))


def _level_row(question: Question, count: LevelCounts, own: Row) -> Row:
    return {
        "effect": question.plan.effect,
        "outcome": question.plan.outcome,
        "subgroup": question.subgroup,
        "level": level_text(count.level),
        "step": question.plan.steps[-1].name,
        "n_obs": count.n_obs,
        "n_treated": count.n_treated,
        "n_untreated": count.n_untreated,
        "n_clusters": count.n_clusters,
        "vcov": "",
        "suppressed": False,
        **own,
    }


def _missing_row(question: Question) -> list[Row]:
    rows, clusters = question.missing
    nobody = LevelCounts("", rows, clusters, None, None, None, None, varies=False)
    return [_level_row(question, nobody, {"flag": "missing"})] if rows else []


def _test_row(question: Question, n_levels: int, found: JointTest) -> Row:
    within = question.within
    return {
        "effect": question.plan.effect,
        "role": question.plan.role,
        "outcome": question.plan.outcome,
        "subgroup": question.subgroup,
        "n_levels": n_levels,
        "n_obs": 0 if within is None else within.n_obs,
        "n_clusters": 0 if within is None else within.n_clusters,
        **found.row,
    }


def _with_holm(tests: list[Row]) -> list[Row]:
    adjusted = holm(np.array([np.nan if test["p_value"] is None else test["p_value"] for test in tests]))
    return [
        test | {"holm": None if np.isnan(value) else float(value)} for test, value in zip(tests, adjusted, strict=True)
    ]


def _table(name: str, rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(TABLES[name].columns))
