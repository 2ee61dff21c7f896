"""The gate: a typed survey file and its codebook in, accepted rows, rejected rows and a record of every change out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from liandong.definitions import Codebook, FieldType
from liandong.definitions.shape import nearest
from liandong.errors import ValidationError
from liandong.validate.changes import correct, with_reasons
from liandong.validate.facts import gather_facts
from liandong.validate.findings import Findings, evaluate
from liandong.validate.plan import plan_rules
from liandong.validate.rules import ROW

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

    Attributes
    ----------
    accepted
        The rows that go on, in the order received, with the values that broke a blanking rule set to null.
    missing
        Kinds of missing of the accepted rows, one String column per field that has any; ``blanked`` where the gate took
        a value away.
    rejected
        The rows held back, whole as typed, plus ``_rules`` (every rule that the row broke, joined by "; ") and
        ``_unreadable`` (the texts that had no typed value, as "field=text; …", null without any).
    rejected_missing
        Kinds of missing of the rejected rows.
    corrections
        One row per value taken away in the accepted rows: row, field, before, after (null), rule. The text of a
        personal field is withheld.
    rules
        One row per rule: rule, field, kind, action, n_checked, n_failed, n_rows_rejected, title_zh, title_en,
        suppressed (false: nothing is hidden yet). A rule that nothing broke, or that had nothing to look at (its column
        is absent), is there with its zeros.
    flow
        Row accounting.
    absent
        Optional fields of the codebook that the file does not have.
    """

    accepted: pl.DataFrame
    missing: pl.DataFrame
    rejected: pl.DataFrame
    rejected_missing: pl.DataFrame
    corrections: pl.DataFrame
    rules: pl.DataFrame
    flow: Flow
    absent: tuple[str, ...]


def validate(
    frame: pl.DataFrame,
    missing: pl.DataFrame,
    type_problems: pl.DataFrame,
    codebook: Codebook,
    references: Mapping[str, pl.DataFrame],
) -> Validated:
    """Hold every row against every rule of the codebook.

    Parameters
    ----------
    frame
        ``_row`` (distinct row numbers of the source file) and codebook columns in their types, missing values null.
    missing
        Same height and order: for each field with user-missing codes the kind of missing, null elsewhere.
    type_problems
        Columns row, field, value: texts that could not be read as the field's type. They are null in `frame`.
    codebook
        The instrument's fields and rules.
    references
        The tables that foreign keys point to, by resource name.

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
    kinds = missing.select(name for name in missing.columns if name in frame.columns and name != ROW)
    _check_contract(frame, kinds, codebook)
    absent = _absent_columns(frame, codebook)
    facts = gather_facts(frame, kinds, type_problems, codebook, references)
    findings = evaluate(frame, kinds, plan_rules(codebook, facts))
    keep = ~frame[ROW].is_in(findings.rejected_rows.implode())
    accepted, accepted_kinds = frame.filter(keep), _rows(kinds, keep)
    if accepted.is_empty():
        raise _nothing_accepted(frame.height, findings)
    corrected = correct(accepted, accepted_kinds, type_problems, findings, codebook)
    rejected = with_reasons(frame.filter(~keep), findings, type_problems, codebook)
    return Validated(
        accepted=corrected.rows,
        missing=corrected.kinds,
        rejected=rejected,
        rejected_missing=_rows(kinds, ~keep),
        corrections=corrected.corrections,
        rules=findings.rules,
        flow=Flow(received=frame.height, rejected=rejected.height, accepted=accepted.height),
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


def _rows(kinds: pl.DataFrame, keep: pl.Series) -> pl.DataFrame:
    """Filter the kinds of missing; a survey without missing codes has none, and a frame without columns no height."""
    return kinds.filter(keep) if kinds.width else kinds


def _check_contract(frame: pl.DataFrame, kinds: pl.DataFrame, codebook: Codebook) -> None:
    """Guard what the accounting rests on; a breach is a defect of the program, not of the data."""
    if kinds.width and kinds.height != frame.height:
        raise ValueError(f"missing has {kinds.height} rows, the frame {frame.height}")
    if frame[ROW].null_count() or not frame[ROW].is_unique().all():
        raise ValueError(f"{ROW} does not identify the rows")
    wrong = {
        field.name: str(frame.schema[field.name])
        for field in codebook.fields
        if field.name in frame.columns and not _TYPES[field.type](frame.schema[field.name])
    }
    if wrong:
        raise ValueError(f"columns that are not of the codebook's type: {wrong}")


def _absent_columns(frame: pl.DataFrame, codebook: Codebook) -> tuple[str, ...]:
    absent = [field for field in codebook.fields if field.name not in frame.columns]
    needed = [field.name for field in absent if field.constraints.required or field.name in codebook.key]
    if needed:
        lines = [
            f"  - {name} ({codebook.field(name).title})"
            + (f": {hint}" if (hint := nearest(name, frame.columns)) else "")
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
