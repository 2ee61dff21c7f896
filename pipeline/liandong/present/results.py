"""The results by role: a heading and its meaning, then every effect with its sentences, tables and figures."""

from __future__ import annotations

from collections.abc import Iterator

from liandong.present.cautions import caution_phrases
from liandong.present.facts import Facts, Row, believed_row
from liandong.present.figures import figures_of, shown
from liandong.present.markdown import Prose, bullets, heading, identifier, paragraphs, pointer, table_block
from liandong.present.phrases import effect_phrase
from liandong.present.phrases_audit import mediation_phrases
from liandong.present.phrases_verdict import carries_nothing, is_judged, verdict_items
from liandong.present.roles import (
    analysis_title,
    effects_by_role,
    lock_dates,
    lock_text,
    mark,
    mediations,
    plain_title,
    roles,
)
from liandong.present.tables_further import mediation_table
from liandong.present.tables_inference import inference_table
from liandong.present.tables_models import size_table
from liandong.present.tables_nested import nested_table
from liandong.present.words import joined, method_name, sentences, word

_ASSUMPTIONS = ("treatment", "mediator", "order", "interaction")


def results(facts: Facts, folder: str, level: int) -> Prose:
    """Return a part per role under a heading of `level`: what the role means, its effects, its mediations."""
    return Prose("".join(part for role in roles(facts) for part in _role(facts, folder, role, level)))


def _role(facts: Facts, folder: str, role: str, level: int) -> Iterator[str]:
    yield heading(level, word(facts.lang, f"heading_{role}"), f"sec-{role}")
    yield paragraphs([_about(facts, role)])
    for effect in effects_by_role(facts):
        if effect["role"] == role:
            yield from _effect(facts, folder, effect, level + 1)
    for mediation in mediations(facts, role):
        yield from _mediation(facts, folder, mediation, level + 1)


def _effect(facts: Facts, folder: str, effect: Row, level: int) -> Iterator[str]:
    name = effect["id"]
    said = [effect_phrase(facts, effect, outcome) for outcome in effect["outcomes"]]
    figures = figures_of(facts)
    figure = figures.get(identifier("effect", name))
    labels = {kind: f"@tbl-{identifier(kind, name)}" for kind in ("nested", "sizes")}
    see = word(
        facts.lang,
        "see_effect" if figure else "see_effect_bare",
        table=labels["nested"],
        sizes=labels["sizes"],
        figure=f"@{figure.label} " if figure else "",
    )
    yield heading(level, plain_title(facts, effect), f"sec-{identifier('effect', name)}")
    yield paragraphs([facts.text(effect.get("note")), *said, *caution_phrases(facts, effect)])
    stuck = carries_nothing(facts, effect)
    if stuck:
        drawn = word(facts.lang, "see_effect_figure", figure=f"@{figure.label}") if figure else ""
        see = word(facts.lang, "see_effect_stuck", table=labels["nested"], figure=drawn)
    yield pointer(sentences(facts.lang, [see, _believed(facts, effect)]))
    yield table_block(nested_table(facts, effect))
    yield shown(facts, folder, identifier("effect", name))
    yield "" if stuck else table_block(size_table(facts, effect))
    yield from _inference(facts, folder, effect)


def _about(facts: Facts, role: str) -> str:
    """Return what a role means; for the primary one, also what the lock of the plan shows and what it does not."""
    dates = lock_dates(facts)
    if role != "primary":
        return word(facts.lang, f"about_{role}")
    if not dates:
        return word(facts.lang, "about_primary_unlocked")
    locked = word(facts.lang, "said_lock", date=lock_text(facts))
    return sentences(facts.lang, [word(facts.lang, "about_primary"), locked])


def _believed(facts: Facts, effect: Row) -> str:
    """Return where the inference of the text stands, if it is not that of the nested models."""
    judged = [outcome for outcome in effect["outcomes"] if is_judged(facts, effect, outcome)]
    codes = dict.fromkeys(believed_row(facts, effect["id"], outcome)["vcov"] for outcome in judged)
    table = inference_table(facts, effect)
    if not table.rows or set(codes) <= {"CR1"}:
        return ""
    methods = joined(facts.lang, [method_name(facts.lang, code) for code in codes])
    return word(facts.lang, "see_believed", method=methods, table=f"@{table.label}")


def _inference(facts: Facts, folder: str, effect: Row) -> Iterator[str]:
    """Yield which inference to believe and why, with all of them side by side."""
    yield bullets(verdict_items(facts, effect))
    table = inference_table(facts, effect)
    if not table.rows:
        return
    name = identifier("inference", effect["id"])
    drawn = f"@fig-{name} " if name in figures_of(facts) else ""
    figure = word(facts.lang, "and_figure", figure=drawn) if drawn else ""
    see = word(facts.lang, "see_inference", table=f"@{table.label}", figure=figure)
    yield pointer(see)
    yield table_block(table)
    yield shown(facts, folder, name)


def _mediation(facts: Facts, folder: str, mediation: str, level: int) -> Iterator[str]:
    title = analysis_title(facts, "mediation", mediation) + mark(facts, "mediation", mediation)
    note = next((m.get("note") for m in facts.manifest.get("mediations", ()) if m["id"] == mediation), None)
    yield heading(level, title, f"sec-{identifier('mediation', mediation)}")
    yield paragraphs([facts.text(note), sentences(facts.lang, mediation_phrases(facts, mediation))])
    yield table_block(mediation_table(facts, mediation))
    yield shown(facts, folder, identifier("mediation", mediation))
    yield paragraphs([word(facts.lang, "assumptions_lead")])
    texts = ((word(facts.lang, f"assumption_{a}_lead"), word(facts.lang, f"assumption_{a}")) for a in _ASSUMPTIONS)
    yield bullets(texts)
