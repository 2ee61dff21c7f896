"""The gate: a typed survey file and its codebook in, accepted rows, rejected rows and a record of every change out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from liandong.definitions import Codebook, FieldType
from liandong.definitions.link_titles import NOTHING_LENT, Lent
from liandong.definitions.shape import nearest
from liandong.errors import ValidationError
from liandong.evidence.typed_rows import TypedRows, settled
from liandong.validate.changes import concerned, correct, with_reasons
from liandong.validate.facts import gather_facts
from liandong.validate.findings import Findings, breaches, evaluate
from liandong.validate.plan import plan_rules

_REASONS = 3


@dataclass(frozen=True, slots=True)
class Flow:
    """Row accounting: ``received = accepted + rejected``, always."""

    received: int
    rejected: int
    accepted: int


@dataclass(frozen=True, slots=True, eq=False)
class Validated:
    """What the gate lets through, what it holds back, and why.

    `accepted`, `missing`, `rejected` and `rejected_missing` are lazy. Of a table in memory they stand in memory; of a
    large one, each query reads as much of the file as it needs, so select columns and collect once.

    Attributes
    ----------
    passed, held
        `accepted` with `missing`, and `rejected` with `rejected_missing`, each in one lazy frame.
    corrections
        One row per value taken away in the accepted rows: row, field, before, after (null), rule. The text of a
        personal field is withheld.
    rules
        One row per rule: rule, field, kind, action, n_checked, n_failed, n_rows_rejected, title_zh, title_en,
        suppressed (false: nothing is hidden yet). A rule that nothing broke, or that had nothing to look at (its column
        is absent), is there with its zeros.
    breaches
        ``row``, ``rule``: one line per row received and rule that it broke, whatever the action.
    flow
        Row accounting.
    absent
        Optional fields of the codebook that the file does not have.
    """

    passed: TypedRows
    held: TypedRows
    corrections: pl.DataFrame
    rules: pl.DataFrame
    breaches: pl.DataFrame
    flow: Flow
    absent: tuple[str, ...]

    @property
    def accepted(self) -> pl.LazyFrame:
        """Lazy: the rows that go on, in the order received, with the values that broke a blanking rule set to null."""
        return self.passed.frame

    @property
    def missing(self) -> pl.LazyFrame:
        """Lazy: kinds of missing of the accepted rows, one Enum column per field that has any.

        ``blanked`` stands where the gate took a value away.
        """
        return self.passed.missing

    @property
    def rejected(self) -> pl.LazyFrame:
        """Lazy: the rows held back, whole as typed, plus the reasons.

        ``_rules`` is every rule that the row broke, joined by "; ", ``_unreadable`` the texts that had no typed value,
        as "field=text; …", null without any.
        """
        return self.held.frame

    @property
    def rejected_missing(self) -> pl.LazyFrame:
        """Lazy: kinds of missing of the rejected rows."""
        return self.held.missing


def validate(
    table: TypedRows,
    codebook: Codebook,
    references: Mapping[str, pl.DataFrame],
    lent: Mapping[str, Lent] = NOTHING_LENT,
    linked: TypedRows | None = None,
) -> Validated:
    """Hold every row against every rule of the codebook.

    Parameters
    ----------
    table
        The rows in the names and types of the codebook, missing values null.
    codebook
        The instrument's fields and rules.
    references
        The tables that foreign keys point to, by resource name.
    lent
        What expressions of the codebook read of other tables, by column.
    linked
        The same rows with those of the lent columns that there are; rules that read others are not checked. Without it,
        none is there.

    Returns
    -------
    Validated
        With ``received = accepted + rejected``.

    Raises
    ------
    ValidationError
        When a required column or a column of the key is absent, a foreign key points to a table or column that is not
        there, or no row can be accepted; then with the most frequent reasons.
    """
    _check_types(table.schema, codebook)
    absent = _absent_columns(table.schema, codebook)
    linked = table if linked is None else linked
    facts = gather_facts(table, codebook, references, lent, linked.schema)
    findings = evaluate(linked, plan_rules(codebook, facts))
    rejected = len(findings.rejected_rows)
    if rejected == table.height:
        raise _nothing_accepted(table.height, findings)
    some = concerned(table, findings)
    passed, corrections = correct(table, some, findings, codebook)
    return Validated(
        passed=settled(passed),
        held=settled(with_reasons(some, findings, codebook)),
        corrections=corrections,
        rules=findings.rules,
        breaches=breaches(findings),
        flow=Flow(received=table.height, rejected=rejected, accepted=table.height - rejected),
        absent=absent,
    )


_TYPES: Mapping[FieldType, Callable[[pl.DataType], bool]] = {
    "integer": lambda dtype: dtype.is_integer(),
    "year": lambda dtype: dtype.is_integer(),
    "number": lambda dtype: dtype.is_float() or dtype.is_integer(),
    "string": lambda dtype: dtype == pl.String,
    "boolean": lambda dtype: dtype == pl.Boolean,
    "date": lambda dtype: dtype == pl.Date,
    "datetime": lambda dtype: dtype == pl.Datetime,
    "time": lambda dtype: dtype == pl.Time,
}


def _check_types(schema: pl.Schema, codebook: Codebook) -> None:
    """Guard what the rules rest on; a breach is a defect of the program, not of the data."""
    wrong = {
        field.name: str(schema[field.name])
        for field in codebook.fields
        if field.name in schema and not _TYPES[field.type](schema[field.name])
    }
    if wrong:
        raise ValueError(f"columns that are not of the codebook's type: {wrong}")


def _absent_columns(schema: pl.Schema, codebook: Codebook) -> tuple[str, ...]:
    absent = [field for field in codebook.fields if field.name not in schema]
    needed = [field.name for field in absent if field.constraints.required or field.name in codebook.key]
    if needed:
        lines = [
            f"  - {name} ({codebook.field(name).title})" + (f": {hint}" if (hint := nearest(name, schema)) else "")
            for name in needed
        ]
        raise ValidationError(
            "\n".join(["the data lack columns that the codebook requires:", *lines]),
            hint="add the columns to the file, or correct constraints.required in codebook.yaml",
            zh=f"数据缺少必需的列：{'、'.join(needed)}。",
        )
    return tuple(field.name for field in absent)


def _nothing_accepted(received: int, findings: Findings) -> ValidationError:
    if received == 0:
        return ValidationError("the data have no rows", hint="export the file again", zh="数据文件没有任何记录。")
    reasons = findings.rules.filter(pl.col("n_rows_rejected") > 0).sort(
        "n_rows_rejected", descending=True, maintain_order=True
    )
    most = reasons.head(_REASONS).rows(named=True)
    lines = [f"  - {rule['rule']}: {rule['n_rows_rejected']} rows. {rule['title_en']}" for rule in most]
    reasons_zh = "；".join(f"{rule['title_zh']}（{rule['n_rows_rejected']} 行）" for rule in most)
    return ValidationError(
        "\n".join([f"none of the {received} rows can be accepted; the most frequent reasons:", *lines]),
        hint="check that this is the file that the codebook describes, then the rules named above",
        zh=f"全部 {received} 行均未通过校验，主要原因：{reasons_zh}。",
    )
