"""Limitations that follow from the numbers: each has a condition on the bundle and a text that gives the numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from liandong.definitions.disclosure import DEFAULT_MINIMUM_CELL, weaker_rules
from liandong.present.cautions import clusters_named, few_arms, few_in_words
from liandong.present.detectable import detectable_phrase
from liandong.present.facts import Facts, Row, fullest_row
from liandong.present.marks import Alike
from liandong.present.numbers import count, fixed, percent, threshold
from liandong.present.phrases import share_text, treatments_phrase
from liandong.present.phrases_verdict import CANNOT, LIMITED, cannot_carry, has_verdicts, reasons_phrase
from liandong.present.roles import lock_dates, lock_text, models_title
from liandong.present.tables_appendix import ranked
from liandong.present.tables_sample import response_rate
from liandong.present.words import joined, plural, sentences, word

ENOUGH_CLUSTERS = 50
_WORTH_A_WORD = 0.05  # share of accepted questionnaires that a model loses
_LOW_ALPHA = 0.70
_MODEL: Final = ("effect", "outcome")
_HIDDEN: Final = ("table", "row")
_RULES: Final = ("dominance", "threshold", "difference", "rounding")
_MOVED: Final = ("added", "changed", "removed")
_IMPROVEMENTS = ("wellbeing", "relations")

Limitation = tuple[str, str]


def limitations(facts: Facts) -> list[Limitation]:
    """Return lead and text of every limitation whose condition holds, the gravest first; both are plain text."""
    return [limitation for check in _CHECKS for limitation in check(facts)]


def _simulated(facts: Facts) -> Iterator[Limitation]:
    if facts.study.get("simulated"):
        yield word(facts.lang, "limit_simulated_lead"), word(facts.lang, "limit_simulated")


def _crosscheck(facts: Facts) -> Iterator[Limitation]:
    apart = facts.counted("crosscheck", facts.rows("crosscheck", agrees=False), agrees=False)
    if apart:
        text = word(facts.lang, "limit_crosscheck", count=count(apart))
        yield word(facts.lang, "limit_crosscheck_lead"), text


def _few(facts: Facts) -> Iterator[Limitation]:
    """Say once per treatment and arm what the smallest of its samples holds, and what that would have detected."""
    said = set()
    for effect, outcome in _models(facts):
        for arm, people, _ in few_arms(facts, effect, outcome):
            if (effect["treatment"], arm) in said:
                continue
            said.add((effect["treatment"], arm))
            treatment, group = facts.title(effect["treatment"]), word(facts.lang, arm)
            detectable = detectable_phrase(facts, effect, [outcome], rough=cannot_carry(facts, effect, outcome))
            if people is None:
                few = few_in_words(facts, effect, outcome, arm)
                named = {"treatment": treatment, "group": group, "few": few}
                text = word(facts.lang, "limit_few_hidden", detectable=detectable, **named)
            else:
                total = count(facts.value("design", "n_obs", effect=effect["id"], outcome=outcome))
                counted = count(people) + word(facts.lang, "caution_people")
                numbers = {"count": counted, "total": total, "detectable": detectable}
                text = word(facts.lang, "limit_few", treatment=treatment, group=group, **numbers)
            yield word(facts.lang, "limit_few_lead"), text


def _verdicts(facts: Facts) -> Iterator[Limitation]:
    """Say which results the design cannot carry, or only with reservations, and why."""
    for verdict in (CANNOT, LIMITED):
        texts = [text for effect in facts.effects for text in _verdict_texts(facts, effect, verdict)]
        if texts:
            lead = "limit_cannot_lead" if verdict == CANNOT else "limit_limited_lead"
            yield word(facts.lang, lead), sentences(facts.lang, texts)


def _verdict_texts(facts: Facts, effect: Row, verdict: str) -> list[str]:
    """Return the reasons of a kind of verdict on an effect, outcomes with the same ones together."""
    alike: Alike[str] = Alike()
    for outcome in effect["outcomes"]:
        row = facts.verdict(effect["id"], outcome)
        if row is not None and row["verdict"] == verdict and facts.rows("design", effect=effect["id"], outcome=outcome):
            reasons = reasons_phrase(facts, row)
            alike.say(reasons, [reasons], outcome)
    texts = []
    for reasons, outcomes in alike:
        # A small arm has a line of its own, which says what the design would have detected.
        apart = [outcome for outcome in outcomes if not [*few_arms(facts, effect, outcome)]]
        detectable = detectable_phrase(facts, effect, apart, rough=verdict == CANNOT)
        title = models_title(facts, effect, outcomes)
        texts.append(word(facts.lang, "limit_cannot", model=title, reasons=reasons, detectable=detectable))
    return texts


def _plan(facts: Facts) -> Iterator[Limitation]:
    dates = lock_dates(facts)
    if dates:
        yield word(facts.lang, "limit_lock_lead"), word(facts.lang, "said_lock", date=lock_text(facts))
    elif facts.rows("plan"):
        yield word(facts.lang, "limit_unlocked_lead"), word(facts.lang, "limit_unlocked")
    rows = [row for row in facts.rows("plan") if row["status"] in _MOVED]
    if changed := facts.counted("plan", rows, f"status IN {_MOVED}"):
        yield word(facts.lang, "limit_plan_lead"), word(facts.lang, "limit_plan", count=count(changed))


def _within(facts: Facts) -> Iterator[Limitation]:
    said = set()
    for effect, outcome in _models(facts):
        if "varies_in_few_clusters" not in fullest_row(facts, effect["id"], outcome)["flag"].split("+"):
            continue
        both = facts.value("design", "clusters_with_both", effect=effect["id"], outcome=outcome)
        if both is not None and effect["treatment"] not in said:
            said.add(effect["treatment"])
            treatment, clusters = facts.title(effect["treatment"]), clusters_named(facts, effect)
            text = word(facts.lang, "limit_within", count=count(both), treatment=treatment, clusters=clusters)
            yield word(facts.lang, "limit_within_lead"), text


def _clusters(facts: Facts) -> Iterator[Limitation]:
    smallest: dict[str, int] = {}
    for effect, outcome in _models(facts):
        clusters = fullest_row(facts, effect["id"], outcome)["n_clusters"]
        if clusters is not None and clusters < ENOUGH_CLUSTERS:
            name = facts.cluster(effect)
            smallest[name] = min(clusters, smallest.get(name, clusters))
    for name, clusters in smallest.items():
        key = "limit_clusters_handled" if has_verdicts(facts) else "limit_clusters"
        text = word(facts.lang, key, count=count(clusters), clusters=plural(facts.lang, name))
        yield word(facts.lang, "limit_clusters_lead"), text


def _causality(facts: Facts) -> Iterator[Limitation]:
    for kind in ("observational", "randomised"):
        effects = [effect for effect in facts.effects if facts.assignment(effect)["kind"] == kind]
        if effects:
            text = word(facts.lang, f"limit_{kind}", treatments=treatments_phrase(facts, effects))
            yield word(facts.lang, f"limit_{kind}_lead"), text


def _consequences(facts: Facts) -> Iterator[Limitation]:
    """Name controls that the study does not count among what was settled before the treatment, where it lists that."""
    alike: Alike[tuple[str, dict[str, str]]] = Alike()
    drawn = {effect["treatment"] for effect in facts.effects if facts.assignment(effect)["kind"] == "randomised"}
    for effect in facts.effects:
        settled = {*(effect.get("balance") or ())}
        late = [name for step in effect["steps"] for name in step["add"] if name not in settled | drawn]
        if settled and late:
            titles = [word(facts.lang, "quoted", text=facts.title(name)) for name in late]
            named = {"step": facts.own(effect["steps"][-1]["name"]), "list": joined(facts.lang, titles)}
            alike.say((effect["treatment"], named), (effect["treatment"], *named.values()), effect["id"])
    texts = [
        word(facts.lang, "limit_consequences", treatment=facts.title(treatment), **named)
        for (treatment, named), _ in alike
    ]
    if texts:
        yield word(facts.lang, "limit_consequences_lead"), sentences(facts.lang, texts)


def _denominator(facts: Facts) -> Iterator[Limitation]:
    for name in _IMPROVEMENTS:
        need = {row["indicator"]: row for row in ranked(facts, name, "in_need")}
        for row in ranked(facts, name)[:1]:
            if row["indicator"] in need:
                of_need = share_text(need[row["indicator"]])
                title, of_all = facts.title(row["indicator"]), share_text(row)
                text = word(facts.lang, "limit_denominator", title=title, of_all=of_all, of_need=of_need)
                yield word(facts.lang, "limit_denominator_lead"), text
                return


def _self_report(facts: Facts) -> Iterator[Limitation]:
    if any(ranked(facts, name) for name in _IMPROVEMENTS):
        yield word(facts.lang, "limit_selfreport_lead"), word(facts.lang, "limit_selfreport")


def _response(facts: Facts) -> Iterator[Limitation]:
    rate = response_rate(facts)
    text = (
        word(facts.lang, "limit_no_response")
        if rate is None
        else word(facts.lang, "limit_response", rate=percent(rate))
    )
    yield word(facts.lang, "limit_response_lead"), text


def _unanswered(facts: Facts) -> Iterator[Limitation]:
    """Name the questions that the study asks and the data cannot carry, with the reason."""
    for row in facts.rows("unanswered"):
        asked = facts.manifest["mediations" if row["question"] == "mediation" else "effects"]
        subject = next(facts.text(each["title"]) for each in asked if each["id"] == row["item"])
        kind, role = word(facts.lang, f"question_{row['question']}"), word(facts.lang, f"role_{row['role']}")
        text = word(facts.lang, "limit_unanswered", kind=kind, role=role, subject=subject, reason=row[facts.lang])
        yield word(facts.lang, "limit_unanswered_lead"), text


def _loss(facts: Facts) -> Iterator[Limitation]:
    """Say what the models of each outcome use, the smallest and the largest sample where they differ."""
    accepted = facts.manifest["rows"]["accepted"]
    found: dict[str, set[int]] = {}
    for effect, outcome in _models(facts):
        used = fullest_row(facts, effect["id"], outcome)["n_obs"]
        if used is not None and used < accepted * (1 - _WORTH_A_WORD):
            found.setdefault(outcome, set()).add(used)
    alike: Alike[str] = Alike()
    for outcome, sizes in found.items():
        used_by = "–".join(count(size) for size in sorted({min(sizes), max(sizes)}))
        alike.say(used_by, [used_by], word(facts.lang, "quoted", text=facts.title(outcome)))
    texts = [
        word(facts.lang, "limit_loss", outcomes=joined(facts.lang, outcomes), used=used_by, accepted=count(accepted))
        for used_by, outcomes in alike
    ]
    if texts:
        yield word(facts.lang, "limit_loss_lead"), sentences(facts.lang, texts)


def _reliability(facts: Facts) -> Iterator[Limitation]:
    for row in facts.rows("scales"):
        if row["alpha"] is not None and row["alpha"] < _LOW_ALPHA:
            text = word(facts.lang, "limit_reliability", scale=facts.title(row["scale"]), alpha=fixed(row["alpha"], 2))
            yield word(facts.lang, "limit_reliability_lead"), text


def _multiple(facts: Facts) -> Iterator[Limitation]:
    models = {(effect["id"], outcome) for effect, outcome in _models(facts)}
    if len(models) > 1:
        compared, families = (_of_models(facts, table, models) for table in ("design", "multiplicity"))
        adjusted = facts.counted("multiplicity", families, distinct=_MODEL)
        numbers = {
            "count": count(facts.counted("design", compared)),
            **({"adjusted": count(adjusted)} if adjusted else {}),
        }
        key = "limit_multiple_adjusted" if adjusted else "limit_multiple"
        yield word(facts.lang, "limit_multiple_lead"), word(facts.lang, key, **numbers)


def _of_models(facts: Facts, table: str, models: set[tuple[str, str]]) -> list[Row]:
    return [row for row in facts.rows(table) if (row["effect"], row["outcome"]) in models]


def _disclosure(facts: Facts) -> Iterator[Limitation]:
    found = facts.rows("suppressions")
    minimum = threshold(facts.minimum_cell)
    if found:
        numbers = {
            "count": count(facts.counted("suppressions", found, distinct=_HIDDEN)),
            "tables": count(facts.counted("suppressions", found, distinct=("table",))),
            "reasons": joined(facts.lang, _hidden_why(facts, found)),
        }
        yield word(facts.lang, "limit_hidden_lead"), word(facts.lang, "limit_hidden", minimum=minimum, **numbers)
    reason = facts.text((facts.study.get("disclosure") or {}).get("reason"))
    if reason and weaker_rules(facts.study["disclosure"]):
        lowered = "limit_minimum" if facts.minimum_cell < DEFAULT_MINIMUM_CELL else "limit_amounts"
        text = word(facts.lang, lowered, minimum=minimum, reason=reason.rstrip("。."))
        yield word(facts.lang, "limit_minimum_lead"), text


def _hidden_why(facts: Facts, found: list[Row]) -> list[str]:
    """Return how many rows of figures each rule hid; a row that is both hidden and rounded counts as hidden."""
    rules: dict[tuple[str, str], str] = {}
    for row in found:
        codes = row["reason"].split("+")
        rule = next(code for code in _RULES if code in codes)
        key = (row["table"], row["row"])
        rules[key] = min(rule, rules.get(key, rule), key=_RULES.index)
    hidden = {rule: [row for row in found if rules[row["table"], row["row"]] == rule] for rule in _RULES}
    counts = {rule: facts.counted("suppressions", rows, distinct=_HIDDEN) for rule, rows in hidden.items()}
    return [word(facts.lang, f"hidden_{rule}", count=count(rows)) for rule, rows in counts.items() if rows]


def _models(facts: Facts) -> Iterator[tuple[Row, str]]:
    for effect in facts.effects:
        for outcome in effect["outcomes"]:
            if facts.rows("design", effect=effect["id"], outcome=outcome):
                yield effect, outcome


_CHECKS: Final[tuple[Callable[[Facts], Iterator[Limitation]], ...]] = (
    _simulated,
    _crosscheck,
    _few,
    _verdicts,
    _within,
    _clusters,
    _causality,
    _consequences,
    _denominator,
    _self_report,
    _response,
    _unanswered,
    _loss,
    _reliability,
    _multiple,
    _plan,
    _disclosure,
)
