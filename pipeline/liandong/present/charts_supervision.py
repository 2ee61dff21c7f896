"""Plots of field supervision: progress, minutes by interviewer, interviewer effects, last digits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from liandong.definitions import Language
from liandong.evidence import Bundle
from liandong.present.charts import ACCENT, FAMILY, HAIRLINE, QUIET, TEAL, drawn, grammar, style, tick, ticks, wrapped
from liandong.present.figures import Figure, save_share
from liandong.present.markdown import identifier
from liandong.present.numbers import count, fixed
from liandong.present.supervision_facts import Supervised, read_supervised
from liandong.present.words import word

_MOST_INTERVIEWERS: Final = 60
_MOST_QUESTIONS: Final = 15
_MOST_DIGITS: Final = 6
_FEWEST: Final = 3
_TENTH: Final = 10.0


def supervision_figures(page: Supervised) -> dict[str, Figure]:
    """Return the figures that the tables allow, by name, in the order of the page."""
    return {figure.name: figure for figure in _figures(page)}


def draw_supervision(
    bundle: Bundle, folder: Path, languages: Sequence[Language], *, share: tuple[int, int] = (0, 1)
) -> list[Path]:
    """Draw every figure of field supervision; parameters and errors as :func:`liandong.present.draw_figures`."""
    figures = ((lang, one) for lang in languages for one in _figures(read_supervised(bundle, lang)))
    return save_share(figures, folder, share)


def _figures(page: Supervised) -> Iterator[Figure]:
    lang = page.lang
    days = page.records["progress"]
    if len(days) >= _FEWEST:
        alt = word(lang, "dq_alt_progress", last=count(days[-1]["cumulative"]))
        yield Figure("progress", word(lang, "dq_figure_progress"), alt, lambda: _progress(page))
    timed = [row["minutes_median"] for row in page.records["interviewers"] if row["minutes_median"] is not None]
    if _FEWEST <= len(timed) <= _MOST_INTERVIEWERS * 4:
        told = {"count": count(len(timed)), "low": fixed(min(timed), 0), "high": fixed(max(timed), 0)}
        yield Figure(
            "minutes", word(lang, "dq_figure_minutes"), word(lang, "dq_alt_minutes", **told), lambda: _minutes(page)
        )
    effects = _effects(page)
    if len(effects) >= _FEWEST:
        alt = word(lang, "dq_alt_icc", count=count(len(effects)), high=fixed(effects[0]["icc"], 3))
        yield Figure("icc", word(lang, "dq_figure_icc"), alt, lambda: _icc(page))
    for row in [row for row in effects if row["flagged"]][:2] or effects[:1]:
        yield from _caterpillar_figure(page, row["field"], str(row[f"title_{lang}"]))
    digits = _digit_fields(page)
    if digits:
        alt = word(lang, "dq_alt_digits", count=count(len(digits)))
        yield Figure("digits", word(lang, "dq_figure_digits"), alt, lambda: _digits(page))


def _progress(page: Supervised) -> Any:
    p9 = grammar()

    rows = page.records["progress"]
    frame = pl.DataFrame({"at": range(len(rows)), "total": [row["cumulative"] for row in rows]})
    target = rows[-1]["target"]
    step = max(1, len(rows) // 8)
    plot = (
        p9.ggplot(frame.to_pandas(), p9.aes("at", "total"))
        + p9.geom_line(color=TEAL, size=0.9)
        + p9.geom_point(color=TEAL, size=1.6)
        + p9.scale_x_continuous(
            breaks=list(range(0, len(rows), step)), labels=[rows[at]["day"][5:] for at in range(0, len(rows), step)]
        )
        + p9.scale_y_continuous(labels=ticks, limits=(0, None))
        + p9.labs(x="", y=word(page.lang, "dq_axis_cumulative"))
        + style(2.4)
    )
    if not target:
        return plot
    label = word(page.lang, "dq_axis_planned", target=count(target))
    return (
        plot
        + p9.geom_hline(yintercept=target, color=ACCENT, linetype="dashed", size=0.5)
        + p9.annotate("text", x=0, y=target, label=label, ha="left", va="bottom", size=7.5, color=ACCENT, family=FAMILY)
    )


def _minutes(page: Supervised) -> Any:
    p9 = grammar()

    rows = sorted(
        (row for row in page.records["interviewers"] if row["minutes_median"] is not None),
        key=lambda row: row["minutes_median"],
    )
    half = _MOST_INTERVIEWERS // 2
    rows = rows if len(rows) <= _MOST_INTERVIEWERS else [*rows[:half], *rows[-half:]]
    names = [drawn(row["interviewer"]) for row in rows]
    frame = pl.DataFrame({"name": names, "minutes": [row["minutes_median"] for row in rows]}).to_pandas()
    frame["name"] = _ordered(frame["name"], names)
    return (
        p9.ggplot(frame, p9.aes("minutes", "name"))
        + p9.geom_segment(p9.aes(x=0, xend="minutes", yend="name"), color=HAIRLINE, size=0.6)
        + p9.geom_point(color=TEAL, size=1.8)
        + p9.scale_x_continuous(labels=ticks, limits=(0, None))
        + p9.labs(x=word(page.lang, "dq_axis_minutes"), y="")
        + style(0.8 + 0.13 * len(rows))
        + p9.theme(axis_text_y=p9.element_text(size=6.5))
    )


def _effects(page: Supervised) -> list[dict[str, Any]]:
    rows = [row for row in page.records["interviewer_icc"] if row["icc"] is not None and row["icc_high"] is not None]
    return sorted(rows, key=lambda row: -row["icc"])[:_MOST_QUESTIONS]


def _icc(page: Supervised) -> Any:
    p9 = grammar()

    rows = _effects(page)[::-1]
    names = [wrapped(str(row[f"title_{page.lang}"]), 18) for row in rows]
    data = {name: [row[name] for row in rows] for name in ("icc", "icc_low", "icc_high")}
    frame = pl.DataFrame({"name": names, **data}).to_pandas()
    frame["name"] = _ordered(frame["name"], names)
    return (
        p9.ggplot(frame, p9.aes("icc", "name"))
        + p9.geom_vline(xintercept=0, color=QUIET, size=0.4)
        + p9.geom_segment(p9.aes(x="icc_low", xend="icc_high", yend="name"), color=TEAL, size=0.8)
        + p9.geom_point(color=TEAL, size=2)
        + p9.scale_x_continuous(labels=ticks)
        + p9.labs(x=word(page.lang, "dq_axis_icc"), y="")
        + style(0.8 + 0.24 * len(rows))
    )


def _caterpillar_figure(page: Supervised, field: str, title: str) -> Iterator[Figure]:
    rows = [row for row in page.rows("interviewer_effects", field=field) if row["shrunk"] is not None]
    if len(rows) < _FEWEST:
        return
    caption = word(page.lang, "dq_figure_caterpillar", question=title)
    clear = sum(bool(row["clear"]) for row in rows)
    alt = word(page.lang, "dq_alt_caterpillar", count=count(len(rows)), clear=count(clear))
    yield Figure(identifier("caterpillar", field), caption, alt, lambda: _caterpillar(page, field))


def _caterpillar(page: Supervised, field: str) -> Any:
    p9 = grammar()

    rows = [row for row in page.rows("interviewer_effects", field=field) if row["shrunk"] is not None]
    rows = sorted(rows, key=lambda row: row["shrunk"])
    half = _MOST_INTERVIEWERS // 2
    rows = rows if len(rows) <= _MOST_INTERVIEWERS else [*rows[:half], *rows[-half:]]
    names = [drawn(row["interviewer"]) for row in rows]
    kinds = [word(page.lang, "dq_clear" if row["clear"] else "dq_unclear") for row in rows]
    data = {name: [row[name] for row in rows] for name in ("shrunk", "shrunk_low", "shrunk_high")}
    frame = pl.DataFrame({"name": names, "kind": kinds, **data}).to_pandas()
    frame["name"] = _ordered(frame["name"], names)
    colours = {word(page.lang, "dq_clear"): ACCENT, word(page.lang, "dq_unclear"): TEAL}
    shapes = {word(page.lang, "dq_clear"): "o", word(page.lang, "dq_unclear"): "|"}
    return (
        p9.ggplot(frame, p9.aes("shrunk", "name", color="kind", shape="kind"))
        + p9.geom_vline(xintercept=0, color=QUIET, size=0.4)
        + p9.geom_segment(p9.aes(x="shrunk_low", xend="shrunk_high", yend="name"), size=0.5)
        + p9.geom_point(size=2)
        + p9.scale_color_manual(values=colours)
        + p9.scale_shape_manual(values=shapes)
        + p9.scale_x_continuous(labels=ticks)
        + p9.labs(x=word(page.lang, "dq_axis_deviation"), y="")
        + style(1.0 + 0.13 * len(rows))
        + p9.theme(axis_text_y=p9.element_text(size=6.5))
    )


def _digit_fields(page: Supervised) -> list[str]:
    return list(dict.fromkeys(row["field"] for row in page.records["last_digits"]))[:_MOST_DIGITS]


def _digits(page: Supervised) -> Any:
    p9 = grammar()

    fields = _digit_fields(page)
    rows = [row for row in page.records["last_digits"] if row["field"] in fields]
    titles = {field: wrapped(page.facts.title(field), 24) for field in fields}
    frame = pl.DataFrame(
        {
            "field": [titles[row["field"]] for row in rows],
            "digit": [row["digit"] for row in rows],
            "share": [(row["share"] or 0.0) * 100 for row in rows],
        }
    ).to_pandas()
    frame["field"] = _ordered(frame["field"], list(titles.values()))
    return (
        p9.ggplot(frame, p9.aes("digit", "share"))
        + p9.geom_col(fill=TEAL, width=0.7)
        + p9.geom_hline(yintercept=_TENTH, color=ACCENT, linetype="dashed", size=0.5)
        + p9.facet_wrap("field", ncol=2)
        + p9.scale_x_continuous(breaks=list(range(10)), labels=[tick(digit) for digit in range(10)])
        + p9.scale_y_continuous(labels=ticks)
        + p9.labs(x=word(page.lang, "dq_axis_digit"), y=word(page.lang, "dq_axis_share"))
        + style(0.8 + 1.5 * ((len(fields) + 1) // 2))
    )


def _ordered(values: Any, names: list[str]) -> Any:
    import pandas as pd

    return pd.Categorical(values, categories=list(dict.fromkeys(names)), ordered=True)
