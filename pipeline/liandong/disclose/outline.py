"""What the definitions of a study say about whom its tables count."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from liandong.definitions import Codebook, Effect, Expression, Indicator, Mediation, Multiverse, Study, parse_expression
from liandong.disclose.groups import Group

_EQUAL = re.compile(r"(\w+) == (?:'([^']*)'|\"([^\"]*)\"|(-?\w+(?:\.\d+)?))")
_BRANCHING = re.compile(r"\b(?:or|and|not|in|missing|answered)\b")


@dataclass(frozen=True, slots=True)
class Nest:
    """Clusters all of whose people are in one level of a column, such as the communities of a district."""

    column: str
    level: str
    clusters: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outline:
    """Conditions behind names; empty where nothing is known of a study, so that every name is a condition of its own.

    Attributes
    ----------
    asked
        Field → who was asked.
    derived
        Derived column → its expression.
    items, strict
        Scale → items; those of `strict` have a score only where all items are answered.
    indicators, effects, mediations, multiverses
        By their names; multiverses by that of their effect.
    complete
        Fields that everybody answered: that an answer is known says nothing.
    nests
        Levels that hold whole clusters, in the columns whose levels are counted somewhere.
    """

    asked: Mapping[str, Expression] = field(default_factory=dict)
    derived: Mapping[str, Expression] = field(default_factory=dict)
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    strict: frozenset[str] = frozenset()
    indicators: Mapping[str, Indicator] = field(default_factory=dict)
    effects: Mapping[str, Effect] = field(default_factory=dict)
    mediations: Mapping[str, Mediation] = field(default_factory=dict)
    multiverses: Mapping[str, Multiverse] = field(default_factory=dict)
    complete: frozenset[str] = frozenset()
    nests: tuple[Nest, ...] = ()

    def with_complete(self, names: frozenset[str]) -> Outline:
        """Return the same, where everybody answered `names`."""
        return replace(self, complete=names)

    def known(self, *columns: str) -> Group:
        """Return the conditions under which the answers in all `columns` are known."""
        return frozenset[str]().union(*(self._known(column) for column in columns))

    def _known(self, column: str) -> Group:
        if column in self.complete:
            return frozenset()
        if column in self.derived:
            return self.determined(self.derived[column], column)
        if column in self.items:
            whole = self.known(*self.items[column]) if column in self.strict else frozenset[str]()
            return whole | {f"?{column}"}
        asked = self.where(self.asked[column]) if column in self.asked else frozenset[str]()
        return asked | {f"?{column}"}

    def determined(self, expression: Expression, name: str = "") -> Group:
        """Return the conditions under which an expression has a value: all that it reads is known.

        An expression that can be settled by a part of what it reads (``a == 1 or b == 1``) is a condition of its own.
        """
        if len(expression.names) > 1 and _BRANCHING.search(expression.text):
            return frozenset({f"?{name or expression.text}"})
        return self.known(*expression.names)

    def where(self, expression: Expression) -> Group:
        """Return the conditions that an expression states."""
        parts = [part.strip() for part in expression.text.split(" and ")]
        if "(" in expression.text or " or " in expression.text:
            parts = [expression.text]
        found: Group = frozenset()
        for part in parts:
            equal = _EQUAL.fullmatch(part)
            if equal:
                value = next(text for text in equal.groups()[1:] if text is not None)
                found |= self.level(equal[1], value)
            else:
                found |= self.determined(parse_expression(part)) | {f"[{part}]"}
        return found

    def level(self, column: str, value: str) -> Group:
        """Return the conditions under which a column has a value."""
        return self.known(column) | {f"{column}={value}"}


def outline(study: Study) -> Outline:
    """Return what the definitions of `study` say about whom its tables count."""
    analysis = study.spec.analysis
    codebook = study.instrument.codebook if study.instrument else None
    return Outline(
        asked=_asked(codebook) if codebook else {},
        derived={column.name: column.expression for column in analysis.derived},
        items={scale.id: tuple(scale.items) for scale in study.scales},
        strict=frozenset(scale.id for scale in study.scales if scale.minimum_answered == len(scale.items)),
        indicators={indicator.id: indicator for indicator in study.indicators},
        effects={effect.id: effect for effect in analysis.effects},
        mediations={mediation.id: mediation for mediation in analysis.mediations},
        multiverses={multiverse.effect: multiverse for multiverse in analysis.multiverses},
    )


def _asked(codebook: Codebook) -> dict[str, Expression]:
    """Return who was asked, of the fields whose other answers are taken away or rejected."""
    return {
        field.name: field.liandong.asked_if
        for field in codebook.fields
        if field.liandong.asked_if is not None and field.liandong.on_failure.skip != "warn"
    }
