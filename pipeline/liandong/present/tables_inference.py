"""Tables of inference: every method beside the recommended one, influence by cluster, other software, several tests."""

from __future__ import annotations

from typing import Final

from liandong.present.facts import METHODS, Facts, fullest_row
from liandong.present.facts import Row as Record
from liandong.present.markdown import identifier
from liandong.present.numbers import NOT_APPLICABLE, count, decimals_for, fixed, hundredths, interval, p_value, whole
from liandong.present.phrases_verdict import cannot_carry
from liandong.present.roles import analysis_title, mark, marked_note, marked_title, model_title
from liandong.present.table import Align, Row, Table, group, heads
from liandong.present.tables_indicators import hidden, notes_of
from liandong.present.tables_scales import noted_table
from liandong.present.words import coded, plural, sentences, word

MOST_CLUSTERS: Final = 12
"""Clusters of an outcome that the table of influence lists."""


def method_rows(facts: Facts, effect: Record, outcome: str, metric: str = "points") -> list[Record]:
    """Return the last step's treatment rows by every kind of inference, in the order of `METHODS`."""
    usual = fullest_row(facts, effect["id"], outcome)
    key = {"step": usual["step"], "term": usual["term"], "metric": metric, "sample": usual["sample"]}
    found = {row["vcov"]: row for row in facts.rows("estimates", effect=effect["id"], outcome=outcome, **key)}
    return [found[method] for method in METHODS if method in found]


def inference_table(facts: Facts, effect: Record) -> Table:
    """Return the treatment's coefficient by every kind of inference; no rows where only one was computed."""
    lang = facts.lang
    rows: list[Row] = []
    for outcome in effect["outcomes"]:
        found = method_rows(facts, effect, outcome)
        verdict = facts.verdict(effect["id"], outcome)
        if len(found) > 1 and any(row["estimate"] is not None for row in found):
            rows.append(group(facts.title(outcome)))
            decimals = decimals_for(*(row["std_error"] for row in found))
            rows += [_method(facts, row, decimals, verdict["recommended"] if verdict else "") for row in found]
    names = ("method", "estimate", "std_error", "df", "p", "interval", "recommended")
    columns: tuple[Align, ...] = ("left", "decimal", "decimal", "decimal", "decimal", "center", "center")
    header = heads(*(word(lang, name) for name in names))
    step = effect["steps"][-1]["name"]
    note = word(lang, "note_inference", step=step, cluster=facts.cluster(effect), use=_use(facts, effect))
    if facts.rows("estimates", effect=effect["id"], vcov="RI", metric="points"):
        note = sentences(lang, [note, _permuted(facts, effect)])
    if facts.rows("estimates", effect=effect["id"], vcov="twoway", metric="points"):
        first, second = (facts.noun(column) for column in effect["cluster"])
        note = sentences(lang, [note, word(lang, "note_twoway", first=first, second=second)])
    note = marked_note(facts, note, "effect", effect["id"])
    caption = word(lang, "caption_inference", title=marked_title(facts, effect))
    return noted_table(facts, identifier("inference", effect["id"]), caption, columns, (header,), rows, note)


def influence_table(facts: Facts, effect: Record) -> Table:
    """Return the clusters on which a result leans most, outcome by outcome."""
    lang, column = facts.lang, effect["cluster"][0]
    rows: list[Row] = []
    shown: list[Record] = []
    for outcome in effect["outcomes"]:
        found = facts.rows("influence", effect=effect["id"], outcome=outcome)
        found = sorted(found, key=lambda row: -(row["partial_leverage"] or 0.0))[:MOST_CLUSTERS]
        if found:
            decimals = decimals_for(fullest_row(facts, effect["id"], outcome)["std_error"])
            rows.append(group(facts.title(outcome)))
            rows += [_cluster(facts, column, row, decimals) for row in found]
            shown += found
    names = ("n_obs", "leverage", "partial_leverage", "without_it")
    cluster = facts.cluster(effect)
    header = heads(word(lang, "cluster_column", cluster=cluster), *(word(lang, name) for name in names))
    columns: tuple[Align, ...] = ("left", "decimal", "decimal", "decimal", "decimal")
    caption = word(lang, "caption_influence", title=marked_title(facts, effect), cluster=cluster)
    notes = notes_of(facts, word(lang, "note_influence", most=count(MOST_CLUSTERS)), shown)
    return Table(identifier("influence", effect["id"]), caption, columns, (header,), tuple(rows), notes, sortable=True)


def explanation_table(facts: Facts, effect: Record) -> Table:
    """Return what other software would print for the last step of an effect, outcome by outcome."""
    lang = facts.lang
    rows: list[Row] = []
    estimates: dict[str, str] = {}
    for outcome in effect["outcomes"]:
        found = facts.rows("explanations", effect=effect["id"], outcome=outcome)
        if found:
            # Two digits more than an estimate deserves: the conventions differ in the third and fourth.
            decimals = decimals_for(*(row["std_error"] for row in found)) + 2
            estimates[facts.title(outcome)] = fixed(found[0]["estimate"], decimals)
            rows.append(group(facts.title(outcome)))
            rows += _programs(facts, found, decimals)
    names = ("software", "formula", "factor", "distribution", "std_error", "p", "held_against")
    columns: tuple[Align, ...] = ("left", "left", "decimal", "center", "decimal", "decimal", "left")
    header = heads(*(word(lang, name) for name in names))
    step = effect["steps"][-1]["name"]
    values = "；" if lang == "zh" else "; "
    estimate = values.join(f"{outcome} {value}" for outcome, value in estimates.items())
    note = word(lang, "note_explanations", step=step, estimate=estimate)
    caption = word(lang, "caption_explanations", title=marked_title(facts, effect))
    table_id = identifier("explanations", effect["id"])
    return noted_table(facts, table_id, caption, columns, (header,), rows, note, sortable=True)


def multiplicity_table(facts: Facts, family: str) -> Table:
    """Return the p-values of a family, plain and adjusted."""
    lang = facts.lang
    found = facts.rows("multiplicity", family=family)
    effects = {effect["id"]: effect for effect in facts.effects}
    rows = [
        Row(
            (
                model_title(facts, effects[row["effect"]], row["outcome"]),
                fixed(row["estimate"], decimals_for(fullest_row(facts, row["effect"], row["outcome"])["std_error"])),
                *(p_value(row[name]) for name in ("p_value", "holm", "benjamini_hochberg", "romano_wolf")),
            )
        )
        for row in found
        if row["effect"] in effects
    ]
    names = ("hypothesis", "estimate", "p", "holm", "benjamini_hochberg", "romano_wolf")
    columns: tuple[Align, ...] = ("left", *(("decimal",) * 5))
    methods = "、".join(dict.fromkeys(coded(lang, "method", row["vcov"]) for row in found))
    draws = count(max((row["draws"] for row in found if row["draws"]), default=None))
    stuck = any(
        cannot_carry(facts, effects[row["effect"]], row["outcome"]) for row in found if row["effect"] in effects
    )
    hypotheses = count(found[0]["n_hypotheses"]) if found else NOT_APPLICABLE
    note = word(lang, "note_multiplicity", hypotheses=hypotheses, method=methods, draws=draws)
    note = sentences(lang, [note, word(lang, "note_cannot_multiplicity") if stuck else ""])
    title = analysis_title(facts, "family", family) + mark(facts, "family", family)
    caption = word(lang, "caption_multiplicity", title=title)
    header = heads(*(word(lang, name) for name in names))
    table_id = identifier("multiplicity", family)
    return noted_table(facts, table_id, caption, columns, (header,), rows, marked_note(facts, note, "family", family))


def _use(facts: Facts, effect: Record) -> str:
    """Return what the ticks of the table mean, and what it means that an outcome has none."""
    stuck = [outcome for outcome in effect["outcomes"] if cannot_carry(facts, effect, outcome)]
    if not any((facts.verdict(effect["id"], outcome) or {}).get("recommended") for outcome in effect["outcomes"]):
        return word(facts.lang, "use_none") if stuck else ""
    return word(facts.lang, "use_some" if stuck else "use_ticked")


def _permuted(facts: Facts, effect: Record) -> str:
    """Return what randomisation inference assigned anew, and under which hypothesis it is exact."""
    lang, assignment = facts.lang, facts.assignment(effect)
    unit, strata = assignment.get("unit") or "individual", assignment.get("strata")
    if unit == "individual":
        what = word(lang, "ri_individual")
    else:
        what = word(lang, "ri_cluster", unit=plural(lang, facts.noun(unit)))
    within = word(lang, "ri_strata", strata=plural(lang, facts.noun(strata))) if strata else ""
    return word(lang, "note_ri", unit=what, strata=within)


def _method(facts: Facts, row: Record, decimals: int, recommended: str) -> Row:
    return Row(
        (
            coded(facts.lang, "vcov", row["vcov"]),
            fixed(row["estimate"], decimals),
            fixed(row["std_error"], decimals),
            whole(row["df"]),
            p_value(row["p_value"]),
            interval(row["conf_low"], row["conf_high"], decimals),
            word(facts.lang, "yes") if row["vcov"] == recommended else "",
        ),
        indent=1,
    )


def _cluster(facts: Facts, column: str, row: Record, decimals: int) -> Row:
    name = facts.level(column, row["cluster"])
    if row["suppressed"]:
        return Row((name, hidden(facts), *((NOT_APPLICABLE,) * 3)), indent=1)
    without = fixed(row["estimate_without"], decimals)
    numbers = (count(row["n_obs"]), fixed(row["leverage"], 2), hundredths(row["partial_leverage"]), without)
    return Row((name, *numbers), indent=1)


def _programs(facts: Facts, found: list[Record], decimals: int) -> list[Row]:
    """Return a row per answer: the programs that give the same one stand together, this one first."""
    alike: dict[tuple[str, ...], list[Record]] = {}
    for row in sorted(found, key=lambda row: not row["is_ours"]):
        answer: tuple[str, ...] = (
            coded(facts.lang, "formula", row["formula"]),
            fixed(row["factor"], 4),
            coded(facts.lang, "distribution", row["distribution"]) or NOT_APPLICABLE,
            fixed(row["std_error"], decimals),
            p_value(row["p_value"]),
        )
        alike.setdefault(answer, []).append(row)
    stop = "；" if facts.lang == "zh" else "; "
    rows = []
    for answer, same in alike.items():
        programs = (coded(facts.lang, "software", r["convention"], r["software"]) + " *" * r["is_ours"] for r in same)
        held = [coded(facts.lang, "held", row["held_against"]) for row in same]
        held = held[:1] if len(set(held)) == 1 else held  # else in the order of the programs
        rows.append(Row((stop.join(programs), *answer, stop.join(held)), indent=1))
    return rows
