"""What follows from the findings: values blanked in accepted rows, reasons written beside rejected ones."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from liandong.definitions import Codebook
from liandong.evidence.typed_rows import BLANKED, ROW, TypedRows, kind_column, text_column
from liandong.validate.findings import Findings
from liandong.validate.rules import RULES, UNREADABLE, RowRule, rule_column

_WITHHELD = "(withheld)"
_CORRECTION = {"row": pl.Int64, "field": pl.String, "before": pl.String, "after": pl.String, "rule": pl.String}
_GONE = "⟨gone⟩"
LISTED = 1_000_000


def concerned(table: TypedRows, findings: Findings) -> TypedRows:
    """Return the rows that are rejected or lose a value: usually few, and looked at again."""
    rules = [rule for rule in findings.broken_rules if rule.action == "reject" or rule.blanks]
    flags = [rule_column(rule.id) for rule in rules]
    return table.only(findings.rows.filter(pl.any_horizontal(flags))[ROW] if flags else findings.rows[ROW].clear())


def correct(
    table: TypedRows, some: TypedRows, findings: Findings, codebook: Codebook
) -> tuple[TypedRows, pl.DataFrame]:
    """Return the accepted rows with all that had to be blanked set to null, and the record of it.

    A value that several rules take away is one correction that names them all. A kind of missing is taken away by skip
    logic only (a refusal of a question that was not to be asked); other rules leave it as it is. Corrections are
    sorted by row and by the order of the codebook. `some` are the rows of `table` that are `concerned`.
    """
    taking = {
        name: rules
        for name in codebook.names
        if (rules := [rule for rule in findings.broken_rules if name in rule.blanks]) and name in table.schema
    }
    cells = _corrections(some, findings, taking, codebook)
    gone = cells["field"].unique(maintain_order=True).to_list()
    return _accepted(table, findings.rejected_rows, cells, gone), cells


def with_reasons(some: TypedRows, findings: Findings, codebook: Codebook) -> TypedRows:
    """Return the rejected rows with their kinds of missing and why they are held back.

    ``_rules`` names every rule that a row broke, ``_unreadable`` holds the texts that no typed column could take.
    """
    rejected = findings.rows.join(findings.rejected_rows.to_frame(), on=ROW, how="semi")
    reasons = rejected.select(ROW, _named(findings.broken_rules).alias(RULES))
    personal = {field.name for field in codebook.fields if field.liandong.pii}
    texts = [_shown(name, withheld=name in personal) for name in sorted(some.fallible)]
    unreadable = pl.concat_str(texts, separator="; ", ignore_nulls=True) if texts else pl.lit("")
    kinds = {kind_column(name): some.schema[kind_column(name)] for name in some.coded}
    schema = {ROW: some.schema[ROW], **{name: some.schema[name] for name in some.names}}
    schema |= {RULES: pl.String(), UNREADABLE: pl.String(), **kinds}
    rows = some.rows.join(reasons.lazy(), on=ROW, how="inner", maintain_order="left").with_columns(
        unreadable.replace("", None).cast(pl.String).alias(UNREADABLE)
    )
    return TypedRows(rows.select(*schema), pl.Schema(schema), reasons.height, some.batch)


def _shown(name: str, *, withheld: bool) -> pl.Expr:
    """Express the unreadable text of a field as "field=text", null where there is none."""
    text = pl.col(text_column(name))
    return pl.when(text.is_not_null()).then(pl.format("{}={}", pl.lit(name), pl.lit(_WITHHELD) if withheld else text))


def _corrections(
    table: TypedRows, findings: Findings, taking: dict[str, list[RowRule]], codebook: Codebook
) -> pl.DataFrame:
    """Return the cells that have something to take away: row, field, before, after and rule."""
    flags = list(dict.fromkeys(rule_column(rule.id) for rules in taking.values() for rule in rules))
    nothing = pl.DataFrame(schema=_CORRECTION)
    if not flags:
        return nothing
    broken = findings.rows.select(ROW, *flags).filter(pl.any_horizontal(flags))
    broken = broken.join(findings.rejected_rows.to_frame(), on=ROW, how="anti")
    helpers = [kind_column(name) for name in taking if name in table.coded]
    helpers += [text_column(name) for name in taking if name in table.fallible]
    touched = table.rows.select(ROW, *taking, *helpers).join(broken.lazy(), on=ROW, how="inner", maintain_order="left")
    personal = {field.name for field in codebook.fields if field.liandong.pii}
    order = pl.col("field").cast(pl.Enum(list(taking)))
    parts = [nothing]
    for part in table.batches(touched):
        found = [_cells(name, rules, part, hide=name in personal) for name, rules in taking.items()]
        parts.append(pl.concat(found).sort("row", order, maintain_order=True))
    return pl.concat(parts).sort("row", maintain_order=True)


def _cells(field: str, rules: Sequence[RowRule], touched: pl.DataFrame, *, hide: bool) -> pl.DataFrame:
    """Return the corrections of one field."""
    before = [pl.col(field).cast(pl.String)]
    if text_column(field) in touched.columns:
        before.append(pl.col(text_column(field)))
    skips = [rule_column(rule.id) for rule in rules if rule.kind == "skip"]
    if skips and kind_column(field) in touched.columns:
        before.append(pl.when(pl.any_horizontal(skips)).then(pl.col(kind_column(field)).cast(pl.String)))
    stood = pl.coalesce(before)
    content = {
        "row": pl.col(ROW),
        "field": pl.lit(field),
        "before": pl.when(stood.is_not_null()).then(pl.lit(_WITHHELD)) if hide else stood,
        "after": pl.lit(None),
        "rule": _named(rules),
    }
    return (
        touched.filter(pl.any_horizontal(rule_column(rule.id) for rule in rules))
        .select(content[name].cast(dtype).alias(name) for name, dtype in _CORRECTION.items())
        .drop_nulls("before")
    )


def _accepted(table: TypedRows, rejected: pl.Series, cells: pl.DataFrame, gone: Sequence[str]) -> TypedRows:
    rows, lost = _marked(table, rejected, cells, gone)
    kinds = next((table.schema[kind_column(name)] for name in table.coded), pl.Enum([BLANKED]))
    columns: dict[str, pl.Expr] = {name: pl.col(name) for name in (ROW, *table.names)}
    columns |= {name: pl.when(~lost[name]).then(pl.col(name)) for name in gone}
    columns |= {kind_column(name): pl.col(kind_column(name)) for name in table.coded}
    for name in gone:
        kind = pl.col(kind_column(name)) if name in table.coded else pl.lit(None, dtype=kinds)
        columns[kind_column(name)] = pl.when(lost[name]).then(pl.lit(BLANKED, dtype=kinds)).otherwise(kind)
    schema = pl.Schema({name: table.schema.get(name, kinds) for name in columns})
    picked = rows.select(column.alias(name) for name, column in columns.items())
    return TypedRows(picked, schema, table.height - len(rejected), table.batch)


def _marked(
    table: TypedRows, rejected: pl.Series, cells: pl.DataFrame, gone: Sequence[str]
) -> tuple[pl.LazyFrame, dict[str, pl.Expr]]:
    """Return the rows without the rejected ones, and for each field that loses values whether a row loses its own.

    A join makes the engine gather rows, so numbers are looked up in lists, unless these are so long that making a set
    of them for every part of the rows would take longer.
    """
    rows, number = table.rows, table.schema[ROW]
    places = cells.select(pl.col("row").cast(number).alias(ROW), "field")
    if len(rejected) + places.height <= LISTED:
        listed = {name: places.filter(pl.col("field") == name)[ROW] for name in gone}
        if not rejected.is_empty():
            rows = rows.filter(~pl.col(ROW).is_in(rejected.implode()))
        return rows, {name: pl.col(ROW).is_in(found.implode()) for name, found in listed.items()}
    rows = rows.join(rejected.to_frame().lazy(), on=ROW, how="anti", maintain_order="left")
    marks = places.group_by(ROW).agg((pl.col("field") == name).any().alias(_GONE + name) for name in gone)
    rows = rows.join(marks.lazy(), on=ROW, how="left", maintain_order="left")
    return rows, {name: pl.col(_GONE + name).fill_null(value=False) for name in gone}


def _named(rules: Sequence[RowRule]) -> pl.Expr:
    """Express the ids of the `rules` that a row broke, joined by "; "."""
    names = [pl.when(rule_column(rule.id)).then(pl.lit(rule.id)) for rule in rules]
    return pl.concat_str(names, separator="; ", ignore_nulls=True) if names else pl.lit("")
