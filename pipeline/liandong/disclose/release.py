"""Everything that a run publishes, under the rules of disclosure control: one table at a time, then all together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl

from liandong.definitions import Disclosure
from liandong.disclose.columns import column_kinds
from liandong.disclose.communities import banded_communities, without_cluster_sizes
from liandong.disclose.counts import count_people
from liandong.disclose.dominance import Concentration, without_concentrated
from liandong.disclose.few import without_near_samples, without_small_comparisons, without_small_levels
from liandong.disclose.groups import Counted, Group
from liandong.disclose.hiding import Cell, cells_to_hide, without
from liandong.disclose.linked import BASE, DIFFERENCE, SECONDARY, SMALL, hide_linked, links_of
from liandong.disclose.listing import MUTUAL, list_suppressions
from liandong.disclose.outline import Outline
from liandong.disclose.rounding import rounded_tables
from liandong.disclose.suppression import suppress_small_cells
from liandong.evidence import TABLES, conform

_UNKNOWN: Final = Outline()
# Groups hide one another here, too: a reason of its own would say which of them is small.
_REASONS: Final = {
    SMALL: MUTUAL,
    SECONDARY: MUTUAL,
    DIFFERENCE: "difference",
    BASE: "difference",
}


def disclose(
    tables: Mapping[str, pl.DataFrame],
    rules: Disclosure,
    outline: Outline = _UNKNOWN,
    concentrated: Iterable[Concentration] = (),
) -> dict[str, pl.DataFrame]:
    """Return the tables as they may be published, with the table ``suppressions``.

    Parameters
    ----------
    tables
        Every table of the bundle by its name, with its declared columns.
    rules
        The study's.
    outline
        Whom its tables count, see :func:`liandong.disclose.outline.outline`. Without it only relations within
        one table are looked at, and what the tables' own keys say.
    concentrated
        Means of amounts that rest on one or two people, see :func:`liandong.disclose.dominance.concentrated_means`.

    Returns
    -------
    dict
        The same tables with the same rows, hidden combinations of an overlap last. What may not be known is null, what
        would give it back is rounded.
        Applying it to its own result changes nothing more.

    Raises
    ------
    ValueError
        For a table or a column that :mod:`liandong.disclose.columns` does not classify: nothing is published by
        default.
    """
    for name, table in tables.items():
        unknown = set(table.columns) - set(column_kinds(name))
        if unknown:
            raise ValueError(f"table {name}: columns {sorted(unknown)} are not classified, so it cannot be published")
    concentrated = tuple(concentrated)
    if rules.minimum_cell == 1 and rules.rounding == 1 and not concentrated:
        return {**tables, "suppressions": TABLES["suppressions"].empty()}
    before = {name: conform(name, table) for name, table in tables.items() if name != "suppressions"}
    smallest = max(rules.minimum_cell, rules.rounding)
    shown, cells = without_concentrated(before, concentrated)
    reasons = dict.fromkeys(cells, "dominance")
    if rules.minimum_cell > 1 or cells:
        shown = without_small_comparisons(before, shown, rules.minimum_cell)
        shown = without_near_samples(before, shown, rules.minimum_cell)
        shown, others = _protected(before, shown, rules.minimum_cell, outline)
        reasons = {**others, **reasons}
    shown = banded_communities(before, without_cluster_sizes(shown, smallest), smallest, outline.nests)
    if rules.rounding > 1:
        shown = rounded_tables(shown, rules.rounding)
    return {**_without_order(shown), "suppressions": list_suppressions(before, shown, reasons)}


def _without_order(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the tables with hidden combinations last, by name: in an order by size their place would tell theirs."""
    found = dict(tables)
    if "overlap" in found:
        hidden, name = pl.col("suppressed"), pl.when("suppressed").then(pl.format("{} {}", "n_members", "members"))
        found["overlap"] = found["overlap"].sort("group", hidden, name, maintain_order=True)
    return found


def _protected(
    before: Mapping[str, pl.DataFrame], shown: Mapping[str, pl.DataFrame], minimum: int, outline: Outline
) -> tuple[dict[str, pl.DataFrame], dict[Cell, str]]:
    """Hide small cells table by table, and what other tables give away of them; return the tables and the reasons.

    What is hidden for the sake of another table is a hole in its own, so that both take turns until neither moves.
    """
    counted = count_people(before, outline)
    links = links_of(counted, minimum)
    reasons: dict[Cell, str] = {}
    while True:
        alone = {name: suppress_small_cells(name, table, minimum) for name, table in shown.items()}
        found = hide_linked(links, _visible(counted, alone))
        hidden = cells_to_hide(alone, counted, found)
        for (name, row, column), reason in hidden.gone.items():
            # What its own table hides already has that table's reason: another one would tell the small cell apart.
            if alone[name][column][row] is not None:
                reasons[name, row, column] = _REASONS[reason]
        after = without(alone, hidden)
        if all(after[name].equals(shown[name]) for name in shown):
            return without_small_levels(before, after, minimum), reasons
        shown = after


def _visible(counted: Counted, tables: Mapping[str, pl.DataFrame]) -> set[Group]:
    return {
        count.group
        for count in counted.counts
        if count.value is not None and tables[count.table][count.column][count.row] is not None
    }
