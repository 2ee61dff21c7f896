"""Tables of scales: reliability and scores, and every item."""

from __future__ import annotations

from liandong.present.facts import Facts
from liandong.present.facts import Row as Record
from liandong.present.numbers import NOT_APPLICABLE, count, fixed, interval
from liandong.present.table import Align, Head, Row, Table, aligned, group, heads
from liandong.present.tables_indicators import people
from liandong.present.words import word


def scale_table(facts: Facts) -> Table:
    """Return the scales with their reliability."""
    lang = facts.lang
    header = heads(
        word(lang, "scale"), word(lang, "items"), word(lang, "n_obs"), word(lang, "range"), word(lang, "mean"),
        word(lang, "sd_short"), word(lang, "alpha"), word(lang, "omega"),
    )  # fmt: skip
    rows = [
        Row(
            (
                facts.title(row["scale"]),
                count(row["n_items"]),
                people(facts, row["n_obs"]),
                range_text(row["score_low"], row["score_high"]),
                fixed(row["mean"], 3),
                fixed(row["sd"], 3),
                _with_interval(row, "alpha"),
                _with_interval(row, "omega"),
            )
        )
        for row in facts.rows("scales")
    ]
    columns: tuple[Align, ...] = ("left", "decimal", "decimal", "center", "decimal", "decimal", "center", "center")
    return noted_table(
        facts, "scales", word(lang, "caption_scales"), columns, (header,), rows, word(lang, "note_scales")
    )


def item_table(facts: Facts) -> Table:
    """Return the items of all scales, scale by scale."""
    lang = facts.lang
    names = ("item", "n_obs", "mean", "sd_short", "item_rest", "alpha_dropped")
    rows: list[Row] = []
    for scale in dict.fromkeys(row["scale"] for row in facts.rows("items")):
        rows.append(group(facts.title(scale)))
        for row in facts.rows("items", scale=scale):
            title = facts.title(row["item"]) + (word(lang, "reversed") if row["reversed"] else "")
            numbers = [fixed(row[name], 2) for name in ("mean", "sd", "item_rest", "alpha_if_dropped")]
            rows.append(Row((title, people(facts, row["n_obs"]), *numbers), indent=1))
    columns = aligned("left", "decimal", len(names[1:]))
    header = heads("", *(word(lang, name) for name in names[1:]))
    caption, note = word(lang, "caption_items"), word(lang, "note_items")
    return noted_table(facts, "items", caption, columns, (header,), rows, note, sortable=True)


def range_text(low: float | None, high: float | None) -> str:
    """Return a range of values, such as "0–1"."""
    return NOT_APPLICABLE if low is None or high is None else f"{low:g}–{high:g}"


def noted_table(
    facts: Facts,
    name: str,
    caption: str,
    columns: tuple[Align, ...],
    header: tuple[tuple[Head, ...], ...],
    rows: list[Row],
    note: str,
    *,
    sortable: bool = False,
) -> Table:
    """Return a table with one note."""
    notes = (word(facts.lang, "note", text=note.strip()),)
    return Table(name, caption, columns, header, tuple(rows), notes, sortable=sortable)


def _with_interval(row: Record, name: str) -> str:
    if row[name] is None:
        return NOT_APPLICABLE
    bounds = interval(row[f"{name}_low"], row[f"{name}_high"], 2)
    return fixed(row[name], 2) + ("" if bounds == NOT_APPLICABLE else f" {bounds}")
