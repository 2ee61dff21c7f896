"""What goes from the tables when a number of people goes: the cells that hold it, and those that give it back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from liandong.disclose.coarse import coarse
from liandong.disclose.columns import column_kinds, people_counts
from liandong.disclose.groups import EVERYBODY, Count, Counted, Group
from liandong.disclose.linked import BASE, DIFFERENCE

Row = dict[str, Any]
Cell = tuple[str, int, str]

_ARMS: Final = "n_treated n_untreated clusters_with_treated clusters_with_untreated clusters_with_both"
_ARM_MEANS: Final = "mean_treated mean_untreated difference std_difference"
# A cell of a set goes with its share; everything else that is computed from hidden people is rounded.
_WITH_CELL: Final[Mapping[tuple[str, str], str]] = {
    ("indicators", "numerator_n"): "numerator_n denominator_n estimate conf_low conf_high design_effect n_clusters",
    ("missingness", "n"): "n share",
    ("distributions", "n"): "n share",
    ("weights", "n"): "n before after",
    ("arms", "rows"): "rows clusters share",
    ("missing_by_arm", "n"): "n share",
    ("missing_by_arm", "n_rows"): "n n_rows share",
    ("influence", "n_obs"): "n_obs n_treated n_untreated leverage partial_leverage estimate_without",
    ("power", "share_treated"): "share_treated",
    ("overlap", "n"): "n share conf_low conf_high",
}
_BY_SHARE: Final = frozenset({"indicators", "distributions", "weights", "overlap"})
_T: Final = re.compile(r"t\(\d+\)")


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is done to the cells of all tables.

    Attributes
    ----------
    gone
        Cells that are emptied, with the reason.
    rounded
        Cells that are rounded, with the number of people that they were computed from.
    marked
        Table and row of what is hidden as a whole (an arm, a level, a category) and so says ``suppressed``. A row that
        only lacks the number of people that its figures rest on does not.
    """

    gone: Mapping[Cell, str]
    rounded: Mapping[Cell, int]
    marked: frozenset[tuple[str, int]]


def cells_to_hide(tables: Mapping[str, pl.DataFrame], counted: Counted, reasons: Mapping[Group, str]) -> Hidden:
    """Return the cells that go with the groups in `reasons`."""
    gone: dict[Cell, str] = {}
    rounded: dict[Cell, int] = {}
    marked: set[tuple[str, int]] = set()
    for count in counted.counts:
        accounting = count.table == "sample_flow" and count.group == EVERYBODY  # it is published, however few they are
        if count.group not in reasons or accounting:
            continue
        empty, rough = _consequences(count, reasons, tables[count.table].columns)
        gone.update({(count.table, count.row, column): reasons[count.group] for column in empty})
        size = counted.values.get(count.group if count.base is None else count.base)
        if not rough:
            marked.add((count.table, count.row))
        elif size is not None:
            rounded.update({(count.table, count.row, column): size for column in rough})
    samples = {(c.table, c.row): counted.values[c.group] for c in counted.counts if c.group in reasons and c.value}
    rounded.update(_of_hidden_samples(tables, samples))
    return Hidden(gone, {cell: size for cell, size in rounded.items() if cell not in gone}, frozenset(marked))


def _consequences(count: Count, reasons: Mapping[Group, str], columns: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the columns of a row that are emptied and that are rounded when this count goes."""
    name, column = count.table, count.column
    have = set(columns)
    reason = reasons[count.group]
    if column in {"n_treated", "n_untreated"}:
        means = _ARM_MEANS.split() if name == "balance" else []
        if reason in {DIFFERENCE, BASE}:  # the arms are large enough, only their sizes must not be known
            return ["n_treated", "n_untreated"], means or ["n_treated"]
        return [one for one in (*_ARMS.split(), *means) if one in have], []
    with_cell = _WITH_CELL.get((name, column))
    soft = name in _BY_SHARE and reason == BASE and column != "share"
    if with_cell is not None and not soft:
        return with_cell.split(), []
    kinds = column_kinds(name)
    figures = [one for one, kind in kinds.items() if kind in {"share", "statistic"}]
    if name in _BY_SHARE:
        return [one for one in people_counts(name) if column != "share" or one == "n"], figures
    if name == "scales" and column == "n_complete":
        return ["n_complete"], [one for one in figures if one.startswith(("alpha", "omega"))]
    return [column], figures


def _of_hidden_samples(tables: Mapping[str, pl.DataFrame], hidden: Mapping[tuple[str, int], int]) -> dict[Cell, int]:
    """Return the figures of models in tables that do not count, where the sample of the model is hidden."""
    if "estimates" not in tables:
        return {}
    keys = tables["estimates"].select("effect", "outcome").rows()
    samples = {key: hidden["estimates", at] for at, key in enumerate(keys) if ("estimates", at) in hidden}
    found: dict[Cell, int] = {}
    for name, table in tables.items():
        if not samples or "n_obs" in table.columns or not {"effect", "outcome"} <= set(table.columns):
            continue
        figures = [column for column, kind in column_kinds(name).items() if kind == "statistic"]
        for at, key in enumerate(table.select("effect", "outcome").rows()):
            if key in samples:
                found.update({(name, at, column): samples[key] for column in figures})
    return found


def without(tables: Mapping[str, pl.DataFrame], hidden: Hidden) -> dict[str, pl.DataFrame]:
    """Return the tables with the cells of `hidden` emptied or rounded, and ``suppressed`` set where a row is marked."""
    touched = {cell[0] for cell in (*hidden.gone, *hidden.rounded)}
    return {name: _without(name, table, hidden) if name in touched else table for name, table in tables.items()}


def _without(name: str, table: pl.DataFrame, hidden: Hidden) -> pl.DataFrame:
    rows = table.rows(named=True)
    for own, at, column in hidden.rounded:
        if own == name:
            _round(name, rows[at], column, hidden.rounded[own, at, column])
    for own, at, column in hidden.gone:
        if own == name:
            rows[at][column] = None
            if "suppressed" in rows[at] and (own, at) in hidden.marked:
                rows[at]["suppressed"] = True
    return pl.DataFrame(rows, schema=table.schema, orient="row")


def _round(name: str, row: Row, column: str, people: int) -> None:
    value = row[column]
    if value is None:
        return
    if column.startswith("df") and value > people / 2:  # residual degrees of freedom are as good as the number
        row[column] = None
        if name == "explanations":
            row["distribution"] = _T.sub("t(N − K)", row["distribution"])
    else:
        row[column] = coarse(name, column, value, people)
