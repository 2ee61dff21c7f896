"""Sentences on what a reader asks next, each with the numbers of one table and the reservation that they call for."""

from __future__ import annotations

from liandong.present.facts import Facts, Row
from liandong.present.numbers import count, decimals_for, fixed, interval, p_value, percent
from liandong.present.phrases import p_phrase, unbroken
from liandong.present.phrases_verdict import difference_word, mde_text
from liandong.present.roles import effects_by_role, model_title, models
from liandong.present.words import coded, sentences, word

Item = tuple[str, str]
"""Words that stand out, and the sentences that they lead."""


def balance_phrases(facts: Facts) -> list[str]:
    """Return the joint test of balance of each effect, and what it does not show."""
    said = [
        sentences(
            facts.lang,
            [
                word(
                    facts.lang,
                    "said_balance_test",
                    treatment=facts.title(effect["treatment"]),
                    covariates=count(row["n_covariates"]),
                    method=coded(facts.lang, "method", row["method"]),
                    p=p_value(row["p_value"]),
                ),
                word(facts.lang, "note_many_covariates") if "many_covariates" in row["note"].split("+") else "",
            ],
        )
        for effect in effects_by_role(facts)
        for row in facts.rows("balance_tests", effect=effect["id"])
        if row["p_value"] is not None
    ]
    return [*dict.fromkeys(said), *([word(facts.lang, "said_balance_caution")] if said else [])]


def sensitivity_items(facts: Facts) -> list[Item]:
    """Return what an omitted variable would have to explain, model by model; a negative δ is for the table alone."""
    items = []
    for effect, outcome, (row, *_) in models(facts, "sensitivity"):
        if row["robustness_value"] is None:
            continue
        numbers = {"rv": percent(row["robustness_value"])}
        if row["robustness_value_alpha"]:
            said = [word(facts.lang, "said_robust", rva=percent(row["robustness_value_alpha"]), **numbers)]
        else:
            said = [word(facts.lang, "said_robust_none", **numbers)]
        if row["oster_delta"] is not None and row["oster_delta"] > 0 and row["r2_max"] is not None:
            oster = {"r2": fixed(row["r2_max"], 3), "delta": fixed(row["oster_delta"], 2)}
            said.append(word(facts.lang, "said_oster", **oster))
        items.append((_lead(facts, effect, outcome), sentences(facts.lang, said)))
    return items


def multiverse_items(facts: Facts) -> list[Item]:
    """Return how far all specifications agree with the headline, model by model."""
    said = []
    for effect, outcome, (row, *_) in models(facts, "multiverse"):
        sizes = {name: fixed(row[f"{name}_sd"], 2) for name in ("low", "high", "median", "headline")}
        shares = {
            "sign": percent(row["share_same_sign"], 0),
            "positive": percent(row["share_positive_clear"], 0),
            "negative": percent(row["share_negative_clear"], 0),
            "agrees": percent(row["share_agrees"], 0),
        }
        text = word(facts.lang, "said_multiverse", count=count(row["n_specifications"]), **sizes, **shares)
        said.append((_lead(facts, effect, outcome), text))
    return said


def dose_items(facts: Facts, effect: Row) -> list[Item]:
    """Return the tests of a dose and a response, outcome by outcome."""
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
            items.append((_lead(facts, effect, outcome), listed))
    return items


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
            text = word(facts.lang, "said_power", what=difference_word(facts, effect), **numbers)
            said.append((_lead(facts, effect, outcome), text))
    return said


def _lead(facts: Facts, effect: Row, outcome: str) -> str:
    return word(facts.lang, "lead", text=model_title(facts, effect, outcome))
