"""Plots of an audit: methods side by side, balance, single clusters, groups of people, doses, power."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from liandong.present.charts import ACCENT, FAMILY, INK, QUIET, TEAL, drawn, grammar, style, ticks, wrapped
from liandong.present.facts import Facts, Row, shown_method
from liandong.present.roles import models
from liandong.present.tables_inference import method_rows
from liandong.present.words import coded, word

MOST_CLUSTERS: Final = 36
"""Clusters of an outcome that the plot of single clusters shows: those whose absence moves the result most."""
_IMBALANCE: Final = 0.1
_STRIP_EM: Final = 21.0
_Point = tuple[str, str, str, float, float | None, float | None]


def inference_chart(facts: Facts, effect: Row) -> Any:
    """Return coefficient and interval by every kind of inference, a panel per outcome; the believed one is filled."""
    points: list[_Point] = []
    found = [facts.verdict(effect["id"], outcome) for outcome in effect["outcomes"]]
    recommended = any(verdict["recommended"] for verdict in found if verdict)
    marked = word(facts.lang, "legend_text" if recommended else "legend_shown")
    for outcome, verdict in zip(effect["outcomes"], found, strict=True):
        believed = shown_method(verdict) if verdict else ""
        for row in method_rows(facts, effect, outcome):
            if row["estimate"] is not None:
                kind = marked if row["vcov"] == believed else word(facts.lang, "legend_other")
                name = wrapped(coded(facts.lang, "vcov", row["vcov"]))
                points.append((facts.title(outcome), name, kind, row["estimate"], row["conf_low"], row["conf_high"]))
    return _intervals(points, word(facts.lang, "axis_effect"), [marked, word(facts.lang, "legend_other")])


def heterogeneity_chart(facts: Facts, effect: Row) -> Any:
    """Return the estimate of every group of people with its interval, a panel per outcome, a shape per grouping."""
    points: list[_Point] = [
        (
            facts.title(row["outcome"]),
            wrapped(facts.term(f"{row['subgroup']}={row['level']}")),
            facts.title(row["subgroup"]),
            row["estimate"],
            row["conf_low"],
            row["conf_high"],
        )
        for row in facts.rows("heterogeneity", effect=effect["id"])
        if row["estimate"] is not None
    ]
    return _intervals(points, word(facts.lang, "axis_effect"), [*dict.fromkeys(point[2] for point in points)])


def influence_chart(facts: Facts, effect: Row) -> Any:
    """Return the coefficient without each cluster in turn, sorted, with the full sample's as a line."""
    p9 = grammar()

    points: list[tuple[str, str, float]] = []
    lines: list[tuple[str, float]] = []
    column = effect["cluster"][0]
    for outcome in effect["outcomes"]:
        verdict = facts.verdict(effect["id"], outcome)
        found = [
            row
            for row in facts.rows("influence", effect=effect["id"], outcome=outcome)
            if row["estimate_without"] is not None
        ]
        if verdict is None or not found:
            continue
        whole, title = verdict["estimate"], drawn(facts.title(outcome))
        far = sorted(found, key=lambda row: -abs(row["estimate_without"] - whole))[:MOST_CLUSTERS]
        ranked = sorted(far, key=lambda row: row["estimate_without"])
        points += [(title, drawn(facts.level(column, row["cluster"])), row["estimate_without"]) for row in ranked]
        lines.append((title, whole))
    titles = [title for title, _ in lines]
    panel = pl.Enum([*dict.fromkeys(titles)])
    frame = pl.DataFrame(points, schema={"panel": panel, "cluster": pl.String, "estimate": pl.Float64}, orient="row")
    frame = frame.with_columns(place=pl.int_range(1, pl.len() + 1).over("panel").cast(pl.Float64))
    lines_frame = pl.DataFrame(lines, schema={"panel": panel, "estimate": pl.Float64}, orient="row")
    tallest = int(frame.group_by("panel").len()["len"].max() or 1)  # type: ignore[arg-type]
    return (
        p9.ggplot(frame, p9.aes("estimate", "place"))
        + p9.geom_vline(xintercept=0, color=QUIET, linetype="dashed", size=0.6)
        + p9.geom_vline(p9.aes(xintercept="estimate"), data=lines_frame, color=ACCENT, size=0.8)
        + p9.geom_point(color=TEAL, size=2)
        + p9.geom_text(
            p9.aes(label="cluster"), ha="left", nudge_x=0, size=6, color=QUIET, family=FAMILY, format_string="   {}"
        )
        + p9.facet_wrap("panel", ncol=2)
        + p9.scale_y_continuous(breaks=[], expand=(0.03, 0.03))
        + p9.scale_x_continuous(labels=ticks, expand=(0.05, 0, 0.12, 0))
        + p9.labs(x=drawn(word(facts.lang, "axis_without")), y="")
        + style(0.9 + 0.125 * max(tallest, 6))
    )


def balance_chart(facts: Facts, effect: Row) -> Any:
    """Return the standardised differences of all variables, sorted, between lines at ±0.1."""
    p9 = grammar()

    rows = [row for row in facts.rows("balance", effect=effect["id"]) if row["std_difference"] is not None]
    rows = sorted(rows, key=lambda row: abs(row["std_difference"]))
    labels = [wrapped(_covariate(facts, row), 20.0) for row in rows]
    legend = [word(facts.lang, key) for key in ("legend_beyond", "legend_balanced")]
    frame = pl.DataFrame(
        {
            "place": [float(at) for at in range(1, len(rows) + 1)],
            "difference": [row["std_difference"] for row in rows],
            "kind": [legend[abs(row["std_difference"]) <= _IMBALANCE] for row in rows],
        }
    ).with_columns(pl.col("kind").cast(pl.Enum(legend)))
    lines = 0.24 * sum(max(1.0, 0.62 * (1 + label.count("\n"))) for label in labels)
    return (
        p9.ggplot(frame, p9.aes("difference", "place", color="kind", shape="kind"))
        + p9.geom_vline(xintercept=0, color=QUIET, size=0.6)
        + p9.geom_vline(xintercept=[-_IMBALANCE, _IMBALANCE], color=QUIET, linetype="dashed", size=0.6)
        + p9.geom_point(size=2.4)
        + p9.scale_color_manual(values=dict(zip(legend, (ACCENT, TEAL), strict=True)), breaks=legend)
        + p9.scale_shape_manual(values=dict(zip(legend, ("D", "o"), strict=True)), breaks=legend)
        + p9.scale_y_continuous(
            breaks=frame["place"].to_list(), labels=labels, limits=(0.5, len(rows) + 0.5), expand=(0, 0)
        )
        + p9.scale_x_continuous(labels=ticks)
        + p9.labs(x=drawn(word(facts.lang, "axis_balance")), y="")
        + style(0.9 + lines)
    )


def dose_chart(facts: Facts, effect: Row) -> Any:
    """Return the difference of every value of the treatment from the lowest, which is hollow, a panel per outcome."""
    p9 = grammar()

    rows = [
        row for row in facts.rows("dose", effect=effect["id"]) if row["estimate"] is not None or row["is_reference"]
    ]
    titles = [drawn(facts.title(outcome)) for outcome in effect["outcomes"]]
    frame = pl.DataFrame(
        {
            "panel": [drawn(facts.title(row["outcome"])) for row in rows],
            "dose": [row["level"] for row in rows],
            "estimate": [0.0 if row["is_reference"] else row["estimate"] for row in rows],
            "low": [None if row["is_reference"] else row["conf_low"] for row in rows],
            "high": [None if row["is_reference"] else row["conf_high"] for row in rows],
        },
        schema_overrides={"estimate": pl.Float64, "low": pl.Float64, "high": pl.Float64, "dose": pl.Float64},
    ).with_columns(pl.col("panel").cast(pl.Enum([*dict.fromkeys(titles)])))
    values = sorted(set(frame["dose"].to_list()))
    names = [wrapped(facts.level(effect["treatment"], f"{value:g}"), max(3.0, 22.0 / len(values))) for value in values]
    known = frame.drop_nulls("low")
    return (
        p9.ggplot(frame, p9.aes("dose", "estimate"))
        + p9.geom_hline(yintercept=0, color=QUIET, linetype="dashed", size=0.6)
        + p9.geom_segment(p9.aes(xend="dose", y="low", yend="high"), data=known, color=TEAL, size=0.9)
        + p9.geom_point(data=known, color=TEAL, size=2.4)
        + p9.geom_point(data=frame.filter(pl.col("low").is_null()), color=INK, fill="white", shape="o", size=2.4)
        + p9.facet_wrap("panel", ncol=2)
        + p9.scale_x_continuous(breaks=values, labels=names)
        + p9.scale_y_continuous(labels=ticks)
        + p9.labs(x=drawn(facts.title(effect["treatment"])), y=drawn(word(facts.lang, "axis_dose")))
        + style(2.7 * ((len(set(titles)) + 1) // 2))
        + p9.theme(panel_grid_major_y=p9.element_line(color="#d5dddd", size=0.5), panel_grid_major_x=p9.element_blank())
    )


def power_chart(facts: Facts) -> Any:
    """Return the smallest detectable difference by number of clusters, a panel per model, the design at hand a dot."""
    p9 = grammar()

    found = [
        (f"{facts.title(e['treatment'])} → {facts.title(o)}", row)
        for e, o, rows in models(facts, "power")
        for row in rows
    ]
    titles = [*dict.fromkeys(wrapped(title, _STRIP_EM) for title, _ in found)]
    frame = pl.DataFrame(
        {
            "panel": [wrapped(title, _STRIP_EM) for title, _ in found],
            "clusters": [float(row["n_clusters"]) for _, row in found],
            "mde": [row["mde_sd"] for _, row in found],
            "actual": [bool(row["is_actual"]) for _, row in found],
        },
        schema_overrides={"mde": pl.Float64},
    ).with_columns(pl.col("panel").cast(pl.Enum(titles)))
    frame = frame.drop_nulls("mde")
    return (
        p9.ggplot(frame, p9.aes("clusters", "mde"))
        + p9.geom_line(data=frame.filter(~pl.col("actual")), color=TEAL, size=0.9)
        + p9.geom_point(data=frame.filter(pl.col("actual")), color=ACCENT, shape="D", size=2.6)
        + p9.facet_wrap("panel", ncol=2)
        + p9.scale_x_continuous(labels=ticks)
        + p9.scale_y_continuous(labels=ticks, limits=(0, None))
        + p9.labs(x=drawn(word(facts.lang, "axis_clusters")), y=drawn(word(facts.lang, "axis_mde")))
        + style(2.5 * ((len(titles) + 1) // 2))
        + p9.theme(panel_grid_major_y=p9.element_line(color="#d5dddd", size=0.5))
    )


def _intervals(points: list[_Point], axis: str, legend: list[str]) -> Any:
    """Return dots with intervals, a panel per first name, a line per second, colour and shape by the third."""
    p9 = grammar()

    names = [*dict.fromkeys(point[1] for point in points)]
    panels = [*dict.fromkeys(wrapped(point[0], _STRIP_EM) for point in points)]
    rows = [
        (wrapped(panel, _STRIP_EM), float(len(names) - names.index(name)), drawn(kind), *numbers)
        for panel, name, kind, *numbers in points
    ]
    kinds = [*dict.fromkeys(drawn(name) for name in legend)]
    numbers_of = dict.fromkeys(("estimate", "low", "high"), pl.Float64)
    schema: dict[str, Any] = {"panel": pl.Enum(panels), "place": pl.Float64, "kind": pl.Enum(kinds), **numbers_of}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    bounded = frame.filter(pl.col("low").is_finite() & pl.col("high").is_finite())
    colours, shapes = _PALETTE[: len(kinds)], _SHAPES[: len(kinds)]
    places = [float(len(names) - at) for at in range(len(names))]
    shown: dict[str, Any] = {} if len(kinds) > 1 else {"guide": None}
    return (
        p9.ggplot(frame, p9.aes("estimate", "place", color="kind", shape="kind"))
        + p9.geom_vline(xintercept=0, color=QUIET, linetype="dashed", size=0.6)
        + p9.geom_segment(p9.aes(x="low", xend="high", yend="place"), data=bounded, size=0.9, show_legend=False)
        + p9.geom_point(size=2.6, fill="white")
        + p9.facet_wrap("panel", ncol=2)
        + p9.scale_color_manual(values=dict(zip(kinds, colours, strict=True)), breaks=kinds, **shown)
        + p9.scale_shape_manual(values=dict(zip(kinds, shapes, strict=True)), breaks=kinds, **shown)
        + p9.scale_y_continuous(breaks=places, labels=names, limits=(0.5, len(names) + 0.5), expand=(0, 0))
        + p9.scale_x_continuous(labels=ticks)
        + p9.labs(x=drawn(axis), y="")
        + style(1.1 + 0.36 * len(names) * ((len(panels) + 1) // 2))
    )


_PALETTE: Final = (ACCENT, TEAL, QUIET, "#7a5195", "#2f7d3b", INK)
_SHAPES: Final = ("D", "o", "s", "^", "v", "P")


def _covariate(facts: Facts, row: Row) -> str:
    return facts.term(f"{row['covariate']}={row['level']}") if row["level"] else facts.title(row["covariate"])
