"""What stands below the figures and what a blind reader hears of them: what they show, not how they are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from liandong.present.charts_audit import IMBALANCE
from liandong.present.charts_communities import compared, height_of, only_bands
from liandong.present.charts_flow import lanes, stage_row
from liandong.present.charts_indicators import binned
from liandong.present.charts_multiverse import contour_blocks
from liandong.present.charts_overlap import combinations, members_text
from liandong.present.facts import Facts, Row
from liandong.present.numbers import count, decimals_for, fixed, interval, percent
from liandong.present.phrases import brief_phrase, share_text
from liandong.present.phrases_comparison import apart_phrase
from liandong.present.roles import models
from liandong.present.tables_appendix import among, ranked
from liandong.present.words import joined, lowered, sentences, word

_PAUSE: Final = {"zh": "；", "en": "; "}


def base_of(facts: Facts, sizes: Iterable[int | None], key: str = "base_n") -> str:
    """Return the clause on how many people stand behind a figure, smallest and largest where they differ."""
    ends = _ends(sizes)
    return word(facts.lang, key, n=ends) if ends else word(facts.lang, "base_hidden")


def base_of_group(facts: Facts, name: str) -> str:
    """Return the same for a group of indicators, with those in need apart where they are drawn."""
    sizes = [row["denominator_n"] for row in ranked(facts, name)]
    in_need = _ends(row["denominator_n"] for row in ranked(facts, name, "in_need"))
    if not in_need or not _ends(sizes):
        return base_of(facts, sizes, "base_all")
    return word(facts.lang, "base_both", n=_ends(sizes), need=in_need)


def base_of_models(facts: Facts, effect: Row, outcomes: Sequence[str]) -> str:
    """Return the same for the models of an effect."""
    rows = [row for name in outcomes for row in facts.rows("design", effect=effect["id"], outcome=name)]
    return base_of(facts, [row["n_obs"] for row in rows], "base_models")


def base_of_specifications(facts: Facts, effect: Row, outcome: str) -> str:
    """Return the same for the specifications of a model, whose samples differ in size."""
    rows = facts.rows("specifications", effect=effect["id"], outcome=outcome)
    return base_of(facts, [row["n_obs"] for row in rows if row["estimate_sd"] is not None], "base_specifications")


def alt_dots(facts: Facts, name: str) -> str:
    """Return the highest and the lowest share."""
    rows = ranked(facts, name)
    first, last = rows[0], rows[-1]
    return word(
        facts.lang,
        "alt_dots",
        count=count(len(rows)),
        among=among(facts, name),
        top=facts.title(first["indicator"]),
        top_value=share_text(first),
        bottom=facts.title(last["indicator"]),
        bottom_value=share_text(last),
    )


def alt_both(facts: Facts, name: str) -> str:
    """Return what is most frequent by either denominator, and how the most frequent of all stands by the other."""
    rows, need = ranked(facts, name), ranked(facts, name, "in_need")
    top = rows[0]
    said = {"count": count(len(rows)), "top": facts.title(top["indicator"]), "of_all": share_text(top)}
    said["among"] = among(facts, name)
    own = next((row for row in need if row["indicator"] == top["indicator"]), None)
    if own is None:
        return word(facts.lang, "alt_both_all", **said)
    text = word(facts.lang, "alt_both", of_need=share_text(own), **said)
    other = need[0]
    if other["indicator"] == top["indicator"]:
        return text
    named = {"top": facts.title(other["indicator"]), "of_need": share_text(other)}
    named["among"] = lowered(among(facts, name, "in_need"))
    return sentences(facts.lang, [text, word(facts.lang, "alt_both_other", **named)])


def alt_distributions(facts: Facts) -> str:
    """Return the mean and the fullest interval of every score."""
    means = {row["scale"]: row["mean"] for row in facts.rows("scales")}
    told = []
    for variable in binned(facts):
        rows = [row for row in facts.rows("distributions", variable=variable) if row["share"] is not None]
        most = max(rows, key=lambda row: row["share"])
        named = {"title": facts.title(variable), "level": str(most["level"]), "share": percent(most["share"])}
        mean = means.get(variable)
        known = "" if mean is None else word(facts.lang, "alt_mean", mean=fixed(mean, 2))
        told.append(word(facts.lang, "alt_distribution", mean=known, **named))
    return word(facts.lang, "alt_distributions", list=_PAUSE[facts.lang].join(told))


def alt_effect(facts: Facts, effect: Row) -> str:
    """Return what the fullest models say, in the words of the text."""
    said = [brief_phrase(facts, effect, outcome) for outcome in effect["outcomes"]]
    return sentences(facts.lang, [word(facts.lang, "alt_effect", treatment=facts.title(effect["treatment"])), *said])


def alt_balance(facts: Facts, effect: Row) -> str:
    """Return how many variables differ by more than the usual bound, and which one most."""
    rows = [row for row in facts.rows("balance", effect=effect["id"]) if row["std_difference"] is not None]
    most = max(rows, key=lambda row: abs(row["std_difference"]))
    beyond = sum(abs(row["std_difference"]) > IMBALANCE for row in rows)
    name = facts.term(f"{most['covariate']}={most['level']}") if most["level"] else facts.title(most["covariate"])
    numbers = {"count": count(len(rows)), "beyond": count(beyond), "value": fixed(most["std_difference"], 2)}
    return word(facts.lang, "alt_balance", name=name, **numbers)


def alt_heterogeneity(facts: Facts, effect: Row) -> str:
    """Return the lowest and the highest estimate of every outcome, and that intervals decide nothing on their own."""
    told = []
    for outcome in effect["outcomes"]:
        rows = [
            row
            for row in facts.rows("heterogeneity", effect=effect["id"], outcome=outcome)
            if row["estimate"] is not None
        ]
        if rows:
            low, high = min(rows, key=_estimate), max(rows, key=_estimate)
            names = {
                end: facts.term(f"{row['subgroup']}={row['level']}") for end, row in (("low", low), ("high", high))
            }
            values = {f"{end}_value": _sized(facts, row) for end, row in (("low", low), ("high", high))}
            told.append(word(facts.lang, "alt_ends", outcome=facts.title(outcome), **names, **values))
    return word(facts.lang, "alt_heterogeneity", list=_PAUSE[facts.lang].join(told))


def alt_dose(facts: Facts, effect: Row) -> str:
    """Return how far the highest value of the treatment lies from the lowest."""
    told = []
    for outcome in effect["outcomes"]:
        rows = [
            row
            for row in facts.rows("dose", effect=effect["id"], outcome=outcome)
            if row["estimate"] is not None and not row["is_reference"]
        ]
        if rows:
            top = max(rows, key=lambda row: float(row["level"]))
            level = facts.level(effect["treatment"], f"{float(top['level']):g}")
            value = _sized(facts, top)
            told.append(word(facts.lang, "alt_dose_top", outcome=facts.title(outcome), level=level, value=value))
    return word(facts.lang, "alt_dose", treatment=facts.title(effect["treatment"]), list=_PAUSE[facts.lang].join(told))


def alt_influence(facts: Facts, effect: Row) -> str:
    """Return between which values the coefficient moves when a cluster leaves, and whether it crosses zero."""
    told = []
    for outcome in effect["outcomes"]:
        rows = facts.rows("influence", effect=effect["id"], outcome=outcome)
        found = [row for row in rows if row["estimate_without"] is not None]
        if found:
            low, high = (pick(found, key=lambda row: row["estimate_without"]) for pick in (min, max))
            ends = {end: fixed(row["estimate_without"], 3) for end, row in (("low", low), ("high", high))}
            crosses = low["estimate_without"] < 0 < high["estimate_without"]
            sign = word(facts.lang, "alt_crosses" if crosses else "alt_keeps")
            told.append(word(facts.lang, "alt_without", outcome=facts.title(outcome), sign=sign, **ends))
    named = {"cluster": facts.cluster(effect), "list": _PAUSE[facts.lang].join(told)}
    return word(facts.lang, "alt_influence", **named)


def alt_contours(facts: Facts, effect: Row, outcome: str) -> str:
    """Return how strong an omitted variable has to be to leave nothing of the estimate."""
    row = next(iter(facts.rows("sensitivity", effect=effect["id"], outcome=outcome)), None)
    blocks = contour_blocks(facts, effect, outcome)
    if row is None or row["robustness_value"] is None:
        return word(facts.lang, "alt_contours_bare", blocks=blocks)
    return word(facts.lang, "alt_contours", value=percent(row["robustness_value"]), blocks=blocks)


def alt_specifications(facts: Facts, effect: Row, outcome: str) -> str:
    """Return between which sizes the specifications lie, and how many agree in sign with the headline."""
    row = next(iter(facts.rows("multiverse", effect=effect["id"], outcome=outcome)), None)
    if row is None or row["median_sd"] is None:
        return word(facts.lang, "alt_specifications_bare")
    ends = {name: fixed(row[f"{name}_sd"], 3) for name in ("low", "median", "high")}
    same = "" if row["share_same_sign"] is None else percent(row["share_same_sign"], 0)
    return word(facts.lang, "alt_specifications", count=count(row["n_specifications"]), same=same, **ends)


def alt_power(facts: Facts) -> str:
    """Return what the design at hand detects, model by model."""
    told = [
        word(
            facts.lang,
            "alt_power_one",
            title=f"{facts.title(effect['treatment'])} → {facts.title(outcome)}",
            mde=fixed(row["mde_sd"], 2),
            clusters=count(row["n_clusters"]),
        )
        for effect, outcome, rows in models(facts, "power")
        for row in rows
        if row["is_actual"] and row["mde_sd"] is not None
    ]
    return word(facts.lang, "alt_power", list=_PAUSE[facts.lang].join(told))


def alt_flow(facts: Facts) -> str:
    """Return the counts of the flow: the questionnaires, and what every drawn model keeps of them."""
    shown = [row for stage in ("invited", "received", "rejected", "accepted") if (row := stage_row(facts, stage))]
    told = [f"{word(facts.lang, 'stage_' + row['stage'])} {_people(facts, row)}" for row in shown]
    for effect, outcome in lanes(facts):
        row = stage_row(facts, "estimation_sample", effect["id"], outcome)
        if row is not None:
            title = f"{facts.title(effect['treatment'])} → {facts.title(outcome)}"
            told.append(word(facts.lang, "alt_flow_model", title=title, n=_people(facts, row)))
    return word(facts.lang, "alt_flow", list=_PAUSE[facts.lang].join(told))


def alt_overlap(facts: Facts, group: str) -> str:
    """Return the most frequent combinations with their shares."""
    found = combinations(facts, group)
    told = [
        word(facts.lang, "alt_combination", names=members_text(facts, row), share=percent(row["share"]))
        for row in found.rows[:3]
    ]
    return word(facts.lang, "alt_overlap", list=_PAUSE[facts.lang].join(told))


def alt_communities(facts: Facts, measure: str, universe: str) -> str:
    """Return the ends of the shrunk estimates, and how many lie apart from all others."""
    rows = compared(facts, measure, universe)
    written = percent if rows[0]["kind"] == "share" else _plain
    ends = {"high": written(height_of(rows[0])), "low": written(height_of(rows[-1]))}
    said = {"title": facts.title(measure), "apart": apart_phrase(facts, measure, universe)}
    key = "alt_communities_bands" if only_bands(rows) else "alt_communities"
    return word(facts.lang, key, count=count(len(rows)), **ends, **said)


def figures_named(facts: Facts, labels: Sequence[str]) -> str:
    """Return references to figures, joined."""
    return joined(facts.lang, [f"@{label} " for label in labels])


def _sized(facts: Facts, row: Row) -> str:
    decimals = decimals_for(row["std_error"])
    bounds = interval(row["conf_low"], row["conf_high"], decimals)
    return word(facts.lang, "with_interval", value=fixed(row["estimate"], decimals), interval=bounds)


def _ends(sizes: Iterable[int | None]) -> str:
    """Return the smallest and the largest number of people, one where they agree; nothing where all are hidden."""
    known = [size for size in sizes if size is not None]
    return "–".join(count(size) for size in dict.fromkeys((min(known), max(known)))) if known else ""


def _people(facts: Facts, row: Row) -> str:
    return word(facts.lang, "drawn_hidden") if row["rows"] is None else count(row["rows"])


def _estimate(row: Row) -> float:
    value: float = row["estimate"]
    return value


def _plain(value: float | None) -> str:
    return fixed(value, 2)
