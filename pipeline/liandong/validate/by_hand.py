"""Rows that the log of corrections drops: they are received and rejected like others, but no rule looks at them.

A test interview under somebody's key would otherwise reject the real one as well.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from liandong.definitions import Codebook, Text
from liandong.evidence.typed_rows import ROW, TypedRows, settled
from liandong.validate.changes import with_reasons
from liandong.validate.findings import Findings
from liandong.validate.gate import Flow, Validated
from liandong.validate.rules import RowRule, rule_column

BY_HAND = "dropped_by_hand"
_RULE = RowRule(
    id=BY_HAND,
    field="",
    kind="by_hand",
    action="reject",
    title=Text(zh="经人工核对剔除（见更正记录）", en="Dropped by hand (see the log of corrections)"),
    fails=pl.lit(value=True),
)


def set_aside(table: TypedRows, dropped: pl.Series) -> TypedRows:
    """Return `table` without the rows whose ``_row`` is among those `dropped`."""
    if dropped.is_empty():
        return table
    rows = table.rows.filter(~pl.col(ROW).is_in(dropped.implode()))
    return TypedRows(rows, table.schema, table.height - len(dropped), table.batch)


def held_back(validated: Validated, table: TypedRows, dropped: pl.Series, codebook: Codebook) -> Validated:
    """Count the rows that were set aside among the rejected ones.

    Parameters
    ----------
    validated
        Of the table without them.
    table
        The whole table, with the columns that `validated` has.
    dropped
        ``_row`` of the rows that were set aside.
    codebook
        Of the table.

    Returns
    -------
    Validated
        With ``received = accepted + rejected``, and a rule ``dropped_by_hand`` behind the others.
    """
    flags = pl.DataFrame({ROW: dropped.cast(table.schema[ROW])}).with_columns(
        pl.lit(value=True).alias(rule_column(BY_HAND))
    )
    found = Findings(broken_rules=(_RULE,), rows=flags, rejected_rows=flags[ROW], rules=validated.rules)
    aside = with_reasons(table, found, codebook)
    flow = validated.flow
    return replace(
        validated,
        held=_together(validated.held, aside) if len(dropped) else validated.held,
        rules=pl.concat(
            [validated.rules, _counted(flow.received + len(dropped), len(dropped), validated.rules.schema)]
        ),
        breaches=pl.concat(
            [validated.breaches, flags.select(pl.col(ROW).cast(pl.Int64).alias("row"), pl.lit(BY_HAND).alias("rule"))]
        ).sort("row", maintain_order=True),
        flow=Flow(received=flow.received + len(dropped), rejected=flow.rejected + len(dropped), accepted=flow.accepted),
    )


def _together(held: TypedRows, aside: TypedRows) -> TypedRows:
    rows = pl.concat([held.rows, aside.rows.select(held.schema.names())]).sort(ROW)
    return settled(TypedRows(rows, held.schema, held.height + aside.height, held.batch))


def _counted(received: int, dropped: int, schema: pl.Schema) -> pl.DataFrame:
    row = {
        "rule": _RULE.id,
        "field": _RULE.field,
        "kind": _RULE.kind,
        "action": _RULE.action,
        "n_checked": received,
        "n_failed": dropped,
        "n_rows_rejected": dropped,
        "title_zh": _RULE.title.zh,
        "title_en": _RULE.title.en,
        "suppressed": False,
    }
    return pl.DataFrame([row], schema=schema)
