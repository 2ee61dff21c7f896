"""Plot of a treatment's coefficient over the nested models and, for the fullest one, over the kinds of inference."""

from __future__ import annotations

from typing import Any, Final

from liandong.present.canvas import CHOSEN, MARKS, OTHER, Dot, dot_rows
from liandong.present.charts import in_style
from liandong.present.facts import Facts, Row, shown_method, treatment_rows
from liandong.present.phrases_verdict import carries_nothing
from liandong.present.tables_inference import method_rows
from liandong.present.words import coded, word

_STEP, _CHOSEN, _OTHER = range(3)
_MARKS: Final = (MARKS[0], CHOSEN, OTHER)


@in_style()
def effect_chart(facts: Facts, effect: Row) -> Any:
    """Return coefficient and 95% interval per step, below them the fullest model by every kind of inference.

    A panel per outcome. What the text uses is a filled diamond; where the design carries nothing, what it only shows.
    """
    steps = [step["name"] for step in effect["steps"]]
    outcomes = {outcome: at for at, outcome in enumerate(effect["outcomes"])}
    dots = [
        _dot(row, outcomes[row["outcome"]], steps.index(row["step"]), _STEP)
        for row in treatment_rows(facts, effect["id"])
        if row["estimate"] is not None
    ]
    names = [_name(facts, effect, step) for step in steps]
    methods = inference_methods(facts, effect)
    for outcome, panel in outcomes.items():
        verdict = facts.verdict(effect["id"], outcome)
        believed = shown_method(verdict) if verdict else ""
        for row in method_rows(facts, effect, outcome):
            if row["estimate"] is not None and row["vcov"] in methods:
                kind = _CHOSEN if row["vcov"] == believed else _OTHER
                dots.append(_dot(row, panel, len(steps) + methods.index(row["vcov"]), kind))
    chosen = word(facts.lang, "legend_shown" if carries_nothing(facts, effect) else "legend_text")
    kinds = [word(facts.lang, "legend_steps"), chosen, word(facts.lang, "legend_other")] if methods else []
    return dot_rows(
        [*names, *(coded(facts.lang, "vcov", method) for method in methods)],
        dots,
        axis=word(facts.lang, "axis_effect"),
        panels=[facts.title(outcome) for outcome in effect["outcomes"]],
        kinds=kinds,
        marks=_MARKS,
        breaks=[len(steps)] if methods else [],
    )


def inference_methods(facts: Facts, effect: Row) -> list[str]:
    """Return the kinds of inference on the fullest models, none where there is only one."""
    found = {
        outcome: [row["vcov"] for row in method_rows(facts, effect, outcome) if row["estimate"] is not None]
        for outcome in effect["outcomes"]
    }
    if all(len(codes) < 2 for codes in found.values()):  # noqa: PLR2004 — nothing to compare
        return []
    return [*dict.fromkeys(code for codes in found.values() for code in codes)]


def _dot(row: Row, panel: int, at: int, kind: int) -> Dot:
    return Dot(panel, at, row["estimate"], row["conf_low"], row["conf_high"], kind)


def _name(facts: Facts, effect: Row, step: str) -> str:
    title = facts.step(effect["id"], step)
    return step if title == step else f"{step} {title}"
