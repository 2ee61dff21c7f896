"""Reference checks of what a plan asks beside its models: families, mediations, weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from liandong.definitions.expression_types import Kind
from liandong.definitions.multiverse_references import check_multiverses
from liandong.definitions.vocabulary import (
    Use,
    at,
    check_condition,
    column_list,
    items,
    names_in,
    repeated_names,
    texts,
    unknown_names,
)
from liandong.errors import Problem

_ANALYSIS = "study.yaml: analysis"
Columns = Mapping[str, Kind | None]


def check_questions(raw: dict[str, Any], columns: Columns, linked: Columns) -> list[Problem]:
    """Return the names in families, mediations, multiverses and weights of a raw study.yaml that nothing defines.

    Conditions may read `linked` values of other tables beside the columns.
    """
    effects = items(at(raw, "analysis", "effects"))
    return [
        *_effects(effects, columns),
        *_families(items(at(raw, "analysis", "families")), list(texts(effects, "id"))),
        *_mediations(items(at(raw, "analysis", "mediations")), columns, linked),
        *check_multiverses(items(at(raw, "analysis", "multiverses")), effects, columns, linked),
        *_weighting(at(raw, "design", "weighting"), columns),
    ]


def _effects(effects: list[Any], columns: Columns) -> Iterator[Problem]:
    for i, effect in enumerate(effects):
        where = f"{_ANALYSIS}.effects[{i}]"
        for key in ("subgroups", "ordinal", "balance"):
            yield from column_list(f"{where}.{key}", at(effect, key), columns)
        yield from _not_the_treatment(where, effect, ("outcomes", "absorb", "subgroups", "ordinal", "balance"))
        for key in ("outcomes", "absorb", "cluster"):
            yield from repeated_names(f"{where}.{key}", items(at(effect, key)))
        yield from _both_sides(where, effect)


def _both_sides(where: str, effect: Any) -> Iterator[Problem]:
    """Yield ordinal items that are controls as well, and fixed effects that are outcomes or controls as well."""
    controls = {name: f"a control, in steps[{j}]" for j, name in reversed(_controls(effect))}
    roles = {
        "ordinal": controls,
        "absorb": {**controls, **dict.fromkeys(names_in(at(effect, "outcomes")), "an outcome")},
    }
    for key, taken in roles.items():
        for j, name in enumerate(items(at(effect, key))):
            if isinstance(name, str) and name in taken:
                yield Problem(f"{where}.{key}[{j}]", f"{name!r} is already {taken[name]}")


def _controls(effect: Any) -> list[tuple[int, str]]:
    return [(j, name) for j, step in enumerate(items(at(effect, "steps"))) for name in names_in(at(step, "add"))]


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


def _mediations(mediations: list[Any], columns: Columns, linked: Columns) -> Iterator[Problem]:
    yield from repeated_names(f"{_ANALYSIS}.mediations", texts(mediations, "id"))
    for i, mediation in enumerate(mediations):
        where = f"{_ANALYSIS}.mediations[{i}]"
        for key in ("outcomes", "controls", "absorb", "cluster"):
            yield from column_list(f"{where}.{key}", at(mediation, key), columns)
        roles: dict[str, str] = {}
        for key in ("treatment", "mediator"):
            name = at(mediation, key)
            if isinstance(name, str):
                yield from unknown_names([Use(f"{where}.{key}", name, "column", columns)])
                if name in roles:
                    yield Problem(f"{where}.{key}", f"{name!r} is already {roles[name]}")
                roles[name] = f"the {key}"
        for key, role in (("outcomes", "an outcome"), ("controls", "a control"), ("absorb", "")):
            for j, name in enumerate(items(at(mediation, key))):
                if isinstance(name, str) and name in roles:
                    yield Problem(f"{where}.{key}[{j}]", f"{name!r} is already {roles[name]}")
            roles = {**dict.fromkeys(names_in(at(mediation, key)), role), **roles}
        yield from check_condition(f"{where}.sample", mediation, "sample", {**columns, **linked})


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
