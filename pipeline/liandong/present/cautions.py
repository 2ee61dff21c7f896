"""Warnings on comparisons that the design bears badly, from the verdicts or from the counts of each arm."""

from __future__ import annotations

from collections.abc import Iterator

from liandong.present.facts import Facts, Row, fullest_row
from liandong.present.marks import unrepeated
from liandong.present.numbers import count
from liandong.present.phrases_verdict import cautions_by_verdict, few_bound, is_judged
from liandong.present.words import plural, word

FEW_PEOPLE = 30
"""Treated or untreated people below which a result gets a caution of its own."""


def caution_phrases(facts: Facts, effect: Row) -> list[str]:
    """Return the warnings of the verdicts on an effect; without a verdict, one where an arm is very small."""
    judged = [outcome for outcome in effect["outcomes"] if is_judged(facts, effect, outcome)]
    rest = [_few_caution(facts, effect, outcome) for outcome in effect["outcomes"] if outcome not in judged]
    return [*cautions_by_verdict(facts, effect, judged), *filter(None, unrepeated(rest))]


def _few_caution(facts: Facts, effect: Row, outcome: str) -> str:
    for arm, people, clusters in few_arms(facts, effect, outcome):
        group = word(facts.lang, arm)
        if people is None:
            return word(facts.lang, "caution_few_hidden", group=group, few=few_in_words(facts, effect, outcome, arm))
        where = word(facts.lang, "caution_people")
        if clusters is not None:
            where = word(facts.lang, "caution_clusters", count=count(clusters), clusters=clusters_named(facts, effect))
        return word(facts.lang, "caution_few", group=group, count=count(people), clusters=where)
    return ""


def few_in_words(facts: Facts, effect: Row, outcome: str, arm: str) -> str:
    """Return what may be said of the size of a small group whose number is hidden: its bound, if the verdict gives one.

    `arm` is ``untreated_group`` or ``treated_group``.
    """
    verdict = facts.verdict(effect["id"], outcome)
    codes = verdict["reasons"].split("+") if verdict else []
    if f"few_{arm.removesuffix('_group')}" not in codes:
        return word(facts.lang, "few_people")
    return word(facts.lang, "fewer_people", bound=few_bound(facts))


def clusters_named(facts: Facts, effect: Row | None = None) -> str:
    """Return what several clusters are called: communities, 社区."""
    return plural(facts.lang, facts.cluster(effect))


def few_arms(facts: Facts, effect: Row, outcome: str) -> Iterator[tuple[str, int | None, int | None]]:
    """Yield the arms of a two-valued treatment with few people: words of the arm, people, clusters.

    Numbers are None where disclosure rules hide them; then some arm is below the minimum cell, and the flags of the
    estimate tell which lives in few clusters.
    """
    design = facts.row("design", effect=effect["id"], outcome=outcome)
    if not design["treatment_is_binary"]:
        return
    hidden = design["suppressed"] and design["n_treated"] is None
    flags = fullest_row(facts, effect["id"], outcome)["flag"].split("+")
    for arm in ("untreated", "treated"):
        people = design[f"n_{arm}"]
        if hidden and f"few_{arm}_clusters" in flags:
            yield f"{arm}_group", None, None
        elif people is not None and people < FEW_PEOPLE:
            yield f"{arm}_group", people, design[f"clusters_with_{arm}"]
