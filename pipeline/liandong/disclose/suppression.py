"""The minimum cell: small counts are hidden, and so is whatever would give them away by subtraction.

The rule is the threshold rule for frequency tables (Hundepool et al. 2012, Statistical Disclosure Control, ch. 5): a
cell is unsafe when the people in it, or the people of its universe that are not in it, are fewer than the minimum, but
not none. A zero is shown: it describes nobody in the sample, and a sample zero does not say that nobody exists; the
same goes for a cell that holds its whole universe, whose complement is such a zero. Where a total and all cells but
one of a set are shown, the last follows; so cells are hidden, the smallest first, until what is hidden together is
safe and consists of at least two cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import polars as pl

from liandong.disclose.arms import ARM_TABLES, hide_small_arms, hide_small_shares
from liandong.disclose.rules import hide_small_checks, hide_small_failures

Row = dict[str, Any]


def suppress_small_cells(name: str, table: pl.DataFrame, minimum_cell: int) -> pl.DataFrame:
    """Return table `name` with its unsafe cells hidden.

    Parameters
    ----------
    name
        The table's name in the bundle. Those with a column ``suppressed`` hold counts of people; every other table is
        returned as it is.
    table
        With the columns that the bundle declares.
    minimum_cell
        The smallest number of people that a cell may have; with 1 nothing is hidden.

    Returns
    -------
    polars.DataFrame
        The same rows and columns. In a hidden row counts, estimate, interval and what follows from them are null and
        ``suppressed`` is true; see :mod:`liandong.disclose.arms` for tables that count treated and untreated people,
        and :mod:`liandong.disclose.rules` for the table of rules.
        Applying it twice changes nothing more.

    Notes
    -----
    Subtraction is guarded against within a set: the categories of one distribution, and the levels of one subgroup
    against the total. What two universes, two indicators or two tables give away together is the matter of
    :func:`liandong.disclose.release.disclose`.
    """
    if name in ARM_TABLES:
        return hide_small_arms(name, table, minimum_cell)
    if name == "power":
        return hide_small_shares(table, minimum_cell)
    if name == "validation":
        return hide_small_failures(table, minimum_cell)
    if name == "checks":
        return hide_small_checks(table, minimum_cell)
    layout = _LAYOUTS.get(name)
    if layout is None or table.is_empty():
        return table
    hidden = _hidden_rows(layout, table, minimum_cell)
    return _hide(table, hidden, layout.columns)


@dataclass(frozen=True, slots=True)
class _Cell:
    """People with the property, and people who could have it; None where the table gives no such count."""

    count: int | None
    universe: int | None

    def is_safe(self, minimum: int) -> bool:
        rest = None if self.count is None or self.universe is None else self.universe - self.count
        return all(people is None or people == 0 or people >= minimum for people in (self.count, rest, self.universe))


@dataclass(frozen=True, slots=True)
class _Set:
    """Rows that add up to a total: those that agree in `keys`.

    Categories share one universe; the levels of a subgroup each bring their own.
    """

    keys: tuple[str, ...]
    shared_universe: bool
    holds: Callable[[Row], bool] = lambda _: True


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where a table keeps its cells, which columns to blank, and which rows form sets."""

    count: str
    universe: str | None
    columns: tuple[str, ...]
    sets: tuple[_Set, ...]


_LAYOUTS: Mapping[str, _Layout] = {
    "indicators": _Layout(
        count="numerator_n",
        universe="denominator_n",
        columns=(
            "numerator_n",
            "denominator_n",
            "estimate",
            "conf_low",
            "conf_high",
            "design_effect",
            "n_clusters",
        ),
        sets=(
            _Set(
                ("indicator", "universe", "subgroup", "level"),
                shared_universe=True,
                holds=lambda row: row["kind"] == "distribution",
            ),
            _Set(
                ("indicator", "category", "universe", "subgroup"),
                shared_universe=False,
                holds=lambda row: row["subgroup"] != "",
            ),
        ),
    ),
    "distributions": _Layout("n", None, ("n", "share"), (_Set(("variable",), shared_universe=True),)),
    "missingness": _Layout("n", "n_rows", ("n", "share"), (_Set(("field",), shared_universe=True),)),
    "arms": _Layout(
        "rows", None, ("rows", "clusters", "share"), (_Set(("effect", "outcome", "stage"), shared_universe=True),)
    ),
    "missing_by_arm": _Layout(
        "n", "n_rows", ("n", "n_rows", "share"), (_Set(("effect", "field"), shared_universe=False),)
    ),
    "weights": _Layout("n", None, ("n", "before", "after"), (_Set(("margin",), shared_universe=True),)),
    "overlap": _Layout(
        "n", "n_rows", ("n", "share", "conf_low", "conf_high"), (_Set(("group",), shared_universe=True),)
    ),
    "dose": _Layout(
        "n_obs",
        None,
        ("n_obs", "n_clusters", "estimate", "std_error", "df", "p_value", "conf_low", "conf_high"),
        (_Set(("effect", "outcome"), shared_universe=True),),
    ),
}


def _hidden_rows(layout: _Layout, table: pl.DataFrame, minimum: int) -> list[bool]:
    rows = table.rows(named=True)
    cells = _cells(layout, rows)
    hidden = [bool(row["suppressed"]) or not cell.is_safe(minimum) for row, cell in zip(rows, cells, strict=True)]
    members = [(rule, group) for rule in layout.sets for group in _groups(rule, rows)]
    changed = True
    while changed:
        added = [_guard(rule, [(i, cells[i]) for i in group], hidden, minimum) for rule, group in members]
        changed = any(added)
    return hidden


def _cells(layout: _Layout, rows: Sequence[Row]) -> list[_Cell]:
    if layout.universe is not None:
        return [_Cell(row[layout.count], row[layout.universe]) for row in rows]
    cells: list[_Cell] = [_Cell(None, None)] * len(rows)
    for group in _groups(layout.sets[0], rows):
        counts = [rows[i][layout.count] for i in group]
        total = None if None in counts else sum(counts)
        for i, count in zip(group, counts, strict=True):
            cells[i] = _Cell(count, total)
    return cells


def _groups(rule: _Set, rows: Sequence[Row]) -> Iterable[list[int]]:
    def key(i: int) -> tuple[str, ...]:
        return tuple(rows[i][name] for name in rule.keys)

    inside = sorted((i for i, row in enumerate(rows) if rule.holds(row)), key=key)
    return [list(group) for _, group in groupby(inside, key=key)]


def _guard(rule: _Set, members: Sequence[tuple[int, _Cell]], hidden: list[bool], minimum: int) -> bool:
    """Hide further members of a set in `hidden`, the smallest first, until the hidden ones protect each other."""
    changed = False
    while True:
        inside = [cell for i, cell in members if hidden[i]]
        spare = [(i, cell) for i, cell in members if not hidden[i] and _size(rule, cell)]
        if not inside or not spare or _protected(rule, inside, minimum):
            return changed
        smallest = min(spare, key=lambda member: _size(rule, member[1]))
        hidden[smallest[0]] = True
        changed = True


def _size(rule: _Set, cell: _Cell) -> int:
    return (cell.count if rule.shared_universe else cell.universe) or 0


def _protected(rule: _Set, inside: Sequence[_Cell], minimum: int) -> bool:
    if len(inside) == 1:
        return False
    count = _total(cell.count for cell in inside)
    universe = inside[0].universe if rule.shared_universe else _total(cell.universe for cell in inside)
    return _Cell(count, universe).is_safe(minimum)


def _total(counts: Iterable[int | None]) -> int | None:
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total


def _hide(table: pl.DataFrame, hidden: Sequence[bool], columns: Sequence[str]) -> pl.DataFrame:
    mask = pl.Series(hidden, dtype=pl.Boolean)
    return table.with_columns(pl.when(~mask).then(pl.col(column)).alias(column) for column in columns).with_columns(
        suppressed=mask
    )
