"""Tables of models: what the sample can carry, nested regressions, all coefficients, sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from liandong.present.facts import Facts, believed_row, treatment_rows
from liandong.present.facts import Row as Record
from liandong.present.markdown import identifier
from liandong.present.numbers import (
    NOT_APPLICABLE,
    count,
    decimals_for,
    fixed,
    hundredths,
    interval,
    p_value,
    percent_interval,
    whole,
)
from liandong.present.phrases_verdict import is_judged
from liandong.present.roles import marked_title
from liandong.present.table import Align, Cell, Row, Table, aligned, group, heads
from liandong.present.tables_indicators import hidden, notes_of, people
from liandong.present.tables_scales import noted_table, range_text
from liandong.present.words import coded, joined, sentences, word


def design_table(facts: Facts) -> Table:
    """Return what each estimation sample can carry: one column per model."""
    lang = facts.lang
    designs = [row for effect in facts.effects for row in facts.rows("design", effect=effect["id"])]
    effects = {effect["id"]: effect for effect in facts.effects}
    spans = [(effect, sum(1 for row in designs if row["effect"] == effect)) for effect in effects]
    top = heads("", *((facts.title(effects[effect]["treatment"]), width) for effect, width in spans))
    bottom = heads("", *(facts.title(row["outcome"]) for row in designs))
    cluster = joined(lang, [*dict.fromkeys(facts.cluster(effect) for effect in effects.values())])
    lines = [
        (word(lang, "design_n"), [people(facts, row["n_obs"]) for row in designs]),
        (word(lang, "design_treated"), [_arm(facts, row, "n_treated") for row in designs]),
        (word(lang, "design_untreated"), [_arm(facts, row, "n_untreated") for row in designs]),
        (word(lang, "design_clusters", cluster=cluster), [_or_hidden(facts, row, "n_clusters") for row in designs]),
        *(
            (word(lang, f"design_{key}", cluster=cluster), [_arm(facts, row, column) for row in designs])
            for key, column in (
                ("clusters_treated", "clusters_with_treated"),
                ("clusters_untreated", "clusters_with_untreated"),
                ("clusters_both", "clusters_with_both"),
            )
        ),
        (word(lang, "design_size", cluster=cluster), [_sizes(facts, row) for row in designs]),
        (word(lang, "design_mean"), [fixed(row["outcome_mean"], 3) for row in designs]),
        (word(lang, "design_sd"), [fixed(row["outcome_sd"], 3) for row in designs]),
        (word(lang, "design_range"), [range_text(row["outcome_low"], row["outcome_high"]) for row in designs]),
    ]
    rows = [Row((title, *cells)) for title, cells in lines]
    columns = aligned("left", "center", len(designs))
    notes = notes_of(facts, word(lang, "note_design"), designs)
    return Table("design", word(lang, "caption_design"), columns, (top, bottom), tuple(rows), notes)


def nested_table(facts: Facts, effect: Record) -> Table:
    """Return the nested models of an effect: a panel per outcome, a column per step, what each step adds below."""
    lang, steps = facts.lang, [step["name"] for step in effect["steps"]]
    treatment = facts.title(effect["treatment"])
    rows: list[Row] = []
    found: list[Record] = []
    for outcome in effect["outcomes"]:
        by_step = {row["step"]: row for row in treatment_rows(facts, effect["id"], outcome=outcome)}
        if not by_step:
            continue
        models = [by_step.get(step) for step in steps]
        found += by_step.values()
        rows += [group(facts.title(outcome)), *_panel(facts, treatment, models)]
    if len(steps) > 1:
        rows += _added(facts, effect, steps)
    columns = aligned("left", "decimal", len(steps))
    absorbed = joined(lang, [facts.noun(name) for name in found[0]["absorbed"].split("+") if name]) if found else ""
    caption = word(lang, "caption_nested", title=marked_title(facts, effect))
    note = _model_note(facts, effect, found).strip()
    if absorbed:
        note = word(lang, "fixed_effects", names=absorbed) + ("。" if lang == "zh" else ". ") + note
    if any(is_judged(facts, effect, outcome) for outcome in effect["outcomes"]):
        note = sentences(lang, [note, word(lang, "note_believe")])
    table_id = identifier("nested", effect["id"])
    return noted_table(facts, table_id, caption, columns, (heads("", *steps),), rows, note)


def coefficient_tables(facts: Facts, effect: Record) -> list[Table]:
    """Return all coefficients of an effect, a table per outcome, a column per step."""
    return [_coefficients(facts, effect, outcome) for outcome in effect["outcomes"]]


def size_table(facts: Facts, effect: Record) -> Table:
    """Return the coefficients of the fullest step in three units, a row per outcome."""
    lang = facts.lang
    units = [unit for unit in ("points", "sd", "range_share") if [*treatment_rows(facts, effect["id"], unit)]]
    top = heads("", *((word(lang, unit), 2) for unit in units))
    bottom = heads("", *(word(lang, name) for _ in units for name in ("estimate", "interval")))
    rows = []
    for outcome in effect["outcomes"]:
        cells: list[str] = []
        for unit in units:
            known = [*treatment_rows(facts, effect["id"], unit, outcome=outcome)]
            row = believed_row(facts, effect["id"], outcome, unit) if known else None
            cells += _estimate_pair(row, known[-1]) if row else [NOT_APPLICABLE, NOT_APPLICABLE]
        rows.append(Row((facts.title(outcome), *cells)))
    believed = [believed_row(facts, effect["id"], outcome) for outcome in effect["outcomes"]]
    methods = joined(lang, [*dict.fromkeys(coded(lang, "method", row["vcov"]) for row in believed)])
    note = word(lang, "note_sizes", step=believed[0]["step"], vcov=methods, df=_range(row["df"] for row in believed))
    columns: tuple[Align, ...] = ("left", *(("decimal", "center") * len(units)))
    caption = word(lang, "caption_sizes", title=marked_title(facts, effect))
    return noted_table(facts, identifier("sizes", effect["id"]), caption, columns, (top, bottom), rows, note)


def _panel(facts: Facts, treatment: str, models: Sequence[Record | None]) -> Iterator[Row]:
    lang = facts.lang
    decimals = decimals_for(*(row["std_error"] for row in models if row))
    yield Row((treatment, *(_cell(row, "estimate", decimals) for row in models)), indent=1)
    errors = (
        NOT_APPLICABLE if row is None or row["std_error"] is None else f"({fixed(row['std_error'], decimals)})"
        for row in models
    )
    yield Row(("", *errors), kind="detail")
    bounds = (
        Cell(interval(row["conf_low"], row["conf_high"], decimals) if row else NOT_APPLICABLE, "center")
        for row in models
    )
    yield Row(("", *bounds), kind="detail")
    yield Row((word(lang, "p"), *(p_value(row["p_value"] if row else None) for row in models)), indent=1)
    yield Row((word(lang, "n_obs"), *(_size(facts, row) for row in models)), indent=1)
    yield Row((word(lang, "r2_within"), *(_cell(row, "r2_within", 3) for row in models)), indent=1)


def _added(facts: Facts, effect: Record, steps: list[str]) -> Iterator[Row]:
    """Yield a row per step that adds controls, ticked from that step on."""
    yield group(word(facts.lang, "controls"))
    for at, step in enumerate(effect["steps"]):
        if step["add"]:
            ticks = (Cell(word(facts.lang, "yes" if here >= at else "no"), "center") for here in range(len(steps)))
            yield Row((facts.step(effect["id"], step["name"]), *ticks), indent=1)


def _coefficients(facts: Facts, effect: Record, outcome: str) -> Table:
    lang, steps = facts.lang, [step["name"] for step in effect["steps"]]
    records = facts.rows("estimates", effect=effect["id"], outcome=outcome, metric="points", vcov="CR1")
    found = {(row["term"], row["step"]): row for row in records}
    rows: list[Row] = []
    for term in dict.fromkeys(row["term"] for row in records):
        models = [found.get((term, step)) for step in steps]
        decimals = decimals_for(*(row["std_error"] for row in models if row))
        cells = [
            Cell(word(lang, "dropped"), "center")
            if row and row["flag"].startswith("dropped")
            else _cell(row, "estimate", decimals)
            for row in models
        ]
        errors = [
            "" if row is None or row["std_error"] is None else f"({fixed(row['std_error'], decimals)})"
            for row in models
        ]
        rows.append(Row((facts.term(term), *cells)))
        if any(errors):
            rows.append(Row(("", *errors), kind="detail"))
    last = [row for row in records if row["is_treatment"]]
    by_step = {row["step"]: row for row in last}
    sizes = (_size(facts, by_step.get(step)) for step in steps)
    fit = (_cell(by_step.get(step), "r2_within", 3) for step in steps)
    rows += [Row((word(lang, "n_obs"), *sizes), rule=True), Row((word(lang, "r2_within"), *fit))]
    dropped = any(row["flag"].startswith("dropped") for row in records)
    note = word(
        lang,
        "note_coefficients",
        vcov="CR1",
        cluster=facts.cluster(effect),
        clusters=_common(facts, effect, "n_clusters"),
        dropped=word(lang, "note_dropped") if dropped else "",
    )
    caption = word(lang, "caption_coefficients", title=marked_title(facts, effect), outcome=facts.title(outcome))
    columns = aligned("left", "decimal", len(steps))
    return noted_table(
        facts, identifier("coefficients", effect["id"], outcome), caption, columns, (heads("", *steps),), rows, note
    )


def _model_note(facts: Facts, effect: Record, found: Sequence[Record]) -> str:
    weight = found[0]["weights"] if found else ""
    return word(
        facts.lang,
        "note_nested",
        vcov="CR1",
        cluster=facts.cluster(effect),
        clusters=_common(facts, effect, "n_clusters"),
        df=_common(facts, effect, "df"),
        weights=word(facts.lang, "note_weights", weight=facts.title(weight)) if weight else "",
    )


def _common(facts: Facts, effect: Record, column: str) -> str:
    """Return the value of `column` of an effect's models, or its smallest and largest where they differ."""
    return _range(row[column] for row in treatment_rows(facts, effect["id"]))


def _range(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return NOT_APPLICABLE
    low, high = whole(min(known)), whole(max(known))
    return low if low == high else f"{low}–{high}"


def _estimate_pair(row: Record, usual: Record) -> list[str]:
    if row["metric"] == "range_share":
        return [hundredths(row["estimate"], 2), percent_interval(row["conf_low"], row["conf_high"], 2)]
    decimals = decimals_for(row["std_error"], usual["std_error"])
    return [fixed(row["estimate"], decimals), interval(row["conf_low"], row["conf_high"], decimals)]


def _cell(row: Record | None, column: str, decimals: int) -> str:
    return "" if row is None else fixed(row[column], decimals)


def _size(facts: Facts, row: Record | None) -> Cell:
    return Cell(people(facts, row["n_obs"]) if row else NOT_APPLICABLE, "center")


def _sizes(facts: Facts, row: Record) -> str:
    """Return median, smallest and largest cluster; "<10" for a size that is hidden."""
    if row["cluster_size_median"] is None:
        return NOT_APPLICABLE
    ends = [row[f"cluster_size_{end}"] for end in ("min", "max")]
    shown = [f"<{facts.minimum_cell}" if end is None else count(end) for end in ends]
    return f"{row['cluster_size_median']:g} ({'–'.join(shown)})"


def _arm(facts: Facts, row: Record, column: str) -> str:
    if not row["treatment_is_binary"]:
        return NOT_APPLICABLE
    return _or_hidden(facts, row, column)


def _or_hidden(facts: Facts, row: Record, column: str) -> str:
    if row[column] is None:
        return hidden(facts) if row["suppressed"] else NOT_APPLICABLE
    return count(row[column])
