"""The rules that stand in one field of the codebook: a registry of kinds, each with its expression over one row."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from liandong.definitions import Expression, Field
from liandong.definitions.values import typed_value
from liandong.evidence.typed_rows import NOT_APPLICABLE, ROW, kind_column, text_column
from liandong.validate.facts import Facts
from liandong.validate.rules import doubt_column

FieldKind = Literal["type", "required", "unique", "enum", "range", "pattern", "length", "skip"]


@dataclass(frozen=True, slots=True)
class KindSpec:
    """One kind of rule.

    Attributes
    ----------
    declared
        Whether the codebook asks for this rule of a field.
    fails
        The expression of the rule: true, false, or null where it does not apply.
    of_value
        Whether the rule looks at the value alone. A value that breaks such a rule says nothing about other answers.
    """

    declared: Callable[[Field], bool]
    fails: Callable[[Field, Facts], pl.Expr]
    of_value: bool = False


def doubt(field: Field, facts: Facts) -> pl.Expr:
    """Express whether the value of `field` breaks a rule of its own that takes it out of use (rejects or blanks)."""
    return any_of(
        spec.fails(field, facts).fill_null(value=False)
        for kind, spec in FIELD_KINDS.items()
        if spec.of_value and spec.declared(field) and getattr(field.liandong.on_failure, kind) != "warn"
    )


def trusted(expression: Expression, facts: Facts) -> pl.Expr:
    """Evaluate `expression` on the rows where no value that it reads is in doubt; null elsewhere."""
    doubts = [pl.col(doubt_column(name)) for name in sorted(facts.own(expression.names)) if name in facts.schema]
    value = expression.polars()
    return pl.when(~any_of(doubts)).then(value) if doubts else value


def among(value: pl.Expr, values: pl.Series) -> pl.Expr:
    """Express whether `value` is one of `values`."""
    return pl.lit(value=False) if values.is_empty() else value.is_in(values.implode())


def any_of(conditions: Iterable[pl.Expr]) -> pl.Expr:
    """Join `conditions` with "or"; false without any."""
    parts = list(conditions)
    return functools.reduce(operator.or_, parts) if parts else pl.lit(value=False)


def _type(field: Field, facts: Facts) -> pl.Expr:
    """Fail where the text could not be read, or where a number is no number (NaN, infinity)."""
    value = pl.col(field.name)
    absurd = ~value.is_finite() if facts.schema[field.name].is_float() else value.is_null()
    readable = pl.when(value.is_not_null()).then(absurd)
    if field.name not in facts.fallible:
        return readable
    return pl.when(_unreadable(field, facts)).then(pl.lit(value=True)).otherwise(readable)


def _unreadable(field: Field, facts: Facts) -> pl.Expr:
    unread = pl.col(text_column(field.name)).is_not_null()
    return unread if field.name in facts.fallible else pl.lit(value=False)


def _required(field: Field, facts: Facts) -> pl.Expr:
    asked_if = field.liandong.asked_if
    empty = pl.col(field.name).is_null() & ~_unreadable(field, facts)
    if field.name in facts.coded:
        kind = pl.col(kind_column(field.name))
        unanswered = kind.is_null() if asked_if is None else kind.is_null() | (kind == NOT_APPLICABLE)
        empty &= unanswered
    return empty if asked_if is None else pl.when(trusted(asked_if, facts)).then(empty)


def _skip(field: Field, facts: Facts) -> pl.Expr:
    asked_if = field.liandong.asked_if
    assert asked_if is not None
    present = pl.col(field.name).is_not_null()
    if field.name in facts.coded:
        present |= (pl.col(kind_column(field.name)) != NOT_APPLICABLE).fill_null(value=False)
    return pl.when(~trusted(asked_if, facts)).then(present & ~_unreadable(field, facts))


def _unique(field: Field, facts: Facts) -> pl.Expr:
    """Fail on every holder of a repeated value: nothing says which is right. Copies of a row fail as copies only."""
    value = pl.col(field.name)
    applies = value.is_not_null() & ~among(pl.col(ROW), facts.copies)
    return pl.when(applies).then(among(value, facts.repeated[field.name]))


def _enum(field: Field, facts: Facts) -> pl.Expr:
    codes = pl.Series([typed_value(code, field.type) for code in field.allowed or ()])
    return ~pl.col(field.name).is_in(codes.cast(facts.schema[field.name]).implode())


_BOUNDS: Mapping[str, Callable[[Any, Any], Any]] = {
    "minimum": operator.lt,
    "maximum": operator.gt,
    "exclusive_minimum": operator.le,
    "exclusive_maximum": operator.ge,
}


def _range(field: Field, facts: Facts) -> pl.Expr:
    return any_of(
        outside(pl.col(field.name), _bound(getattr(field.constraints, name), field, facts))
        for name, outside in _BOUNDS.items()
        if getattr(field.constraints, name) is not None
    )


def _bound(value: Any, field: Field, facts: Facts) -> pl.Expr:
    dtype = facts.schema[field.name]
    return pl.lit(typed_value(value, field.type), dtype=dtype if dtype.is_temporal() else None)


def _pattern(field: Field, _facts: Facts) -> pl.Expr:
    return ~pl.col(field.name).str.contains(f"^(?:{field.constraints.pattern})$")


def _length(field: Field, _facts: Facts) -> pl.Expr:
    length = pl.col(field.name).str.len_chars()
    low, high = field.constraints.min_length, field.constraints.max_length
    return any_of([*([length < low] if low is not None else []), *([length > high] if high is not None else [])])


FIELD_KINDS: Mapping[FieldKind, KindSpec] = {
    "type": KindSpec(lambda _: True, _type, of_value=True),
    "required": KindSpec(lambda field: field.constraints.required, _required),
    "unique": KindSpec(lambda field: field.constraints.unique, _unique),
    "enum": KindSpec(lambda field: field.allowed is not None, _enum, of_value=True),
    "range": KindSpec(
        lambda field: any(getattr(field.constraints, name) is not None for name in _BOUNDS), _range, of_value=True
    ),
    "pattern": KindSpec(lambda field: field.constraints.pattern is not None, _pattern, of_value=True),
    "length": KindSpec(
        lambda field: (field.constraints.min_length, field.constraints.max_length) != (None, None),
        _length,
        of_value=True,
    ),
    "skip": KindSpec(lambda field: field.liandong.asked_if is not None, _skip),
}
