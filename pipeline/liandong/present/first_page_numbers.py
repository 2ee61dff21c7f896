"""The five numbers of the first page, chosen by a rule that looks at what a study has, never at what came out.

First the accepted questionnaires, then the most frequent coverage, then the most frequent improvement (among those who
had the need, where that is known), then the first comparisons of the plan. What a study lacks is filled up, in order,
by the least frequent coverage, the same improvement among all, the most frequent participation, need, service and
outcome, and by comparisons that are secondary. A study with less has fewer numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from liandong.present.detectable import is_proportion
from liandong.present.facts import Facts, Row, believed_row, fullest_row
from liandong.present.first_page_grades import Judgement, judge_effect, judge_share
from liandong.present.numbers import (
    NOT_APPLICABLE,
    count,
    decimals_for,
    fixed,
    hundredths,
    interval,
    percent,
    percent_interval,
)
from liandong.present.roles import effects_by_role
from liandong.present.tables_appendix import ranked
from liandong.present.tables_indicators import interval_text, people, value_text
from liandong.present.tables_sample import response_rate
from liandong.present.words import word

HOW_MANY: Final = 5
COMPARED: Final = 2
"""Comparisons among the five numbers, before anything is filled up."""
_FILLING: Final = ("participation", "needs", "service", "outcomes", "profile")
_IMPROVEMENTS: Final = ("wellbeing", "relations")


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """A number as the first page prints it: what it is, its value, interval and base, and how far to lean on it."""

    title: str
    value: str
    interval: str
    base: str
    judgement: Judgement


def key_numbers(facts: Facts) -> list[KeyNumber]:
    """Return at most five numbers, in the order of the rule."""
    shares = _first_shares(facts)
    compared = [*compared_models(facts, "primary")]
    chosen = [_accepted(facts), *(_share(facts, row) for row in shares)]
    chosen += [_effect(facts, effect, outcome) for effect, outcome in compared[:COMPARED]]
    filling = [row for row in _filling(facts) if row not in shares]
    rest = [_share(facts, row) for row in filling]
    rest += [_effect(facts, *model) for model in [*compared[COMPARED:], *compared_models(facts, "secondary")]]
    return [*chosen, *rest][:HOW_MANY]


def compared_models(facts: Facts, role: str) -> Iterator[tuple[Row, str]]:
    """Yield effect and outcome of the comparisons of a role that have estimates, in the order of the plan."""
    for effect in effects_by_role(facts):
        if effect["role"] == role:
            for outcome in effect["outcomes"]:
                if facts.rows("estimates", effect=effect["id"], outcome=outcome, is_treatment=True):
                    yield effect, outcome


def first_improvement(facts: Facts) -> Row | None:
    """Return the most frequent improvement of all respondents, None where nobody asked; personal ones before others."""
    return next((row for name in _IMPROVEMENTS for row in ranked(facts, name)[:1]), None)


def in_need(facts: Facts, row: Row) -> Row | None:
    """Return the same indicator among those who had the need, None where that is not known."""
    found = ranked(facts, row["group"], "in_need")
    return next((other for other in found if other["indicator"] == row["indicator"]), None)


def _first_shares(facts: Facts) -> list[Row]:
    coverage, improvement = ranked(facts, "coverage")[:1], first_improvement(facts)
    needed = None if improvement is None else in_need(facts, improvement) or improvement
    return [*coverage, *([] if needed is None else [needed])]


def _filling(facts: Facts) -> list[Row]:
    """Return further shares in the order in which they stand in for what a study lacks."""
    improvement = first_improvement(facts)
    return [
        *ranked(facts, "coverage")[1:][-1:],
        *([] if improvement is None else [improvement]),
        *(row for name in _FILLING for row in ranked(facts, name)[:1]),
    ]


def _accepted(facts: Facts) -> KeyNumber:
    rate = response_rate(facts)
    known = word(facts.lang, "first_rate", rate=percent(rate)) if rate is not None else ""
    title = word(facts.lang, "first_accepted") + (known or word(facts.lang, "first_rate_unknown"))
    accepted = count(facts.manifest["rows"]["accepted"])
    return KeyNumber(title, accepted, NOT_APPLICABLE, accepted, Judgement("high", ("counted",)))


def _share(facts: Facts, row: Row) -> KeyNumber:
    title = facts.title(row["indicator"])
    if row["universe"] == "in_need":
        title = word(facts.lang, "first_of_need", title=title)
    elif in_need(facts, row) is not None:
        title = word(facts.lang, "first_of_all", title=title)
    sign = "" if row["kind"] == "mean" else "%"
    return KeyNumber(
        title,
        f"{value_text(row)}{sign}",
        interval_text(row),
        people(facts, row["denominator_n"]),
        judge_share(facts, row),
    )


def _effect(facts: Facts, effect: Row, outcome: str) -> KeyNumber:
    row, usual = believed_row(facts, effect["id"], outcome), fullest_row(facts, effect["id"], outcome)
    key = "first_effect" if facts.assignment(effect)["kind"] == "randomised" else "first_difference"
    title = word(facts.lang, key, treatment=facts.title(effect["treatment"]), outcome=facts.title(outcome))
    decimals = decimals_for(row["std_error"], usual["std_error"])
    value, bounds = fixed(row["estimate"], decimals), interval(row["conf_low"], row["conf_high"], decimals)
    if is_proportion(facts, effect, outcome) and row["estimate"] is not None:
        value = word(facts.lang, "first_points", value=hundredths(row["estimate"]))
        bounds = percent_interval(row["conf_low"], row["conf_high"])
    return KeyNumber(title, value, bounds, people(facts, row["n_obs"]), judge_effect(facts, effect, outcome))
