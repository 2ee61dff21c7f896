"""Tables of regressions: nested models of an effect, and all coefficients of one outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from liandong.present.facts import Facts, treatment_rows
from liandong.present.facts import Row as Record
from liandong.present.markdown import identifier
from liandong.present.numbers import NOT_APPLICABLE, count, decimals_for, fixed, interval, p_value, whole
from liandong.present.phrases_verdict import is_judged
from liandong.present.roles import marked_title
from liandong.present.stars import star_note, starred
from liandong.present.table import Cell, Row, Table, aligned, group, heads
from liandong.present.tables_indicators import people
from liandong.present.tables_scales import noted_table
from liandong.present.words import joined, sentences, word

Models = Sequence[Record | None]
_LEAST_ERROR: Final = 2  # units of the last decimal that a standard error has to have
_MEASURES: Final = ("n_clusters", "df")


def nested_table(facts: Facts, effect: Record) -> Table:
    """Return the nested models of an effect: a panel per outcome, a column per step, how they differ and are made."""
    lang, steps = facts.lang, [step["name"] for step in effect["steps"]]
    panels = {}
    for outcome in effect["outcomes"]:
        by_step = {row["step"]: row for row in treatment_rows(facts, effect["id"], outcome=outcome)}
        if by_step:
            panels[outcome] = [by_step.get(step) for step in steps]
    common = _common([*panels.values()])
    own = [column for column in _MEASURES if column not in common]
    rows: list[Row] = []
    for outcome, models in panels.items():
        rows += [group(facts.title(outcome)), *_panel(facts, effect, models, own)]
    if len(steps) > 1:
        rows += _added(facts, effect, steps)
    if panels:
        rows += _estimation(facts, effect, [*panels.values()], common)
    note = word(
        lang,
        "note_nested",
        vcov="CR1",
        within=word(lang, "note_within") if effect["absorb"] else "",
        stars=star_note(facts, effect),
    )
    if any(is_judged(facts, effect, outcome) for outcome in effect["outcomes"]):
        note = sentences(lang, [note, word(lang, "note_believe")])
    caption = word(lang, "caption_nested", title=marked_title(facts, effect))
    columns = aligned("left", "decimal", len(steps))
    return noted_table(facts, identifier("nested", effect["id"]), caption, columns, (heads("", *steps),), rows, note)


def coefficient_tables(facts: Facts, effect: Record) -> list[Table]:
    """Return all coefficients of an effect, a table per outcome, a column per step."""
    return [_coefficients(facts, effect, outcome) for outcome in effect["outcomes"]]


def _panel(facts: Facts, effect: Record, models: Models, own: list[str]) -> Iterator[Row]:
    """Yield the rows of one outcome; `own` are the measures in which the outcomes differ."""
    lang = facts.lang
    decimals = decimals_for(*(row["std_error"] for row in models if row))
    coefficients = (starred(facts, row, _cell(row, "estimate", decimals)) for row in models)
    yield Row((facts.title(effect["treatment"]), *coefficients), indent=1)
    errors = (_error(row, decimals) or NOT_APPLICABLE for row in models)
    yield Row(("", *errors), kind="detail")
    bounds = (
        Cell(interval(row["conf_low"], row["conf_high"], decimals) if row else NOT_APPLICABLE, "center")
        for row in models
    )
    yield Row(("", *bounds), kind="detail")
    yield Row((word(lang, "p"), *(p_value(row["p_value"] if row else None) for row in models)), indent=1)
    yield Row((word(lang, "n_obs"), *(_size(facts, row) for row in models)), indent=1)
    for column in own:
        yield Row((_measure(facts, effect, column), *(_whole(row, column) for row in models)), indent=1)
    yield Row((_fit(facts, effect), *(_cell(row, "r2_within", 3) for row in models)), indent=1)


def _added(facts: Facts, effect: Record, steps: list[str]) -> Iterator[Row]:
    """Yield a row per step that adds controls, ticked from that step on."""
    yield group(word(facts.lang, "controls"))
    for at, step in enumerate(effect["steps"]):
        if step["add"]:
            ticks = (Cell(word(facts.lang, "yes" if here >= at else "no"), "center") for here in range(len(steps)))
            yield Row((facts.step(effect["id"], step["name"]), *ticks), indent=1)


def _estimation(facts: Facts, effect: Record, panels: list[Models], common: dict[str, Models]) -> Iterator[Row]:
    """Yield how all models are estimated: fixed effects, weights, standard errors, and what the outcomes share."""
    lang, models = facts.lang, panels[0]
    found = [row for row in models if row]
    yield group(word(lang, "estimation"))
    absorbed = _absorbed(facts, found)
    tick = [Cell(word(lang, "yes") if row else "", "center") for row in models]
    if absorbed:
        yield Row((word(lang, "fixed_effects", names=absorbed), *tick), indent=1)
    else:
        none = (Cell(word(lang, "none"), "center") for _ in models)
        yield Row((word(lang, "no_fixed_effects"), *none), indent=1)
    if found[0]["weights"]:
        yield Row((word(lang, "weighted_by", weight=facts.title(found[0]["weights"])), *tick), indent=1)
    cluster = facts.cluster(effect)
    title = word(lang, "se_by", cluster=cluster) if cluster else word(lang, "se_plain")
    yield Row((title, *(Cell(row["vcov"] if row else "", "center") for row in models)), indent=1)
    for column, rows in common.items():
        yield Row((_measure(facts, effect, column), *(_whole(row, column) for row in rows)), indent=1)


def _coefficients(facts: Facts, effect: Record, outcome: str) -> Table:
    lang, steps = facts.lang, [step["name"] for step in effect["steps"]]
    records = facts.rows("estimates", effect=effect["id"], outcome=outcome, metric="points", vcov="CR1")
    found = {(row["term"], row["step"]): row for row in records}
    terms = {
        term: [found.get((term, step)) for step in steps] for term in dict.fromkeys(row["term"] for row in records)
    }
    usual = _usual_decimals(terms.values())
    rows = [row for term, models in terms.items() for row in _term(facts, term, models, usual)]
    by_step = {row["step"]: row for row in records if row["is_treatment"]}
    models = [by_step.get(step) for step in steps]
    rows.append(Row((word(lang, "n_obs"), *(_size(facts, row) for row in models)), rule=True))
    rows += [Row((_measure(facts, effect, column), *(_whole(row, column) for row in models))) for column in _MEASURES]
    rows.append(Row((_fit(facts, effect), *(_cell(row, "r2_within", 3) for row in models))))
    weight = next((row["weights"] for row in by_step.values()), "")
    absorbed = _absorbed(facts, [*by_step.values()])
    dropped = any(row["flag"].startswith("dropped") for row in records)
    note = word(
        lang,
        "note_coefficients",
        vcov="CR1",
        cluster=facts.cluster(effect),
        effects=word(lang, "note_effects", names=absorbed) if absorbed else "",
        dropped=word(lang, "note_dropped") if dropped else "",
        stars=star_note(facts, effect),
        weights=word(lang, "note_weights", weight=facts.title(weight)) if weight else "",
    )
    caption = word(lang, "caption_coefficients", title=marked_title(facts, effect), outcome=facts.title(outcome))
    columns, table_id = aligned("left", "decimal", len(steps)), identifier("coefficients", effect["id"], outcome)
    header, note = (heads("", *steps),), " ".join(note.split())
    return noted_table(facts, table_id, caption, columns, header, rows, note, sortable=True)


def _usual_decimals(terms: Iterable[Models]) -> int:
    """Return the decimals that most coefficients of a table deserve: a column is easier to read in one manner."""
    own = Counter(decimals_for(*(row["std_error"] for row in models if row)) for models in terms)
    return max(own, key=lambda decimals: (own[decimals], -decimals), default=3)


def _term(facts: Facts, term: str, models: Models, usual: int) -> Iterator[Row]:
    """Yield a coefficient in every step, its standard errors below.

    The treatment has the decimals it has elsewhere, and so has what `usual` decimals would hide.
    """
    errors_of = [row["std_error"] for row in models if row and row["std_error"]]
    vanishes = any(error < _LEAST_ERROR * 10**-usual for error in errors_of)
    own = vanishes or any(row["is_treatment"] for row in models if row)
    decimals = decimals_for(*errors_of) if own else usual
    cells = [
        Cell(word(facts.lang, "dropped"), "center")
        if row and row["flag"].startswith("dropped")
        else starred(facts, row if row and row["is_treatment"] else None, _cell(row, "estimate", decimals))
        for row in models
    ]
    errors = [_error(row, decimals) for row in models]
    yield Row((facts.term(term), *cells))
    if any(errors):
        yield Row(("", *errors), kind="detail")


def _common(panels: Sequence[Models]) -> dict[str, Models]:
    """Return clusters and degrees of freedom with the models that tell them, where all outcomes have the same."""
    told = {column: [[row[column] if row else None for row in models] for models in panels] for column in _MEASURES}
    return {column: panels[0] for column, values in told.items() if all(value == values[0] for value in values)}


def _absorbed(facts: Facts, found: Sequence[Record]) -> str:
    return joined(facts.lang, [facts.noun(name) for name in found[0]["absorbed"].split("+") if name]) if found else ""


def _fit(facts: Facts, effect: Record) -> str:
    """Return which R² it is: without fixed effects there is nothing it could be within."""
    return word(facts.lang, "r2_within" if effect["absorb"] else "r2")


def _measure(facts: Facts, effect: Record, column: str) -> str:
    return word(facts.lang, "degrees") if column == "df" else word(facts.lang, column, cluster=facts.cluster(effect))


def _error(row: Record | None, decimals: int) -> str:
    return "" if row is None or row["std_error"] is None else f"({fixed(row['std_error'], decimals)})"


def _cell(row: Record | None, column: str, decimals: int) -> str:
    return "" if row is None else fixed(row[column], decimals)


def _whole(row: Record | None, column: str) -> Cell:
    if row is None:
        return Cell("", "center")
    return Cell(whole(row[column]) if column == "df" else count(row[column]), "center")


def _size(facts: Facts, row: Record | None) -> Cell:
    return Cell(people(facts, row["n_obs"]) if row else NOT_APPLICABLE, "center")
