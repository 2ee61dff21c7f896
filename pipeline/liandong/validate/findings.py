"""Running a plan: one pass over the rows counts every rule and remembers the few rows that broke any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from liandong.evidence.typed_rows import ROW, TypedRows
from liandong.validate.plan import Plan
from liandong.validate.rules import RowRule, rule_column


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What the rules found.

    Attributes
    ----------
    broken_rules
        The rules that at least one row broke, in the order of the plan.
    rows
        One line per row that broke any rule: ``_row`` and, for each broken rule, a Boolean column (``rule_column``).
    rejected_rows
        ``_row`` of the rows that broke a rule whose action is ``reject``.
    rules
        The counts of every rule, broken or not.
    """

    broken_rules: tuple[RowRule, ...]
    rows: pl.DataFrame
    rejected_rows: pl.Series
    rules: pl.DataFrame


def breaches(findings: Findings) -> pl.DataFrame:
    """Return one line per row and rule that it broke: row, rule; rows in order, rules in the order of the plan."""
    long = [
        findings.rows.filter(rule_column(rule.id)).select(
            pl.col(ROW).cast(pl.Int64).alias("row"), pl.lit(rule.id).alias("rule")
        )
        for rule in findings.broken_rules
    ]
    return pl.concat([pl.DataFrame(schema={"row": pl.Int64, "rule": pl.String}), *long]).sort(
        "row", maintain_order=True
    )


def evaluate(table: TypedRows, plan: Plan) -> Findings:
    """Hold the rows of `table` against the rules of `plan`, in one pass."""
    names = [rule_column(rule.id) for rule in plan.rules]
    verdicts = table.rows.with_columns(plan.helpers).select(
        ROW, *(rule.fails.alias(name) for rule, name in zip(plan.rules, names, strict=True))
    )
    counts, broken = _tally(table, verdicts, names)
    failed = dict(zip(names, counts["n_failed"], strict=True))
    broken_rules = tuple(rule for rule in plan.rules if failed[rule_column(rule.id)])
    broken = broken.select(ROW, *(rule_column(rule.id) for rule in broken_rules))
    rejecting = [rule_column(rule.id) for rule in broken_rules if rule.action == "reject"]
    rejected = broken.filter(pl.any_horizontal(rejecting))[ROW] if rejecting else broken[ROW].clear()
    return Findings(
        broken_rules=broken_rules, rows=broken, rejected_rows=rejected, rules=_rule_table(plan.rules, counts)
    )


def _tally(table: TypedRows, verdicts: pl.LazyFrame, names: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return n_checked and n_failed of each rule, and the rows that broke any, with what they broke."""
    kept = [pl.DataFrame(schema={ROW: table.schema[ROW], **dict.fromkeys(names, pl.Boolean)})]
    checked, failed = [0] * len(names), [0] * len(names)
    for part in table.batches(verdicts):
        flags = [part[name] for name in names]
        sums = [int(flag.sum() or 0) for flag in flags]
        checked = [so_far + len(flag) - flag.null_count() for so_far, flag in zip(checked, flags, strict=True)]
        failed = [so_far + new for so_far, new in zip(failed, sums, strict=True)]
        hit = [name for name, new in zip(names, sums, strict=True) if new]
        if hit:
            kept.append(part.filter(pl.any_horizontal(hit)).with_columns(pl.col(names).fill_null(value=False)))
    return pl.DataFrame(
        {"n_checked": checked, "n_failed": failed}, schema={"n_checked": pl.Int64, "n_failed": pl.Int64}
    ), pl.concat(kept)


def _rule_table(rules: Sequence[RowRule], counts: pl.DataFrame) -> pl.DataFrame:
    named = pl.DataFrame(
        [(rule.id, rule.field, rule.kind, rule.action, rule.title.zh, rule.title.en) for rule in rules],
        schema=dict.fromkeys(("rule", "field", "kind", "action", "title_zh", "title_en"), pl.String),
        orient="row",
    )
    table = pl.concat([named, counts], how="horizontal")
    rejected = pl.when(pl.col("action") == "reject").then("n_failed").otherwise(0).cast(pl.Int64)
    order = ("rule", "field", "kind", "action", "n_checked", "n_failed", "n_rows_rejected", "title_zh", "title_en")
    suppressed = pl.lit(value=False).alias("suppressed")  # what leaves the restricted folder is looked at later
    return table.with_columns(rejected.alias("n_rows_rejected")).select(*order, suppressed)
