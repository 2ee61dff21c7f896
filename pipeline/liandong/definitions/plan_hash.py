"""What decides the numbers of a study, as a list of items with a hash each, so that a later change shows.

An item is a decision: an effect with its role, a family, a mediation, a multiverse; the subgroups and the indicators;
cluster, weight, strata, assignment and weighting of the design; the random draws; and below these every derived column,
scale and field that they read, with the rules and keys of the codebook by which rows or answers are left out.

Counted: columns, roles, names of steps and samples, order in lists (of two collinear controls the later one goes),
conditions, numbers, codes, actions on failure. Not counted: titles, labels, notes, sources, the wording of questions,
comments, layout, spaces and superfluous brackets in expressions, and keys that are written out with their default.
Nor the data, published claims, disclosure, sampling and report: they do not choose an estimate.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from liandong.definitions.canonical import canonical_json, plain, texts_in
from liandong.definitions.codebook import Codebook, Field
from liandong.definitions.links import RESPONSES, linkable
from liandong.definitions.study import Study


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One decision of a plan.

    Attributes
    ----------
    kind
        design, inference, effect, family, mediation, multiverse, subgroups, indicator, derived, scale, field, rule or
        key.
    item
        Its name among those of its kind.
    role
        primary, secondary or exploratory; empty where the kind has no roles.
    content
        The decision as canonical JSON.
    """

    kind: str
    item: str
    role: str
    content: str

    @property
    def key(self) -> str:
        """Kind and name, unique in a plan."""
        return f"{self.kind}:{self.item}"

    @property
    def sha256(self) -> str:
        """Hash of the content, in hexadecimal."""
        return hashlib.sha256(self.content.encode()).hexdigest()


def plan_items(study: Study) -> tuple[PlanItem, ...]:
    """Return every decision of `study`, those of the analysis first, then what they are made of."""
    asked = [*_design(study), *_analysis(study), *_indicators(study)]
    used = _reached(study, [content for *_, content in asked])
    made = [*_measures(study, used), *_codebook(study, used)]
    return tuple(PlanItem(kind, item, role, canonical_json(content)) for kind, item, role, content in [*asked, *made])


def plan_hash(hashes: Mapping[str, str]) -> str:
    """Return the SHA-256 of a whole plan from the hashes of its items by key; their order does not matter."""
    return hashlib.sha256(canonical_json(dict(sorted(hashes.items()))).encode()).hexdigest()


_Part = tuple[str, str, str, Any]


def _design(study: Study) -> Iterator[_Part]:
    design = study.spec.design
    if design is None:
        return
    for name in ("cluster", "weight", "strata", "assignment", "weighting"):
        value = getattr(design, name)
        if value is not None:
            yield "design", name, "", plain(value)


def _analysis(study: Study) -> Iterator[_Part]:
    analysis = study.spec.analysis
    roles = {effect.id: effect.role for effect in analysis.effects}
    yield "inference", "draws", "", analysis.inference.model_dump(mode="json")
    for effect in analysis.effects:
        yield "effect", effect.id, effect.role, plain(effect)
    for family in analysis.families:
        yield "family", family.id, "", plain(family)
    for mediation in analysis.mediations:
        yield "mediation", mediation.id, mediation.role, plain(mediation)
    for multiverse in analysis.multiverses:
        yield "multiverse", multiverse.effect, roles[multiverse.effect], plain(multiverse)
    if analysis.subgroups:
        yield "subgroups", "indicators", "", list(analysis.subgroups)


def _indicators(study: Study) -> Iterator[_Part]:
    for indicator in study.indicators:
        yield "indicator", indicator.id, "", plain(indicator)


def _reached(study: Study, contents: Iterable[Any]) -> frozenset[str]:
    """Return all texts in `contents`, and in what derived columns, scales and skips among them read in turn."""
    codebook = study.instrument.codebook if study.instrument else None
    further: dict[str, Any] = {column.name: plain(column.expression) for column in study.spec.analysis.derived}
    further |= {scale.id: list(scale.items) for scale in study.scales}
    if codebook is not None:
        further |= {field.name: plain(field.liandong.asked_if) for field in codebook.fields}
    waiting, seen = [text for content in contents for text in texts_in(content)], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += texts_in(further.get(name))
    return frozenset(seen)


def _measures(study: Study, used: frozenset[str]) -> Iterator[_Part]:
    for column in study.spec.analysis.derived:
        if column.name in used:
            yield "derived", column.name, "", plain(column)
    for scale in study.scales:
        if scale.id in used:
            yield "scale", scale.id, "", plain(scale)


def _codebook(study: Study, used: frozenset[str]) -> Iterator[_Part]:
    """Yield fields that are read or can reject a row, and what else in the codebook leaves out rows or such answers."""
    if study.instrument is None:
        return
    codebook = study.instrument.codebook
    rules = [
        rule
        for rule in codebook.liandong.rules
        if rule.action == "reject" or (rule.action == "blank" and used & set(rule.fields))
    ]
    read = used | {name for rule in rules for name in rule.check.names}
    for field in codebook.fields:
        if field.name in read or _rejects(field):
            yield "field", field.name, "", _field(field, codebook)
    for rule in rules:
        yield "rule", rule.id, "", plain(rule)
    if codebook.key:
        yield "key", "primary", "", list(codebook.key)
    yield from _linked(study, read)
    for key in codebook.foreign_keys:
        reference = [key.reference.resource, *key.referenced]
        yield "key", "+".join(key.columns), "", {"columns": list(key.columns), "reference": reference}


def _linked(study: Study, read: frozenset[str]) -> Iterator[_Part]:
    """Yield, of second tables that are read, the fields that matter, and how rows are found and left out."""
    if study.instrument is None:
        return
    schemas = study.instrument.schemas
    lent = [link for column, link in linkable(RESPONSES, schemas).items() if column in read]
    for table, link in {link.name.table: link for link in lent}.items():
        schema, fields = schemas[table], {link.field.name for link in lent if link.name.table == table and link.field}
        for field in schema.fields:
            if field.name in fields or _rejects(field):
                yield "field", f"{table}.{field.name}", "", _field(field, schema)
        rules = [plain(rule) for rule in schema.liandong.rules if rule.action != "warn"]
        found = {"columns": list(link.on), "reference": [table, *link.key], "rules": rules}
        yield "key", f"{table}.*", "", {name: value for name, value in found.items() if value}


def _rejects(field: Field) -> bool:
    limits, action = field.constraints, field.liandong.on_failure
    checks = (
        (action.type, True),
        (action.required, limits.required),
        (action.unique, limits.unique),
        (action.enum, field.allowed is not None),
        (action.range, any(bound is not None for bound in _bounds(field).values())),
        (action.pattern, limits.pattern is not None),
        (action.length, limits.min_length is not None or limits.max_length is not None),
        (action.skip, field.liandong.asked_if is not None),
    )
    return any(what == "reject" and applies for what, applies in checks)


def _bounds(field: Field) -> dict[str, Any]:
    limits = field.constraints
    return {
        "minimum": limits.minimum,
        "maximum": limits.maximum,
        "exclusive_minimum": limits.exclusive_minimum,
        "exclusive_maximum": limits.exclusive_maximum,
    }


def _field(field: Field, codebook: Codebook) -> dict[str, Any]:
    """Return how answers of a field are read, kept and coded; its wording does not matter."""
    missing = codebook.missing_values if field.missing_values is None else field.missing_values
    kinds = field.liandong.missing_kinds
    parts = {
        "type": field.type,
        "format": field.format,
        "allowed": None if field.allowed is None else sorted(map(canonical_json, map(plain, field.allowed))),
        **_bounds(field),
        **field.constraints.model_dump(include={"required", "unique", "pattern", "min_length", "max_length"}),
        "missing": {code.value: kinds.get(code.value, "") for code in missing if code.value},
        "nominal": field.is_nominal,
        "asked_if": field.liandong.asked_if,
        "on_failure": field.liandong.on_failure,
    }
    found = {name: plain(value) for name, value in parts.items()}
    return {name: value for name, value in found.items() if value is not None and value is not False and value != {}}
