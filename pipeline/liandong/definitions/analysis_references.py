"""Reference checks of what a plan asks beside its models: families, mediations, multiverses, weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from liandong.definitions.expression_types import Kind
from liandong.definitions.vocabulary import (
    Use,
    at,
    check_expression,
    expression_at,
    items,
    repeated_names,
    texts,
    unknown_names,
)
from liandong.errors import Problem

_ANALYSIS = "study.yaml: analysis"
Columns = Mapping[str, Kind | None]


def check_questions(raw: dict[str, Any], columns: Columns) -> list[Problem]:
    """Return the names in families, mediations, multiverses and weights of a raw study.yaml that nothing defines."""
    effects = items(at(raw, "analysis", "effects"))
    return [
        *_effects(effects, columns),
        *_families(items(at(raw, "analysis", "families")), list(texts(effects, "id"))),
        *_mediations(items(at(raw, "analysis", "mediations")), columns),
        *_multiverses(items(at(raw, "analysis", "multiverses")), effects, columns),
        *_weighting(at(raw, "design", "weighting"), columns),
    ]


def _effects(effects: list[Any], columns: Columns) -> Iterator[Problem]:
    for i, effect in enumerate(effects):
        where = f"{_ANALYSIS}.effects[{i}]"
        for key in ("subgroups", "ordinal", "balance"):
            yield from _columns(f"{where}.{key}", at(effect, key), columns)
        yield from _not_the_treatment(where, effect, ("subgroups", "ordinal", "balance"))
        cluster = items(at(effect, "cluster"))
        yield from repeated_names(f"{where}.cluster", cluster)


def _not_the_treatment(where: str, effect: Any, keys: tuple[str, ...]) -> Iterator[Problem]:
    for key in keys:
        for j, name in enumerate(items(at(effect, key))):
            if isinstance(name, str) and name == at(effect, "treatment"):
                yield Problem(f"{where}.{key}[{j}]", f"{name!r} is the treatment itself")


def _families(families: list[Any], effects: list[str]) -> Iterator[Problem]:
    yield from repeated_names(f"{_ANALYSIS}.families", texts(families, "id"))
    for i, family in enumerate(families):
        where = f"{_ANALYSIS}.families[{i}].effects"
        yield from repeated_names(where, items(at(family, "effects")))
        yield from unknown_names(
            Use(f"{where}[{j}]", name, "effect", effects) for j, name in enumerate(items(at(family, "effects")))
        )


def _mediations(mediations: list[Any], columns: Columns) -> Iterator[Problem]:
    yield from repeated_names(f"{_ANALYSIS}.mediations", texts(mediations, "id"))
    for i, mediation in enumerate(mediations):
        where = f"{_ANALYSIS}.mediations[{i}]"
        for key in ("outcomes", "controls", "absorb", "cluster"):
            yield from _columns(f"{where}.{key}", at(mediation, key), columns)
        roles: dict[str, str] = {}
        for key in ("treatment", "mediator"):
            name = at(mediation, key)
            if isinstance(name, str):
                yield from unknown_names([Use(f"{where}.{key}", name, "column", columns)])
                if name in roles:
                    yield Problem(f"{where}.{key}", f"{name!r} is already the {roles[name]}")
                roles[name] = key
        for key in ("outcomes", "controls"):
            for j, name in enumerate(items(at(mediation, key))):
                if isinstance(name, str) and name in roles:
                    yield Problem(f"{where}.{key}[{j}]", f"{name!r} is already the {roles[name]}")
        yield from _condition(f"{where}.sample", mediation, "sample", columns)


def _multiverses(multiverses: list[Any], effects: list[Any], columns: Columns) -> Iterator[Problem]:
    yield from repeated_names(f"{_ANALYSIS}.multiverses", texts(multiverses, "effect"))
    known = {effect["id"]: effect for effect in effects if isinstance(at(effect, "id"), str)}
    for i, multiverse in enumerate(multiverses):
        where = f"{_ANALYSIS}.multiverses[{i}]"
        yield from unknown_names([Use(f"{where}.effect", at(multiverse, "effect"), "effect", known)])
        name = at(multiverse, "effect")
        effect = known.get(name) if isinstance(name, str) else None
        for j, block in enumerate(items(at(multiverse, "blocks"))):
            yield from _columns(f"{where}.blocks[{j}].add", at(block, "add"), columns)
        for j, scoring in enumerate(items(at(multiverse, "scorings"))):
            outcomes = [name for name in items(at(effect, "outcomes")) if isinstance(name, str)]
            if effect is not None:
                use = Use(f"{where}.scorings[{j}].outcome", at(scoring, "outcome"), "outcome of the effect", outcomes)
                yield from unknown_names([use])
            yield from _columns(f"{where}.scorings[{j}].columns", at(scoring, "columns"), columns)
        yield from repeated_names(f"{where}.samples", texts(items(at(multiverse, "samples")), "name"))
        for j, rule in enumerate(items(at(multiverse, "samples"))):
            if at(rule, "name") in {"common", "complete"}:
                yield Problem(
                    f"{where}.samples[{j}].name", f"{rule['name']!r} is always among the samples; choose another"
                )
            yield from _condition(f"{where}.samples[{j}].where", rule, "where", columns)
        for j, absorbed in enumerate(items(at(multiverse, "absorb"))):
            yield from _columns(f"{where}.absorb[{j}]", absorbed, columns)


def _weighting(weighting: Any, columns: Columns) -> Iterator[Problem]:
    margins = items(at(weighting, "margins"))
    yield from repeated_names("study.yaml: design.weighting.margins", texts(margins, "column"))
    if at(weighting, "method") == "cells" and len(margins) > 1:
        yield Problem(
            "study.yaml: design.weighting.margins", "method 'cells' takes one column; use raking for several margins"
        )
    for i, margin in enumerate(margins):
        where = f"study.yaml: design.weighting.margins[{i}]"
        yield from unknown_names([Use(f"{where}.column", at(margin, "column"), "column", columns)])
        values = [str(pair[0]) for pair in items(at(margin, "targets")) if isinstance(pair, list) and pair]
        yield from repeated_names(f"{where}.targets", values)


def _columns(where: str, names: Any, columns: Columns) -> Iterator[Problem]:
    yield from unknown_names(Use(f"{where}[{j}]", name, "column", columns) for j, name in enumerate(items(names)))
    yield from repeated_names(where, items(names))


def _condition(where: str, node: Any, key: str, columns: Columns) -> Iterator[Problem]:
    expression = expression_at(node, key)
    if expression is not None:
        yield from check_expression(where, expression, columns, "column", "truth")
