"""What a design can carry, in words: which inference to use, why, and what single clusters do to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from liandong.audit.reasons import FEWEST_PEOPLE
from liandong.present.detectable import detectable_phrase, detectable_sentence
from liandong.present.facts import Facts, Row, shown_method
from liandong.present.marks import Alike
from liandong.present.numbers import count, decimals_for, fixed, percent, threshold, whole
from liandong.present.words import joined, known, method_name, plural, sentences, word

CANNOT: Final = "cannot_carry"
LIMITED: Final = "limited"
_AGAINST_CR1: Final = {
    *("few_clusters", "few_effective_clusters", "unequal_clusters", "few_treated_clusters", "few_untreated_clusters"),
    *("modest_df", "low_df", "high_leverage", "smaller_than_classical"),
}
_SEMICOLON: Final = {"zh": "；", "en": "; "}


def is_judged(facts: Facts, effect: Row, outcome: str) -> bool:
    """Whether there is a verdict on an effect and an outcome that the report can lean on."""
    verdict = facts.verdict(effect["id"], outcome)
    return verdict is not None and verdict["verdict"] in {"carries", LIMITED, CANNOT}


def has_verdicts(facts: Facts) -> bool:
    """Whether any model of the report has a verdict to lean on."""
    return any(is_judged(facts, effect, outcome) for effect in facts.effects for outcome in effect["outcomes"])


def cannot_carry(facts: Facts, effect: Row, outcome: str) -> bool:
    """Whether the verdict says that the design does not bear a conclusion."""
    verdict = facts.verdict(effect["id"], outcome)
    return verdict is not None and verdict["verdict"] == CANNOT


def carries_nothing(facts: Facts, effect: Row) -> bool:
    """Whether the design bears no conclusion on any outcome of an effect."""
    return all(cannot_carry(facts, effect, outcome) for outcome in effect["outcomes"])


def verdict_phrase(facts: Facts, effect: Row, outcome: str) -> str:
    """Return what the verdict says and why; empty without one."""
    verdict = facts.verdict(effect["id"], outcome)
    if verdict is None:
        return ""
    lang, code = facts.lang, shown_method(verdict)
    randomised = facts.assignment(effect)["kind"] == "randomised"
    causal = "" if randomised else word(lang, "no_causal_claim")
    method = method_name(lang, code)
    why = _why(facts, verdict, code, method)
    return word(lang, f"verdict_{verdict['verdict']}", method=method, reasons=why, causal=causal).strip()


def reasons_phrase(facts: Facts, verdict: Row) -> str:
    """Return the reasons of a verdict in words, with the numbers behind them where they are not hidden."""
    return _reasons(facts, verdict, _codes(verdict)) or word(facts.lang, "no_reason")


def cautions_by_verdict(facts: Facts, effect: Row, outcomes: Sequence[str]) -> list[str]:
    """Return warnings where the design does not carry a claim, or only with reservations; alike ones are said once."""
    alike: Alike[tuple[str, dict[str, str]]] = Alike()
    for outcome in outcomes:
        verdict = facts.verdict(effect["id"], outcome)
        if verdict is not None and verdict["verdict"] in {CANNOT, LIMITED}:
            key, values = _caution(facts, effect, verdict)
            alike.say((key, values), (key, *values.values()), outcome)
    return [
        word(facts.lang, key, detectable=detectable_phrase(facts, effect, named, rough=key != _LIMITED), **values)
        for (key, values), named in alike
    ]


def few_bound(facts: Facts) -> str:
    """Return below how many people an arm lies that the verdict calls small and the disclosure rules hide."""
    return threshold(max(FEWEST_PEOPLE, facts.minimum_cell))


def early_cautions(facts: Facts, effect: Row) -> list[str]:
    """Return in a line each what the design of an effect cannot compare at all, to be read before anything else."""
    lang = facts.lang
    said: Alike[tuple[str, dict[str, str]]] = Alike()
    treatment = facts.title(effect["treatment"])
    for outcome in effect["outcomes"]:
        verdict = facts.verdict(effect["id"], outcome)
        if verdict is None or verdict["verdict"] != CANNOT:
            continue
        arm = next((arm for arm in ("untreated", "treated") if f"few_{arm}" in _codes(verdict)), "")
        people, group = verdict[f"n_{arm}"] if arm else None, word(lang, f"{arm}_group") if arm else ""
        values: dict[str, str] = {}
        if not arm:
            key = "caution_design"
        elif people is None:
            key, values = "caution_arm_hidden", {"group": group, "bound": few_bound(facts)}
        else:
            counted = word(lang, "n_person" if people == 1 else "n_people")
            key, values = "caution_arm", {"group": group, "number": count(people), "people": counted}
        said.say((key, values), (key, *values.values()), word(lang, "quoted", text=facts.title(outcome)))
    return [
        word(lang, key, treatment=treatment, outcomes=joined(lang, outcomes), **values)
        for (key, values), outcomes in said
    ]


def diagnostics_phrase(facts: Facts, effect: Row, outcome: str) -> str:
    """Return how the clusters bear on a result, as far as the verdict has the numbers."""
    verdict = facts.verdict(effect["id"], outcome)
    if verdict is None:
        return ""
    lang, parts = facts.lang, []
    if verdict["effective_clusters"] is not None:
        numbers = {"value": fixed(verdict["effective_clusters"], 1), "clusters": count(verdict["n_clusters"])}
        parts.append(word(lang, "diagnostic_effective", **numbers))
    if verdict["leverage_ratio"] is not None:
        parts.append(word(lang, "diagnostic_leverage", value=fixed(verdict["leverage_ratio"], 1)))
    if verdict["partial_leverage_max"] is not None:
        parts.append(word(lang, "diagnostic_partial", value=percent(verdict["partial_leverage_max"], 0)))
    low, high = verdict["without_one_low"], verdict["without_one_high"]
    if low is not None and high is not None:
        decimals = decimals_for(verdict["std_error"])
        parts.append(word(lang, "diagnostic_range", low=fixed(low, decimals), high=fixed(high, decimals)))
    if not parts:
        return ""
    return word(lang, "diagnostics", list=_SEMICOLON[lang].join(parts))


def verdict_items(facts: Facts, effect: Row) -> list[tuple[str, str]]:
    """Return the verdicts on an effect, the same one on several outcomes once, with what bears on each of them.

    Where the design carries the inference the smallest detectable difference follows; elsewhere the caution has it.
    """
    alike: Alike[str] = Alike()
    for outcome in effect["outcomes"]:
        if facts.verdict(effect["id"], outcome) is not None:
            phrase = verdict_phrase(facts, effect, outcome)
            alike.say(phrase, [phrase], outcome)
    items = []
    for said, outcomes in alike:
        titles = [word(facts.lang, "quoted", text=facts.title(outcome)) for outcome in outcomes]
        lead = joined(facts.lang, titles) if len(outcomes) > 1 else facts.title(outcomes[0])
        own = [diagnostics_phrase(facts, effect, outcome) for outcome in outcomes]
        if len(outcomes) > 1:
            own = [
                sentences(facts.lang, [word(facts.lang, "lead", text=title), text])
                for title, text in zip(titles, own, strict=True)
                if text
            ]
        carried = [o for o in outcomes if (facts.verdict(effect["id"], o) or {}).get("verdict") == "carries"]
        texts = [said, detectable_sentence(facts, effect, carried), *own]
        items.append((word(facts.lang, "lead", text=lead), sentences(facts.lang, texts)))
    return items


_LIMITED: Final = "limited_design"


def _caution(facts: Facts, effect: Row, verdict: Row) -> tuple[str, dict[str, str]]:
    """Return the key of a warning and the values in it."""
    lang = facts.lang
    if verdict["verdict"] == LIMITED:
        named = {"treatment": facts.title(effect["treatment"]), "outcome": facts.title(verdict["outcome"])}
        return _LIMITED, {"reasons": reasons_phrase(facts, verdict), **named}
    arm = _small_arm(verdict)
    if not arm:
        return "cannot_design", _clusters(facts, effect, verdict["n_clusters"])
    people, clusters = verdict[f"n_{arm}"], verdict[f"clusters_with_{arm}"]
    group = {"group": word(lang, f"{arm}_group")}
    if people is None or clusters is None:
        return "cannot_arm_hidden", {**group, "bound": few_bound(facts)}
    counted = {"number": count(people), "people": word(lang, "n_person" if people == 1 else "n_people")}
    return "cannot_arm", {**group, **counted, **_clusters(facts, effect, clusters)}


def _why(facts: Facts, verdict: Row, code: str, method: str) -> str:
    """Return the reasons in sentences: those that rule out plain CR1 apart, where another inference is used."""
    lang, codes = facts.lang, _codes(verdict)
    against = [reason for reason in codes if reason in _AGAINST_CR1]
    if verdict["verdict"] == CANNOT or code in {"", "CR1"} or not against:
        return word(lang, "why_verdict", reasons=reasons_phrase(facts, verdict))
    rest = _reasons(facts, verdict, [reason for reason in codes if reason not in _AGAINST_CR1])
    said = word(lang, "why_not_cr1", method=method, reasons=_reasons(facts, verdict, against))
    return sentences(lang, [said, word(lang, "why_else", reasons=rest) if rest else ""])


def _codes(verdict: Row) -> list[str]:
    return [code for code in verdict["reasons"].split("+") if code]


def _reasons(facts: Facts, verdict: Row, codes: Sequence[str]) -> str:
    lang, partial = facts.lang, verdict["partial_leverage_max"]
    numbers = {
        "clusters": verdict["n_clusters"],
        "treated_clusters": verdict["clusters_with_treated"],
        "untreated_clusters": verdict["clusters_with_untreated"],
        "treated": verdict["n_treated"],
        "untreated": verdict["n_untreated"],
        "df": _effective_df(facts, verdict),
    }
    shown = {name: _bracketed(facts, value) for name, value in numbers.items()}
    for arm in ("treated", "untreated"):
        if numbers[arm] is None and f"few_{arm}" in codes:
            shown[arm] = word(lang, "in_brackets_fewer", bound=few_bound(facts))
    shown["partial"] = "" if partial is None else word(lang, "partial_of_one", value=percent(partial, 0))
    said = [word(lang, f"reason_{code}", **shown) if known(f"reason_{code}") else code for code in codes]
    return _SEMICOLON[lang].join(said)


def _effective_df(facts: Facts, verdict: Row) -> float | None:
    """Return the degrees of freedom of CR2, which the reasons are about; the verdict holds those of what it shows."""
    key = {name: verdict[name] for name in ("effect", "outcome", "step", "term")}
    rows = facts.rows("estimates", vcov="CR2", metric="points", **key)
    return rows[0]["df"] if rows else None


def _small_arm(verdict: Row) -> str:
    """Return the arm whose size or spread the verdict complains of, the untreated first."""
    reasons = set(_codes(verdict))
    return next((arm for arm in ("untreated", "treated") if reasons & {f"few_{arm}", f"few_{arm}_clusters"}), "")


def _clusters(facts: Facts, effect: Row, clusters: int) -> dict[str, str]:
    named = facts.cluster(effect)
    return {"count": count(clusters), "clusters": named if clusters == 1 else plural(facts.lang, named)}


def _bracketed(facts: Facts, value: float | None) -> str:
    return "" if value is None else word(facts.lang, "in_brackets", number=whole(value))
