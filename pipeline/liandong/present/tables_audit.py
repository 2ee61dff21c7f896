"""Tables of the comparison: balance, sample flow and missing answers by arm, weights, analyses and the locked plan."""

from __future__ import annotations

from typing import Final

from liandong.present.facts import Facts
from liandong.present.facts import Row as Record
from liandong.present.markdown import identifier
from liandong.present.numbers import (
    NOT_APPLICABLE,
    count,
    decimals_for,
    fixed,
    hundredths,
    p_value,
    percent,
)
from liandong.present.roles import analysis_title, kind_text, marked_title, status_text
from liandong.present.table import Align, Row, Table, aligned, group, heads
from liandong.present.tables_indicators import hidden, notes_of
from liandong.present.tables_scales import noted_table
from liandong.present.words import coded, sentences, word

_MOST_FIELDS: Final = 12
_ANALYSES: Final = ("effect", "family", "mediation", "multiverse")
_ARMS: Final = ("treated", "untreated", "unknown", "all")


def balance_table(facts: Facts, effect: Record) -> Table:
    """Return how the treated differ from the untreated, variable by variable; hidden rows say so."""
    lang = facts.lang
    found = facts.rows("balance", effect=effect["id"])
    names = ("covariate", "mean_treated", "mean_untreated", "std_difference", "within_difference", "p")
    header = heads(*(word(lang, name) for name in names))
    columns: tuple[Align, ...] = ("left", *(("decimal",) * 5))
    arms = {arm: _most(found, f"n_{arm}") for arm in ("treated", "untreated")}
    categories = word(lang, "note_balance_categories") if any(row["level"] for row in found) else ""
    known_sizes = {arm: count(size) for arm, size in arms.items() if size is not None}
    sizes = word(lang, "note_balance_sizes", **known_sizes) if len(known_sizes) == len(arms) else ""
    note = word(lang, "note_balance", sizes=sizes, categories=categories)
    rows = tuple(_balance(facts, row) for row in found)
    caption = word(lang, "caption_balance", title=marked_title(facts, effect))
    notes = notes_of(facts, note, found)
    return Table(identifier("balance", effect["id"]), caption, columns, (header,), rows, notes)


def covariate_title(facts: Facts, row: Record) -> str:
    """Return the title of a row of the table of balance: a variable, or one of its categories."""
    return facts.term(f"{row['covariate']}={row['level']}") if row["level"] else facts.title(row["covariate"])


def arm_table(facts: Facts, effect: Record) -> Table:
    """Return the sample flow of each arm, outcome by outcome."""
    lang = facts.lang
    found = facts.rows("arms", effect=effect["id"])
    arms = _arms(found)
    rows: list[Row] = []
    for outcome in effect["outcomes"]:
        own = [row for row in found if row["outcome"] == outcome]
        if own:
            rows.append(group(facts.title(outcome)))
            rows += [_stage(facts, own, stage, arms) for stage in dict.fromkeys(row["stage"] for row in own)]
    top = heads("", *((coded(lang, "arm", arm), 3) for arm in arms))
    below = (word(lang, "respondents"), "%", word(lang, "clusters"))
    bottom = heads(word(lang, "stage"), *(below * len(arms)))
    columns = aligned("left", "decimal", 3 * len(arms))
    caption = word(lang, "caption_arms", title=marked_title(facts, effect))
    notes = notes_of(facts, word(lang, "note_arms"), found)
    return Table(identifier("arms", effect["id"]), caption, columns, (top, bottom), tuple(rows), notes)


def missing_by_arm_table(facts: Facts, effect: Record) -> Table:
    """Return the missing answers of each arm, most of them first; variables that are hidden in whole are counted."""
    lang = facts.lang
    found = facts.rows("missing_by_arm", effect=effect["id"])
    arms = _arms(found)
    most = {field: max(row["n"] or 0 for row in found if row["field"] == field) for field in _fields(found)}
    lacking = sorted((field for field, n in most.items() if n), key=lambda field: -most[field])
    unseen = sum(not n and _is_hidden(found, field) for field, n in most.items())
    by_cell = {(row["field"], row["arm"]): row for row in found}
    rows = []
    for field in lacking[:_MOST_FIELDS]:
        cells = [cell for arm in arms for cell in _missing(facts, by_cell.get((field, arm)))]
        rows.append(Row((facts.title(field), *cells)))
    top = heads("", *((coded(lang, "arm", arm), 2) for arm in arms))
    bottom = heads(word(lang, "field"), *((word(lang, "lacking"), "%") * len(arms)))
    columns: tuple[Align, ...] = ("left", *(("center", "decimal") * len(arms)))
    shown, rest = min(len(lacking), _MOST_FIELDS), max(len(lacking) - _MOST_FIELDS, 0) + unseen
    note = word(lang, "note_missing_by_arm", shown=count(shown), rest=count(rest))
    caption = word(lang, "caption_missing_by_arm", title=marked_title(facts, effect))
    notes = notes_of(facts, note, found)
    return Table(identifier("missing-by-arm", effect["id"]), caption, columns, (top, bottom), tuple(rows), notes)


def weight_table(facts: Facts) -> Table:
    """Return the margins that weights were calibrated to, before and after."""
    lang = facts.lang
    found = facts.rows("weights")
    rows: list[Row] = []
    for margin in dict.fromkeys(row["margin"] for row in found):
        rows.append(group(facts.title(margin)))
        for row in (row for row in found if row["margin"] == margin):
            shares = (hundredths(row[name]) for name in ("target", "before", "after"))
            size = hidden(facts) if row["suppressed"] else count(row["n"])
            rows.append(Row((facts.level(margin, row["level"]), *shares, size), indent=1))
    header = heads(*(word(lang, name) for name in ("margin_level", "target", "before", "after", "n")))
    columns: tuple[Align, ...] = ("left", *(("decimal",) * 4))
    notes = notes_of(facts, sentences(lang, [word(lang, "note_weights_table"), _weighted(facts)]), found)
    return Table("weights", word(lang, "caption_weights"), columns, (header,), tuple(rows), notes)


def _weighted(facts: Facts) -> str:
    """Return by what method weights were made, and where their targets come from; empty where it is not recorded."""
    weighting = facts.study.get("weighting")
    if not weighting:
        return ""
    method = word(facts.lang, f"weighting_{weighting['method']}")
    return word(facts.lang, "note_weights_source", method=method, source=facts.text(weighting["source"]).rstrip("。."))


def plan_table(facts: Facts) -> Table:
    """Return how the analyses stand to the locked plan; of what they are made of, only what has changed since."""
    lang = facts.lang
    found = facts.rows("plan")
    listed = [row for row in found if row["kind"] in _ANALYSES or row["status"] != "locked"]
    rows = [
        Row(
            (
                analysis_title(facts, row["kind"], row["item"]),
                kind_text(facts, row["kind"]),
                coded(lang, "role", row["role"]) if row["role"] else NOT_APPLICABLE,
                status_text(facts, row["status"]),
                row["locked_on"] or NOT_APPLICABLE,
            )
        )
        for row in listed
    ]
    header = heads(*(word(lang, name) for name in ("analysis", "kind", "role", "status", "locked_on")))
    columns: tuple[Align, ...] = ("left", "left", "left", "left", "center")
    note = word(lang, "note_plan", rest=count(len(found) - len(listed)))
    return noted_table(facts, "plan", word(lang, "caption_plan"), columns, (header,), rows, note)


def _balance(facts: Facts, row: Record) -> Row:
    name = covariate_title(facts, row)
    decimals = min(decimals_for(row["within_std_error"]), 3)
    if row["suppressed"] and row["std_difference"] is None:
        means = [hidden(facts), NOT_APPLICABLE, NOT_APPLICABLE]
    else:
        means = [fixed(row[column], 2) for column in ("mean_treated", "mean_untreated", "std_difference")]
    return Row((name, *means, fixed(row["within_difference"], decimals), p_value(row["within_p_value"])))


def _stage(facts: Facts, own: list[Record], stage: str, arms: list[str]) -> Row:
    found = {row["arm"]: row for row in own if row["stage"] == stage}
    cells: list[str] = []
    for arm in arms:
        row = found.get(arm)
        if row is None:
            cells += [NOT_APPLICABLE] * 3
        elif row["suppressed"] and row["rows"] is None:
            cells += [hidden(facts), NOT_APPLICABLE, NOT_APPLICABLE]
        else:
            cells += [count(row["rows"]), hundredths(row["share"]), count(row["clusters"])]
    return Row((coded(facts.lang, "stage", stage), *cells), indent=1)


def _missing(facts: Facts, row: Record | None) -> tuple[str, str]:
    if row is None:
        return NOT_APPLICABLE, NOT_APPLICABLE
    if row["suppressed"]:
        return hidden(facts), NOT_APPLICABLE
    return f"{count(row['n'])}/{count(row['n_rows'])}", percent(row["share"]).rstrip("%")


def _arms(rows: list[Record]) -> list[str]:
    """Return the arms of a table, in the order in which they are read."""
    found = dict.fromkeys(row["arm"] for row in rows)
    return [arm for arm in _ARMS if arm in found] + [arm for arm in found if arm not in _ARMS]


def _fields(rows: list[Record]) -> list[str]:
    return [*dict.fromkeys(row["field"] for row in rows)]


def _is_hidden(rows: list[Record], field: str) -> bool:
    return any(row["suppressed"] for row in rows if row["field"] == field)


def _most(rows: list[Record], column: str) -> int | None:
    return max((row[column] for row in rows if row[column] is not None), default=None)
