"""Plots of indicators: sorted dots with intervals, two denominators side by side, distributions of scores."""

from __future__ import annotations

from typing import Any

import polars as pl

from liandong.present.charts import ACCENT, INK, QUIET, TEAL, drawn, grammar, style, ticks, wrapped
from liandong.present.facts import Facts, Row
from liandong.present.numbers import hundredths
from liandong.present.tables_appendix import ranked
from liandong.present.words import word

_FULL = 100.0
_ROOM = 9.0  # beyond 100 %, for the figures at the right
_OFFSET = 0.17  # of the two dots of an indicator from its line


def dot_chart(facts: Facts, name: str) -> Any:
    """Return the shares of a group as dots with intervals, the largest on top, figures at the right."""
    p9 = grammar()

    rows = ranked(facts, name)
    frame = _points(rows, 0.0).with_columns(text=pl.Series([hundredths(row["estimate"]) for row in rows]))
    height = 0.7 + 0.3 * _lines(facts, rows)
    return (
        p9.ggplot(frame, p9.aes("estimate", "place"))
        + p9.geom_segment(p9.aes(x="low", xend="high", yend="place"), color=TEAL, size=0.9)
        + p9.geom_point(color=TEAL, size=2.4)
        + p9.geom_text(
            p9.aes(x=_FULL + _ROOM, label="text"), ha="right", size=8.5, color=INK, family="Noto Sans CJK SC"
        )
        + _share_axis(_FULL + _ROOM)
        + _names(facts, rows)
        + p9.labs(x=drawn(word(facts.lang, "axis_share")), y="")
        + style(height)
    )


def both_chart(facts: Facts, name: str) -> Any:
    """Return two dots per indicator: of all respondents, and of those in need."""
    p9 = grammar()

    rows = ranked(facts, name)
    need = {row["indicator"]: row for row in ranked(facts, name, "in_need")}
    labels = [drawn(word(facts.lang, name)) for name in ("of_all", "of_need")]
    of_need = [need.get(row["indicator"]) for row in rows]
    frame = pl.concat(
        [
            _points(rows, _OFFSET).with_columns(universe=pl.lit(labels[0])),
            _points(of_need, -_OFFSET).with_columns(universe=pl.lit(labels[1])),
        ]
    ).drop_nulls("estimate")
    order = {"values": dict(zip(labels, (TEAL, ACCENT), strict=True)), "breaks": labels}
    height = 0.95 + 0.36 * _lines(facts, rows)
    return (
        p9.ggplot(frame, p9.aes("estimate", "place", color="universe", shape="universe"))
        + p9.geom_segment(p9.aes(x="low", xend="high", yend="place"), size=0.9, show_legend=False)
        + p9.geom_point(size=2.4, fill="white")
        + p9.scale_color_manual(**order)
        + p9.scale_shape_manual(values=dict(zip(labels, ("o", "D"), strict=True)), breaks=labels)
        + _share_axis(_FULL)
        + _names(facts, rows)
        + p9.labs(x="%", y="")
        + style(height)
    )


def binned(facts: Facts) -> list[str]:
    """Return the scores of the table distributions that have a bar to show."""
    shown = facts.tables["distributions"].filter(pl.col("lower").is_not_null() & pl.col("share").is_not_null())
    return [*dict.fromkeys(shown["variable"])]


def distribution_chart(facts: Facts) -> Any:
    """Return a histogram per score; a hidden bar is left out."""
    p9 = grammar()

    frame = facts.tables["distributions"].filter(pl.col("lower").is_not_null() & pl.col("share").is_not_null())
    variables = binned(facts)
    titles = {variable: drawn(facts.title(variable)) for variable in variables}
    frame = frame.with_columns(
        middle=(pl.col("lower") + pl.col("upper")) / 2,
        width=(pl.col("upper") - pl.col("lower")) * 0.94,
        percent=pl.col("share") * 100,
        title=pl.col("variable").replace_strict(titles).cast(pl.Enum([*dict.fromkeys(titles.values())])),
    )
    means = [(titles[row["scale"]], row["mean"]) for row in facts.rows("scales") if row["scale"] in titles]
    lines = pl.DataFrame(means, schema={"title": frame["title"].dtype, "mean": pl.Float64}, orient="row")
    bars = (
        p9.ggplot(frame)
        + p9.geom_col(p9.aes("middle", "percent", width="width"), fill="#7fa9ac", color=TEAL, size=0.3)
        + p9.facet_wrap("title", scales="free_x", ncol=2)
    )
    if lines.height:
        bars += p9.geom_vline(p9.aes(xintercept="mean"), data=lines, linetype="dashed", color=ACCENT, size=0.8)
    return (
        bars
        + p9.scale_x_continuous(labels=ticks)
        + p9.labs(x=drawn(word(facts.lang, "axis_score")), y=drawn(word(facts.lang, "axis_share")))
        + style(2.5 * ((len(variables) + 1) // 2))
        + p9.theme(panel_grid_major_y=p9.element_line(color="#d5dddd", size=0.5), panel_grid_major_x=p9.element_blank())
        + p9.theme(axis_title_y=p9.element_text(color=QUIET))
    )


def _points(rows: list[Row] | list[Row | None], offset: float) -> pl.DataFrame:
    values = [
        (len(rows) - at + offset, *(_percent(row, column) for column in ("estimate", "conf_low", "conf_high")))
        for at, row in enumerate(rows)
    ]
    return pl.DataFrame(values, schema=dict.fromkeys(("place", "estimate", "low", "high"), pl.Float64), orient="row")


def _percent(row: Row | None, column: str) -> float | None:
    return None if row is None or row[column] is None else 100 * float(row[column])


def _share_axis(limit: float) -> Any:
    p9 = grammar()

    return p9.scale_x_continuous(limits=(0, limit), breaks=[0, 20, 40, 60, 80, 100], labels=ticks, expand=(0.01, 0))


def _names(facts: Facts, rows: list[Row]) -> Any:
    p9 = grammar()

    labels = [wrapped(facts.title(row["indicator"])) for row in rows]
    places = [float(len(rows) - at) for at in range(len(rows))]
    return p9.scale_y_continuous(breaks=places, labels=labels, limits=(0.5, len(rows) + 0.5), expand=(0, 0))


def _lines(facts: Facts, rows: list[Row]) -> float:
    """Return the lines of text that the names take, those of one line counting full."""
    return sum(max(1.0, 0.62 * (1 + wrapped(facts.title(row["indicator"])).count("\n"))) for row in rows)
