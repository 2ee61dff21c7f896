"""The answers about one column put together: from what the passes found to what is seen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import polars as pl

from liandong.ingest import DeclaredMissing, RawTable
from liandong.ingest.columns import LARGEST_WHOLE, Stored
from liandong.scaffold import MOST_VALUES, Cell, Reading, SeenColumn, StoredAs

_NEARLY_ALL = 0.8
_MOST_DIGITS = 15
_READINGS: tuple[str, ...] = (*get_args(Reading), "unit")


@dataclass(frozen=True, slots=True)
class Look:
    """A column: how it is stored, what the file declares missing, and what the passes have found so far."""

    stored: Stored
    declared: DeclaredMissing
    found: Mapping[str, Any]


def best_reading(look: Look) -> Any:
    """Return the reading that most filled cells of a text column allow, if nearly all do; None without one."""
    filled = look.found["filled"]
    counts = {kind: look.found.get(f"as {kind}", 0) for kind in _READINGS}
    if look.found.get("units", 0) > 1:
        counts["unit"] = 0
    best = max(counts, key=lambda kind: counts[kind])  # of equal ones the first: whole numbers are numbers, too
    return best if counts[best] >= _NEARLY_ALL * filled > 0 else None


def keeps_its_text(look: Look) -> bool:
    """Return whether texts of digits are no numbers: zeros before them, or more digits than a number holds."""
    return bool(look.found.get("zeros")) or (look.found["longest"] or 0) > _MOST_DIGITS


def seen_column(raw: RawTable, look: Look) -> SeenColumn:
    """Return what was seen of the column of `look` in `raw`."""
    name, found = look.stored.name, look.found
    if look.stored.is_nested:
        return SeenColumn(name, "other", 0, 0, label=raw.labels.get(name, ""))
    best = best_reading(look) if look.stored.is_text else None
    suffix = f" {best}" if best else ""
    values = _counted(found.get("values"))
    return SeenColumn(
        header=name,
        stored=_stored_as(look),
        filled=found["filled"],
        distinct=found["distinct"],
        label=raw.labels.get(name, ""),
        low=_plain(found.get(f"low{suffix}")),
        high=_plain(found.get(f"high{suffix}")),
        mean=_plain(found.get(f"mean{suffix}")),
        longest=found.get("longest") or 0,
        values=values if len(values) <= MOST_VALUES else (),
        extremes=_extremes(found) if not values else tuple(value for value, _ in (*values[:6], *values[-6:])),
        reads_as={kind: found[f"as {kind}"] for kind in get_args(Reading) if f"as {kind}" in found},
        strangers=tuple((str(value), count) for value, count in _counted(found.get("strangers"))),
        unit=found["unit"] if best == "unit" else "",
        several=tuple(found.get("several") or ()),
        has_leading_zeros=bool(found.get("zeros")),
        has_decimal_commas=(found.get("with comma") or 0) >= _NEARLY_ALL * found["filled"] > 0,
        value_labels=raw.value_labels.get(name, {}),
        missing_values=look.declared.values,
        missing_ranges=look.declared.ranges,
        missing_tags=look.declared.tags,
        is_unique_within_files=found.get("pairs") == raw.row_count,
    )


def _stored_as(look: Look) -> StoredAs:
    stored = look.stored
    if stored.is_text or stored.dtype == pl.Null:
        return "text"
    if stored.temporal is not None:
        return stored.temporal.kind
    by_type: Sequence[tuple[Any, StoredAs]] = (
        (pl.Boolean, "truth"),
        (pl.Date, "date"),
        (pl.Datetime, "datetime"),
        (pl.Time, "time"),
    )
    for dtype, kind in by_type:
        if stored.dtype == dtype:
            return kind
    if not stored.dtype.is_numeric():
        return "other"
    is_whole = look.found.get("is_whole") and abs(look.found["high"] or 0) <= LARGEST_WHOLE
    return "whole" if is_whole else "number"


def _counted(rows: Any) -> tuple[tuple[Cell, int], ...]:
    return tuple((_plain(value), count) for value, count in rows or ())


def _extremes(found: Mapping[str, Any]) -> tuple[Cell, ...]:
    both = {_plain(value) for key in ("lowest", "highest") for value in found.get(key) or ()}
    return tuple(sorted(value for value in both if isinstance(value, int | float)))


def _plain(value: Any) -> Any:
    """Return whole numbers as int, and no number that is none."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) <= LARGEST_WHOLE else value
    return value
