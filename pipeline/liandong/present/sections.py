"""The sections on what a reader asks next: each holds sentences, tables and figures, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from liandong.present.charts_communities import community_measures, compared, only_bands
from liandong.present.charts_overlap import combinations
from liandong.present.facts import Facts, Row
from liandong.present.figures import OVERLAP, shown
from liandong.present.groups import all_compared, group_phrases
from liandong.present.markdown import Prose, bullets, identifier, paragraphs, pointer, prose, table_block
from liandong.present.phrases_audit import (
    balance_phrases,
    dose_items,
    multiverse_caution,
    multiverse_items,
    power_items,
    sensitivity_items,
)
from liandong.present.phrases_comparison import communities_phrase, overlap_phrase
from liandong.present.phrases_verdict import cannot_carry
from liandong.present.roles import effects_by_role, headline_effects
from liandong.present.table import Table
from liandong.present.tables_audit import arm_table, balance_table, missing_by_arm_table, plan_table, weight_table
from liandong.present.tables_further import dose_table, heterogeneity_table, ordinal_table
from liandong.present.tables_inference import explanation_table, influence_table, multiplicity_table
from liandong.present.tables_robustness import benchmark_table, multiverse_table, power_table, sensitivity_table
from liandong.present.words import plural, word

_Tabled = Callable[[Facts, Row], Table]
_TABLES_OF: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "balance": ("balance",),
        "arms": ("arms", "missing_by_arm"),
        "multiplicity": ("multiplicity",),
        "sensitivity": ("sensitivity",),
        "multiverse": ("multiverse",),
        "heterogeneity": ("heterogeneity",),
        "dose": ("dose",),
        "ordinal": ("ordinal",),
        "power": ("power",),
        "weights": ("weights",),
        "explanations": ("explanations",),
        "influence": ("influence",),
        "plan": ("plan",),
        "overlap": ("overlap",),
        "communities": ("communities",),
    }
)
_HEADLINE: Final = ("explanations", "influence")
ROBUSTNESS: Final = ("balance", "arms", "multiplicity", "sensitivity", "multiverse", "power")
FURTHER: Final = ("heterogeneity", "dose", "ordinal")
SECTIONS: Final = tuple(_TABLES_OF)


def has_section(facts: Facts, name: str) -> bool:
    """Whether the bundle has rows for a section; those of effects without estimates do not count."""
    if name in {"overlap", "communities"}:  # these are drawn or not there at all
        return bool(combinations(facts, OVERLAP).rows if name == "overlap" else community_measures(facts))
    known = {effect["id"] for effect in (headline_effects(facts) if name in _HEADLINE else facts.effects)}
    rows = (row for table in _TABLES_OF[name] for row in facts.rows(table))
    return any("effect" not in row or row["effect"] in known for row in rows)


def section(facts: Facts, folder: str, name: str) -> Prose:
    """Return a section without its heading, empty when the bundle has no rows for it; KeyError for an unknown name."""
    return Prose("".join(_SECTIONS[name](facts, folder)) if has_section(facts, name) else "")


def _balance(facts: Facts, folder: str) -> Iterator[str]:
    yield paragraphs(balance_phrases(facts))
    for effect in effects_by_role(facts):
        yield _block(balance_table(facts, effect))
        yield shown(facts, folder, identifier("balance", effect["id"]))


def _arms(facts: Facts, _folder: str) -> Iterator[str]:
    for effect in effects_by_role(facts):
        yield _block(arm_table(facts, effect))
        yield _block(missing_by_arm_table(facts, effect))


def _multiplicity(facts: Facts, _folder: str) -> Iterator[str]:
    for family in dict.fromkeys(row["family"] for row in facts.rows("multiplicity")):
        yield _block(multiplicity_table(facts, family))


def _sensitivity(facts: Facts, folder: str) -> Iterator[str]:
    yield bullets(sensitivity_items(facts))
    yield _block(sensitivity_table(facts))
    yield _block(benchmark_table(facts))
    for effect in effects_by_role(facts):
        carried = [outcome for outcome in effect["outcomes"] if not cannot_carry(facts, effect, outcome)]
        yield from (shown(facts, folder, identifier("contours", effect["id"], outcome)) for outcome in carried)


def _multiverse(facts: Facts, folder: str) -> Iterator[str]:
    yield bullets(multiverse_items(facts))
    yield paragraphs([multiverse_caution(facts)])
    yield _block(multiverse_table(facts))
    yield from _figures(facts, folder, "specifications")


def _heterogeneity(facts: Facts, folder: str) -> Iterator[str]:
    for effect in effects_by_role(facts):
        yield paragraphs(group_phrases(facts, effect))
        yield _block(heterogeneity_table(facts, effect))
        if all_compared(facts, effect):
            yield shown(facts, folder, identifier("heterogeneity", effect["id"]))


def _dose(facts: Facts, folder: str) -> Iterator[str]:
    items = [item for effect in effects_by_role(facts) for item in dose_items(facts, effect)]
    yield bullets(items)
    yield paragraphs([word(facts.lang, "said_dose_caution")] if items else [])
    for effect in effects_by_role(facts):
        yield _block(dose_table(facts, effect))
        yield shown(facts, folder, identifier("dose", effect["id"]))


def _ordinal(facts: Facts, folder: str) -> Iterator[str]:
    yield from _by_effect(facts, folder, "ordinal", ordinal_table, effects_by_role(facts))


def _power(facts: Facts, folder: str) -> Iterator[str]:
    yield bullets(power_items(facts))
    yield _block(power_table(facts))
    yield shown(facts, folder, "power")


def _weights(facts: Facts, _folder: str) -> Iterator[str]:
    yield _block(weight_table(facts))


def _explanations(facts: Facts, folder: str) -> Iterator[str]:
    yield from _by_effect(facts, folder, "explanations", explanation_table, headline_effects(facts))


def _influence(facts: Facts, folder: str) -> Iterator[str]:
    yield from _by_effect(facts, folder, "influence", influence_table, headline_effects(facts))


def _plan(facts: Facts, _folder: str) -> Iterator[str]:
    if all(row["status"] == "unlocked" for row in facts.rows("plan")):
        yield paragraphs([word(facts.lang, "said_plan_unlocked")])
        return
    table = plan_table(facts)
    see = word(facts.lang, "said_plan", table=f"@{table.label}")
    yield pointer(see)
    yield _block(table)


def _overlap(facts: Facts, folder: str) -> Iterator[str]:
    yield _referring(facts, overlap_phrase(facts, OVERLAP), "overlap")
    yield shown(facts, folder, "overlap")


def _communities(facts: Facts, folder: str) -> Iterator[str]:
    measures = community_measures(facts)
    for measure, universe in measures:
        phrase = communities_phrase(facts, measure, universe)
        yield _referring(facts, phrase, identifier("communities", measure))
    if measures:
        named = {"cluster": facts.cluster(), "clusters": plural(facts.lang, facts.cluster())}
        shrunk = not all(only_bands(compared(facts, *measure)) for measure in measures)
        keys = ["said_screened", *["said_screened_shrunk"] * shrunk, "said_no_ranking"]
        yield paragraphs([word(facts.lang, key, **named) for key in keys])
    for measure, _ in measures:
        yield shown(facts, folder, identifier("communities", measure))


def _referring(facts: Facts, text: str, figure: str) -> str:
    """Return a paragraph on what a figure draws, with a reference to it; nothing without the text."""
    # A reference ends at a blank, which Chinese full stops do not have; the filters take it away again.
    apart, between = (" ", "") if facts.lang == "zh" else ("", " ")
    see = pointer(word(facts.lang, "see_drawn", figure=f"@fig-{figure}{apart}")).strip()
    return f"\n{prose(text)}{between}{see}\n" if text else ""


def _by_effect(facts: Facts, folder: str, name: str, tabled: _Tabled, effects: list[Row]) -> Iterator[str]:
    for effect in effects:
        yield _block(tabled(facts, effect))
        yield shown(facts, folder, identifier(name, effect["id"]))


def _figures(facts: Facts, folder: str, name: str) -> Iterable[str]:
    """Yield the figures that there are one of per effect and outcome."""
    for effect in effects_by_role(facts):
        for outcome in effect["outcomes"]:
            yield shown(facts, folder, identifier(name, effect["id"], outcome))


def _block(table: Table) -> str:
    return table_block(table) if table.rows else ""


_SECTIONS: Final[Mapping[str, Callable[[Facts, str], Iterator[str]]]] = MappingProxyType(
    {
        "balance": _balance,
        "arms": _arms,
        "multiplicity": _multiplicity,
        "sensitivity": _sensitivity,
        "multiverse": _multiverse,
        "heterogeneity": _heterogeneity,
        "dose": _dose,
        "ordinal": _ordinal,
        "power": _power,
        "weights": _weights,
        "explanations": _explanations,
        "influence": _influence,
        "plan": _plan,
        "overlap": _overlap,
        "communities": _communities,
    }
)
