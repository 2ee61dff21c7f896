"""What follows from the findings: values blanked in accepted rows, reasons written beside rejected ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from liandong.definitions import Codebook
from liandong.validate.facts import unreadable_texts
from liandong.validate.findings import Findings
from liandong.validate.rules import BLANKED, ROW, RULES, RowRule, kind_column, rule_column

_AT = "⟨at⟩"
_WITHHELD = "(withheld)"
_CORRECTION = {"row": pl.Int64, "field": pl.String, "before": pl.String, "after": pl.String, "rule": pl.String}


@dataclass(frozen=True, slots=True, eq=False)
class Corrected:
    """Rows with the values that broke a blanking rule set to null, their kinds of missing, and the record of it."""

    rows: pl.DataFrame
    kinds: pl.DataFrame
    corrections: pl.DataFrame


def correct(
    rows: pl.DataFrame, kinds: pl.DataFrame, type_problems: pl.DataFrame, findings: Findings, codebook: Codebook
) -> Corrected:
    """Blank what has to be blanked in the accepted `rows`, all at once.

    A value that several rules take away is one correction that names them all. A kind of missing is taken away by skip
    logic only (a refusal of a question that was not to be asked); other rules leave it as it is. Corrections are
    sorted by row and by the order of the codebook.
    """
    taking = {
        name: rules
        for name in codebook.names
        if (rules := [rule for rule in findings.broken_rules if name in rule.blanks]) and name in rows.columns
    }
    touched = _touched(rows, kinds, findings, [rule for rules in taking.values() for rule in rules])
    cells = [_cells(name, rules, touched, type_problems) for name, rules in taking.items()]
    if not cells:
        return Corrected(rows, kinds, pl.DataFrame(schema=_CORRECTION))
    hit = {name: found[_AT] for name, found in zip(taking, cells, strict=True) if found.height}
    corrections = pl.concat(cells).sort("row", maintain_order=True)
    corrections = corrections.with_columns(_withheld("before", codebook), pl.lit(None).alias("after"))
    return Corrected(
        rows=rows.with_columns(_without(rows[name], positions) for name, positions in hit.items()),
        kinds=_with_marks(kinds, [_marked(name, kinds, rows.height, positions) for name, positions in hit.items()]),
        corrections=corrections.select(pl.col(name).cast(dtype) for name, dtype in _CORRECTION.items()),
    )


def with_reasons(
    rejected: pl.DataFrame, findings: Findings, type_problems: pl.DataFrame, codebook: Codebook
) -> pl.DataFrame:
    """Write beside the rejected rows every rule that they broke, and the texts that no typed column could take."""
    texts = unreadable_texts(type_problems.with_columns(_withheld("value", codebook)), rejected.schema[ROW])
    reasons = findings.rows.filter(pl.col(ROW).is_in(rejected[ROW].implode())).select(
        ROW, _named(findings.broken_rules).alias(RULES)
    )
    return rejected.join(reasons, on=ROW, how="left", maintain_order="left").join(
        texts, on=ROW, how="left", maintain_order="left"
    )


def _touched(rows: pl.DataFrame, kinds: pl.DataFrame, findings: Findings, rules: Sequence[RowRule]) -> pl.DataFrame:
    """Return the few rows that lose a value, with their position, their kinds of missing and the rules they broke."""
    flags = list(dict.fromkeys(rule_column(rule.id) for rule in rules))
    broken = findings.rows.select(ROW, *flags).filter(pl.any_horizontal(flags)) if flags else findings.rows.clear()
    return (
        pl.concat([rows, kinds.rename(kind_column)], how="horizontal")
        .with_row_index(_AT)
        .filter(pl.col(ROW).is_in(broken[ROW].implode()))
        .join(broken, on=ROW, how="left", maintain_order="left")
    )


def _cells(field: str, rules: Sequence[RowRule], touched: pl.DataFrame, type_problems: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of one field that have something to take away: position, row, field, before and rule."""
    texts = type_problems.filter(pl.col("field") == field).select(
        pl.col("row").cast(touched.schema[ROW]).alias(ROW), pl.col("value").alias("⟨text⟩")
    )
    before = [pl.col(field).cast(pl.String), pl.col("⟨text⟩")]
    skips = [rule_column(rule.id) for rule in rules if rule.kind == "skip"]
    if skips and kind_column(field) in touched.columns:
        before.append(pl.when(pl.any_horizontal(skips)).then(kind_column(field)))
    return (
        touched.filter(pl.any_horizontal(rule_column(rule.id) for rule in rules))
        .join(texts, on=ROW, how="left", maintain_order="left")
        .select(
            _AT,
            pl.col(ROW).alias("row"),
            pl.lit(field).alias("field"),
            pl.coalesce(before).alias("before"),
            _named(rules).alias("rule"),
        )
        .drop_nulls("before")
    )


def _named(rules: Sequence[RowRule]) -> pl.Expr:
    """Express the ids of the `rules` that a row broke, joined by "; "."""
    names = [pl.when(rule_column(rule.id)).then(pl.lit(rule.id)) for rule in rules]
    return pl.concat_str(names, separator="; ", ignore_nulls=True) if names else pl.lit("")


def _without(values: pl.Series, positions: pl.Series) -> pl.Series:
    kept = pl.repeat(value=True, n=values.len(), dtype=pl.Boolean, eager=True).scatter(positions, values=False)
    return pl.select(pl.when(kept).then(values).alias(values.name)).to_series()


def _with_marks(kinds: pl.DataFrame, marked: Sequence[pl.Series]) -> pl.DataFrame:
    """Put the marked columns in; a file without user-missing codes has kinds without columns, and so without height."""
    return kinds.with_columns(marked) if kinds.width else pl.DataFrame(marked)


def _marked(name: str, kinds: pl.DataFrame, height: int, positions: pl.Series) -> pl.Series:
    """Return the kinds of missing of one field, a column of its own in any case, with the blanked cells named."""
    coded = name in kinds.columns
    kind = kinds[name].clone() if coded else pl.repeat(None, height, dtype=pl.String, eager=True).alias(name)
    return kind.scatter(positions, BLANKED)


def _withheld(column: str, codebook: Codebook) -> pl.Expr:
    """Replace the text of personal fields: records of changes are read by more people than the data."""
    personal = [field.name for field in codebook.fields if field.liandong.pii]
    return pl.when(pl.col("field").is_in(personal)).then(pl.lit(_WITHHELD)).otherwise(column).alias(column)
