"""Sentences on people served by several providers at once, and on how far communities differ."""

from __future__ import annotations

from liandong.present.charts_communities import spread_of
from liandong.present.charts_overlap import combinations, members_text
from liandong.present.facts import Facts, Row
from liandong.present.numbers import count, fixed, hundredths, percent
from liandong.present.phrases import unbroken
from liandong.present.words import plural, word


def overlap_phrase(facts: Facts, group: str) -> str:
    """Return how many combinations there are and which is the most frequent; empty without any that is shown."""
    found = combinations(facts, group)
    if not found.rows:
        return ""
    top = found.rows[0]
    if top["n_rows"] is None:
        return word(facts.lang, "said_overlap_hidden")
    rows = facts.rows("overlap", group=group)
    value = percent(top["share"])
    if top["conf_low"] is not None and top["conf_high"] is not None:
        bounds = unbroken(f"[{percent(top['conf_low'])}, {percent(top['conf_high'])}]")
        value = word(facts.lang, "with_interval", value=value, interval=bounds)
    numbers = {"base": count(top["n_rows"]), "count": count(facts.counted("overlap", rows, group=group))}
    return word(facts.lang, "said_overlap", names=members_text(facts, top), value=value, **numbers)


def communities_phrase(facts: Facts, measure: str, universe: str) -> str:
    """Return how far communities differ on a measure, and how many can be told apart from all others together."""
    rows = facts.rows("communities", measure=measure, universe=universe)
    spread = spread_of(facts, measure, universe)
    key = {"measure": measure, "universe": universe}
    apart = {
        name: count(
            facts.counted("communities", [row for row in rows if row["standing"] == name], standing=name, **key)
        )
        for name in ("higher", "lower")
    }
    numbers = {"count": count(facts.counted("communities", rows, **key)), **apart}
    named = {"title": facts.title(measure), "clusters": plural(facts.lang, facts.cluster())}
    if spread is None or spread["sd_between"] is None or spread["icc"] is None:
        return word(facts.lang, "said_communities_bare", **numbers, **named)
    said = {"sd": _spread(facts, spread), "icc": percent(spread["icc"])}
    return word(facts.lang, "said_communities", **said, **numbers, **named)


def _spread(facts: Facts, spread: Row) -> str:
    if spread["kind"] == "share":
        return word(facts.lang, "first_points", value=hundredths(spread["sd_between"]))
    return fixed(spread["sd_between"], 3)
