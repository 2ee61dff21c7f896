"""Tables of further analyses: groups of people, values of the treatment, ordered answers, mediation."""

from __future__ import annotations

from liandong.present.facts import Facts
from liandong.present.facts import Row as Record
from liandong.present.groups import is_compared
from liandong.present.markdown import identifier
from liandong.present.numbers import NOT_APPLICABLE, count, decimals_for, fixed, interval, p_value, percent
from liandong.present.phrases_verdict import carries_nothing
from liandong.present.roles import analysis_title, mark, marked_note, marked_title
from liandong.present.table import Align, Row, Table, group, heads
from liandong.present.tables_indicators import notes_of, people
from liandong.present.tables_scales import noted_table
from liandong.present.words import coded, joined, method_name, sentences, word


def heterogeneity_table(facts: Facts, effect: Record) -> Table:
    """Return the estimates by group of people, with the test of interaction in the line of the grouping.

    A grouping with an arm of a few people in some group is left out: :mod:`liandong.present.groups` says so instead.
    """
    lang = facts.lang
    found = [
        row
        for row in facts.rows("heterogeneity", effect=effect["id"])
        if is_compared(facts, effect, row["outcome"], row["subgroup"])
    ]
    rows: list[Row] = []
    for outcome in effect["outcomes"]:
        own = [row for row in found if row["outcome"] == outcome]
        rows += [group(facts.title(outcome))] * bool(own)
        for subgroup in dict.fromkeys(row["subgroup"] for row in own):
            rows.append(_grouping(facts, effect, outcome, subgroup))
            levels = [row for row in own if row["subgroup"] == subgroup]
            decimals = decimals_for(*(row["std_error"] for row in levels))
            rows += [_level(facts, row, decimals) for row in levels]
    names = ("", "n_obs", "estimate", "interval", "p_interaction", "p_interaction_holm")
    header = heads(*(word(lang, name) if name else "" for name in names))
    columns: tuple[Align, ...] = ("left", "decimal", "decimal", "center", "decimal", "decimal")
    note = marked_note(facts, word(lang, "note_heterogeneity", method=_methods(facts, found)), "effect", effect["id"])
    caption = word(lang, "caption_heterogeneity", title=marked_title(facts, effect))
    notes = notes_of(facts, note, found)
    return Table(identifier("heterogeneity", effect["id"]), caption, columns, (header,), tuple(rows), notes)


def dose_table(facts: Facts, effect: Record) -> Table:
    """Return the difference of every value of the treatment from the lowest, outcome by outcome."""
    lang = facts.lang
    found = facts.rows("dose", effect=effect["id"])
    rows: list[Row] = []
    for outcome in effect["outcomes"]:
        own = [row for row in found if row["outcome"] == outcome]
        rows += [group(facts.title(outcome))] * bool(own)
        decimals = decimals_for(*(row["std_error"] for row in own))
        rows += [_dose(facts, effect, row, decimals) for row in own]
    names = ("dose_level", "n_obs", "estimate", "std_error", "p", "interval")
    header = heads(*(word(lang, name) for name in names))
    columns: tuple[Align, ...] = ("left", "decimal", "decimal", "decimal", "decimal", "center")
    note = marked_note(facts, word(lang, "note_dose", method=_methods(facts, found)), "effect", effect["id"])
    caption = word(lang, "caption_dose", title=marked_title(facts, effect))
    notes = notes_of(facts, note, found)
    return Table(identifier("dose", effect["id"]), caption, columns, (header,), tuple(rows), notes)


def ordinal_table(facts: Facts, effect: Record) -> Table:
    """Return the ordered logit of every item beside its linear model."""
    lang = facts.lang
    rows = [
        Row(
            (
                facts.title(row["item"]),
                people(facts, row["n_obs"]),
                fixed(row["odds_ratio"], 2),
                interval(row["odds_low"], row["odds_high"], 2),
                p_value(row["p_value"]),
                fixed(row["linear_estimate"], 3),
                p_value(row["linear_p_value"]),
                _agreement(facts, row),
            )
        )
        for row in facts.rows("ordinal", effect=effect["id"])
    ]
    names = ("item", "n_obs", "odds_ratio", "interval", "p", "linear_estimate", "linear_p", "signs_agree")
    header = heads(*(word(lang, name) for name in names))
    columns: tuple[Align, ...] = (
        *("left", "decimal", "decimal", "center"),
        *("decimal", "decimal", "decimal", "center"),
    )
    caption = word(lang, "caption_ordinal", title=marked_title(facts, effect))
    note = marked_note(facts, word(lang, "note_ordinal"), "effect", effect["id"])
    if carries_nothing(facts, effect):
        note = sentences(lang, [note, word(lang, "note_cannot_ordinal")])
    return noted_table(facts, identifier("ordinal", effect["id"]), caption, columns, (header,), rows, note)


def mediation_table(facts: Facts, mediation: str) -> Table:
    """Return the paths of a mediation, outcome by outcome."""
    lang = facts.lang
    found = facts.rows("mediation", mediation=mediation)
    rows: list[Row] = []
    for outcome in dict.fromkeys(row["outcome"] for row in found):
        rows.append(group(facts.title(outcome)))
        rows += [_path(facts, row) for row in found if row["outcome"] == outcome]
    names = ("path", "estimate", "std_error", "interval", "p")
    header = heads(*(word(lang, name) for name in names))
    columns: tuple[Align, ...] = ("left", "decimal", "decimal", "center", "decimal")
    title = analysis_title(facts, "mediation", mediation) + mark(facts, "mediation", mediation)
    first = found[0]
    note = word(
        lang,
        "note_mediation",
        treatment=facts.title(first["treatment"]),
        mediator=facts.title(first["mediator"]),
        methods=_path_methods(facts, found),
        sizes=_by_outcome(facts, found, "n_obs"),
        clusters=_by_outcome(facts, found, "n_clusters"),
        descriptive=word(lang, "note_descriptive") if first["role"] == "exploratory" else "",
    )
    titled = word(lang, "with_role", title=title, role=word(lang, f"role_{first['role']}"))
    caption = word(lang, "caption_mediation", title=titled)
    notes = notes_of(facts, marked_note(facts, note, "mediation", mediation), found)
    return Table(identifier("mediation", mediation), caption, columns, (header,), tuple(rows), notes)


def _grouping(facts: Facts, effect: Record, outcome: str, subgroup: str) -> Row:
    tests = facts.rows("interactions", effect=effect["id"], outcome=outcome, subgroup=subgroup)
    p, adjusted = (p_value(tests[0][name]) if tests else NOT_APPLICABLE for name in ("p_value", "holm"))
    return Row((facts.title(subgroup), "", "", "", p, adjusted), indent=1)


def _level(facts: Facts, row: Record, decimals: int) -> Row:
    size = people(facts, row["n_obs"])
    bounds = interval(row["conf_low"], row["conf_high"], decimals)
    name = facts.level(row["subgroup"], row["level"])
    return Row((name, size, fixed(row["estimate"], decimals), bounds, "", ""), indent=2)


def _dose(facts: Facts, effect: Record, row: Record, decimals: int) -> Row:
    name = facts.level(effect["treatment"], f"{row['level']:g}")
    size = people(facts, row["n_obs"])
    if row["is_reference"]:
        return Row((name, size, word(facts.lang, "reference"), "", "", ""), indent=1)
    numbers = (fixed(row["estimate"], decimals), fixed(row["std_error"], decimals), p_value(row["p_value"]))
    return Row((name, size, *numbers, interval(row["conf_low"], row["conf_high"], decimals)), indent=1)


def _agreement(facts: Facts, row: Record) -> str:
    if row["same_sign"] is None or row["log_odds"] is None:
        return NOT_APPLICABLE
    return word(facts.lang, "yes" if row["same_sign"] else "no")


def _path(facts: Facts, row: Record) -> Row:
    name = coded(facts.lang, "path", row["path"])
    if row["path"] == "share":
        return Row((name, percent(row["estimate"]), NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE), indent=1)
    decimals = decimals_for(row["std_error"])
    bounds = interval(row["conf_low"], row["conf_high"], decimals)
    numbers = (fixed(row["estimate"], decimals), fixed(row["std_error"], decimals), bounds)
    return Row((name, *numbers, p_value(row["p_value"])), indent=1)


def _path_methods(facts: Facts, rows: list[Record]) -> str:
    """Return how the intervals of the paths were made: the product's by bootstrap, the others otherwise."""
    draws = count(max((row["draws"] for row in rows if row["draws"]), default=None))
    codes = dict.fromkeys(row["method"] for row in rows if row["path"] not in {"indirect", "share"} and row["method"])
    rest = joined(facts.lang, [method_name(facts.lang, code).rstrip() for code in codes]) or NOT_APPLICABLE
    return word(facts.lang, "mediation_methods", draws=draws, rest=rest)


def _by_outcome(facts: Facts, rows: list[Record], column: str) -> str:
    """Return a count, outcome by outcome where they differ."""
    found = {row["outcome"]: people(facts, row[column]) for row in rows}
    if len(set(found.values())) == 1:
        return next(iter(found.values()))
    return joined(facts.lang, [f"{facts.title(outcome)} {size}" for outcome, size in found.items()])


def _methods(facts: Facts, rows: list[Record]) -> str:
    found = dict.fromkeys(row["vcov"] for row in rows if row["vcov"])
    return joined(facts.lang, [coded(facts.lang, "method", code) for code in found]) or NOT_APPLICABLE
