"""Dose and response: whether more of a treatment goes with more of the outcome, and in a straight line.

The treatment is a count or an ordered code. Every value of it is compared with the lowest one, with the controls and
fixed effects of the effect's last step; and the line through all values with what the values themselves say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from liandong.definitions import Effect
from liandong.evidence import TABLES
from liandong.inference import fit
from liandong.mechanisms.contrasts import (
    JointTest,
    Resampling,
    coefficient_row,
    estimate_only,
    joint_test,
    no_test,
    small_sample_coefficients,
    spent,
    spoiled_terms,
    terms_of_one_cluster,
)
from liandong.mechanisms.dose_questions import Dose, DoseQuestion, plan_doses
from liandong.moments import Within

FEW_PEOPLE = 5
_TWO = 2

Row = dict[str, Any]


def dose_tables(
    frame: pl.DataFrame,
    effects: Sequence[Effect],
    weight: str | None = None,
    nominal: Collection[str] = (),
    *,
    draws: int = 9_999,
    seed: int = 20200501,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Compare every value of the treatment with the lowest one, for the effects that ask for it.

    Parameters
    ----------
    frame
        Accepted rows with scale scores and derived columns.
    effects
        From the study's definitions; those without ``dose_response`` have no rows.
    weight
        Column of sampling weights. Rows of weight zero are left out.
    nominal
        Columns of codes without an order.
    draws, seed
        Of the bootstrap behind the joint tests.

    Returns
    -------
    tuple
        The tables dose and dose_tests.

        Dose: one row per value that occurs, with the difference from the lowest value (whose row is the reference: 0
        without a standard error) by CR2 with Satterthwaite's df (CR1 where the cells that CR2 needs are too many to
        keep). No value is pooled with another. Flags: ``few_people``, under 5 people here or at the reference, is a
        caution; ``one_cluster``, a value that occurs in one cluster has an estimate but no standard error, because
        clusters cannot give it; ``reference_in_one_cluster``, the same for all values when it is the lowest one;
        ``not_identified_without_cluster``, the same for a value that is not identified without some cluster;
        ``collinear``, without numbers because fixed effects or controls say as much; ``zero_variance``, without a
        standard error; and the flags of the tests where no model can be fitted.

        Dose_tests, over the values that occur in two clusters at least (the flag ``values_left_out`` says that there
        are others): ``any_difference``, they all have the same mean; ``linearity``, the deviations from a straight line
        are zero; both by the restricted wild cluster bootstrap (:class:`liandong.mechanisms.contrasts.JointTest`).
        ``trend``, over all values, is the slope of the line, the effect's own coefficient: `statistic` is t, `method`
        ``t_cr2`` or ``t_cr1``. Without a test the flag says why: ``two_values`` always lie on a line; ``one_value``,
        ``no_sample``, ``one_cluster``, ``outcome_constant``, ``outcome_absorbed``, ``too_few_rows``, ``collinear``.

    Raises
    ------
    EstimationError
        For a treatment with more than 30 values, and as :func:`liandong.models.plan_effects` and
        :func:`liandong.moments.within_samples`.
    """
    resampling = Resampling(draws, seed)
    doses: list[Row] = []
    tests: list[Row] = []
    for effect in effects:
        if effect.dose_response:
            for question in plan_doses(frame, effect, weight, nominal):
                doses += _dose_rows(question)
                tests += _test_rows(question, resampling)
    schemas = [dict(TABLES[name].columns) for name in ("dose", "dose_tests")]
    return pl.DataFrame(doses, schema=schemas[0]), pl.DataFrame(tests, schema=schemas[1])


def _dose_rows(question: DoseQuestion) -> Iterator[Row]:
    if question.within is None or question.obstacle:
        yield from (_row(question, dose, question.obstacle) for dose in question.doses)
        return
    reference, *others = question.doses
    terms = question.columns([dose.value for dose in others])
    fitted = fit(question.within, question.plan.outcome, [*terms, *question.controls])
    if spent(fitted):
        yield from (_row(question, dose, "too_few_rows") for dose in question.doses)
        return
    spoiled, lone, found = spoiled_terms(fitted), terms_of_one_cluster(fitted), small_sample_coefficients(fitted)
    yield _row(question, reference, "few_people" if reference.n_obs < FEW_PEOPLE else "", estimate=0.0)
    for dose, term in zip(others, terms, strict=True):
        if term in spoiled:
            yield _row(question, dose, "collinear")
            continue
        numbers = coefficient_row(found, term)
        unsafe = _unsafe(dose, reference) or ("not_identified_without_cluster" if term in lone else "")
        if unsafe:
            yield _row(question, dose, unsafe, **estimate_only(numbers))
        else:
            few = "few_people" if min(dose.n_obs, reference.n_obs) < FEW_PEOPLE else ""
            yield _row(question, dose, "zero_variance" if numbers["std_error"] is None else few, **numbers)


def _unsafe(dose: Dose, reference: Dose) -> str:
    """Return why there is no standard error between clusters, as a key."""
    if dose.n_clusters < _TWO:
        return "one_cluster"
    return "reference_in_one_cluster" if reference.n_clusters < _TWO else ""


def _row(question: DoseQuestion, dose: Dose, flag: str, **numbers: Any) -> Row:
    return {
        "effect": question.plan.effect,
        "outcome": question.plan.outcome,
        "level": float(dose.value),
        "n_obs": dose.n_obs,
        "n_clusters": dose.n_clusters,
        "is_reference": dose is question.doses[0],
        "vcov": "",
        "flag": flag,
        "suppressed": False,
        **numbers,
    }


def _test_rows(question: DoseQuestion, resampling: Resampling) -> Iterator[Row]:
    names = ("any_difference", "linearity", "trend")
    if question.within is None or question.obstacle:
        found = [no_test(question.obstacle)] * len(names)
    else:
        found = [
            _any_difference(question, question.within, resampling),
            _linearity(question, question.within, resampling),
            _trend(question, question.within),
        ]
    for name, test in zip(names, found, strict=True):
        yield {"effect": question.plan.effect, "outcome": question.plan.outcome, "test": name, **test.row}


def _any_difference(question: DoseQuestion, within: Within, resampling: Resampling) -> JointTest:
    tested = question.columns(question.spread[1:])
    if not tested:
        return no_test("one_value")
    return _joint(question, within, tested, [], resampling)


def _linearity(question: DoseQuestion, within: Within, resampling: Resampling) -> JointTest:
    """Test the values but two, which the line takes: they say whether it is straight."""
    tested = question.columns(question.spread[_TWO:])
    if not tested:
        return no_test("two_values")
    return _joint(question, within, tested, [question.plan.treatment], resampling)


def _joint(
    question: DoseQuestion, within: Within, tested: Sequence[str], line: Sequence[str], resampling: Resampling
) -> JointTest:
    confined = question.columns(question.confined)
    fitted = fit(within, question.plan.outcome, [*tested, *line, *question.controls, *confined])
    if spent(fitted):
        return no_test("too_few_rows")
    found = joint_test(fitted, tested, resampling)
    if not found.method or not confined:
        return found
    return replace(found, flag="+".join(flag for flag in (found.flag, "values_left_out") if flag))


def _trend(question: DoseQuestion, within: Within) -> JointTest:
    treatment = question.plan.treatment
    fitted = fit(within, question.plan.outcome, [treatment, *question.controls])
    if spent(fitted):
        return no_test("too_few_rows")
    if treatment in spoiled_terms(fitted):
        return no_test("collinear")
    found = small_sample_coefficients(fitted)
    at = found.terms.index(treatment)
    numbers = [float(values[at]) for values in (found.statistic, found.df, found.p_value)]
    if not np.isfinite(numbers).all():
        return no_test("zero_variance")
    return JointTest(f"t_{found.vcov.lower()}", numbers[0], 1.0, numbers[1], numbers[2], "")
