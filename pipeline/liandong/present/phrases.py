"""Sentences about one thing each, in words that its numbers bear: plain text, without markup."""

from __future__ import annotations

from collections.abc import Iterator

from liandong.present.escaping import NO_BREAK
from liandong.present.facts import Facts, Row, believed_row, fullest_row, treatment_rows
from liandong.present.numbers import count, decimals_for, fixed, hundredths, interval, p_value, percent
from liandong.present.phrases_verdict import cannot_carry, cautions_by_verdict, is_judged, is_proportion
from liandong.present.tables_appendix import ranked
from liandong.present.tables_indicators import group_rows, interval_text, value_text
from liandong.present.words import coded, joined, lowered, plural, sentences, word

FEW_PEOPLE = 30
"""Treated or untreated people below which a result gets a caution of its own."""
_FEW_TO_RANK = 2
_TENTH = 0.095  # rounds to 0.10
_LEVEL = 0.05  # of a test that comes without an interval


def share_phrase(facts: Facts, row: Row) -> str:
    """Return a share or mean with its interval: "31.1% (95% interval [27.4%, 34.9%])"."""
    if row["kind"] == "mean":
        return word(facts.lang, "with_interval", value=value_text(row), interval=unbroken(interval_text(row)))
    bounds = f"[{percent(row['conf_low'])}, {percent(row['conf_high'])}]"
    return word(facts.lang, "with_interval", value=percent(row["estimate"]), interval=unbroken(bounds))


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
    title, of_all = facts.title(top["indicator"]), share_phrase(facts, top)
    if not need:
        return word(facts.lang, "said_both_all_hidden", title=title, of_all=of_all)
    values = {"title": title, "of_all": of_all, "of_need": share_phrase(facts, need[0])}
    if by_need[0]["indicator"] == top["indicator"]:
        return word(facts.lang, "said_both", **values)
    other = by_need[0]
    named = {"top_need": facts.title(other["indicator"]), "of_need_top": share_phrase(facts, other)}
    return word(facts.lang, "said_both_other", **values, **named)


def effect_phrase(facts: Facts, effect: Row, outcome: str) -> str:
    """Return what the fullest model says of a treatment and an outcome, by the inference that the verdict recommends.

    The verb follows the assignment: only a treatment assigned by lot changes anything, any other is associated. An
    interval that contains zero is neither evidence of a difference nor of its absence, and the sentence says so; so it
    does where the design cannot carry a conclusion at all.
    """
    row = believed_row(facts, effect["id"], outcome)
    if not _is_known(row):
        return _not_estimated(facts, effect, outcome)
    verb = _verb(facts, effect, row)
    key = f"{verb}_{'two' if _is_binary(facts, effect, outcome) else 'more'}"
    bare = _is_clear(row) and verb != "cannot"
    model, scaled = model_name(facts, effect, row["step"]), _scaled(facts, effect, outcome, bare=bare)
    return word(facts.lang, key, model=model, scaled=scaled, **_named(facts, effect, row, bare=bare))


def brief_phrase(facts: Facts, effect: Row, outcome: str) -> str:
    """Return the same as :func:`effect_phrase` in short, without model and scaling."""
    row = believed_row(facts, effect["id"], outcome)
    if not _is_known(row):
        return _not_estimated(facts, effect, outcome)
    verb = _verb(facts, effect, row)
    bare = _is_clear(row) and verb != "cannot"
    return word(facts.lang, f"brief_{verb}", **_named(facts, effect, row, bare=bare))


def caution_phrases(facts: Facts, effect: Row) -> list[str]:
    """Return the warnings of the verdicts on an effect; without a verdict, one where an arm is very small."""
    judged = [outcome for outcome in effect["outcomes"] if is_judged(facts, effect, outcome)]
    rest = [_few_caution(facts, effect, outcome) for outcome in effect["outcomes"] if outcome not in judged]
    return [*cautions_by_verdict(facts, effect, judged), *filter(None, dict.fromkeys(rest))]


def _few_caution(facts: Facts, effect: Row, outcome: str) -> str:
    for arm, people, clusters in few_arms(facts, effect, outcome):
        group = word(facts.lang, arm)
        if people is None:
            return word(facts.lang, "caution_few_hidden", group=group)
        where = word(facts.lang, "caution_people")
        if clusters is not None:
            where = word(facts.lang, "caution_clusters", count=count(clusters), clusters=clusters_named(facts, effect))
        return word(facts.lang, "caution_few", group=group, count=count(people), clusters=where)
    return ""


def clusters_named(facts: Facts, effect: Row | None = None) -> str:
    """Return what several clusters are called: communities, 社区."""
    return plural(facts.lang, facts.cluster(effect))


def few_arms(facts: Facts, effect: Row, outcome: str) -> Iterator[tuple[str, int | None, int | None]]:
    """Yield the arms of a two-valued treatment with few people: words of the arm, people, clusters.

    Numbers are None where disclosure rules hide them; then some arm is below the minimum cell, and the flags of the
    estimate tell which lives in few clusters.
    """
    design = facts.row("design", effect=effect["id"], outcome=outcome)
    if not design["treatment_is_binary"]:
        return
    hidden = design["suppressed"] and design["n_treated"] is None
    flags = fullest_row(facts, effect["id"], outcome)["flag"].split("+")
    for arm in ("untreated", "treated"):
        people = design[f"n_{arm}"]
        if hidden and f"few_{arm}_clusters" in flags:
            yield f"{arm}_group", None, None
        elif people is not None and people < FEW_PEOPLE:
            yield f"{arm}_group", people, design[f"clusters_with_{arm}"]


def model_name(facts: Facts, effect: Row, step: str) -> str:
    """Return a model's name in a sentence: "model M4 (with service by other providers)"."""
    title = facts.step(effect["id"], step)
    if title == step:
        return word(facts.lang, "model_plain", step=step)
    return word(facts.lang, "model_named", step=step, title=lowered(title) if facts.lang == "en" else title)


def treatments_phrase(facts: Facts, effects: list[Row]) -> str:
    """Return the treatments of several effects, quoted and joined."""
    titles = dict.fromkeys(facts.title(effect["treatment"]) for effect in effects)
    return joined(facts.lang, [word(facts.lang, "quoted", text=title) for title in titles])


def _not_estimated(facts: Facts, effect: Row, outcome: str) -> str:
    return word(facts.lang, "not_estimated", treatment=facts.title(effect["treatment"]), outcome=facts.title(outcome))


def _verb(facts: Facts, effect: Row, row: Row) -> str:
    if cannot_carry(facts, effect, row["outcome"]):
        return "cannot"
    if row["conf_low"] is None and not _is_clear(row):
        return "unsettled"
    verb = "raised" if facts.assignment(effect)["kind"] == "randomised" else "associated"
    return verb if _is_clear(row) else f"{verb}_unclear"


def _is_known(row: Row) -> bool:
    return row["estimate"] is not None and (row["conf_low"] is not None or row["p_value"] is not None)


def _is_clear(row: Row) -> bool:
    if row["conf_low"] is None or row["conf_high"] is None:
        return bool(row["p_value"] < _LEVEL)
    return bool(row["conf_low"] > 0 or row["conf_high"] < 0)


def _named(facts: Facts, effect: Row, row: Row, *, bare: bool) -> dict[str, str]:
    """Return the parts of a sentence: where the direction is named, the size has no sign."""
    upwards = row["estimate"] > 0
    return {
        "treatment": facts.title(effect["treatment"]),
        "outcome": facts.title(row["outcome"]),
        "direction": word(facts.lang, "higher" if upwards else "lower"),
        "moved": word(facts.lang, "raised" if upwards else "lowered"),
        "size": _size(facts, effect, row, bare=bare),
    }


def _size(facts: Facts, effect: Row, row: Row, *, bare: bool) -> str:
    """Return an estimate with its interval, and where a verdict chose the inference, with its name and p-value."""
    estimate, low, high = row["estimate"], row["conf_low"], row["conf_high"]
    usual = fullest_row(facts, effect["id"], row["outcome"])
    decimals = decimals_for(row["std_error"], usual["std_error"])
    if bare:
        estimate = abs(estimate)
        low, high = (None, None) if low is None or high is None else sorted((abs(low), abs(high)))
    value, bounds = fixed(estimate, decimals), unbroken(interval(low, high, decimals))
    if not is_judged(facts, effect, row["outcome"]):
        return word(facts.lang, "with_interval", value=value, interval=bounds)
    said = {"value": value, "method": coded(facts.lang, "method", row["vcov"]), "p": p_phrase(facts, row["p_value"])}
    if low is None or high is None:
        return word(facts.lang, "with_p_only", **said)
    return word(facts.lang, "with_inference", interval=bounds, **said)


def p_phrase(facts: Facts, value: float | None) -> str:
    """Return "p = 0.431", or "p < 0.001" below that."""
    text = p_value(value)
    return word(facts.lang, "p_below" if text.startswith("<") else "p_is", p=text.lstrip("<"))


def _is_binary(facts: Facts, effect: Row, outcome: str) -> bool:
    return bool(facts.value("design", "treatment_is_binary", effect=effect["id"], outcome=outcome))


def _scaled(facts: Facts, effect: Row, outcome: str, *, bare: bool) -> str:
    """Return the same size in standard deviations and as a share of the range, as far as the bundle has them."""

    def sized(metric: str) -> float | None:
        rows = [*treatment_rows(facts, effect["id"], metric, outcome=outcome)]
        value = rows[-1]["estimate"] if rows else None
        return abs(value) if bare and value is not None else value

    sd, share = sized("sd"), sized("range_share")
    if share is not None and is_proportion(facts, effect, outcome):
        return word(facts.lang, "scaled_points", points=hundredths(share))
    if sd is None:
        return ""
    text = word(facts.lang, "scaled", sd=fixed(sd, 2 if abs(sd) >= _TENTH else 3))
    return text if share is None else text + word(facts.lang, "scaled_range", share=percent(share))
