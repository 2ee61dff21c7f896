"""What a study asks beyond its models: arms, other specifications, groups, doses, single answers, mediation.

One such question that the data cannot carry (a mediator that is the same for everybody, a subgroup of 70 values) must
not take the others with it, nor the models: it stands in the table unanswered, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import TypeVar

import polars as pl

from liandong.balance import compare_arms
from liandong.errors import EstimationError
from liandong.evidence import TABLES
from liandong.mechanisms import dose_tables, heterogeneity_tables, mediation_table, ordinal_table
from liandong.multiverse import run_multiverse
from liandong.workflow.case import Case, Write, effect_assignments

AnswerT = TypeVar("AnswerT")
AskedT = TypeVar("AskedT")


def ask_further(case: Case, write: Write) -> None:
    """Write the tables of every further question that the study asks, and the table unanswered."""
    refused = _Refused()
    _arms(case, write)
    _multiverses(case, write, refused)
    _mediations(case, write, refused)
    _mechanisms(case, write, refused)
    write("unanswered", refused.table())


@dataclass(slots=True)
class _Refused:
    """The questions that the data cannot carry, collected while they are asked."""

    rows: list[dict[str, str]] = field(default_factory=list)

    def answers(
        self, kind: str, asked: Iterable[tuple[str, str, AskedT]], answer: Callable[[AskedT], AnswerT]
    ) -> list[AnswerT]:
        """Return the answers to the questions, given as id, role and what to answer, that have one."""
        found = []
        for item, role, question in asked:
            try:
                found.append(answer(question))
            except EstimationError as error:
                reason = error.message if error.where is None else f"{error.where}: {error.message}"
                self.rows.append({"question": kind, "item": item, "role": role, "zh": error.zh, "en": reason})
        return found

    def table(self) -> pl.DataFrame:
        return pl.DataFrame(self.rows, schema=dict(TABLES["unanswered"].columns))


def _arms(case: Case, write: Write) -> None:
    analysis = case.study.spec.analysis
    assignments = effect_assignments(case.study)
    comparison = compare_arms(
        case.frame, analysis.effects, assignments, analysis.inference, weight=case.weight, nominal=case.nominal
    )
    for name in fields(comparison):
        write(name.name, getattr(comparison, name.name))


def _multiverses(case: Case, write: Write, refused: _Refused) -> None:
    by_id = {effect.id: effect for effect in case.study.spec.analysis.effects}
    found = refused.answers(
        "multiverse",
        ((each.effect, by_id[each.effect].role, each) for each in case.study.spec.analysis.multiverses),
        lambda each: run_multiverse(case.frame, by_id[each.effect], each, case.weight, case.nominal),
    )
    _write_joined(("specifications", "multiverse"), found, write)


def _mediations(case: Case, write: Write, refused: _Refused) -> None:
    analysis, assignments = case.study.spec.analysis, effect_assignments(case.study)
    lots = [effect.treatment for effect in analysis.effects if assignments[effect.id].kind == "randomised"]
    found = refused.answers(
        "mediation",
        ((mediation.id, mediation.role, mediation) for mediation in analysis.mediations),
        lambda mediation: mediation_table(
            case.frame, [mediation], analysis.inference, weight=case.weight, nominal=case.nominal, randomised=lots
        ),
    )
    _write_joined(("mediation",), [(table,) for table in found], write)


def _mechanisms(case: Case, write: Write, refused: _Refused) -> None:
    effects, inference = case.study.spec.analysis.effects, case.study.spec.analysis.inference
    draws, seed = inference.draws, inference.seed
    grouped = [(effect.id, effect.role, effect) for effect in effects if effect.subgroups]
    dosed = [(effect.id, effect.role, effect) for effect in effects if effect.dose_response]
    ordered = [(effect.id, effect.role, effect) for effect in effects if effect.ordinal]
    by_group = refused.answers(
        "heterogeneity",
        grouped,
        lambda effect: heterogeneity_tables(case.frame, [effect], case.weight, case.nominal, draws=draws, seed=seed),
    )
    by_dose = refused.answers(
        "dose",
        dosed,
        lambda effect: dose_tables(case.frame, [effect], case.weight, case.nominal, draws=draws, seed=seed),
    )
    by_order = refused.answers(
        "ordinal", ordered, lambda effect: ordinal_table(case.frame, [effect], weight=case.weight, nominal=case.nominal)
    )
    _write_joined(("heterogeneity", "interactions"), by_group, write)
    _write_joined(("dose", "dose_tests"), by_dose, write)
    _write_joined(("ordinal",), [(table,) for table in by_order], write)


def _write_joined(names: Sequence[str], found: Sequence[tuple[pl.DataFrame, ...]], write: Write) -> None:
    for position, name in enumerate(names):
        if found:
            write(name, pl.concat([tables[position] for tables in found]))
