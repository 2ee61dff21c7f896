"""Sentences on what a reader asks next, each with the numbers of one table and the reservation that they call for."""

from __future__ import annotations

from math import isfinite
from typing import Final

from liandong.present.cautions import few_arms, few_in_words
from liandong.present.detectable import detectable_sentence, difference_word, is_proportion, mde_text
from liandong.present.facts import Facts, Row, believed_row
from liandong.present.marks import Alike
from liandong.present.numbers import count, decimals_for, fixed, interval, p_value, percent, percent_interval
from liandong.present.phrases import is_clear, is_known, p_phrase, unbroken
from liandong.present.phrases_verdict import cannot_carry
from liandong.present.roles import effects_by_role, model_title, models, models_title
from liandong.present.tables_audit import covariate_title
from liandong.present.tables_robustness import has_delta, size_decimals, specification_counts
from liandong.present.words import coded, sentences, word

_IMBALANCE: Final = 0.1  # of a standardised difference

Item = tuple[str, str]
"""Words that stand out, and the sentences that they lead."""


def prospect_phrase(facts: Facts, effect: Row, outcome: str) -> str:
    """Return what an unclear result still excludes, and what the design would have detected; else empty.

    For results that the design carries: where it does not, the cautions say what could have been detected.
    """
    row, verdict = believed_row(facts, effect["id"], outcome), facts.verdict(effect["id"], outcome)
    low, high = row["conf_low"], row["conf_high"]
    if verdict is None or verdict["verdict"] != "carries" or not is_known(row) or is_clear(row):
        return ""
    said = [detectable_sentence(facts, effect, [outcome])]
    if low is not None and high is not None and isfinite(low) and isfinite(high):
        ends = {name: mde_text(facts, effect, outcome, end) for name, end in (("low", low), ("high", high))}
        said.insert(0, word(facts.lang, "said_excluded", what=difference_word(facts, effect), **ends))
    return sentences(facts.lang, said)


def balance_phrases(facts: Facts) -> list[str]:
    """Return how unlike the groups of each effect are, the joint tests, and what these do not show."""
    said = [
        sentences(facts.lang, [_imbalance(facts, effect), *_joint_tests(facts, effect)])
        for effect in effects_by_role(facts)
    ]
    tested = any(facts.rows("balance_tests", effect=effect["id"]) for effect in facts.effects)
    return [*filter(None, said), *([word(facts.lang, "said_balance_caution")] if tested else [])]


def _imbalance(facts: Facts, effect: Row) -> str:
    """Return how many rows of the table of balance are apart, and the one that is most; hidden rows do not count."""
    rows = [row for row in facts.rows("balance", effect=effect["id"]) if row["std_difference"] is not None]
    if not rows:
        return ""
    apart = [row for row in rows if abs(row["std_difference"]) > _IMBALANCE]
    largest = max(rows, key=lambda row: abs(row["std_difference"]))
    if facts.assignment(effect)["kind"] == "randomised":
        meaning = word(facts.lang, "balance_by_chance")
    else:
        meaning = word(facts.lang, "balance_differ") if apart else ""
    named = {
        "treatment": facts.title(effect["treatment"]),
        "rows": count(facts.counted("balance", rows, "std_difference IS NOT NULL", effect=effect["id"])),
        "largest": covariate_title(facts, largest),
        "value": fixed(largest["std_difference"], 2),
        "meaning": meaning,
    }
    if not apart:
        return word(facts.lang, "said_balance_near", **named)
    number = facts.counted("balance", apart, f"abs(std_difference) > {_IMBALANCE}", effect=effect["id"])
    return word(facts.lang, "said_balance_apart", apart=count(number), **named)


def _joint_tests(facts: Facts, effect: Row) -> list[str]:
    lang, said = facts.lang, []
    for row in facts.rows("balance_tests", effect=effect["id"]):
        if row["p_value"] is None:
            continue
        method, p = coded(lang, "method", row["method"]), p_value(row["p_value"])
        said.append(word(lang, "said_balance_test", covariates=count(row["n_covariates"]), method=method, p=p))
        said.append(word(lang, "note_many_covariates") if "many_covariates" in row["note"].split("+") else "")
    few = next(((o, arm, size) for o in effect["outcomes"] for arm, size, _ in few_arms(facts, effect, o)), None)
    if said and few is not None:
        outcome, arm, people = few
        group = word(lang, arm)
        said.append(
            word(lang, "said_balance_few_hidden", group=group, few=few_in_words(facts, effect, outcome, arm))
            if people is None
            else word(lang, "said_balance_few", group=group, number=count(people))
        )
    return said


def sensitivity_items(facts: Facts) -> list[Item]:
    """Return what an omitted variable would have to explain, model by model.

    Where the interval of the text holds 0, or the design carries no conclusion, there is nothing to overturn, and the
    sentence says that instead. Oster's δ speaks of controls, and says nothing of a treatment assigned by lot.
    """
    items: Alike[tuple[str, str]] = Alike()
    for effect, outcome, (row, *_) in models(facts, "sensitivity"):
        if row["robustness_value"] is not None:
            said = _overturned(facts, effect, outcome, row)
            items.say((effect["id"], said), (effect["id"], said), outcome)
    effects = {effect["id"]: effect for effect in facts.effects}
    return [
        (word(facts.lang, "lead", text=_titled(facts, effects[effect], outcomes)), said)
        for (effect, said), outcomes in items
    ]


def _overturned(facts: Facts, effect: Row, outcome: str, row: Row) -> str:
    lang, randomised = facts.lang, facts.assignment(effect)["kind"] == "randomised"
    if cannot_carry(facts, effect, outcome):
        return word(lang, "said_no_claim")
    believed = believed_row(facts, effect["id"], outcome)
    by_lot = word(lang, "said_by_lot") if randomised else ""
    if not is_clear(believed):
        bounded = believed["conf_low"] is not None and believed["conf_high"] is not None
        return sentences(lang, [by_lot, word(lang, "said_no_finding" if bounded else "said_no_finding_test")])
    numbers = {"rv": percent(row["robustness_value"])}
    if row["robustness_value_alpha"]:
        said = [by_lot, word(lang, "said_robust", rva=percent(row["robustness_value_alpha"]), **numbers)]
    else:
        said = [by_lot, word(lang, "said_robust_none", **numbers)]
    if has_delta(facts, effect, outcome) and (row["oster_delta"] or 0) > 0 and row["r2_max"] is not None:
        oster = {"r2": fixed(row["r2_max"], 3), "delta": fixed(row["oster_delta"], 2)}
        said.append(word(lang, "said_oster", **oster))
    return sentences(lang, said)


def _titled(facts: Facts, effect: Row, outcomes: list[str]) -> str:
    if len(outcomes) == 1:
        return model_title(facts, effect, outcomes[0])
    return models_title(facts, effect, outcomes)


def multiverse_items(facts: Facts) -> list[Item]:
    """Return what the specifications say beside the headline, model by model."""
    return [
        (_lead(facts, effect, outcome), _specified(facts, effect, outcome, row))
        for effect, outcome, (row, *_) in models(facts, "multiverse")
    ]


def multiverse_caution(facts: Facts) -> str:
    """Return what an agreement in holding 0 does not mean; empty where every headline's interval excludes 0."""
    found = (_headline_ends(facts, effect, outcome) for effect, outcome, _ in models(facts, "multiverse"))
    is_open = any(ends is not None and ends[0] <= 0 <= ends[1] for ends in found)
    return word(facts.lang, "said_multiverse_caution") if is_open else ""


def _headline_ends(facts: Facts, effect: Row, outcome: str) -> tuple[float, float] | None:
    for row in facts.rows("specifications", effect=effect["id"], outcome=outcome, is_headline=True):
        if row["conf_low"] is not None and row["conf_high"] is not None:
            return row["conf_low"], row["conf_high"]
    return None


def _specified(facts: Facts, effect: Row, outcome: str, row: Row) -> str:
    """Return the spread, then how many intervals read like the headline's: only an interval without 0 is a finding."""
    lang = facts.lang
    found = specification_counts(facts, effect["id"], outcome)
    shown = {name: count(number) for name, number in found.items()}
    decimals = size_decimals(row)
    sizes = {name: fixed(row[f"{name}_sd"], decimals) for name in ("low", "high", "median", "headline")}
    number = count(row["n_specifications"])
    spread = word(lang, "said_multiverse_spread", count=number, above=shown["above"], below=shown["below"], **sizes)
    ends = _headline_ends(facts, effect, outcome)
    if ends is None:
        return spread
    holds = ends[0] <= 0 <= ends[1]
    others = ("positive", "negative") if holds else ("negative" if ends[0] > 0 else "positive", "holds")
    rest = "".join(word(lang, f"multiverse_{name}", number=shown[name]) for name in others if found[name])
    key = "said_multiverse_open" if holds else "said_multiverse_clear"
    return sentences(lang, [spread, word(lang, key, count=number, agrees=shown["agrees"], clear=rest)])


def dose_items(facts: Facts, effect: Row) -> list[Item]:
    """Return how far the highest dose lies from the lowest, and the tests, outcome by outcome."""
    items = []
    for outcome in effect["outcomes"]:
        said = [
            word(
                facts.lang,
                "said_dose",
                test=coded(facts.lang, "test", row["test"]),
                method=coded(facts.lang, "method", row["method"]),
                p=p_phrase(facts, row["p_value"]),
            )
            for row in facts.rows("dose_tests", effect=effect["id"], outcome=outcome)
            if row["p_value"] is not None
        ]
        if said:
            listed = ("；" if facts.lang == "zh" else "; ").join(said) + ("。" if facts.lang == "zh" else ".")
            items.append(
                (
                    _lead(facts, effect, outcome),
                    sentences(facts.lang, [_highest(facts, effect, outcome), listed[:1].upper() + listed[1:]]),
                )
            )
    return items


def _highest(facts: Facts, effect: Row, outcome: str) -> str:
    """Return how far the highest dose lies from the lowest, with its interval; empty where that is hidden."""
    rows = facts.rows("dose", effect=effect["id"], outcome=outcome)
    lowest = next((row for row in rows if row["is_reference"]), None)
    top = max((row for row in rows if not row["is_reference"]), key=lambda row: float(row["level"]), default=None)
    if lowest is None or top is None or None in (top["estimate"], top["conf_low"], top["conf_high"]):
        return ""
    if is_proportion(facts, effect, outcome):
        bounds = percent_interval(top["conf_low"], top["conf_high"])
    else:
        bounds = interval(top["conf_low"], top["conf_high"], decimals_for(top["std_error"]))
    value = mde_text(facts, effect, outcome, top["estimate"], decimals_for(top["std_error"])).strip()
    size = word(facts.lang, "with_interval", value=value, interval=unbroken(bounds))
    levels = {
        name: facts.level(effect["treatment"], f"{float(row['level']):g}")
        for name, row in (("level", top), ("lowest", lowest))
    }
    return word(facts.lang, "said_dose_top" if is_clear(top) else "said_dose_top_unclear", size=size, **levels)


def mediation_phrases(facts: Facts, mediation: str) -> list[str]:
    """Return what the indirect part of each outcome amounts to; without an interval, nothing is said of it."""
    said = []
    for row in facts.rows("mediation", mediation=mediation, path="indirect"):
        low, high = row["conf_low"], row["conf_high"]
        if row["estimate"] is None or low is None or high is None:
            continue
        decimals = decimals_for(row["std_error"])
        value, bounds = fixed(row["estimate"], decimals), unbroken(interval(low, high, decimals))
        said.append(
            word(
                facts.lang,
                "said_mediation_clear" if low > 0 or high < 0 else "said_mediation_unclear",
                outcome=facts.title(row["outcome"]),
                mediator=facts.title(row["mediator"]),
                size=word(facts.lang, "with_interval", value=value, interval=bounds),
            )
        )
    return said


def power_items(facts: Facts) -> list[Item]:
    """Return the smallest difference that the design at hand detects, model by model."""
    said = []
    for effect, outcome, rows in models(facts, "power"):
        for row in (row for row in rows if row["is_actual"] and row["mde_sd"] is not None):
            units = ""
            if row["mde"] is not None:
                units = word(facts.lang, "said_power_units", mde=mde_text(facts, effect, outcome, row["mde"]))
            numbers = {"power": percent(row["power"], 0), "sd": fixed(row["mde_sd"], 2), "mde": units}
            rough = word(facts.lang, "said_power_rough") if cannot_carry(facts, effect, outcome) else ""
            text = word(facts.lang, "said_power", what=difference_word(facts, effect), rough=rough, **numbers)
            said.append((_lead(facts, effect, outcome), text))
    return said


def _lead(facts: Facts, effect: Row, outcome: str) -> str:
    return word(facts.lang, "lead", text=model_title(facts, effect, outcome))
