"""All sentences of the report, said once when a page opens, so that inline expressions only look them up."""

from __future__ import annotations

from types import SimpleNamespace

from liandong.present.cautions import caution_phrases, clusters_named
from liandong.present.facts import Facts
from liandong.present.markdown import Prose, prose
from liandong.present.marks import unmarked, unrepeated
from liandong.present.numbers import count, percent
from liandong.present.phrases import (
    both_phrase,
    brief_phrase,
    mean_phrases,
    range_phrase,
)
from liandong.present.phrases_audit import prospect_phrase
from liandong.present.phrases_verdict import early_cautions
from liandong.present.roles import headline_effects
from liandong.present.tables_indicators import GROUPS, group_rows, has_both
from liandong.present.tables_sample import NON_RESPONSE, broken_rules, hidden_missing, most_missing, response_rate
from liandong.present.words import joined, lowered, sentences, word

_MOST_NAMES = 3  # in a heading


def sayings(facts: Facts) -> SimpleNamespace:
    """Return name → sentences as Markdown; a name whose matter the study lacks is empty text.

    Names: ``accepted``, ``response``, ``rules``, ``missing``, ``programme``; ``caution``, what the design of the
    primary effects cannot compare; ``effects``, these in short; for each group of indicators its shares in short
    (``coverage``), with its means (``all_coverage``) and its title (``heading_coverage``); ``heading_results``.
    """
    report = facts.study.get("report") or {}
    said = {
        "accepted": _accepted(facts),
        "response": _response(facts),
        "rules": _rules(facts),
        "missing": _missing(facts),
        "programme": facts.text(report.get("programme")),
        "caution": sentences(
            facts.lang, [c for effect in headline_effects(facts) for c in early_cautions(facts, effect)]
        ),
        "effects": _brief(facts),
        "heading_results": _heading_results(facts),
    }
    for name in GROUPS:
        both = has_both(group_rows(facts, name))
        said[name] = both_phrase(facts, name) if both else range_phrase(facts, name)
        said[f"all_{name}"] = sentences(facts.lang, [said[name], mean_phrases(facts, name)])
        said[f"heading_{name}"] = facts.group(name) or word(facts.lang, f"heading_{name}")
    # A heading stands in the contents too, where nothing can be opened.
    texts: dict[str, Prose] = {
        name: prose(unmarked(text) if name.startswith("heading_") else text) for name, text in said.items()
    }
    return SimpleNamespace(**texts)


def _accepted(facts: Facts) -> str:
    clusters = [row["clusters"] for row in facts.rows("sample_flow", stage="accepted") if row["clusters"]]
    where = ""
    if clusters and facts.cluster():
        where = word(facts.lang, "said_clusters", count=count(max(clusters)), clusters=clusters_named(facts))
    return word(facts.lang, "said_accepted", accepted=count(facts.manifest["rows"]["accepted"]), clusters=where)


def _response(facts: Facts) -> str:
    rows, rate = facts.manifest["rows"], response_rate(facts)
    numbers = {name: count(rows[name]) for name in ("received", "rejected")}
    key = ("said_received" if rate is None else "said_response") + ("" if rows["rejected"] else "_all")
    invited = count((facts.study.get("sampling") or {}).get("invited"))
    return word(facts.lang, key, invited=invited, rate=percent(rate), **numbers)


def _rules(facts: Facts) -> str:
    broken = facts.counted("validation", broken_rules(facts), "n_failed IS NULL OR n_failed > 0")
    rules = facts.counted("validation", facts.rows("validation"))
    return word(facts.lang, "said_rules" if broken else "said_rules_none", rules=count(rules), broken=count(broken))


def _missing(facts: Facts) -> str:
    hidden = {*hidden_missing(facts)}
    if not hidden and not most_missing(facts):
        return word(facts.lang, "said_missing_none")

    rows = [row for row in facts.rows("missingness") if row["kind"] in NON_RESPONSE and (row["n"] or row["suppressed"])]
    where = f"kind IN {NON_RESPONSE} AND (n > 0 OR suppressed)"
    told = facts.counted("missingness", rows, where, distinct=("field",))
    withheld = facts.counted("missingness", [row for row in rows if row["field"] in hidden], distinct=("field",))
    note = word(facts.lang, "said_missing_hidden", count=count(withheld)) if hidden else ""
    return word(facts.lang, "said_missing", fields=count(told), hidden=note)


def _brief(facts: Facts) -> str:
    """Return in short what the fullest models of the primary effects say, with a caution where one is due."""
    effects = [effect for effect in facts.effects if effect["role"] == "primary"] or facts.effects[:1]
    models = [(effect, outcome) for effect in effects for outcome in effect["outcomes"]]
    said = [
        sentences(facts.lang, [brief_phrase(facts, effect, outcome), prospect_phrase(facts, effect, outcome)])
        for effect, outcome in models
    ]
    cautions = unrepeated(text for effect in effects for text in caution_phrases(facts, effect))
    return sentences(facts.lang, [*said, *cautions])


def _heading_results(facts: Facts) -> str:
    """Return a heading that names relations and scales, a general one where the study has neither."""
    names = [facts.title(row["scale"]) for row in facts.rows("scales")][:_MOST_NAMES]
    if group_rows(facts, "relations"):
        names.insert(0, facts.group("relations") or word(facts.lang, "heading_relations"))
    if not names:
        return word(facts.lang, "heading_results")
    if facts.lang == "en":
        names = [name if at == 0 else lowered(name) for at, name in enumerate(names)]
    return joined(facts.lang, names)
