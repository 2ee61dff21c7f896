"""From a codebook to the list of rules, before any of them is run.

How the rules relate to each other is decided here, once:

- Every rule looks at the values as they were received. Nothing is evaluated again after a value has been blanked, so
  the order of rules and of rows never matters.
- A value that breaks a rule of its own (type, enum, range, pattern, length) with the action ``reject`` or ``blank`` is
  no evidence against other answers: skip logic, conditional requirements and cross-field rules that read it are not
  checked on that row. An age of 230 is reported once, not also as five contradictions.
- A user-missing answer (refused, don't know, not applicable) satisfies ``required``, with one exception: "not
  applicable" where ``asked_if`` says that the question applied contradicts the codebook and counts as unanswered.
- Where ``asked_if`` is false, nothing should be there: a value breaks ``skip``, and so does every kind of missing
  except "not applicable", because a refusal shows that the question was put. Where ``asked_if`` is unknown, neither
  ``skip`` nor ``required`` is checked.
- A text that cannot be read breaks ``type`` and nothing else: somebody did answer.
- A row that loses its key cannot be told from others, so a rule that would blank a field of the key rejects instead.
- A value of another table is as doubtful as the key by which it was found.
- Identical rows count as one: the copies break ``key.duplicate_row`` and stay out of ``unique``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from liandong.definitions import Action, Codebook, Field, ForeignKey, Rule
from liandong.definitions.links import expressions_of
from liandong.evidence.typed_rows import ROW
from liandong.validate.facts import Facts
from liandong.validate.field_kinds import FIELD_KINDS, FieldKind, among, doubt, trusted
from liandong.validate.rules import RowRule, doubt_column
from liandong.validate.wording import field_title, foreign_key_title, key_title

_SEVERITY: Mapping[Action, int] = {"reject": 0, "blank": 1, "warn": 2}


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """All rules of a codebook in the order of the report, and the helper columns that their expressions read."""

    rules: tuple[RowRule, ...]
    helpers: tuple[pl.Expr, ...]


def plan_rules(codebook: Codebook, facts: Facts) -> Plan:
    """Compile every rule of `codebook`; a rule about a column that the file does not have stays in it, unchecked."""
    rules = (
        *_key_rules(codebook, facts),
        *(rule for field in codebook.fields for rule in _field_rules(field, codebook, facts)),
        *_foreign_key_rules(codebook, facts),
        *(_cross_field_rule(rule, codebook, facts) for rule in codebook.liandong.rules),
    )
    read = {name for expression in expressions_of(codebook) for name in facts.own(expression.names)}
    helpers = (
        doubt(field, facts).alias(doubt_column(field.name))
        for field in codebook.fields
        if field.name in read and field.name in facts.schema
    )
    return Plan(rules=rules, helpers=tuple(helpers))


def _key_rules(codebook: Codebook, facts: Facts) -> Iterator[RowRule]:
    key = codebook.key
    if not key:
        return
    complete = pl.all_horizontal(pl.col(key).is_not_null())
    failures = {
        "missing": ~complete,
        "duplicate_row": pl.when(complete).then(among(pl.col(ROW), facts.copies)),
        "conflict": pl.when(complete).then(among(pl.col(ROW), facts.conflicts)),
    }
    for name, fails in failures.items():
        title = key_title(name, [codebook.field(column) for column in key])
        yield RowRule(f"key.{name}", "+".join(key), "primary_key", "reject", title, fails)


def _field_rules(field: Field, codebook: Codebook, facts: Facts) -> Iterator[RowRule]:
    """Yield the rules that stand in one field; the key's own uniqueness is left to the key rules."""
    for kind, spec in FIELD_KINDS.items():
        if not spec.declared(field) or (kind == "unique" and codebook.key == (field.name,)):
            continue
        action, blanks = _consequence(getattr(field.liandong.on_failure, kind), (field.name,), codebook)
        yield RowRule(
            id=f"{field.name}.{kind}",
            field=field.name,
            kind=kind,
            action=action,
            title=field_title(kind, field, codebook, facts.lent),
            fails=spec.fails(field, facts) if _available(field, kind, facts) else _unchecked(),
            blanks=blanks,
        )


def _consequence(action: Action, fields: tuple[str, ...], codebook: Codebook) -> tuple[Action, tuple[str, ...]]:
    """Return the action, and the fields that it blanks; where one of them belongs to the key, the row is rejected."""
    if action != "blank":
        return action, ()
    return ("reject", ()) if set(fields) & set(codebook.key) else ("blank", fields)


def _available(field: Field, kind: FieldKind, facts: Facts) -> bool:
    asked_if = field.liandong.asked_if if kind in {"required", "skip"} else None
    return {field.name, *(asked_if.names if asked_if else ())} <= facts.readable


def _unchecked() -> pl.Expr:
    return pl.lit(None, dtype=pl.Boolean)


def _foreign_key_rules(codebook: Codebook, facts: Facts) -> Iterator[RowRule]:
    for key, unknown in zip(codebook.foreign_keys, facts.unknown, strict=True):
        fields = [codebook.field(name) for name in key.columns]
        declared = min((field.liandong.on_failure.foreign_key for field in fields), key=_SEVERITY.__getitem__)
        action, blanks = _consequence(declared, key.columns, codebook)
        present = set(key.columns) <= set(facts.schema)
        yield RowRule(
            id=f"{'+'.join(key.columns)}.foreign_key",
            field="+".join(key.columns),
            kind="foreign_key",
            action=action,
            title=foreign_key_title(key, fields),
            fails=_foreign_key(key, unknown) if present else _unchecked(),
            blanks=blanks,
        )


def _foreign_key(key: ForeignKey, unknown: pl.DataFrame) -> pl.Expr:
    complete = pl.all_horizontal(pl.col(key.columns).is_not_null())
    if len(key.columns) == 1:
        return pl.when(complete).then(among(pl.col(key.columns[0]), unknown.to_series()))
    return pl.when(complete).then(among(pl.struct(key.columns), unknown.to_struct()))


def _cross_field_rule(rule: Rule, codebook: Codebook, facts: Facts) -> RowRule:
    """Compile a cross-field rule: it fails where `check` is false and passes where it is unknown."""
    action, blanks = _consequence(rule.action, rule.fields, codebook)
    return RowRule(
        id=rule.id,
        field="+".join(name for name in codebook.names if name in {*rule.fields, *facts.own(rule.check.names)}),
        kind="cross_field",
        action=action,
        title=rule.title,
        fails=~trusted(rule.check, facts) if set(rule.check.names) <= facts.readable else _unchecked(),
        blanks=tuple(name for name in blanks if name in facts.schema),
    )
