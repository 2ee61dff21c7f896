"""The three sentences of the first page: what was done, what was found, how far one can lean on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from liandong.present.cautions import clusters_named
from liandong.present.detectable import is_proportion
from liandong.present.facts import Facts, Row, believed_row, fullest_row
from liandong.present.first_page_numbers import compared_models, first_improvement, in_need
from liandong.present.marks import unmarked
from liandong.present.numbers import count, decimals_for, fixed, hundredths, interval, percent, percent_interval
from liandong.present.phrases import is_clear, is_known, share_phrase, unbroken
from liandong.present.phrases_verdict import LIMITED, cannot_carry, few_bound, is_judged
from liandong.present.roles import ROLES
from liandong.present.tables_appendix import ranked
from liandong.present.tables_sample import response_rate
from liandong.present.words import joined, plural, word

_PAUSE: Final = {"zh": "；", "en": "; "}
_COMMA: Final = {"zh": "，", "en": ", "}
_STOP: Final = {"zh": "。", "en": "."}
_OF_SD: Final = 2  # decimals


def done_sentence(facts: Facts) -> str:
    """Return who was asked, when and how many answered, and whether any of it is real."""
    rows, sampling = facts.manifest["rows"], facts.study.get("sampling") or {}
    clusters = [row["clusters"] for row in facts.rows("sample_flow", stage="accepted") if row["clusters"]]
    where = ""
    if clusters and facts.cluster():
        where = word(facts.lang, "said_clusters", count=count(max(clusters)), clusters=clusters_named(facts))
    rate = response_rate(facts)
    answered = (
        word(facts.lang, "first_no_rate")
        if rate is None
        else word(facts.lang, "first_response", invited=count(sampling["invited"]), rate=percent(rate))
    )
    parts = [
        word(facts.lang, "first_rests", accepted=count(rows["accepted"]), clusters=where),
        answered,
        *(
            word(facts.lang, f"first_{name}", text=text.rstrip("。."))
            for name in ("frame", "period")
            if (text := facts.text(sampling.get(name)))
        ),
        word(facts.lang, "first_simulated" if facts.study.get("simulated") else "first_real"),
    ]
    return _sentence(facts, parts)


def found_sentence(facts: Facts) -> str:
    """Return the most frequent coverage and improvement, and the primary comparisons, all with their sizes."""
    return _sentence(facts, [*_shares(facts), *_comparisons(facts)] or [word(facts.lang, "first_nothing")])


def leaning_sentence(facts: Facts) -> str:
    """Return what the verdicts let a reader conclude, and from what nothing follows."""
    parts = [*_leaning(facts)]
    if first_improvement(facts) is not None:
        parts.append(word(facts.lang, "first_no_before"))
    if not parts:
        parts.append(word(facts.lang, "first_only_said"))
    if facts.study.get("simulated"):
        parts.append(word(facts.lang, "first_nothing_real"))
    return _sentence(facts, parts)


def _shares(facts: Facts) -> Iterator[str]:
    for row in ranked(facts, "coverage")[:1]:
        key = "first_highest" if len(ranked(facts, "coverage")) > 1 else "first_share"
        yield word(facts.lang, key, title=facts.title(row["indicator"]), value=share_phrase(facts, row))
    improved = first_improvement(facts)
    if improved is None:
        return
    needed, title = in_need(facts, improved), facts.title(improved["indicator"])
    of_all = share_phrase(facts, improved)
    if needed is None:
        yield word(facts.lang, "first_improved", title=title, of_all=of_all)
    else:
        values = {"of_all": percent(improved["estimate"]), "of_need": share_phrase(facts, needed)}
        yield word(facts.lang, "first_improved_need", title=title, **values)


def _primary(facts: Facts) -> list[tuple[Row, str]]:
    """Return the primary comparisons; of a study without any, those of its first effect."""
    primary = [*compared_models(facts, "primary")]
    others = [model for role in ROLES[1:] for model in compared_models(facts, role)]
    return primary or [(effect, outcome) for effect, outcome in others if effect is others[0][0]]


def _comparisons(facts: Facts) -> Iterator[str]:
    """Yield a clause per comparison; what the design cannot carry is one clause per treatment, and says so first."""
    stuck: dict[str, list[str]] = {}
    for effect, outcome in _primary(facts):
        row = believed_row(facts, effect["id"], outcome)
        names = {"treatment": facts.title(effect["treatment"]), "outcome": facts.title(outcome)}
        if not is_known(row):
            yield word(facts.lang, "first_unknown", **names)
        elif cannot_carry(facts, effect, outcome):
            texts = stuck.setdefault(names["treatment"], [])
            key = "first_stuck_more" if texts else "first_stuck"
            texts.append(word(facts.lang, key, outcome=names["outcome"], size=_size(facts, effect, row)))
        else:
            yield _comparison(facts, effect, row, names)
    for treatment, texts in stuck.items():
        yield word(facts.lang, "first_cannot", treatment=treatment, list=_COMMA[facts.lang].join(texts))


def _comparison(facts: Facts, effect: Row, row: Row, names: dict[str, str]) -> str:
    by_lot = facts.assignment(effect)["kind"] == "randomised"
    clear, upwards = is_clear(row), row["estimate"] > 0
    key = ("first_raised" if by_lot else "first_associated") + ("" if clear else "_unclear")
    binary = bool(facts.value("design", "treatment_is_binary", effect=effect["id"], outcome=row["outcome"]))
    return word(
        facts.lang,
        key,
        **names,
        direction=word(facts.lang, "higher" if upwards else "lower"),
        moved=word(facts.lang, "raised" if upwards else "lowered"),
        gap=word(facts.lang, "first_gap_two" if binary else "first_gap_more"),
        unit="" if binary else word(facts.lang, "first_per_unit"),
        size=_size(facts, effect, row, bare=clear),
    )


def _size(facts: Facts, effect: Row, row: Row, *, bare: bool = False) -> str:
    """Return an estimate with its interval; `bare` of signs where the words name the direction."""
    estimate, low, high = row["estimate"], row["conf_low"], row["conf_high"]
    if bare:
        estimate = abs(estimate)
        if low is not None and high is not None:
            low, high = sorted((abs(low), abs(high)))
    if is_proportion(facts, effect, row["outcome"]):
        value = word(facts.lang, "first_points", value=hundredths(estimate))
        bounds = percent_interval(low, high)
    else:
        decimals = decimals_for(row["std_error"], fullest_row(facts, effect["id"], row["outcome"])["std_error"])
        value, bounds = fixed(estimate, decimals), interval(low, high, decimals)
    if low is None or high is None:
        return word(facts.lang, "first_without_interval", value=value)
    return word(facts.lang, "with_interval", value=value, interval=unbroken(bounds))


def _leaning(facts: Facts) -> Iterator[str]:
    """Yield a clause per treatment and verdict: the outcomes that it holds for, and why."""
    alike: dict[tuple[str, str, str], list[tuple[str, Row | None]]] = {}
    said: dict[str, str] = {}
    for effect, outcome in _primary(facts):
        if is_known(believed_row(facts, effect["id"], outcome)):
            verdict = facts.verdict(effect["id"], outcome)
            key, why = _trust(facts, effect, outcome, verdict)
            title = word(facts.lang, "quoted", text=facts.title(outcome))
            bare = unmarked(why)  # the same words about two outcomes come from two rows
            said.setdefault(bare, why)
            alike.setdefault((key, facts.title(effect["treatment"]), bare), []).append((title, verdict))
    if not alike:
        yield word(facts.lang, "first_no_comparison")
    for (key, treatment, why), models in alike.items():
        outcomes = joined(facts.lang, [title for title, _ in models])
        detects = _detects(facts, [verdict for _, verdict in models]) if key == "first_no_leaning" else ""
        yield word(facts.lang, key, treatment=treatment, outcomes=outcomes, why=said[why] + detects)


def _trust(facts: Facts, effect: Row, outcome: str, verdict: Row | None) -> tuple[str, str]:
    """Return the key of what a verdict lets a reader do, and why."""
    by_lot = facts.assignment(effect)["kind"] == "randomised"
    causal = word(facts.lang, "first_causal" if by_lot else "first_not_causal")
    if verdict is None or not is_judged(facts, effect, outcome):
        return "first_unjudged", ""
    if cannot_carry(facts, effect, outcome):
        return "first_no_leaning", _why_not(facts, effect, verdict)
    return "first_some_leaning" if verdict["verdict"] == LIMITED else "first_leaning", causal


def _detects(facts: Facts, verdicts: list[Row | None]) -> str:
    """Return the size below which none of these comparisons would have shown a difference, where it is known."""
    known = [verdict["mde_sd"] for verdict in verdicts if verdict is not None and verdict["mde_sd"] is not None]
    return word(facts.lang, "first_detects", sd=fixed(min(known), _OF_SD)) if known else ""


def _why_not(facts: Facts, effect: Row, verdict: Row) -> str:
    """Return why a comparison is not to be leant on: the small arm, or the few clusters."""
    codes = verdict["reasons"].split("+")
    arm = next((arm for arm in ("untreated", "treated") if f"few_{arm}" in codes), "")
    if not arm:
        clusters = facts.cluster(effect)
        named = {"count": count(verdict["n_clusters"]), "clusters": plural(facts.lang, clusters)}
        return word(facts.lang, "first_few_clusters", **named)
    people, group = verdict[f"n_{arm}"], word(facts.lang, f"{arm}_group")
    if people is None:
        return word(facts.lang, "first_few_hidden", group=group, bound=few_bound(facts))
    counted = word(facts.lang, "n_person" if people == 1 else "n_people")
    return word(facts.lang, "first_few", group=group, number=count(people), people=counted)


def _sentence(facts: Facts, parts: list[str]) -> str:
    text = _PAUSE[facts.lang].join(parts)
    return f"{text[:1].upper()}{text[1:]}{_STOP[facts.lang]}"
