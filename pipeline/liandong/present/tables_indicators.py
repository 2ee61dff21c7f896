"""Tables of indicators: shares, distributions and means of a group, with one or both denominators, and by subgroup."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final, get_args

from liandong.definitions import GroupId
from liandong.present.facts import Facts
from liandong.present.facts import Row as Record
from liandong.present.numbers import NOT_APPLICABLE, count, fixed, hundredths, interval, percent_interval
from liandong.present.table import Align, Cell, Head, Row, Table, aligned, group, heads
from liandong.present.words import joined, sentences, word

GROUPS: Final[tuple[str, ...]] = get_args(GroupId)
_MOST_LEVELS = 6  # columns of a table by subgroup


def group_rows(facts: Facts, name: str) -> list[Record]:
    """Return the rows of the whole sample of a group of indicators, without indicators that nobody answered."""
    rows = facts.rows("indicators", group=name, subgroup="")
    return [row for row in rows if row["suppressed"] or row["estimate"] is not None]


def has_both(rows: Sequence[Record]) -> bool:
    """Whether any indicator is given of those in need too."""
    return any(row["universe"] == "in_need" for row in rows)


def group_table(facts: Facts, name: str) -> Table:
    """Return the table of a group of indicators, with both denominators where any indicator has them."""
    rows = group_rows(facts, name)
    build = _both_denominators if has_both(rows) else _one_denominator
    return build(facts, name, rows)


def group_title(facts: Facts, name: str) -> str:
    """Return the caption of a group: the study's own title, or the usual one."""
    return facts.group(name) or word(facts.lang, f"caption_{name}")


def value_text(row: Record) -> str:
    """Return an estimate as its kind is printed: percent without the sign, or a mean."""
    if row["kind"] == "mean":
        return fixed(row["estimate"], mean_decimals(row))
    return hundredths(row["estimate"], share_decimals(row))


def interval_text(row: Record) -> str:
    """Return the interval of an estimate, as :func:`value_text`."""
    if row["kind"] == "mean":
        return interval(row["conf_low"], row["conf_high"], mean_decimals(row))
    return percent_interval(row["conf_low"], row["conf_high"], share_decimals(row))


def share_decimals(row: Record) -> int:
    """Return the decimals of a percentage: none where it is rounded so that it does not give its base back."""
    return 0 if row["denominator_n"] is None else 1


def mean_decimals(row: Record) -> int:
    """Return the decimals that the interval of a mean can bear: two digits of its half width, at most four.

    Of a mean that disclosure rules round, none is made up that it does not hold.
    """
    low, high = row["conf_low"], row["conf_high"]
    if row["denominator_n"] is None:
        return held_decimals(row["estimate"], low, high)
    if low is None or high is None or high <= low:
        return 2
    return min(max(1 - math.floor(math.log10((high - low) / 2)), 1), 4)


def held_decimals(*values: float | None) -> int:
    """Return how many decimals rounded numbers have, those of the most exact of them, at most four."""
    texts = [f"{value:.4f}".rstrip("0") for value in values if value is not None and math.isfinite(value)]
    return max((len(text.partition(".")[2]) for text in texts), default=0)


def interval_note(facts: Facts) -> str:
    """Return how the intervals of indicators are made, and by what estimates are weighted."""
    clusters = facts.tables["indicators"]["n_clusters"].max() or 0
    parts = [
        word(facts.lang, "note_interval_clustered", cluster=facts.cluster(), count=count(int(str(clusters))))
        if facts.cluster() and clusters
        else word(facts.lang, "note_interval")
    ]
    if facts.study.get("weight"):
        parts.append(word(facts.lang, "note_weighted", weight=facts.title(facts.study["weight"])))
    return sentences(facts.lang, parts)


def notes_of(facts: Facts, text: str, rows: Sequence[Record]) -> tuple[str, ...]:
    """Return the note with what hidden cells mean, if there are any."""
    parts = [text]
    if any(is_hidden(row) for row in rows):
        parts.append(word(facts.lang, "note_suppressed", minimum=str(facts.minimum_cell)))
    return (word(facts.lang, "note", text=sentences(facts.lang, parts)),)


def hidden(facts: Facts) -> str:
    """Return what stands for a hidden count."""
    return word(facts.lang, "suppressed_cell", minimum=str(facts.minimum_cell))


def people(facts: Facts, size: int | None) -> str:
    """Return a number of people that every row has: where it is missing, the disclosure rules hide it."""
    return hidden(facts) if size is None else count(size)


def is_hidden(row: Record) -> bool:
    """Whether the disclosure rules took a number of people from a row."""
    return bool(row.get("suppressed")) or any(row.get(name, 0) is None for name in ("n_obs", "denominator_n"))


def _one_denominator(facts: Facts, name: str, rows: list[Record]) -> Table:
    means = any(row["kind"] == "mean" for row in rows)
    lang = facts.lang
    header = heads(
        "", word(lang, "n"), word(lang, "base"), word(lang, "value" if means else "share"), word(lang, "interval")
    )
    sections = [*_sections(facts, rows)]
    body = [
        line
        for title, members in sections
        for line in ([group(title)] if len(sections) > 1 else [])
        + [_single(facts, row, len(sections) > 1) for row in members]
    ]
    note = word(lang, "note_shares", interval=interval_note(facts))
    columns: tuple[Align, ...] = ("left", "decimal", "decimal", "decimal", "center")
    return Table(name, group_title(facts, name), columns, (header,), tuple(body), notes_of(facts, note, rows))


def _sections(facts: Facts, rows: list[Record]) -> Iterator[tuple[str, list[Record]]]:
    shares = [row for row in rows if row["kind"] == "share"]
    part = [row for row in shares if facts.indicator(row["indicator"]).get("universe")]
    whole = [row for row in shares if row not in part]
    means = [row for row in rows if row["kind"] == "mean"]
    if whole:
        yield word(facts.lang, "all_group"), whole
    for indicator in dict.fromkeys(row["indicator"] for row in rows if row["kind"] == "distribution"):
        yield facts.title(indicator), [row for row in rows if row["indicator"] == indicator]
    if part:
        yield word(facts.lang, "part_group"), part
    if means:
        yield word(facts.lang, "mean_group"), means


def _name(facts: Facts, row: Record) -> str:
    if row["kind"] == "distribution":
        return facts.category(row["indicator"], row["category"])
    return facts.title(row["indicator"])


def _single(facts: Facts, row: Record, indented: bool) -> Row:  # noqa: FBT001 — follows from the table, no switch
    if row["suppressed"]:
        cells: tuple[str | Cell, ...] = (
            _name(facts, row),
            hidden(facts),
            NOT_APPLICABLE,
            NOT_APPLICABLE,
            NOT_APPLICABLE,
        )
    else:
        numerator = NOT_APPLICABLE if row["kind"] == "mean" else people(facts, row["numerator_n"])
        base = people(facts, row["denominator_n"])
        cells = (_name(facts, row), numerator, base, value_text(row), interval_text(row))
    return Row(cells, indent=int(indented))


def _both_denominators(facts: Facts, name: str, rows: list[Record]) -> Table:
    lang = facts.lang
    top = heads("", (word(lang, "of_all"), 3), (word(lang, "of_need"), 3))
    parts = (word(lang, "of_base"), "%", word(lang, "interval"))
    bottom = heads("", *parts, *parts)
    body = []
    for row in (row for row in rows if row["universe"] == "all"):
        need = [
            r
            for r in rows
            if r["universe"] == "in_need" and (r["indicator"], r["category"]) == (row["indicator"], row["category"])
        ]
        right = _triple(facts, need[0]) if need else (NOT_APPLICABLE,) * 3
        body.append(Row((_name(facts, row), *_triple(facts, row), *right)))
    note = word(lang, "note_both", interval=interval_note(facts))
    columns: tuple[Align, ...] = ("left", *(("center", "decimal", "center") * 2))
    caption = word(lang, "caption_both", title=group_title(facts, name))
    return Table(name, caption, columns, (top, bottom), tuple(body), notes_of(facts, note, rows))


def _triple(facts: Facts, row: Record) -> tuple[str, str, str]:
    if row["suppressed"]:
        return hidden(facts), NOT_APPLICABLE, NOT_APPLICABLE
    base = people(facts, row["denominator_n"])
    bare = row["kind"] == "mean" or row["denominator_n"] is None
    counted = base if bare else f"{count(row['numerator_n'])}/{base}"
    return counted, value_text(row), interval_text(row)


def subgroup_tables(facts: Facts, name: str) -> list[Table]:
    """Return the tables of a group by subgroup: levels side by side, so many to a table as a page holds."""
    rows = [row for row in facts.rows("indicators", group=name) if row["subgroup"] and row["kind"] != "distribution"]
    levels = [*dict.fromkeys((row["subgroup"], row["level"]) for row in rows)]
    return [_by_level(facts, name, number, part, rows) for number, part in enumerate(_packed(levels), 1)]


def _packed(levels: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Distribute levels over tables, those of a subgroup together where they fit."""
    tables: list[list[tuple[str, str]]] = [[]]
    for subgroup in dict.fromkeys(name for name, _ in levels):
        own = [level for level in levels if level[0] == subgroup]
        if tables[-1] and len(tables[-1]) + len(own) > _MOST_LEVELS:
            tables.append([])
        while len(own) > _MOST_LEVELS:
            tables[-1], own = own[:_MOST_LEVELS], own[_MOST_LEVELS:]
            tables.append([])
        tables[-1] += own
    return [table for table in tables if table]


def _by_level(facts: Facts, name: str, number: int, levels: list[tuple[str, str]], rows: list[Record]) -> Table:
    found = {(r["indicator"], r["universe"], r["subgroup"], r["level"]): r for r in rows}
    subgroups = [*dict.fromkeys(subgroup for subgroup, _ in levels)]
    top = (Head(""), *(Head(facts.title(s), sum(1 for level in levels if level[0] == s)) for s in subgroups))
    bottom = heads("", *(facts.level(*level) for level in levels))
    body: list[Row] = []
    universes = [*dict.fromkeys(row["universe"] for row in rows)]
    for universe in universes:
        if len(universes) > 1:
            body.append(group(word(facts.lang, "of_need" if universe == "in_need" else "of_all")))
        for indicator in dict.fromkeys(row["indicator"] for row in rows if row["universe"] == universe):
            cells = [found.get((indicator, universe, *level)) for level in levels]
            body += _three_lines(facts, indicator, cells, indent=int(len(universes) > 1))
    shown = [row for row in rows if (row["subgroup"], row["level"]) in levels]
    note = word(facts.lang, "note_subgroups", interval=interval_note(facts))
    caption = word(
        facts.lang,
        "caption_subgroups",
        title=group_title(facts, name),
        names=joined(facts.lang, [facts.title(subgroup) for subgroup in subgroups]),
    )
    columns = aligned("left", "center", len(levels))
    identifier = f"{name}-by-{number}"
    return Table(identifier, caption, columns, (top, bottom), tuple(body), notes_of(facts, note, shown))


def _three_lines(facts: Facts, indicator: str, rows: Sequence[Record | None], *, indent: int) -> list[Row]:
    """Return estimate, interval and base, one below the other."""
    lines: list[list[str]] = [[], [], []]
    for row in rows:
        if row is None:
            parts = (NOT_APPLICABLE, "", "")
        elif row["suppressed"]:
            parts = (hidden(facts), "", "")
        else:
            parts = (value_text(row), interval_text(row), f"n = {people(facts, row['denominator_n'])}")
        for line, part in zip(lines, parts, strict=True):
            line.append(part)
    first, *details = lines
    return [
        Row((facts.title(indicator), *first), indent=indent),
        *(Row(("", *detail), kind="detail") for detail in details if any(detail)),
    ]
