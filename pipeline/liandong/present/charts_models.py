"""Plot of a treatment's coefficient over the nested models."""

from __future__ import annotations

from typing import Any

import polars as pl

from liandong.present.charts import QUIET, TEAL, drawn, grammar, style, ticks, wrapped
from liandong.present.facts import Facts, Row, treatment_rows
from liandong.present.words import word


def effect_chart(facts: Facts, effect: Row) -> Any:
    """Return coefficient and 95% interval per step, first step on top, a panel per outcome."""
    p9 = grammar()

    steps = [step["name"] for step in effect["steps"]]
    place = {step: float(len(steps) - at) for at, step in enumerate(steps)}
    outcomes = [drawn(facts.title(outcome)) for outcome in effect["outcomes"]]
    rows = [row for row in treatment_rows(facts, effect["id"]) if row["estimate"] is not None]
    frame = pl.DataFrame(
        {
            "outcome": [drawn(facts.title(row["outcome"])) for row in rows],
            "place": [place[row["step"]] for row in rows],
            "estimate": [row["estimate"] for row in rows],
            "low": [row["conf_low"] for row in rows],
            "high": [row["conf_high"] for row in rows],
        },
        schema_overrides={"estimate": pl.Float64, "low": pl.Float64, "high": pl.Float64},
    ).with_columns(pl.col("outcome").cast(pl.Enum([*dict.fromkeys(outcomes)])))
    labels = [wrapped(_name(facts, effect, step)) for step in steps]
    return (
        p9.ggplot(frame, p9.aes("estimate", "place"))
        + p9.geom_vline(xintercept=0, color=QUIET, linetype="dashed", size=0.6)
        + p9.geom_segment(p9.aes(x="low", xend="high", yend="place"), color=TEAL, size=0.9)
        + p9.geom_point(color=TEAL, size=2.4)
        + p9.facet_wrap("outcome", ncol=2)
        + p9.scale_y_continuous(breaks=[*place.values()], labels=labels, limits=(0.5, len(steps) + 0.5), expand=(0, 0))
        + p9.scale_x_continuous(labels=ticks)
        + p9.labs(x=drawn(word(facts.lang, "axis_effect")), y="")
        + style(0.85 + 0.36 * len(steps) * ((len(set(outcomes)) + 1) // 2))
    )


def _name(facts: Facts, effect: Row, step: str) -> str:
    title = facts.step(effect["id"], step)
    return step if title == step else f"{step} {title}"
