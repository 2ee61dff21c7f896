"""Columns whose values would be printed as they are: groups, clusters, categories. None of them may be personal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from liandong.definitions import Field, Study
from liandong.definitions.analysis import Assignment, Effect, Mediation
from liandong.errors import DefinitionError, Problem
from liandong.privacy.carried import carried_names, fields_behind


@dataclass(frozen=True, slots=True)
class _Use:
    """A column whose values stand in published tables, with its place in the definitions.

    `words`: what people wrote in their own words may not stand there either. `numbers`: a number may, for it is a
    regressor with one coefficient. `truths`: so may a yes or no.
    """

    where: str
    column: str
    words: bool = False
    numbers: bool = False
    truths: bool = False


def refuse_personal_levels(study: Study) -> None:
    """Stop a study that would publish the values of a personal field, or what people wrote in their own words.

    Derived columns, scores and columns of other tables are followed to the fields whose values they carry. A condition
    about a personal field is no such value.

    Raises
    ------
    DefinitionError
        Naming every place where such a field stands.
    """
    if study.instrument is None:
        return
    problems = [
        Problem(use.where, f"the values of {use.column!r} would be published, and it {reason}", _HINT)
        for use in dict.fromkeys(_published(study))
        if (reason := _reason(study, use)) is not None
    ]
    if problems:
        raise DefinitionError(problems, zh="有字段的取值将公开，但它属于个人信息或自由文本（或由其计算得出）。")


_HINT = "name a field of codes instead, or a derived column that is a condition"


def _published(study: Study) -> Iterator[_Use]:
    """Yield each column whose values stand in published tables."""
    design, analysis = study.spec.design, study.spec.analysis
    if design is not None:
        yield from _uses("study.yaml: design.cluster", (design.cluster,), words=True)
        yield from _uses("study.yaml: design.strata", (design.strata,))
        yield from _of_assignment("study.yaml: design.assignment", design.assignment)
        margins = design.weighting.margins if design.weighting is not None else ()
        yield from _uses("study.yaml: design.weighting.margins", [margin.column for margin in margins], words=True)
    yield from _uses("study.yaml: analysis.subgroups", analysis.subgroups, words=True)
    for index, effect in enumerate(analysis.effects):
        yield from _of_effect(f"study.yaml: analysis.effects[{index}]", effect)
    for index, mediation in enumerate(analysis.mediations):
        yield from _of_mediation(f"study.yaml: analysis.mediations[{index}]", mediation)
    for index, multiverse in enumerate(analysis.multiverses):
        where = f"study.yaml: analysis.multiverses[{index}]"
        for block in multiverse.blocks or ():
            yield from _uses(f"{where}.blocks", block.add, words=True, numbers=True)
        for columns in multiverse.absorb or ():
            yield from _uses(f"{where}.absorb", columns)
    yield from _of_quality(study)
    for indicator in study.indicators:
        if indicator.kind == "distribution":
            yield from _uses(f"indicators.yaml: {indicator.id}", carried_names(indicator.numerator), words=True)


def _of_effect(where: str, effect: Effect) -> Iterator[_Use]:
    yield from _uses(f"{where}.treatment", (effect.treatment,), truths=not effect.dose_response)
    yield from _uses(f"{where}.absorb", effect.absorb)
    yield from _uses(f"{where}.cluster", effect.cluster, words=True)
    yield from _uses(f"{where}.subgroups", effect.subgroups, words=True)
    yield from _uses(f"{where}.steps", [name for step in effect.steps for name in step.add], words=True, numbers=True)
    yield from _uses(f"{where}.ordinal", effect.ordinal)
    yield from _uses(f"{where}.balance", effect.balance or ())
    if effect.assignment is not None:
        yield from _of_assignment(f"{where}.assignment", effect.assignment)


def _of_assignment(where: str, assignment: Assignment) -> Iterator[_Use]:
    yield from _uses(f"{where}.unit", (assignment.unit,))
    yield from _uses(f"{where}.strata", (assignment.strata,))


def _of_mediation(where: str, mediation: Mediation) -> Iterator[_Use]:
    yield from _uses(f"{where}.treatment", (mediation.treatment,), truths=True)
    yield from _uses(f"{where}.mediator", (mediation.mediator,))
    yield from _uses(f"{where}.outcomes", mediation.outcomes)
    yield from _uses(f"{where}.absorb", mediation.absorb)
    yield from _uses(f"{where}.cluster", mediation.cluster)
    yield from _uses(f"{where}.controls", mediation.controls, words=True, numbers=True)


def _of_quality(study: Study) -> Iterator[_Use]:
    """Yield the columns of the checks; fields of interviewers and communities are numbered where they are personal."""
    quality, where = study.spec.quality, "study.yaml: quality"
    for role, name in (("interviewer", quality.interviewer), ("community", quality.community)):
        if name is not None and study.derived(name) is not None:
            yield from _uses(f"{where}.{role}", (name,))
    if quality.targets is not None:
        yield from _uses(f"{where}.targets.column", (quality.targets.column,))
    yield from _uses(f"{where}.numbers", quality.numbers)
    yield from _uses(f"{where}.ages", quality.ages)
    yield from _uses(f"{where}.effects_on", quality.effects_on)
    for index, block in enumerate(quality.blocks):
        yield from _uses(f"{where}.blocks[{index}].fields", block.fields)


def _uses(
    where: str, columns: Iterable[str | None], *, words: bool = False, numbers: bool = False, truths: bool = False
) -> Iterator[_Use]:
    yield from (_Use(where, name, words, numbers, truths) for name in columns if name is not None)


def _reason(study: Study, use: _Use) -> str | None:
    """Return why the values of a column may not be published where it stands, or None."""
    for field in fields_behind(study, use.column):
        if (use.numbers and field.type != "string") or (use.truths and field.type == "boolean"):
            continue
        carried = "" if field.name == use.column else f"carries the values of {field.name!r}, which "
        if field.liandong.pii:
            return f"{carried}is personal (`pii: true`)"
        if use.words and _is_free_text(field):
            return f"{carried}holds free text"
    return None


def _is_free_text(field: Field) -> bool:
    free = field.type == "string" and field.allowed is None and field.constraints.pattern is None
    return free and field.liandong.role == "question"
