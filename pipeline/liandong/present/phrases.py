"""Sentences about one thing each, in words that its numbers bear: plain text, without markup."""

from __future__ import annotations

from liandong.present.detectable import is_proportion, scale_of
from liandong.present.escaping import NO_BREAK
from liandong.present.facts import Facts, Row, believed_row, fullest_row, treatment_rows
from liandong.present.numbers import (
    NOT_APPLICABLE,
    bared,
    decimals_for,
    fixed,
    hundredths,
    interval,
    is_tiny,
    p_bound,
    percent,
    percent_bounds,
    percent_interval,
)
from liandong.present.phrases_verdict import cannot_carry, is_judged
from liandong.present.tables_appendix import among, ranked
from liandong.present.tables_indicators import group_rows, interval_text, share_decimals, value_text
from liandong.present.words import coded, joined, lowered, sentences, word

_FEW_TO_RANK = 2
_TENTH = 0.095  # rounds to 0.10
_LEVEL = 0.05  # of a test that comes without an interval


def share_phrase(facts: Facts, row: Row) -> str:
    """Return a share or mean with its interval: "31.1% (95% interval [27.4%, 34.9%])", as exact as its table."""
    if row["kind"] == "mean":
        return word(facts.lang, "with_interval", value=value_text(row), interval=unbroken(interval_text(row)))
    bounds = unbroken(percent_bounds(row["conf_low"], row["conf_high"], share_decimals(row)))
    return word(facts.lang, "with_interval", value=share_text(row), interval=bounds)


def share_text(row: Row) -> str:
    """Return a share in percent with its sign, with the decimals that it holds."""
    return percent(row["estimate"], share_decimals(row))


def unbroken(bounds: str) -> str:
    """Return an interval that no line break can part."""
    return bounds.replace(", ", f",{NO_BREAK}")


def range_phrase(facts: Facts, name: str) -> str:
    """Return the highest and the lowest share of a group; with one share, that; empty without any."""
    rows = ranked(facts, name)
    if not rows:
        return ""
    first, last = rows[0], rows[-1]
    if len(rows) == 1:
        return word(facts.lang, "said_single", title=facts.title(first["indicator"]), value=share_phrase(facts, first))
    return word(
        facts.lang,
        "said_range" if len(rows) > _FEW_TO_RANK else "said_two",
        among=among(facts, name),
        top=facts.title(first["indicator"]),
        top_value=share_phrase(facts, first),
        bottom=facts.title(last["indicator"]),
        bottom_value=share_phrase(facts, last),
    )


def mean_phrases(facts: Facts, name: str) -> str:
    """Return the means of a group, a sentence each."""
    rows = [row for row in group_rows(facts, name) if row["kind"] == "mean" and row["estimate"] is not None]
    said = [
        word(facts.lang, "said_mean", title=facts.title(row["indicator"]), value=share_phrase(facts, row))
        for row in rows
        if row["universe"] == "all"
    ]
    return sentences(facts.lang, said)


def both_phrase(facts: Facts, name: str) -> str:
    """Return the most frequent improvement of a group by either denominator; empty without any."""
    rows = ranked(facts, name)
    if not rows:
        return ""
    top = rows[0]
    by_need = ranked(facts, name, "in_need")
    need = [row for row in by_need if row["indicator"] == top["indicator"]]
    title, of_all, start = facts.title(top["indicator"]), share_phrase(facts, top), among(facts, name)
    if not need:
        return word(facts.lang, "said_both_all_hidden", title=title, of_all=of_all, among=start)
    values = {"title": title, "of_all": of_all, "of_need": share_phrase(facts, need[0]), "among": start}
    if by_need[0]["indicator"] == top["indicator"]:
        return word(facts.lang, "said_both", **values)
    other = by_need[0]
    named = {"top_need": facts.title(other["indicator"]), "of_need_top": share_phrase(facts, other)}
    named["among_need"] = lowered(among(facts, name, "in_need"))
    return word(facts.lang, "said_both_other", **values, **named)


def effect_phrase(facts: Facts, effect: Row, outcome: str) -> str:
    """Return what the fullest model says of a treatment and an outcome, by the inference that the verdict recommends.

    The verb follows the assignment: only a treatment assigned by lot changes anything, any other is associated. An
    interval that contains zero is neither evidence of a difference nor of its absence, and the sentence says so; so it
    does where the design cannot carry a conclusion at all.
    """
    row = believed_row(facts, effect["id"], outcome)
    if not is_known(row):
        return _not_estimated(facts, effect, outcome)
    verb = _verb(facts, effect, row)
    key = f"{verb}_{'two' if _is_binary(facts, effect, outcome) else 'more'}"
    bare = is_clear(row) and verb != "cannot"
    scaled = "" if verb == "cannot" else _scaled(facts, effect, row, bare=bare)
    model = model_name(facts, effect, row["step"])
    return word(facts.lang, key, model=model, scaled=scaled, **_named(facts, effect, row, bare=bare))


def brief_phrase(facts: Facts, effect: Row, outcome: str) -> str:
    """Return the same as :func:`effect_phrase` in short, without model and scaling."""
    row = believed_row(facts, effect["id"], outcome)
    if not is_known(row):
        return _not_estimated(facts, effect, outcome)
    verb = _verb(facts, effect, row)
    bare = is_clear(row) and verb != "cannot"
    return word(facts.lang, f"brief_{verb}", **_named(facts, effect, row, bare=bare, unit=True))


def model_name(facts: Facts, effect: Row, step: str) -> str:
    """Return a model's name in a sentence: "model M4 (with service by other providers)"."""
    title, name = facts.step(effect["id"], step), facts.own(step)
    if title == name:
        return word(facts.lang, "model_plain", step=name)
    return word(facts.lang, "model_named", step=name, title=lowered(title) if facts.lang == "en" else title)


def treatments_phrase(facts: Facts, effects: list[Row]) -> str:
    """Return the treatments of several effects, quoted and joined."""
    titles = dict.fromkeys(facts.title(effect["treatment"]) for effect in effects)
    return joined(facts.lang, [word(facts.lang, "quoted", text=title) for title in titles])


def _not_estimated(facts: Facts, effect: Row, outcome: str) -> str:
    return word(facts.lang, "not_estimated", treatment=facts.title(effect["treatment"]), outcome=facts.title(outcome))


def _verb(facts: Facts, effect: Row, row: Row) -> str:
    if cannot_carry(facts, effect, row["outcome"]):
        return "cannot"
    if row["conf_low"] is None and not is_clear(row):
        return "unsettled"
    verb = "raised" if facts.assignment(effect)["kind"] == "randomised" else "associated"
    return verb if is_clear(row) else f"{verb}_unclear"


def is_known(row: Row) -> bool:
    """Whether a row has an estimate with an interval or a test."""
    return row["estimate"] is not None and (row["conf_low"] is not None or row["p_value"] is not None)


def is_clear(row: Row) -> bool:
    """Whether the interval of a row excludes 0, or where it has none, whether the test does at the 5% level."""
    if row["conf_low"] is None or row["conf_high"] is None:
        return row["p_value"] is not None and bool(row["p_value"] < _LEVEL)
    return bool(row["conf_low"] > 0 or row["conf_high"] < 0)


def _named(facts: Facts, effect: Row, row: Row, *, bare: bool, unit: bool = False) -> dict[str, str]:
    """Return the parts of a sentence: where the direction is named, the size has no sign; with its unit on demand."""
    upwards, binary = row["estimate"] > 0, _is_binary(facts, effect, row["outcome"])
    in_categories = any(column == effect["treatment"] for column, _ in facts.levels)
    per = word(facts.lang, "unit_step" if in_categories else "unit_one")
    return {
        "treatment": facts.title(effect["treatment"]),
        "outcome": facts.title(row["outcome"]),
        "direction": word(facts.lang, "higher" if upwards else "lower"),
        "more": word(facts.lang, "above_by" if upwards else "below_by"),
        "unit": per,
        "difference": word(facts.lang, f"difference_{'two' if binary else 'more'}", unit=per),
        "moved": word(facts.lang, "raised" if upwards else "lowered"),
        "size": _size(facts, effect, row, bare=bare, unit=unit),
    }


def _size(facts: Facts, effect: Row, row: Row, *, bare: bool, unit: bool = False) -> str:
    """Return an estimate with its interval, and where a verdict chose the inference, with its name and p-value."""
    estimate, low, high = row["estimate"], row["conf_low"], row["conf_high"]
    usual = fullest_row(facts, effect["id"], row["outcome"])
    decimals = decimals_for(row["std_error"], usual["std_error"])
    if bare:
        estimate, low, high = bared(estimate, low, high)
    if unit and is_proportion(facts, effect, row["outcome"]):
        value = word(facts.lang, "first_points", value=hundredths(estimate))
        bounds = unbroken(percent_interval(low, high))
    else:
        value, bounds = fixed(estimate, decimals), unbroken(interval(low, high, decimals))
        if unit and (scale := scale_of(facts, effect, row["outcome"])):
            value = word(facts.lang, "first_on_scale", value=value, **scale)
    if not is_judged(facts, effect, row["outcome"]):
        return word(facts.lang, "with_interval", value=value, interval=bounds)
    said = {"value": value, "method": coded(facts.lang, "method", row["vcov"]), "p": p_phrase(facts, row["p_value"])}
    if low is None or high is None:
        return word(facts.lang, "with_p_only", **said)
    return word(facts.lang, "with_inference", interval=bounds, **said)


def p_phrase(facts: Facts, value: float | None) -> str:
    """Return "p = 0.431", or "p < 0.001" below that."""
    return word(facts.lang, "p_below" if is_tiny(value) else "p_is", p=p_bound(value))


def _is_binary(facts: Facts, effect: Row, outcome: str) -> bool:
    return bool(facts.value("design", "treatment_is_binary", effect=effect["id"], outcome=outcome))


def _scaled(facts: Facts, effect: Row, row: Row, *, bare: bool) -> str:
    """Return the same size in standard deviations and as a share of the range, with their intervals where known."""

    def sized(metric: str) -> Row | None:
        rows = [*treatment_rows(facts, effect["id"], metric, outcome=row["outcome"])]
        found = believed_row(facts, effect["id"], row["outcome"], metric) if rows else None
        if found is None or found["estimate"] is None:
            return None
        # Bounds of another inference than the sentence's would contradict it.
        ends = (found["conf_low"], found["conf_high"]) if found["vcov"] == row["vcov"] else (None, None)
        estimate, low, high = bared(found["estimate"], *ends) if bare else (found["estimate"], *ends)
        return {"estimate": estimate, "low": low, "high": high}

    def bounds(text: str) -> str:
        return "" if text == NOT_APPLICABLE else word(facts.lang, "scaled_bounds", interval=unbroken(text))

    sd, share = sized("sd"), sized("range_share")
    if share is not None and is_proportion(facts, effect, row["outcome"]):
        found = bounds(percent_interval(share["low"], share["high"]))
        return word(facts.lang, "scaled_points", points=hundredths(share["estimate"]), bounds=found)
    if sd is None:
        return ""
    decimals = 2 if abs(sd["estimate"]) >= _TENTH else 3
    of_sd = bounds(interval(sd["low"], sd["high"], decimals))
    text = word(facts.lang, "scaled", sd=fixed(sd["estimate"], decimals), bounds=of_sd)
    if share is None:
        return text
    low, high = share["low"], share["high"]
    of_range = bounds(percent_bounds(low, high))
    return text + word(facts.lang, "scaled_range", share=percent(share["estimate"]), bounds=of_range)
