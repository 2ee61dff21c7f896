"""Columns whose values would be printed as they are: groups, clusters, categories. None of them may be personal."""

from __future__ import annotations

from collections.abc import Iterator

from liandong.definitions import Field, Study
from liandong.errors import DefinitionError, Problem


def refuse_personal_levels(study: Study) -> None:
    """Stop a study that would publish the values of a personal field, or what people wrote in their own words.

    Raises
    ------
    DefinitionError
        Naming every place where such a field stands.
    """
    if study.instrument is None:
        return
    fields = {field.name: field for field in study.instrument.codebook.fields}
    problems = [
        Problem(where, f"the values of {name!r} would be published, and it {reason}", "name a field of codes instead")
        for where, name in _published(study)
        if name in fields
        and not (where.endswith("steps") and fields[name].type != "string")  # a number is a regressor: one coefficient
        and (reason := _reason(fields[name])) is not None
    ]
    if problems:
        raise DefinitionError(problems, zh="有字段的取值将作为分组公开，但它属于个人信息或自由文本。")


def _published(study: Study) -> Iterator[tuple[str, str]]:
    """Yield each column whose values stand in published tables, with its place in the definitions."""
    spec = study.spec
    design = spec.design
    if design is not None:
        yield from (("study.yaml: design.cluster", name) for name in (design.cluster,) if name)
        if design.weighting is not None:
            yield from (("study.yaml: design.weighting.margins", margin.column) for margin in design.weighting.margins)
    yield from (("study.yaml: analysis.subgroups", name) for name in spec.analysis.subgroups)
    for index, effect in enumerate(spec.analysis.effects):
        where = f"study.yaml: analysis.effects[{index}]"
        yield from ((f"{where}.cluster", name) for name in effect.cluster)
        yield from ((f"{where}.subgroups", name) for name in effect.subgroups)
        yield from ((f"{where}.steps", name) for step in effect.steps for name in step.add)
    for indicator in study.indicators:
        if indicator.kind == "distribution":
            yield from ((f"indicators.yaml: {indicator.id}", name) for name in indicator.numerator.names)


def _reason(field: Field) -> str | None:
    if field.liandong.pii:
        return "is personal (`pii: true`)"
    free = field.type == "string" and field.allowed is None and field.constraints.pattern is None
    return "holds free text" if free and field.liandong.role == "question" else None
