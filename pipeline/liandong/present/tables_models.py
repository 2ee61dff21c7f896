"""Tables of models: what the sample can carry, and one coefficient in several units."""

from __future__ import annotations

from collections.abc import Iterable

from liandong.present.facts import Facts, believed_row, treatment_rows
from liandong.present.facts import Row as Record
from liandong.present.markdown import identifier
from liandong.present.marks import unmarked
from liandong.present.numbers import (
    NOT_APPLICABLE,
    count,
    decimals_for,
    fixed,
    hundredths,
    interval,
    percent_interval,
    whole,
)
from liandong.present.roles import marked_title
from liandong.present.table import Align, Row, Table, aligned, heads
from liandong.present.tables_indicators import hidden, notes_of, people
from liandong.present.tables_scales import noted_table, range_text
from liandong.present.words import coded, joined, word


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


def _range(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return NOT_APPLICABLE
    low, high = whole(min(known)), whole(max(known))
    return low if unmarked(low) == unmarked(high) else f"{low}–{high}"


def _estimate_pair(row: Record, usual: Record) -> list[str]:
    if row["metric"] == "range_share":
        return [hundredths(row["estimate"], 2), percent_interval(row["conf_low"], row["conf_high"], 2)]
    decimals = decimals_for(row["std_error"], usual["std_error"])
    return [fixed(row["estimate"], decimals), interval(row["conf_low"], row["conf_high"], decimals)]


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
