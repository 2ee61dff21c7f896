"""Sentences on people served by several providers at once, and on how far communities differ."""

from __future__ import annotations

from typing import Final

from liandong.present.charts_communities import spread_of
from liandong.present.charts_overlap import combinations, members_text
from liandong.present.facts import Facts, Row
from liandong.present.numbers import count, fixed, hundredths, interval, percent, percent_bounds
from liandong.present.phrases import p_phrase, unbroken
from liandong.present.tables_indicators import held_decimals
from liandong.present.words import plural, word

_COMMA: Final = {"zh": "，", "en": ", "}
_TOLD: Final = ("higher", "lower", "similar", "unknown")


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
    spread = spread_of(facts, measure, universe)
    clusters = plural(facts.lang, facts.cluster())
    said = {"title": facts.title(measure), "clusters": clusters, "apart": apart_phrase(facts, measure, universe)}
    if spread is None or spread["sd_between"] is None or spread["icc"] is None:
        return word(facts.lang, "said_communities_bare", **said)
    named = {"clusters": clusters, "p": p_phrase(facts, spread["p_value"])}
    test = "" if spread["p_value"] is None else word(facts.lang, "said_communities_test", **named)
    sizes = {"sd": _spread(facts, spread), "icc": _icc(spread), "bounds": _bounds(facts, spread)}
    return word(facts.lang, "said_communities", test=test, **sizes, **said)


def apart_phrase(facts: Facts, measure: str, universe: str) -> str:
    """Return how many communities lie above and below all others together, and of how many nobody can tell."""
    key = {"measure": measure, "universe": universe}
    rows = facts.rows("communities", **key)
    found = {name: [row for row in rows if row["standing"] == name] for name in _TOLD}
    numbers = {
        name: count(facts.counted("communities", own, standing=name, **key)) for name, own in found.items() if own
    }
    whole = count(facts.counted("communities", rows, **key))
    if not found["higher"] and not found["lower"]:
        parts = [word(facts.lang, "apart_none", count=whole)]
        parts += [word(facts.lang, "apart_unknown", number=numbers["unknown"])] if found["unknown"] else []
        return _COMMA[facts.lang].join(parts)
    told = [
        word(facts.lang, "apart_lower_only" if name == "lower" and not found["higher"] else f"apart_{name}", number=own)
        for name, own in numbers.items()
    ]
    return word(facts.lang, "apart_some", count=whole, list=_COMMA[facts.lang].join(told))


def _bounds(facts: Facts, spread: Row) -> str:
    low, high = spread["sd_between_low"], spread["sd_between_high"]
    if low is None or high is None:
        return ""
    ends = percent_bounds(low, high) if spread["kind"] == "share" else interval(low, high, 3)
    if spread["kind"] != "share" and spread["n_obs"] is None:
        ends = (
            f"[{fixed(low, _decimals(spread, 'sd_between_low'))}, {fixed(high, _decimals(spread, 'sd_between_high'))}]"
        )
    return word(facts.lang, "said_communities_bounds", interval=unbroken(ends))


def _spread(facts: Facts, spread: Row) -> str:
    if spread["kind"] == "share":
        return word(facts.lang, "first_points", value=hundredths(spread["sd_between"]))
    return fixed(spread["sd_between"], _decimals(spread, "sd_between"))


def _decimals(spread: Row, column: str) -> int:
    """Return three decimals, or those that disclosure rules have left of a standard deviation."""
    return 3 if spread["n_obs"] is not None else min(held_decimals(spread[column]), 3)


def _icc(spread: Row) -> str:
    """Return the part of the variance in percent, without decimals that disclosure rules have rounded away."""
    return percent(spread["icc"], 1 if spread["n_obs"] is not None else max(0, held_decimals(spread["icc"]) - 2))
