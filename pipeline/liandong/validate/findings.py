"""Running a plan: count every rule in one pass, then look up the rows of those few rules that something broke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from liandong.validate.plan import Plan
from liandong.validate.rules import ROW, RowRule, kind_column, rule_column


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


def evaluate(frame: pl.DataFrame, kinds: pl.DataFrame, plan: Plan) -> Findings:
    """Hold the rows of `frame` against the rules of `plan`."""
    rows = pl.concat([frame, kinds.rename(kind_column)], how="horizontal").lazy().with_columns(plan.helpers)
    counts = count_failures(rows, plan.rules)
    broken_rules = tuple(rule for rule, failed in zip(plan.rules, counts["n_failed"], strict=True) if failed)
    broken = _broken_rows(rows, broken_rules, frame.schema[ROW])
    rejecting = [rule_column(rule.id) for rule in broken_rules if rule.action == "reject"]
    rejected = broken.filter(pl.any_horizontal(rejecting))[ROW] if rejecting else broken[ROW].clear()
    return Findings(
        broken_rules=broken_rules, rows=broken, rejected_rows=rejected, rules=_rule_table(plan.rules, counts)
    )


def count_failures(rows: pl.LazyFrame, rules: Sequence[RowRule]) -> pl.DataFrame:
    """Return n_checked and n_failed of each rule, in order, in one pass over `rows` on any engine of Polars."""
    counted = rows.select(
        count.alias(f"{index} {name}")
        for index, rule in enumerate(rules)
        for name, count in (("checked", rule.fails.count()), ("failed", rule.fails.sum()))
    ).collect()
    numbers = counted.row(0) if counted.width else ()
    return pl.DataFrame(
        {"n_checked": numbers[0::2], "n_failed": numbers[1::2]}, schema={"n_checked": pl.Int64, "n_failed": pl.Int64}
    ).fill_null(0)


def _broken_rows(rows: pl.LazyFrame, rules: Sequence[RowRule], row_type: pl.DataType) -> pl.DataFrame:
    if not rules:
        return pl.DataFrame(schema={ROW: row_type})
    failures = [rule.fails.fill_null(value=False).alias(rule_column(rule.id)) for rule in rules]
    return rows.select(ROW, *failures).filter(pl.any_horizontal(pl.exclude(ROW))).collect()


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
