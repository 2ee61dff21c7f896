"""How far a reader can lean on a number: high, moderate, low or none, by a rule that is written down once.

A number starts high and loses a step for each thing that weakens it; docs/inference.md has the rule in words. No number
gains or loses by its sign or by the side of zero on which its interval lies; the size of an estimate enters once, where
the width of a mean is taken as a part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Final, Literal

from liandong.present.facts import Facts, Row, believed_row
from liandong.present.phrases_verdict import LIMITED, cannot_carry, is_judged
from liandong.present.tables_sample import response_rate

Confidence = Literal["high", "moderate", "low", "none"]

WIDE_SHARE: Final = (0.05, 0.10)
"""Half widths of an interval of a share beyond which one step, and two steps, are lost."""
WIDE_MEAN: Final = (0.10, 0.20)
"""The same for a mean, as a part of it."""
WIDE_SD: Final = (0.20, 0.50)
"""The same for a comparison, in standard deviations of the outcome."""
FEW_PEOPLE: Final = (100, 30)
"""People below which one step, and two steps, are lost."""
FEW_CLUSTERS: Final = 10
LOW_RESPONSE: Final = (0.60, 0.30)
"""Shares of the invited who answered, below which one step, and two steps, are lost."""
MOST_LOST: Final = 0.20
"""Share of the accepted that a model, or a question asked of all, may lose without losing a step."""
_JUDGED_BY_THEMSELVES: Final = ("wellbeing", "relations")
_STEPS: Final[tuple[Confidence, ...]] = ("high", "moderate", "low")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A grade and the codes of what it lost its steps for, the gravest first."""

    confidence: Confidence
    reasons: tuple[str, ...] = ()


def judge_share(facts: Facts, row: Row) -> Judgement:
    """Return how far a share or mean of the table indicators can be leant on."""
    if row["estimate"] is None:
        return Judgement("none", ("hidden",))
    lost = {
        "no_interval" if row["conf_low"] is None else "wide": _width(row),
        "few_people": _few(row["denominator_n"]),
        "few_clusters": int(bool(row["n_clusters"]) and row["n_clusters"] < FEW_CLUSTERS),
        "self_reported": int(row["group"] in _JUDGED_BY_THEMSELVES),
        "unanswered": int(_unanswered(facts, row)),
        **_response(facts),
    }
    return _judged(lost)


def judge_effect(facts: Facts, effect: Row, outcome: str) -> Judgement:
    """Return how far the comparison of the fullest model can be leant on."""
    row = believed_row(facts, effect["id"], outcome)
    if row["estimate"] is None:
        return Judgement("none", ("not_estimated",))
    if cannot_carry(facts, effect, outcome):
        return Judgement("none", ("cannot_carry",))
    verdict = facts.verdict(effect["id"], outcome)
    by_lot = facts.assignment(effect)["kind"] == "randomised"
    accepted = facts.manifest["rows"]["accepted"]
    lost = {
        "not_judged": 2 * (not is_judged(facts, effect, outcome)),
        "limited": int(verdict is not None and verdict["verdict"] == LIMITED),
        "not_by_lot": int(not by_lot),
        "no_interval" if row["conf_low"] is None else "wide": _width_of_effect(facts, effect, outcome),
        "few_people": _few(row["n_obs"]),
        "lost_cases": int(row["n_obs"] is not None and row["n_obs"] < (1 - MOST_LOST) * accepted),
        "exploratory": int(effect["role"] == "exploratory"),
        **({} if by_lot else _response(facts)),
    }
    return _judged(lost)


def _judged(lost: dict[str, int]) -> Judgement:
    reasons = sorted((code for code, steps in lost.items() if steps), key=lambda code: -lost[code])
    return Judgement(_STEPS[min(sum(lost.values()), len(_STEPS) - 1)], tuple(reasons))


def _width(row: Row) -> int:
    low, high = row["conf_low"], row["conf_high"]
    if low is None or high is None:
        return len(_STEPS) - 1
    half = (high - low) / 2
    if row["kind"] == "mean":
        return _beyond(half / abs(row["estimate"]) if row["estimate"] else 1.0, WIDE_MEAN)
    return _beyond(half, WIDE_SHARE)


def _width_of_effect(facts: Facts, effect: Row, outcome: str) -> int:
    """Return the steps that the width of an interval costs: all of them where nothing tells how wide it is."""
    row, verdict = believed_row(facts, effect["id"], outcome), facts.verdict(effect["id"], outcome)
    low, high = row["conf_low"], row["conf_high"]
    if low is None or high is None or not (isfinite(low) and isfinite(high)):
        return len(_STEPS) - 1
    designs = facts.rows("design", effect=effect["id"], outcome=outcome)
    deviation = designs[0]["outcome_sd"] if designs else None
    if not deviation and verdict is not None and verdict["estimate"] and verdict["estimate_sd"]:
        deviation = verdict["estimate"] / verdict["estimate_sd"]
    return _beyond((high - low) / 2 / deviation, WIDE_SD) if deviation else 1


def _response(facts: Facts) -> dict[str, int]:
    rate = response_rate(facts)
    if rate is None:
        return {"response_unknown": 1}
    return {"response_low": int(rate < LOW_RESPONSE[0]) + int(rate < LOW_RESPONSE[1])}


def _unanswered(facts: Facts, row: Row) -> bool:
    """Whether many gave no answer to a question that all were asked."""
    asked_of_all = row["universe"] == "all" and not facts.indicator(row["indicator"]).get("universe")
    people = row["denominator_n"]
    return asked_of_all and people is not None and people < (1 - MOST_LOST) * facts.manifest["rows"]["accepted"]


def _few(people: int | None) -> int:
    return 1 if people is None else int(people < FEW_PEOPLE[0]) + int(people < FEW_PEOPLE[1])


def _beyond(value: float, bounds: tuple[float, float]) -> int:
    return int(value > bounds[0]) + int(value > bounds[1])
