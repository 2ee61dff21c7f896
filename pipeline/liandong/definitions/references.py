"""Reference checks: every name that scales, indicators and a study use must exist, and its value must fit its use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from liandong.definitions.analysis_references import check_questions
from liandong.definitions.expression_types import Kind, kind_of
from liandong.definitions.quality_references import check_quality
from liandong.definitions.vocabulary import (
    Use,
    Vocabulary,
    at,
    check_expression,
    expression_at,
    items,
    repeated_names,
    texts,
    unknown_names,
)
from liandong.errors import Problem

_WANTED: Mapping[str, Kind] = {"share": "truth", "mean": "number"}
_OF_A_SHARE = "share"


def check_measures(scales: Any, indicators: Any, vocabulary: Vocabulary) -> list[Problem]:
    """Return what is wrong with the names in raw scales.yaml and indicators.yaml, given as their lists."""
    ids = list(texts(items(scales), "id"))
    problems = repeated_names("scales.yaml: scales", ids)
    problems += repeated_names("indicators.yaml: indicators", texts(items(indicators), "id"))
    problems += [
        Problem(f"scales.yaml: {name}", "a field has the same name") for name in ids if name in vocabulary.fields
    ]
    for i, scale in enumerate(items(scales)):
        problems += _scale(scale, f"scales.yaml: scales[{i}] ({at(scale, 'id')})", vocabulary)
    for i, indicator in enumerate(items(indicators)):
        problems += _indicator(indicator, f"indicators.yaml: indicators[{i}] ({at(indicator, 'id')})", vocabulary)
    return problems


def _scale(scale: Any, where: str, vocabulary: Vocabulary) -> Iterator[Problem]:
    names = items(at(scale, "items"))
    yield from unknown_names(
        Use(f"{where}.items[{j}]", name, "field", vocabulary.fields) for j, name in enumerate(names)
    )
    yield from repeated_names(f"{where}.items", names)
    for j, name in enumerate(names):
        if isinstance(name, str) and vocabulary.fields.get(name) not in {"number", None}:
            yield Problem(f"{where}.items[{j}]", f"{name!r} is not a number, so it cannot be scored")


def _indicator(indicator: Any, where: str, vocabulary: Vocabulary) -> Iterator[Problem]:
    kind = at(indicator, "kind") or _OF_A_SHARE
    wanted = {"numerator": _WANTED.get(kind) if isinstance(kind, str) else None, "universe": "truth", "need": "truth"}
    for part, result in wanted.items():
        expression = expression_at(indicator, part)
        if expression is not None:
            yield from check_expression(f"{where}.{part}", expression, vocabulary.readable, "field or scale", result)


def check_study(raw: dict[str, Any], vocabulary: Vocabulary) -> list[Problem]:
    """Return the names in a raw study.yaml that nothing defines."""
    derived = items(at(raw, "analysis", "derived"))
    names = list(texts(derived, "name"))
    columns = {**vocabulary.columns, **dict.fromkeys(names)}
    uses = [*_origin_use(raw, vocabulary), *_design_uses(raw, columns), *_effect_uses(raw, columns)]
    for i, name in enumerate(items(at(raw, "analysis", "subgroups"))):
        uses.append(Use(f"study.yaml: analysis.subgroups[{i}]", name, "column", columns))
    kinds, problems = _derived(derived, vocabulary)
    return [
        *check_questions(raw, {**columns, **kinds}, vocabulary.linked),
        *repeated_names("study.yaml: analysis.effects", texts(items(at(raw, "analysis", "effects")), "id")),
        *repeated_names("study.yaml: analysis.derived", names),
        *(
            Problem(f"study.yaml: analysis.derived[{i}].name", f"{at(item, 'name')!r} is already a field or scale")
            for i, item in enumerate(derived)
            if at(item, "name") in vocabulary.columns
        ),
        *problems,
        *_steps(raw),
        *_weight(raw, {**vocabulary.columns, **kinds}),
        *check_quality(raw, {**vocabulary.fields, **kinds}, vocabulary.linked),
        *unknown_names(uses),
    ]


def _derived(derived: list[Any], vocabulary: Vocabulary) -> tuple[dict[str, Kind | None], list[Problem]]:
    """Return the kind of each derived column, and the problems of their expressions.

    Each column may read those before it. What it gives is a number, because conditions become 1 and 0, unless it is
    text; None where its expression does not say.
    """
    known, problems = vocabulary.columns, []
    for i, item in enumerate(derived):
        expression, name = expression_at(item, "expression"), at(item, "name")
        found: Kind | None = None
        if expression is not None:
            where = f"study.yaml: analysis.derived[{i}].expression"
            readable = {**known, **vocabulary.linked}
            problems += check_expression(where, expression, readable, "column", None)
            found = kind_of(expression, {column: kind for column, kind in readable.items() if kind is not None})
        if isinstance(name, str):
            known = {**known, name: "number" if found == "truth" else found}
    return {name: known[name] for name in texts(derived, "name")}, problems


def _steps(raw: dict[str, Any]) -> Iterator[Problem]:
    """Yield what nested steps cannot do: share a name, add a column twice, or add the treatment or an outcome."""
    for i, effect in enumerate(items(at(raw, "analysis", "effects"))):
        where = f"study.yaml: analysis.effects[{i}]"
        steps = items(at(effect, "steps"))
        yield from repeated_names(f"{where}.steps", texts(steps, "name"))
        roles = {name: "an outcome" for name in items(at(effect, "outcomes")) if isinstance(name, str)}
        if isinstance(at(effect, "treatment"), str):
            roles = {**roles, effect["treatment"]: "the treatment"}
        for j, step in enumerate(steps):
            for k, name in enumerate(items(at(step, "add"))):
                if isinstance(name, str) and name in roles:
                    yield Problem(f"{where}.steps[{j}].add[{k}]", f"{name!r} is already {roles[name]}")
                elif isinstance(name, str):
                    roles[name] = f"in the model, since steps[{j}]"


def _origin_use(raw: dict[str, Any], vocabulary: Vocabulary) -> Iterator[Use]:
    """Yield the field that says which file a row is from: a field of the survey."""
    name = at(raw, "data", "responses", "origin", "field")
    if name is not None:
        yield Use("study.yaml: data.responses.origin.field", name, "field", vocabulary.fields)


def _design_uses(raw: dict[str, Any], columns: Mapping[str, Any]) -> Iterator[Use]:
    design = at(raw, "design")
    for key in ("cluster", "weight", "strata"):
        yield from _one(f"study.yaml: design.{key}", at(design, key), columns)
    yield from _assignment_uses("study.yaml: design", design, columns)


def _assignment_uses(where: str, parent: Any, columns: Mapping[str, Any]) -> Iterator[Use]:
    for key in ("unit", "strata"):
        value = at(parent, "assignment", key)
        if value != "individual":
            yield from _one(f"{where}.assignment.{key}", value, columns)


def _weight(raw: dict[str, Any], kinds: Mapping[str, Kind | None]) -> Iterator[Problem]:
    name = at(raw, "design", "weight")
    if isinstance(name, str) and kinds.get(name) not in {"number", None}:
        yield Problem("study.yaml: design.weight", f"{name!r} is not a number, so it cannot weigh answers")


def _effect_uses(raw: dict[str, Any], columns: Mapping[str, Any]) -> Iterator[Use]:
    for i, effect in enumerate(items(at(raw, "analysis", "effects"))):
        where = f"study.yaml: analysis.effects[{i}]"
        yield from _one(f"{where}.treatment", at(effect, "treatment"), columns)
        yield from _assignment_uses(where, effect, columns)
        for key in ("outcomes", "absorb", "cluster"):
            for j, name in enumerate(items(at(effect, key))):
                yield Use(f"{where}.{key}[{j}]", name, "column", columns)
        for j, step in enumerate(items(at(effect, "steps"))):
            for k, name in enumerate(items(at(step, "add"))):
                yield Use(f"{where}.steps[{j}].add[{k}]", name, "column", columns)


def _one(where: str, value: Any, valid: Mapping[str, Any]) -> Iterator[Use]:
    if value is not None:
        yield Use(where, value, "column", valid)
