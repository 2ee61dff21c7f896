"""The three leads of the first page: what was done, what was found, how far one can lean on it; short sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from liandong.present.cautions import clusters_named
from liandong.present.detectable import is_proportion, scale_of
from liandong.present.facts import Facts, Row, believed_row, fullest_row
from liandong.present.first_page_numbers import by_lot, compared_models, ends, found_shares, improvements
from liandong.present.marks import unmarked
from liandong.present.numbers import bared, count, decimals_for, fixed, hundredths, interval, percent, percent_interval
from liandong.present.phrases import is_clear, is_known, share_text, unbroken
from liandong.present.phrases_verdict import LIMITED, cannot_carry, few_bound, is_judged
from liandong.present.roles import ROLES
from liandong.present.tables_appendix import among, ranked
from liandong.present.tables_sample import response_rate
from liandong.present.words import joined, lowered, plural, sentences, word

_COMMA: Final = {"zh": "，", "en": ", "}
_OF_SD: Final = 2  # decimals
_SHARED: Final = ("coverage", "participation", "needs", "service", "outcomes")


def done_sentence(facts: Facts) -> str:
    """Return who was asked, when and how many answered, and where nobody was, that nobody was."""
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
        word(facts.lang, "said_accepted", accepted=count(rows["accepted"]), clusters=where),
        answered,
        *(
            word(facts.lang, f"first_{name}", text=text.rstrip("。."))
            for name in ("frame", "period")
            if (text := facts.text(sampling.get(name)))
        ),
        word(facts.lang, "first_simulated") if facts.study.get("simulated") else "",
    ]
    return sentences(facts.lang, parts)


def found_sentence(facts: Facts) -> str:
    """Return the ends of coverage and improvement and the primary comparisons, with their sizes.

    Where the comparisons are assigned by lot they come first: they are what such a study is about.
    """
    parts = [[*_shares(facts)], [*_comparisons(facts)]]
    said = [text for part in (reversed(parts) if by_lot(facts) else parts) for text in part]
    return sentences(facts.lang, said or [word(facts.lang, "first_nothing")])


def leaning_sentence(facts: Facts) -> str:
    """Return what the verdicts let a reader conclude, and from what nothing follows."""
    parts = [*_leaning(facts)]
    if improvements(facts):
        parts.append(word(facts.lang, "first_no_before"))
    if not parts:
        parts.append(word(facts.lang, "first_only_said"))
    if facts.study.get("simulated"):
        parts.append(word(facts.lang, "first_nothing_real"))
    return sentences(facts.lang, parts)


def _shares(facts: Facts) -> Iterator[str]:
    """Yield the highest and the lowest share of the first group that has any, and the same of the improvements."""
    name = next((name for name in _SHARED if found_shares(facts, name)), "")
    if name:
        group = facts.group(name) or word(facts.lang, f"heading_{name}")
        yield _ends(facts, found_shares(facts, name), "first_share", lowered(among(facts, name)), group=group)
    improved = improvements(facts)
    if not improved:
        return
    of = improved[0]["group"]
    yield _ends(facts, improved, "first_improved", among(facts, of))
    if needed := ranked(facts, of, "in_need"):
        start = lowered(among(facts, of, "in_need"))
        yield _ends(facts, needed, "first_needed", start)


def _ends(facts: Facts, rows: list[Row], key: str, start: str, **named: str) -> str:
    """Return a sentence on the highest and the lowest of `rows`, or on the only one."""
    shown = zip(("top", "bottom"), ends(rows), strict=False)
    for end, row in shown:
        named |= {end: facts.title(row["indicator"]), f"{end}_value": share_text(row)}
    return word(facts.lang, key if len(rows) > 1 else f"{key}_single", among=start, **named)


def _primary(facts: Facts) -> list[tuple[Row, str]]:
    """Return the primary comparisons; of a study without any, those of its first effect."""
    primary = [*compared_models(facts, "primary")]
    others = [model for role in ROLES[1:] for model in compared_models(facts, role)]
    return primary or [(effect, outcome) for effect, outcome in others if effect is others[0][0]]


def _comparisons(facts: Facts) -> Iterator[str]:
    """Yield a sentence per comparison; what the design cannot carry is one per treatment, and says so first."""
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
        estimate, low, high = bared(estimate, low, high)
    if is_proportion(facts, effect, row["outcome"]):
        value = word(facts.lang, "first_points", value=hundredths(estimate))
        bounds = percent_interval(low, high)
    else:
        decimals = decimals_for(row["std_error"], fullest_row(facts, effect["id"], row["outcome"])["std_error"])
        value, bounds = fixed(estimate, decimals), interval(low, high, decimals)
        if scale := scale_of(facts, effect, row["outcome"]):
            value = word(facts.lang, "first_on_scale", value=value, **scale)
    if low is None or high is None:
        return word(facts.lang, "first_without_interval", value=value)
    return word(facts.lang, "with_interval", value=value, interval=unbroken(bounds))


def _leaning(facts: Facts) -> Iterator[str]:
    """Yield a sentence per treatment and verdict: the outcomes that it holds for, and why."""
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
        yield word(facts.lang, key, treatment=treatment, outcomes=outcomes, why=said[why])
        if key == "first_no_leaning":
            yield _detects(facts, models)


def _trust(facts: Facts, effect: Row, outcome: str, verdict: Row | None) -> tuple[str, str]:
    """Return the key of what a verdict lets a reader do, and why."""
    by_lot = facts.assignment(effect)["kind"] == "randomised"
    causal = word(facts.lang, "first_causal" if by_lot else "first_not_causal")
    if verdict is None or not is_judged(facts, effect, outcome):
        return "first_unjudged", ""
    if cannot_carry(facts, effect, outcome):
        return "first_no_leaning", _why_not(facts, effect, verdict)
    return "first_some_leaning" if verdict["verdict"] == LIMITED else "first_leaning", causal


def _detects(facts: Facts, models: list[tuple[str, Row | None]]) -> str:
    """Return for each of these comparisons the difference below which the design finds one less often than planned."""
    known = [(title, row) for title, row in models if row is not None and row["mde_sd"] is not None]
    if not known:
        return ""
    key = "first_detects_each" if len(known) > 1 else "first_detects_one"
    sizes = [word(facts.lang, key, outcome=title, sd=fixed(row["mde_sd"], _OF_SD)) for title, row in known]
    return word(facts.lang, "first_detects", power=percent(known[0][1]["power"], 0), list=joined(facts.lang, sizes))


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
