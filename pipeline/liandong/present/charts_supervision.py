"""Plots of field supervision: progress, minutes by interviewer, interviewer effects, last digits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from liandong.definitions import Language
from liandong.evidence import Bundle
from liandong.present.charts import (
    ACCENT,
    FAMILY,
    HAIRLINE,
    INK,
    QUIET,
    TEAL,
    drawn,
    grammar,
    style,
    tick,
    ticks,
    wrapped,
)
from liandong.present.dates import long_date
from liandong.present.facts import Row
from liandong.present.figures import Figure, save_share
from liandong.present.numbers import count, fixed, percent
from liandong.present.supervision_facts import Supervised, read_supervised
from liandong.present.words import joined, sentences, word

_MOST_INTERVIEWERS: Final = 30
_MOST_QUESTIONS: Final = 10
_MOST_CATERPILLARS: Final = 2
_MOST_NAMED: Final = 8
_LABEL: Final = 24
_WRAPPED: Final = 20
_MOST_DIGITS: Final = 6
_FEWEST: Final = 3
_TENTH: Final = 10.0
_HEADROOM: Final = 1.15
_ABOVE: Final = 1.02  # of the target: where the words above its line begin
_BAR: Final = "#8fb2b5"  # light enough for the dashed line to show on it, on paper too


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
    if len(page.records["progress"]) >= _FEWEST:
        yield Figure("progress", word(lang, "dq_figure_progress"), _alt_progress(page), lambda: _progress(page))
    timed = _timed(page)
    if len(timed) >= _FEWEST:
        caption = word(lang, "dq_figure_minutes") + _ends(page, "dq_ends", len(timed))
        yield Figure("minutes", caption, _alt_minutes(page, timed), lambda: _minutes(page))
    effects = _effects(page)
    if len(effects) >= _FEWEST:
        yield Figure("icc", word(lang, "dq_figure_icc"), _alt_icc(page, effects), lambda: _icc(page))
    for number, row in enumerate([row for row in effects if row["flagged"]][:_MOST_CATERPILLARS], start=1):
        yield from _caterpillar_figure(page, row["field"], str(row[f"title_{lang}"]), number)
    if _digit_fields(page):
        yield Figure("digits", word(lang, "dq_figure_digits"), _alt_digits(page), lambda: _digits(page))


def _alt_progress(page: Supervised) -> str:
    days = page.records["progress"]
    first, last = days[0], days[-1]
    ends = {"first": long_date(first["day"], page.facts), "end": long_date(last["day"], page.facts)}
    numbers = {"start": count(first["cumulative"]), "last": count(last["cumulative"])}
    said = [word(page.lang, "dq_alt_progress", **ends, **numbers)]
    said += [word(page.lang, "dq_alt_target", target=count(last["target"]))] if last["target"] else []
    return sentences(page.lang, said)


def _alt_minutes(page: Supervised, timed: Sequence[Row]) -> str:
    first, last = timed[0], timed[-1]
    names = {"shortest": page.person(first["interviewer"]), "longest": page.person(last["interviewer"])}
    ends = {"low": fixed(first["minutes_median"], 0), "high": fixed(last["minutes_median"], 0)}
    return word(page.lang, "dq_alt_minutes", count=count(len(timed)), **names, **ends)


def _alt_icc(page: Supervised, effects: Sequence[Row]) -> str:
    clear = sum(row["icc_low"] is not None and row["icc_low"] > 0 for row in effects)
    largest = {"question": str(effects[0][f"title_{page.lang}"]), "high": fixed(effects[0]["icc"], 3)}
    return word(page.lang, "dq_alt_icc", count=count(len(effects)), clear=count(clear), **largest)


def _alt_digits(page: Supervised) -> str:
    told = []
    for field in _digit_fields(page):
        most = max(page.rows("last_digits", field=field), key=lambda row: row["share"] or 0.0)
        values = {"digit": count(most["digit"]), "share": percent(most["share"], 0)}
        told.append(word(page.lang, "dq_alt_digit", question=page.facts.title(field), **values))
    return word(page.lang, "dq_alt_digits", told=joined(page.lang, told))


def _ends(page: Supervised, key: str, total: int) -> str:
    """Return what a caption adds where only both ends of a long list are drawn."""
    if total <= _MOST_INTERVIEWERS:
        return ""
    return word(page.lang, key, half=count(_MOST_INTERVIEWERS // 2), count=count(total))


def _both_ends(rows: list[Row]) -> list[Row]:
    half = _MOST_INTERVIEWERS // 2
    return rows if len(rows) <= _MOST_INTERVIEWERS else [*rows[:half], *rows[-half:]]


def _timed(page: Supervised) -> list[Row]:
    rows = [row for row in page.records["interviewers"] if row["minutes_median"] is not None]
    return sorted(rows, key=lambda row: (row["minutes_median"], row["interviewer"]))


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
        + p9.scale_y_continuous(labels=ticks, limits=(0, _HEADROOM * max(rows[-1]["cumulative"], target or 0, 1)))
        + p9.labs(x="", y=word(page.lang, "dq_axis_cumulative"))
        + style(2.4)
    )
    if not target:
        return plot
    label = word(page.lang, "dq_axis_planned", target=count(target))
    return (
        plot
        + p9.geom_hline(yintercept=target, color=ACCENT, linetype="dashed", size=0.5)
        + p9.annotate(
            "text", x=0, y=_ABOVE * target, label=label, ha="left", va="bottom", size=7.5, color=ACCENT, family=FAMILY
        )
    )


def _minutes(page: Supervised) -> Any:
    p9 = grammar()

    rows = _both_ends(_timed(page))
    names = _names(page, rows)
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


def _effects(page: Supervised) -> list[Row]:
    rows = [row for row in page.records["interviewer_icc"] if row["icc"] is not None and row["icc_high"] is not None]
    return sorted(rows, key=lambda row: -row["icc"])[:_MOST_QUESTIONS]


def _icc(page: Supervised) -> Any:
    p9 = grammar()

    rows = _effects(page)[::-1]
    names = _distinct([wrapped(str(row[f"title_{page.lang}"]), _WRAPPED) for row in rows])
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
        + style(0.8 + 0.34 * len(rows))
    )


def _caterpillar_figure(page: Supervised, field: str, title: str, number: int) -> Iterator[Figure]:
    rows = [row for row in page.rows("interviewer_effects", field=field) if row["shrunk"] is not None]
    if len(rows) < _FEWEST:
        return
    caption = word(page.lang, "dq_figure_caterpillar", question=title) + _ends(page, "dq_ends_effects", len(rows))
    clear = [page.person(row["interviewer"]) for row in rows if row["clear"]]
    names = word(page.lang, "dq_alt_names", names=joined(page.lang, clear[:_MOST_NAMED])) if clear else ""
    alt = word(page.lang, "dq_alt_caterpillar", count=count(len(rows)), clear=count(len(clear)), names=names)
    yield Figure(f"caterpillar-{number}", caption, alt, lambda: _caterpillar(page, field))


def _caterpillar(page: Supervised, field: str) -> Any:
    p9 = grammar()

    rows = [row for row in page.rows("interviewer_effects", field=field) if row["shrunk"] is not None]
    rows = _both_ends(sorted(rows, key=lambda row: row["shrunk"]))
    names = _names(page, rows)
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
        + p9.geom_col(fill=_BAR, width=0.7)
        + p9.geom_hline(yintercept=_TENTH, color=INK, linetype="dashed", size=0.5)
        + p9.facet_wrap("field", ncol=2)
        + p9.scale_x_continuous(breaks=list(range(10)), labels=[tick(digit) for digit in range(10)])
        + p9.scale_y_continuous(labels=ticks)
        + p9.labs(x=word(page.lang, "dq_axis_digit"), y=word(page.lang, "dq_axis_share"))
        + style(0.8 + 1.5 * ((len(fields) + 1) // 2))
    )


def _names(page: Supervised, rows: Sequence[Row]) -> list[str]:
    labels = (drawn(page.person(row["interviewer"])) for row in rows)
    return _distinct([label if len(label) <= _LABEL else f"{label[:_LABEL]}…" for label in labels])


def _distinct(labels: Sequence[str]) -> list[str]:
    """Return the labels, a number behind those that were there before: equal ones would be drawn as one row."""
    seen = Counter[str]()
    names = []
    for label in labels:
        seen[label] += 1
        names.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return names


def _ordered(values: Any, names: list[str]) -> Any:
    import pandas as pd

    return pd.Categorical(values, categories=list(dict.fromkeys(names)), ordered=True)
