"""Whom the tables count: every published number of people as a count of a group, with the groups that add up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from liandong.disclose.counts_models import MODEL_TABLES, Samples, flow_counts, samples_of
from liandong.disclose.groups import EVERYBODY, Count, Counted, Group, Whole, consistent
from liandong.disclose.outline import Outline

Row = dict[str, Any]
Found = Iterator[Count | Whole]

# What a reader would miss least goes first.
_COMBINATION, _MISSING, _COMPLETE, _PROFILE, _ITEM, _LEVEL, _SCALE, _OVERALL = 1, 2, 3, 4, 5, 6, 8, 9


def count_people(tables: Mapping[str, pl.DataFrame], outline: Outline) -> Counted:
    """Return every count of people in `tables`, and which of them add up to which.

    Tables of rules and checks count questionnaires that were received, and are looked after by themselves
    (:mod:`liandong.disclose.rules`).
    """
    rows = {name: table.rows(named=True) for name, table in tables.items()}
    outline = outline.with_complete(_answered_by_all(rows.get("missingness", ())))
    samples = samples_of(rows.get("sample_flow", ()), outline)
    found: list[Count | Whole] = [*flow_counts(rows.get("sample_flow", ()), samples, outline)]
    for name, build in _SURVEY_TABLES.items():
        found += build(rows.get(name, ()), outline)
    for name, build_model in MODEL_TABLES.items():
        found += build_model(name, rows.get(name, ()), samples, outline)
    counts = [item for item in found if isinstance(item, Count)]
    return consistent(counts, [item for item in found if isinstance(item, Whole)])


def _answered_by_all(rows: Sequence[Row]) -> frozenset[str]:
    return frozenset(row["field"] for row in rows if row["kind"] == "answered" and row["n"] == row["n_rows"])


def _missingness(rows: Sequence[Row], outline: Outline) -> Found:
    kinds: dict[str, list[Group]] = {}
    for at, row in enumerate(rows):
        field = row["field"]
        group = outline.known(field) if row["kind"] == "answered" else frozenset({f"!{field}: {row['kind']}"})
        kinds.setdefault(field, []).append(group)
        yield Count("missingness", at, "n_rows", EVERYBODY, row["n_rows"], _OVERALL)
        # A kind of missing is listed only where somebody has it.
        least = int(row["kind"] != "answered")
        yield Count("missingness", at, "n", group, row["n"], _MISSING, EVERYBODY, least)
    yield from (Whole(EVERYBODY, tuple(groups)) for groups in kinds.values() if len(groups) > 1)


def _distributions(rows: Sequence[Row], outline: Outline) -> Found:
    answered: dict[str, int | None] = {}
    for row in rows:
        before = answered.get(row["variable"], 0)
        answered[row["variable"]] = None if before is None or row["n"] is None else before + row["n"]
    parts: dict[str, list[Group]] = {}
    for at, row in enumerate(rows):
        variable, known = row["variable"], outline.known(row["variable"])
        group = outline.level(variable, row["level"])
        parts.setdefault(variable, []).append(group)
        yield Count("distributions", at, "n", group, row["n"], _PROFILE, known)
        if row["share"] is not None:
            yield Count("distributions", at, "share", known, answered[variable], _OVERALL)
    yield from (Whole(outline.known(variable), tuple(groups)) for variable, groups in parts.items())


def _scales(rows: Sequence[Row], outline: Outline) -> Found:
    for at, row in enumerate(rows):
        scale = row["scale"]
        known = outline.known(scale)
        yield Count("scales", at, "n_obs", known, row["n_obs"], _SCALE)
        complete = known | outline.known(*outline.items.get(scale, ())) | {f"?all of {scale}"}
        strict = scale in outline.strict or row["n_complete"] == row["n_obs"]
        yield Count("scales", at, "n_complete", known if strict else complete, row["n_complete"], _COMPLETE)


def _items(rows: Sequence[Row], outline: Outline) -> Found:
    for at, row in enumerate(rows):
        yield Count("items", at, "n_obs", outline.known(row["item"]), row["n_obs"], _ITEM)


def _indicators(rows: Sequence[Row], outline: Outline) -> Found:
    wholes: dict[tuple[Group, Any], list[Group]] = {}
    for at, row in enumerate(rows):
        column = row["subgroup"]
        within = outline.level(column, row["level"]) if column else EVERYBODY
        general = _universe(row, outline)
        base, part = general | within, _numerator(row, outline)
        rank = _LEVEL if column else _OVERALL
        yield Count("indicators", at, "denominator_n", base, row["denominator_n"], rank)
        if row["kind"] != "mean":
            yield Count("indicators", at, "numerator_n", base | part, row["numerator_n"], rank, base)
        if row["kind"] == "distribution":
            wholes.setdefault((base, row["indicator"]), []).append(base | part)
        if column:
            known = outline.known(column)
            wholes.setdefault((general | known, column), []).append(base)
            if row["kind"] != "mean":
                wholes.setdefault((general | known | part, (column, row["indicator"])), []).append(base | part)
    yield from (Whole(total, tuple(dict.fromkeys(groups))) for (total, _), groups in wholes.items())


def _universe(row: Row, outline: Outline) -> Group:
    """Return the conditions on those who are in the denominator of an indicator."""
    indicator = outline.indicators.get(row["indicator"])
    if indicator is None:
        return frozenset({f"universe {row['indicator']}: {row['universe']}"})
    stated = [indicator.universe, indicator.need if row["universe"] == "in_need" else None]
    conditions = [outline.where(expression) for expression in stated if expression is not None]
    return outline.determined(indicator.numerator).union(*conditions)


def _numerator(row: Row, outline: Outline) -> Group:
    """Return the further conditions on those who are in the numerator."""
    indicator = outline.indicators.get(row["indicator"])
    if indicator is None:
        return frozenset({f"{row['indicator']}={row['category']}"})
    if row["kind"] == "distribution":
        return frozenset({f"{indicator.numerator.text}={row['category']}"})
    return outline.where(indicator.numerator)


def _overlap(rows: Sequence[Row], outline: Outline) -> Found:
    """Yield the combinations of a group, which add up to all of them, to each member's people, and to how many hold."""
    listed: dict[str, list[tuple[int, Row]]] = {}
    for at, row in enumerate(rows):
        listed.setdefault(row["group"], []).append((at, row))
    for group, cells in listed.items():
        names = [one.id for one in outline.indicators.values() if one.group == group]
        named = {name for _, row in cells for name in row["members"].split("+") if name}
        members = [name for name in names if name in named] or sorted(named)
        # Of what is true of nobody or unknown to the outline, the combinations say nothing more.
        known, true = _of_members(members, outline)
        parts: dict[str, list[Group]] = {name: [] for name in members}
        every = []
        for at, row in cells:
            inside = set(row["members"].split("+"))
            cell = known.union(*(true[name] if name in inside else {f"not {name}"} for name in members))
            every.append(cell)
            for name in inside & set(members):
                parts[name].append(cell)
            yield Count("overlap", at, "n_rows", known, row["n_rows"], _OVERALL)
            yield Count("overlap", at, "n", cell, row["n"], _COMBINATION, known, 1)
        yield Whole(known, tuple(every))
        for total, number in _numbers_of_members(members, known, outline):
            yield Whole(
                total, tuple(cell for cell, (_, row) in zip(every, cells, strict=True) if row["n_members"] == number)
            )
        for name in members:
            yield Whole(known | true[name], tuple(parts[name]))


def _numbers_of_members(members: Sequence[str], known: Group, outline: Outline) -> Iterator[tuple[Group, int]]:
    """Yield those of whom so many members hold, where a distribution counts the same: the sum of their columns."""
    columns = {name for one in members if one in outline.indicators for name in outline.indicators[one].numerator.names}
    for indicator in outline.indicators.values():
        added = [part.strip() for part in indicator.numerator.text.split("+")]
        if indicator.kind == "distribution" and indicator.universe is None and sorted(added) == sorted(columns):
            for number in range(len(members) + 1):
                yield known | {f"{indicator.numerator.text}={number}"}, number


def _of_members(members: Sequence[str], outline: Outline) -> tuple[Group, dict[str, Group]]:
    """Return the conditions under which all indicators of a group are known, and those under which each is true."""
    known: Group = frozenset()
    true: dict[str, Group] = {}
    for name in members:
        indicator = outline.indicators.get(name)
        if indicator is None:
            known |= {f"?{name}"}
            true[name] = frozenset({f"{name}=1"})
        else:
            known |= outline.determined(indicator.numerator)
            true[name] = outline.where(indicator.numerator)
    return known, true


def _weights(rows: Sequence[Row], outline: Outline) -> Found:
    parts: dict[str, list[Group]] = {}
    for at, row in enumerate(rows):
        margin = row["margin"]
        group = outline.level(margin, row["level"])
        parts.setdefault(margin, []).append(group)
        yield Count("weights", at, "n", group, row["n"], _PROFILE, outline.known(margin))
    yield from (Whole(outline.known(margin), tuple(groups)) for margin, groups in parts.items())


_SURVEY_TABLES: Final[Mapping[str, Callable[[Sequence[Row], Outline], Found]]] = {
    "missingness": _missingness,
    "distributions": _distributions,
    "scales": _scales,
    "items": _items,
    "indicators": _indicators,
    "weights": _weights,
    "overlap": _overlap,
}

__all__ = ["Samples", "count_people"]
