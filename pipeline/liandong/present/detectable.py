"""The smallest difference that a design detects, in units that a reader knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from liandong.present.facts import Facts, Row, believed_row, fullest_row
from liandong.present.numbers import decimals_for, fixed, general, hundredths, percent
from liandong.present.words import joined, method_name, word

_SCALE_SD: Final = 2  # decimals of a size in standard deviations
_HUGE: Final = 1.0  # standard deviations; differences between groups of people are rarely half as large


def detectable_phrase(facts: Facts, effect: Row, outcomes: Sequence[str], *, rough: bool = False) -> str:
    """Return the clause on the smallest differences that the design detects, empty where none is known.

    Where it is `rough`, because the design carries no conclusion, the clause names the inference that it rests on.
    """
    found = _numbers(facts, effect, outcomes)
    if not found:
        return ""
    method = next((row["ci_method"] for row in _known(facts, effect, outcomes)), "") if rough else ""
    by = word(facts.lang, "detectable_by", method=method_name(facts.lang, method)) if method else ""
    return word(facts.lang, "detectable", rough=by, **found)


def detectable_sentence(facts: Facts, effect: Row, outcomes: Sequence[str]) -> str:
    """Return the same as a sentence of its own."""
    found = _numbers(facts, effect, outcomes)
    return word(facts.lang, "said_detectable", **found) if found else ""


def difference_word(facts: Facts, effect: Row) -> str:
    """Return what the coefficient of a treatment is called: an effect only if it was assigned by lot."""
    randomised = facts.assignment(effect)["kind"] == "randomised"
    return word(facts.lang, "an_effect" if randomised else "an_association")


def mde_text(facts: Facts, effect: Row, outcome: str, mde: float, decimals: int | None = None) -> str:
    """Return a difference in percentage points, on the scale of the outcome, or else in its own units.

    With as many decimals as the estimate has, or as are asked for.
    """
    if is_proportion(facts, effect, outcome):
        return word(facts.lang, "mde_points", mde=hundredths(mde))
    value = fixed(mde, _decimals(facts, effect, outcome) if decimals is None else decimals)
    scale = scale_of(facts, effect, outcome)
    return word(facts.lang, "mde_scale" if scale else "mde_units", mde=value, **scale)


def scale_of(facts: Facts, effect: Mapping[str, str], outcome: str) -> dict[str, str]:
    """Return the ends of the scale of an outcome, as its sentences name them; empty where it has none."""
    designs = facts.rows("design", effect=effect["id"], outcome=outcome)
    low, high = (designs[0]["outcome_low"], designs[0]["outcome_high"]) if designs else (None, None)
    return {} if low is None or high is None else {"low": general(low), "high": general(high)}


def _decimals(facts: Facts, effect: Row, outcome: str) -> int:
    """Return the decimals of the estimate, so that a reader can hold one against the other."""
    if not facts.rows("estimates", effect=effect["id"], outcome=outcome, metric="points", is_treatment=True):
        return decimals_for(None)
    rows = believed_row(facts, effect["id"], outcome), fullest_row(facts, effect["id"], outcome)
    return decimals_for(*(row["std_error"] for row in rows))


def is_proportion(facts: Facts, effect: Mapping[str, str], outcome: str) -> bool:
    """Whether an outcome is a proportion or a yes or no, so that its differences are percentage points."""
    design = facts.rows("design", effect=effect["id"], outcome=outcome)
    is_scale = bool(facts.rows("scales", scale=outcome))
    return bool(design) and (design[0]["outcome_low"], design[0]["outcome_high"]) == (0.0, 1.0) and not is_scale


def _known(facts: Facts, effect: Row, outcomes: Sequence[str]) -> list[Row]:
    verdicts = (facts.verdict(effect["id"], outcome) for outcome in outcomes)
    return [verdict for verdict in verdicts if verdict and verdict["mde"] is not None]


def _numbers(facts: Facts, effect: Row, outcomes: Sequence[str]) -> dict[str, str]:
    verdicts = _known(facts, effect, outcomes)
    if not verdicts:
        return {}
    key = "detectable_each" if len(verdicts) > 1 else "detectable_one"
    sizes = [
        word(
            facts.lang,
            key,
            outcome=facts.title(row["outcome"]),
            mde=mde_text(facts, effect, row["outcome"], row["mde"]),
            scaled=""
            if row["mde_sd"] is None
            else word(facts.lang, "detectable_sd", sd=fixed(row["mde_sd"], _SCALE_SD)),
        )
        for row in verdicts
    ]
    power = percent(verdicts[0]["power"], 0)
    huge = word(facts.lang, "detectable_huge") if any((row["mde_sd"] or 0.0) > _HUGE for row in verdicts) else ""
    return {"power": power, "what": difference_word(facts, effect), "list": joined(facts.lang, sizes), "huge": huge}
