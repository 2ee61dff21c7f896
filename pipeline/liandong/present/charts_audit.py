"""Plots of an audit: balance, single clusters, groups of people, doses, power."""

from __future__ import annotations

from math import ceil
from typing import Any, Final

from liandong.present.canvas import (
    MARKS,
    SHEET,
    TEXT,
    Dot,
    Mark,
    dot_rows,
    lines_of,
    measured,
    placed,
    ruled,
    sheet,
    shortened,
    widest,
)
from liandong.present.charts import ACCENT, INK, QUIET, TEAL, drawn, in_style, wrapped
from liandong.present.facts import Facts, Row
from liandong.present.roles import models
from liandong.present.words import word

MOST_CLUSTERS: Final = 10
"""Clusters of an outcome that the plot of single clusters names: those whose absence moves the result most."""
IMBALANCE: Final = 0.1
"""Standardised difference beyond which two groups are called different."""
_TITLE_EM: Final = 15.0
_CURVE: Final = 1.45  # inches
_DASHES: Final = (0, (4, 2))
_HOLLOW: Final = Mark(INK, "o", filled=False)


@in_style()
def heterogeneity_chart(facts: Facts, effect: Row) -> Any:
    """Return the estimate of every group of people with its interval, a panel per outcome, a shape per grouping."""
    rows = [row for row in facts.rows("heterogeneity", effect=effect["id"]) if row["estimate"] is not None]
    outcomes = [name for name in effect["outcomes"] if any(row["outcome"] == name for row in rows)]
    groups = [*dict.fromkeys((row["subgroup"], row["level"]) for row in rows)]
    kinds = [*dict.fromkeys(subgroup for subgroup, _ in groups)]
    dots = [
        Dot(
            outcomes.index(row["outcome"]),
            groups.index((row["subgroup"], row["level"])),
            row["estimate"],
            row["conf_low"],
            row["conf_high"],
            kinds.index(row["subgroup"]) % len(MARKS),
        )
        for row in rows
    ]
    breaks = [at for at in range(1, len(groups)) if groups[at][0] != groups[at - 1][0]]
    return dot_rows(
        [facts.term(f"{subgroup}={level}") for subgroup, level in groups],
        dots,
        axis=word(facts.lang, "axis_effect"),
        panels=[facts.title(outcome) for outcome in outcomes],
        breaks=breaks,
    )


@in_style()
def influence_chart(facts: Facts, effect: Row) -> Any:
    """Return the coefficient without each cluster: those that matter most named and sorted, all of them in a last row.

    The line is the coefficient of the full sample. An outcome is a figure's panel below the other.
    """
    column = effect["cluster"][0]
    panels = [(outcome, *_without(facts, effect, outcome)) for outcome in effect["outcomes"]]
    panels = [panel for panel in panels if panel[1]]
    heights = [0.19 * (1 + min(len(found), MOST_CLUSTERS)) + 0.08 for _, found, _ in panels]
    column_names = [drawn(facts.level(column, row["cluster"])) for _, found, _ in panels for row in found]
    left = min(max(widest([shortened(name) for name in column_names]) + 0.18, 0.6), 0.46 * SHEET)
    figure = sheet(sum(heights) + 0.44 * len(panels) + 0.22)
    values = [row["estimate_without"] for _, found, _ in panels for row in found] + [whole for *_, whole in panels]
    low, high = min([0.0, *values]), max([0.0, *values])
    room, top = 0.05 * (high - low or 1.0), 0.0
    for at, ((outcome, found, whole), height) in enumerate(zip(panels, heights, strict=True)):
        axes = placed(figure, left, top + 0.2, SHEET - left - 0.15, height)
        far = sorted(found, key=lambda row: -abs(row["estimate_without"] - whole))[:MOST_CLUSTERS]
        named = sorted(far, key=lambda row: -row["estimate_without"])
        places = [0.19 * (row + 0.5) + 0.04 for row in range(len(named) + 1)]
        names = [shortened(drawn(facts.level(column, row["cluster"]))) for row in named]
        axes.set_ylim(height, 0)
        axes.set_xlim(low - room, high + room)
        axes.set_yticks(places, [*names, drawn(word(facts.lang, "drawn_all"))])
        axes.axvline(0, color=QUIET, linestyle=_DASHES, linewidth=0.8)
        axes.axvline(whole, color=ACCENT, linewidth=1.2)
        axes.plot([row["estimate_without"] for row in named], places[:-1], "o", color=TEAL, markersize=4.6)
        everyone = [row["estimate_without"] for row in found]
        axes.plot(everyone, [places[-1]] * len(everyone), "|", color=TEAL, markersize=8, markeredgewidth=0.8)
        measured(axes.xaxis, 6)
        ruled(axes)
        axes.set_title(drawn(facts.title(outcome)), loc="left", fontsize=TEXT, color=TEAL, pad=3)
        if at == len(panels) - 1:
            axes.set_xlabel(drawn(word(facts.lang, "axis_without")), labelpad=2)
        top += height + 0.44
    return figure


@in_style()
def balance_chart(facts: Facts, effect: Row) -> Any:
    """Return the standardised differences of all variables, the largest on top, between lines at ±0.1."""
    rows = [row for row in facts.rows("balance", effect=effect["id"]) if row["std_difference"] is not None]
    rows = sorted(rows, key=lambda row: -abs(row["std_difference"]))
    dots = [
        Dot(0, at, row["std_difference"], kind=int(abs(row["std_difference"]) <= IMBALANCE))
        for at, row in enumerate(rows)
    ]
    figure = dot_rows(
        [_covariate(facts, row) for row in rows],
        dots,
        axis=word(facts.lang, "axis_balance"),
        kinds=[word(facts.lang, key) for key in ("legend_beyond", "legend_balanced")],
        marks=(Mark(ACCENT, "D"), Mark(TEAL, "o", filled=False)),
        limits=_around(dots),
    )
    for end in (-IMBALANCE, IMBALANCE):
        figure.axes[0].axvline(end, color=QUIET, linestyle=(0, (1, 1.5)), linewidth=1.0)
    return figure


@in_style()
def dose_chart(facts: Facts, effect: Row) -> Any:
    """Return the difference of every value of the treatment from the lowest, which is hollow, a panel per outcome."""
    rows = [
        row for row in facts.rows("dose", effect=effect["id"]) if row["estimate"] is not None or row["is_reference"]
    ]
    outcomes = [name for name in effect["outcomes"] if any(row["outcome"] == name for row in rows)]
    values = sorted({row["level"] for row in rows})
    dots = [
        Dot(outcomes.index(row["outcome"]), values.index(row["level"]), 0.0, kind=1)
        if row["is_reference"]
        else Dot(
            outcomes.index(row["outcome"]),
            values.index(row["level"]),
            row["estimate"],
            row["conf_low"],
            row["conf_high"],
        )
        for row in rows
    ]
    return dot_rows(
        [facts.level(effect["treatment"], f"{float(value):g}") for value in values],
        dots,
        axis=word(facts.lang, "axis_dose"),
        panels=[facts.title(outcome) for outcome in outcomes],
        marks=(MARKS[0], _HOLLOW),
    )


@in_style()
def power_chart(facts: Facts) -> Any:
    """Return the smallest detectable difference by number of clusters, a panel per model, the design at hand a dot."""
    found = [
        (f"{facts.title(e['treatment'])} → {facts.title(o)}", [row for row in rows if row["mde_sd"] is not None])
        for e, o, rows in models(facts, "power")
    ]
    found = [(wrapped(title, _TITLE_EM), rows) for title, rows in found if not all(row["is_actual"] for row in rows)]
    across = min(2, len(found))
    head, left, between = 0.18 * max(lines_of(title) for title, _ in found) + 0.04, 0.42, 0.4
    width = (SHEET - left - 0.12 - (across - 1) * between) / across
    figure = sheet(0.2 + ceil(len(found) / across) * (head + _CURVE + 0.26) + 0.2)
    highest = max(row["mde_sd"] for _, rows in found for row in rows)
    for at, (title, rows) in enumerate(found):
        top = 0.2 + (at // across) * (head + _CURVE + 0.26) + head
        axes = placed(figure, left + (at % across) * (width + between), top, width, _CURVE)
        curve = sorted((row["n_clusters"], row["mde_sd"]) for row in rows if not row["is_actual"])
        axes.plot([n for n, _ in curve], [mde for _, mde in curve], color=TEAL, linewidth=1.3)
        here = [(row["n_clusters"], row["mde_sd"]) for row in rows if row["is_actual"]]
        axes.plot([n for n, _ in here], [mde for _, mde in here], "D", color=ACCENT, markersize=5.2, clip_on=False)
        axes.set_ylim(0, highest * 1.08)
        measured(axes.xaxis, 4)
        measured(axes.yaxis, 4)
        axes.grid(visible=True, color="#d5dddd", linewidth=0.5)
        axes.set_title(title, loc="left", fontsize=TEXT, color=TEAL, pad=3, linespacing=1.05)
        if at + across >= len(found):
            axes.set_xlabel(drawn(word(facts.lang, "axis_clusters")), labelpad=2)
    figure.text(0.02 / SHEET, 1.0, drawn(word(facts.lang, "axis_mde")), ha="left", va="top", fontsize=TEXT, color=QUIET)
    return figure


def _around(dots: list[Dot]) -> tuple[float, float]:
    """Return the ends of an axis that shows the lines of balance, however small all differences are."""
    low, high = (pick([0.0, sign * IMBALANCE, *(dot.estimate for dot in dots)]) for pick, sign in ((min, -1), (max, 1)))
    room = 0.06 * (high - low)
    return low - room, high + room


def _without(facts: Facts, effect: Row, outcome: str) -> tuple[list[Row], float]:
    """Return the estimates of an outcome without each cluster, and that of the full sample; none without a verdict."""
    verdict = facts.verdict(effect["id"], outcome)
    rows = facts.rows("influence", effect=effect["id"], outcome=outcome)
    found = [row for row in rows if row["estimate_without"] is not None]
    if verdict is None or verdict["estimate"] is None:
        return [], 0.0
    return found, verdict["estimate"]


def _covariate(facts: Facts, row: Row) -> str:
    return facts.term(f"{row['covariate']}={row['level']}") if row["level"] else facts.title(row["covariate"])
