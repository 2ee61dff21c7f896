"""What a design can carry, in words: which inference to believe, why, and the smallest difference that it detects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from liandong.present.facts import Facts, Row, shown_method
from liandong.present.numbers import count, decimals_for, fixed, hundredths, percent, whole
from liandong.present.words import coded, joined, known, plural, sentences, word

CANNOT: Final = "cannot_carry"
LIMITED: Final = "limited"
_SCALE_SD = 2  # decimals of a size in standard deviations
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


def verdict_phrase(facts: Facts, effect: Row, outcome: str) -> str:
    """Return what the verdict says and why; empty without one."""
    verdict = facts.verdict(effect["id"], outcome)
    if verdict is None:
        return ""
    key, method = f"verdict_{verdict['verdict']}", coded(facts.lang, "method", shown_method(verdict))
    return word(facts.lang, key, method=method, reasons=reasons_phrase(facts, verdict))


def reasons_phrase(facts: Facts, verdict: Row) -> str:
    """Return the reasons of a verdict in words, with the numbers behind them where they are not hidden."""
    lang = facts.lang
    numbers = {
        "clusters": verdict["n_clusters"],
        "treated_clusters": verdict["clusters_with_treated"],
        "untreated_clusters": verdict["clusters_with_untreated"],
        "treated": verdict["n_treated"],
        "untreated": verdict["n_untreated"],
        "df": _effective_df(facts, verdict),
    }
    shown = {name: _bracketed(facts, value) for name, value in numbers.items()}
    codes = [code for code in verdict["reasons"].split("+") if code]
    said = [word(lang, f"reason_{code}", **shown) if known(f"reason_{code}") else code for code in codes]
    return _SEMICOLON[lang].join(said) or word(lang, "no_reason")


def cautions_by_verdict(facts: Facts, effect: Row, outcomes: Sequence[str]) -> list[str]:
    """Return warnings where the design does not carry a claim, or only with reservations; alike ones are said once."""
    alike: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = {}
    for outcome in outcomes:
        verdict = facts.verdict(effect["id"], outcome)
        if verdict is not None and verdict["verdict"] in {CANNOT, LIMITED}:
            key, values = _caution(facts, effect, verdict)
            alike.setdefault((key, tuple(values.items())), []).append(outcome)
    return [
        word(facts.lang, key, detectable=detectable_phrase(facts, effect, named), **dict(values))
        for (key, values), named in alike.items()
    ]


def _caution(facts: Facts, effect: Row, verdict: Row) -> tuple[str, dict[str, str]]:
    """Return the key of a warning and the values in it."""
    lang = facts.lang
    if verdict["verdict"] == LIMITED:
        named = {"treatment": facts.title(effect["treatment"]), "outcome": facts.title(verdict["outcome"])}
        return "limited_design", {"reasons": reasons_phrase(facts, verdict), **named}
    arm = _small_arm(verdict)
    if not arm:
        return "cannot_design", _clusters(facts, effect, verdict["n_clusters"])
    people, clusters = verdict[f"n_{arm}"], verdict[f"clusters_with_{arm}"]
    group = {"group": word(lang, f"{arm}_group")}
    if people is None or clusters is None:
        return "cannot_arm_hidden", group
    counted = {"number": count(people), "people": word(lang, "n_person" if people == 1 else "n_people")}
    return "cannot_arm", {**group, **counted, **_clusters(facts, effect, clusters)}


def detectable_phrase(facts: Facts, effect: Row, outcomes: Sequence[str]) -> str:
    """Return the clause on the smallest differences that the design detects, empty where none is known."""
    lang = facts.lang
    verdicts = [v for v in (facts.verdict(effect["id"], outcome) for outcome in outcomes) if v and v["mde"] is not None]
    if not verdicts:
        return ""
    key = "detectable_each" if len(verdicts) > 1 else "detectable_one"
    sizes = [
        word(
            lang,
            key,
            outcome=facts.title(row["outcome"]),
            mde=mde_text(facts, effect, row["outcome"], row["mde"]),
            scaled="" if row["mde_sd"] is None else word(lang, "detectable_sd", sd=fixed(row["mde_sd"], _SCALE_SD)),
        )
        for row in verdicts
    ]
    what, power = difference_word(facts, effect), percent(verdicts[0]["power"], 0)
    return word(lang, "detectable", power=power, what=what, list=joined(lang, sizes))


def difference_word(facts: Facts, effect: Row) -> str:
    """Return what the coefficient of a treatment is called: an effect only if it was assigned by lot."""
    randomised = facts.assignment(effect)["kind"] == "randomised"
    return word(facts.lang, "an_effect" if randomised else "an_association")


def mde_text(facts: Facts, effect: Row, outcome: str, mde: float) -> str:
    """Return a difference in the outcome's own units, or in percentage points where it is a proportion."""
    if is_proportion(facts, effect, outcome):
        return hundredths(mde) + word(facts.lang, "mde_points")
    return fixed(mde, max(2, decimals_for(mde) - 1)) + word(facts.lang, "mde_units")


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
    """Return each outcome of an effect with its verdict and diagnostics."""
    items = []
    for outcome in effect["outcomes"]:
        said = [text(facts, effect, outcome) for text in (verdict_phrase, diagnostics_phrase)]
        if any(said):
            items.append((word(facts.lang, "lead", text=facts.title(outcome)), sentences(facts.lang, said)))
    return items


def is_proportion(facts: Facts, effect: Mapping[str, str], outcome: str) -> bool:
    """Whether an outcome is a proportion or a yes or no, so that its differences are percentage points."""
    design = facts.rows("design", effect=effect["id"], outcome=outcome)
    is_scale = bool(facts.rows("scales", scale=outcome))
    return bool(design) and (design[0]["outcome_low"], design[0]["outcome_high"]) == (0.0, 1.0) and not is_scale


def _effective_df(facts: Facts, verdict: Row) -> float | None:
    """Return the degrees of freedom of CR2, which the reasons are about; the verdict holds those of what it shows."""
    key = {name: verdict[name] for name in ("effect", "outcome", "step", "term")}
    rows = facts.rows("estimates", vcov="CR2", metric="points", **key)
    return rows[0]["df"] if rows else None


def _small_arm(verdict: Row) -> str:
    """Return the arm whose size or spread the verdict complains of, the untreated first."""
    reasons = set(verdict["reasons"].split("+"))
    return next((arm for arm in ("untreated", "treated") if reasons & {f"few_{arm}", f"few_{arm}_clusters"}), "")


def _clusters(facts: Facts, effect: Row, clusters: int) -> dict[str, str]:
    named = facts.cluster(effect)
    return {"count": count(clusters), "clusters": named if clusters == 1 else plural(facts.lang, named)}


def _bracketed(facts: Facts, value: float | None) -> str:
    return "" if value is None else word(facts.lang, "in_brackets", number=whole(value))
