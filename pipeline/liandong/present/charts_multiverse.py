"""Plots of a multiverse and of omitted variables: the curve of specifications, the lines of equal estimates."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase
from typing import Any, Final

import numpy as np
import polars as pl

from liandong.present.charts import ACCENT, FAMILY, INK, QUIET, TEAL, drawn, grammar, style, tick, ticks, wrapped
from liandong.present.facts import Facts, Row
from liandong.present.tables_robustness import block_name
from liandong.present.words import coded, joined, word

_BELOW: Final = 1000.0
"""Where the dashboard's lines begin on the vertical axis, far from any estimate."""
_LINES: Final = 7
_NAME_EM: Final = 19.0
_HEIGHT: Final = 2.0  # of the curve, in inches
_LINE: Final = 0.175  # of a line of the dashboard

Choice = tuple[str, str]


def specification_chart(facts: Facts, effect: Row, outcome: str) -> Any:
    """Return the estimates of all specifications, sorted, and below them what each of them chose."""
    p9 = grammar()

    found = [
        row
        for row in facts.rows("specifications", effect=effect["id"], outcome=outcome)
        if row["estimate_sd"] is not None
    ]
    found = sorted(found, key=lambda row: (row["estimate_sd"], row["specification"]))
    choices = [*dict.fromkeys(_in_order(found))]
    place = {choice: _BELOW + len(choices) - at for at, choice in enumerate(choices)}
    legend = [word(facts.lang, key) for key in ("legend_clear", "legend_unclear", "legend_headline")]
    curve = _curve(found, legend)
    marks = [
        (float(rank), place[choice]) for rank, row in enumerate(found, 1) for choice in _chosen(row) if choice in place
    ]
    dashboard = pl.DataFrame(marks, schema={"rank": pl.Float64, "value": pl.Float64}, orient="row")
    names = {place[choice]: wrapped(_name(facts, effect, choice), _NAME_EM) for choice in choices}
    panels = pl.Enum(["curve", "choices"])
    upper = curve.with_columns(panel=pl.lit("curve", dtype=panels))
    lower = dashboard.with_columns(panel=pl.lit("choices", dtype=panels))
    zero = pl.DataFrame({"panel": ["curve"], "value": [0.0]}, schema={"panel": panels, "value": pl.Float64})
    below = _LINE * len(choices) + 0.15
    headline = upper.filter(pl.col("kind") == legend[2])
    return (
        p9.ggplot(upper, p9.aes("rank", "value"))
        + p9.geom_hline(p9.aes(yintercept="value"), data=zero, color=QUIET, linetype="dashed", size=0.6)
        + p9.geom_linerange(p9.aes(ymin="low", ymax="high"), color="#b9c9ca", size=0.5, raster=True)
        + p9.geom_point(p9.aes(color="kind", shape="kind"), size=1.1, raster=True)
        + p9.geom_point(p9.aes(color="kind", shape="kind"), data=headline, size=3)
        + p9.geom_point(data=lower, color=TEAL, shape="|", size=1.2, raster=True)
        + p9.scale_color_manual(values=dict(zip(legend, (TEAL, QUIET, ACCENT), strict=True)), breaks=legend)
        + p9.scale_shape_manual(values=dict(zip(legend, ("o", ".", "D"), strict=True)), breaks=legend)
        + p9.facet_grid("panel", scales="free_y", space={"x": [1], "y": [_HEIGHT, below]})
        + p9.scale_y_continuous(
            breaks=lambda limits: _breaks(limits, [*names]),
            labels=lambda breaks: [names.get(value, tick(round(value, 10))) for value in breaks],
        )
        + p9.scale_x_continuous(breaks=[], expand=(0.01, 0))
        + p9.labs(x=drawn(word(facts.lang, "axis_specifications")), y="")
        + style(_HEIGHT + below + 0.7)
        + p9.theme(
            strip_text=p9.element_blank(),
            panel_grid_major_y=p9.element_line(color="#e6ebeb", size=0.4),
            axis_text_y=p9.element_text(size=7, linespacing=0.95),
            panel_spacing=0.015,
        )
    )


def contour_chart(facts: Facts, effect: Row, outcome: str) -> Any:
    """Return lines of equal adjusted estimate over the strength of an omitted variable, observed ones as diamonds."""
    p9 = grammar()

    lines = _contour_lines(facts, effect["id"], outcome)
    labels = lines.group_by("line", "text", "is_zero", maintain_order=True).last()
    benchmarks = _benchmarks(facts, effect, outcome)
    letters = _letters(benchmarks)
    shown = [
        (100 * row["r2_treatment"], 100 * row["r2_outcome"], f" {letters[row['covariates']]}{_times(row)}")
        for row in benchmarks
    ]
    points = pl.DataFrame(shown, schema={"x": pl.Float64, "y": pl.Float64, "text": pl.String}, orient="row").sort("y")
    # Neighbours have their names on either side of their dots.
    sides = [points.gather_every(2, offset) for offset in (0, 1)]
    return (
        p9.ggplot(lines, p9.aes("x", "y"))
        + p9.geom_path(p9.aes(group="line"), data=lines.filter(~pl.col("is_zero")), color=TEAL, size=0.6)
        + p9.geom_path(
            p9.aes(group="line"), data=lines.filter(pl.col("is_zero")), color=ACCENT, size=1, linetype="dashed"
        )
        + p9.geom_text(p9.aes(label="text"), data=labels, size=7.5, color=INK, family=FAMILY, ha="right", va="bottom")
        + p9.geom_point(data=points, color=INK, shape="D", size=1.8)
        + p9.geom_text(p9.aes(label="text"), data=sides[0], size=8, color=INK, family=FAMILY, ha="left", va="top")
        + p9.geom_text(p9.aes(label="text"), data=sides[1], size=8, color=INK, family=FAMILY, ha="left", va="bottom")
        + p9.scale_x_continuous(labels=ticks)
        + p9.scale_y_continuous(labels=ticks)
        + p9.labs(x=drawn(word(facts.lang, "axis_r2_treatment")), y=drawn(word(facts.lang, "axis_r2_outcome")))
        + style(3.6)
        + p9.theme(panel_grid_major_y=p9.element_line(color="#d5dddd", size=0.5))
    )


def _curve(found: list[Row], legend: list[str]) -> pl.DataFrame:
    clear, unclear, headline = legend
    rows = []
    for rank, row in enumerate(found, 1):
        scale = row["estimate_sd"] / row["estimate"] if row["estimate"] else 0.0
        low, high = row["conf_low"], row["conf_high"]
        known = low is not None and high is not None
        kind = headline if row["is_headline"] else clear if known and (low > 0 or high < 0) else unclear
        rows.append(
            (float(rank), row["estimate_sd"], low * scale if known else None, high * scale if known else None, kind)
        )
    numbers = dict.fromkeys(("rank", "value", "low", "high"), pl.Float64)
    schema: dict[str, Any] = {**numbers, "kind": pl.Enum(legend)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _chosen(row: Row) -> Iterator[Choice]:
    """Yield the choices of a specification: factor and level."""
    for name in ("scoring", "sample", "absorbed", "vcov"):
        yield name, row[name]
    for block in row["controls"].split("+"):
        if block:
            yield "controls", block


def _in_order(found: list[Row]) -> Iterator[Choice]:
    """Yield the choices factor by factor; a factor without a choice has no lines."""
    made = [choice for row in sorted(found, key=lambda row: row["specification"]) for choice in _chosen(row)]
    for factor in ("scoring", "controls", "sample", "absorbed", "vcov"):
        levels = dict.fromkeys(choice for choice in made if choice[0] == factor)
        if len(levels) > 1 or factor == "controls":
            yield from levels


def _name(facts: Facts, effect: Row, choice: Choice) -> str:
    factor, level = choice
    if factor == "scoring":
        return facts.title(level)
    if factor == "vcov":
        return coded(facts.lang, "method", level)
    if factor == "absorbed":
        names = "+".join(facts.noun(name) for name in level.split("+") if name)
        return word(facts.lang, "choice_absorbed", names=names) if names else word(facts.lang, "choice_no_effects")
    if factor == "sample":
        own = facts.labels.get(("sample", effect["id"], level))
        return own[0] if own else coded(facts.lang, "sample", level)
    own = facts.labels.get(("block", effect["id"], level))
    return own[0] if own else facts.step(effect["id"], level)


def _breaks(limits: tuple[float, float], places: list[float]) -> list[float]:
    """Return the breaks of either panel, which tell themselves apart by where they lie."""
    if limits[0] > _BELOW / 2:
        return sorted(places)
    from mizani.breaks import breaks_extended

    return [float(value) for value in breaks_extended(n=5)(limits) if limits[0] <= value <= limits[1]]


def _contour_lines(facts: Facts, effect: str, outcome: str) -> pl.DataFrame:
    """Return the lines of equal adjusted estimate as points in order: x and y in percent."""
    from contourpy import contour_generator
    from mizani.breaks import breaks_extended

    frame = pl.DataFrame(facts.rows("contours", effect=effect, outcome=outcome)).drop_nulls("adjusted_estimate")
    rows_of, columns_of = (sorted(frame[name].unique().to_list()) for name in ("r2_outcome", "r2_treatment"))
    values = np.full((len(rows_of), len(columns_of)), np.nan)
    for treatment, result, value in frame.select("r2_treatment", "r2_outcome", "adjusted_estimate").rows():
        values[rows_of.index(result), columns_of.index(treatment)] = value
    generator = contour_generator(100 * np.array(columns_of), 100 * np.array(rows_of), np.ma.masked_invalid(values))
    levels = breaks_extended(n=_LINES)((float(np.nanmin(values)), float(np.nanmax(values))))
    rows = []
    for number, level in enumerate(sorted({0.0, *(round(float(value), 12) for value in levels)})):
        for part, line in enumerate(generator.lines(level)):
            text = tick(level)
            rows += [(f"{number}.{part}", text, level == 0.0, float(a), float(b)) for a, b in _oriented(line)]
    schema = {"line": pl.String, "text": pl.String, "is_zero": pl.Boolean, "x": pl.Float64, "y": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _oriented(line: Any) -> list[tuple[float, float]]:
    """Return a line with its right end last, where the label stands."""
    points = [(a, b) for a, b in line]
    return points if points[0][0] <= points[-1][0] else points[::-1]


def _benchmarks(facts: Facts, effect: Row, outcome: str) -> list[Row]:
    """Return the strengths of whole blocks of controls, once as strong, and of the first one twice and three times."""
    rows = [
        row
        for row in facts.rows("benchmarks", effect=effect["id"], outcome=outcome)
        if row["r2_treatment"] is not None and row["r2_outcome"] is not None
    ]
    steps = [set(step["add"]) for step in effect["steps"] if step["add"]]
    blocks = [row for row in rows if set(row["covariates"].split("+")) in steps] or rows
    blocks = blocks[: len(ascii_lowercase)]
    return [row for row in blocks if row["multiple"] == 1.0 or row["covariates"] == blocks[0]["covariates"]]


def contour_blocks(facts: Facts, effect: Row, outcome: str) -> str:
    """Return the letters of the diamonds of :func:`contour_chart` with the controls that they stand for."""
    letters = _letters(_benchmarks(facts, effect, outcome))
    named = [f"{letter} {block_name(facts, effect, covariates)}" for covariates, letter in letters.items()]
    return joined(facts.lang, named)


def _times(row: Row) -> str:
    return "" if row["multiple"] == 1.0 else f"{row['multiple']:g}"


def _letters(rows: list[Row]) -> dict[str, str]:
    return dict(zip(dict.fromkeys(row["covariates"] for row in rows), ascii_lowercase, strict=False))
