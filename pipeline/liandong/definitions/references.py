"""Reference checks: every name that the definitions use must exist.

They walk the raw mappings, not the validated models, so that a study.yaml with mistakes of shape still gets its
mistakes of reference reported in the same run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from liandong.definitions.codebook import Codebook
from liandong.definitions.expressions import ExpressionError, parse_expression
from liandong.definitions.measures import IndicatorFile, Scale
from liandong.definitions.shape import nearest
from liandong.errors import Problem


@dataclass(frozen=True, slots=True)
class _Use:
    """A name used at a path, and the set of names that it must come from."""

    where: str
    name: Any
    kind: str
    valid: frozenset[str]


def check_codebook(codebook: Codebook, file: str) -> list[Problem]:
    """Return the problems inside a codebook: repeated or unknown fields, English labels that do not match."""
    names = frozenset(codebook.names)
    problems = [
        Problem(f"{file}: fields", f"the field {name!r} is defined {count} times")
        for name, count in Counter(codebook.names).items()
        if count > 1
    ]
    uses = [_Use(f"{file}: primaryKey", name, "field", names) for name in codebook.key]
    for index, key in enumerate(codebook.foreign_keys):
        uses += [_Use(f"{file}: foreignKeys[{index}].fields", name, "field", names) for name in key.columns]
    for index, field in enumerate(codebook.fields):
        where = f"{file}: fields[{index}] ({field.name})"
        if field.liandong.asked_if is not None:
            uses += [_Use(f"{where}.liandong.asked_if", name, "field", names) for name in field.liandong.asked_if.names]
        english = field.liandong.categories_en
        if english is not None and [c.value for c in english] != [c.value for c in field.categories or ()]:
            problems.append(Problem(f"{where}.liandong.categories_en", "its values differ from those of categories"))
    for index, rule in enumerate(codebook.liandong.rules):
        where = f"{file}: liandong.rules[{index}] ({rule.id})"
        uses += [_Use(f"{where}.check", name, "field", names) for name in rule.check.names]
        uses += [_Use(f"{where}.fields", name, "field", names) for name in rule.fields]
        if rule.action == "blank" and not rule.fields:
            problems.append(Problem(f"{where}.fields", "the action 'blank' needs the fields to blank"))
    return problems + _unknown(uses)


def check_measures(scales: Iterable[Scale], indicators: IndicatorFile, codebook: Codebook) -> list[Problem]:
    """Return the names in scales.yaml and indicators.yaml that are neither fields nor scales."""
    fields = frozenset(codebook.names)
    scales = tuple(scales)
    columns = fields | {scale.id for scale in scales}
    uses = [
        _Use(f"scales.yaml: scales[{i}] ({scale.id}).items[{j}]", item, "field", fields)
        for i, scale in enumerate(scales)
        for j, item in enumerate(scale.items)
    ]
    for i, indicator in enumerate(indicators.indicators):
        where = f"indicators.yaml: indicators[{i}] ({indicator.id})"
        for part in ("numerator", "universe", "need"):
            expression = getattr(indicator, part)
            if expression is not None:
                uses += [_Use(f"{where}.{part}", name, "field or scale", columns) for name in expression.names]
    repeated = [
        *_repeated("scales.yaml: scales", [scale.id for scale in scales]),
        *_repeated("indicators.yaml: indicators", [indicator.id for indicator in indicators.indicators]),
        *(Problem(f"scales.yaml: {scale.id}", "a field has the same name") for scale in scales if scale.id in fields),
    ]
    return repeated + _unknown(uses)


def check_study(raw: dict[str, Any], codebook: Codebook | None, scales: Iterable[Scale]) -> list[Problem]:
    """Return the names in a raw study.yaml that nothing defines."""
    if codebook is None:
        return []
    fields = frozenset(codebook.names)
    derived = _items(_at(raw, "analysis", "derived"))
    derived_names = [item["name"] for item in derived if isinstance(item, dict) and isinstance(item.get("name"), str)]
    columns = fields | {scale.id for scale in scales}
    everything = columns | set(derived_names)
    uses = [*_design_uses(raw, fields), *_derived_uses(derived, columns), *_effect_uses(raw, everything)]
    for i, name in enumerate(_items(_at(raw, "analysis", "subgroups"))):
        uses.append(_Use(f"study.yaml: analysis.subgroups[{i}]", name, "column", everything))
    shadowed = [
        Problem("study.yaml: analysis.derived", f"{name!r} is already a field or scale")
        for name in derived_names
        if name in columns
    ]
    effect_ids = [
        effect["id"]
        for effect in _items(_at(raw, "analysis", "effects"))
        if isinstance(effect, dict) and "id" in effect
    ]
    return [
        *_repeated("study.yaml: analysis.effects", effect_ids),
        *_repeated("study.yaml: analysis.derived", derived_names),
        *shadowed,
        *_unknown(uses),
    ]


def _design_uses(raw: dict[str, Any], fields: frozenset[str]) -> Iterator[_Use]:
    design = _at(raw, "design")
    for key in ("cluster", "weight", "strata"):
        yield from _one(f"study.yaml: design.{key}", _at(design, key), fields)
    yield from _assignment_uses("study.yaml: design", design, fields)


def _assignment_uses(where: str, parent: Any, columns: frozenset[str]) -> Iterator[_Use]:
    for key in ("unit", "strata"):
        value = _at(parent, "assignment", key)
        if value != "individual":
            yield from _one(f"{where}.assignment.{key}", value, columns)


def _derived_uses(derived: list[Any], columns: frozenset[str]) -> Iterator[_Use]:
    known = set(columns)
    for i, item in enumerate(derived):
        text = item.get("expression") if isinstance(item, dict) else None
        if isinstance(text, str):
            try:
                names = parse_expression(text).names
            except ExpressionError:
                names = ()  # the shape check reports it
            for name in names:
                yield _Use(f"study.yaml: analysis.derived[{i}].expression", name, "column", frozenset(known))
        if isinstance(item, dict) and isinstance(item.get("name"), str):
            known.add(item["name"])


def _effect_uses(raw: dict[str, Any], columns: frozenset[str]) -> Iterator[_Use]:
    for i, effect in enumerate(_items(_at(raw, "analysis", "effects"))):
        where = f"study.yaml: analysis.effects[{i}]"
        yield from _one(f"{where}.treatment", _at(effect, "treatment"), columns)
        yield from _assignment_uses(where, effect, columns)
        for key in ("outcomes", "absorb", "cluster"):
            for j, name in enumerate(_items(_at(effect, key))):
                yield _Use(f"{where}.{key}[{j}]", name, "column", columns)
        for j, step in enumerate(_items(_at(effect, "steps"))):
            for k, name in enumerate(_items(_at(step, "add"))):
                yield _Use(f"{where}.steps[{j}].add[{k}]", name, "column", columns)


def _one(where: str, value: Any, valid: frozenset[str]) -> Iterator[_Use]:
    if value is not None:
        yield _Use(where, value, "column", valid)


def _at(node: Any, *keys: str) -> Any:
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node


def _items(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []


def _unknown(uses: Iterable[_Use]) -> list[Problem]:
    return [
        Problem(use.where, f"{use.name!r} is not a {use.kind}", nearest(use.name, use.valid))
        for use in uses
        if isinstance(use.name, str) and use.name not in use.valid
    ]


def _repeated(where: str, names: Iterable[str]) -> list[Problem]:
    counts = Counter(name for name in names if isinstance(name, str))
    return [Problem(where, f"{name!r} is defined {count} times") for name, count in counts.items() if count > 1]
