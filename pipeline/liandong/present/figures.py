"""The figures of a bundle: which there are, how each is drawn, what stands below it and what a blind reader hears."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from liandong.definitions import Language
from liandong.evidence import Bundle
from liandong.present.canvas import SHEET
from liandong.present.charts import save
from liandong.present.charts_audit import (
    balance_chart,
    dose_chart,
    heterogeneity_chart,
    influence_chart,
    power_chart,
)
from liandong.present.charts_indicators import binned, both_chart, distribution_chart, dot_chart
from liandong.present.charts_models import effect_chart
from liandong.present.charts_multiverse import contour_blocks, contour_chart, specification_chart
from liandong.present.facts import Facts, Row, read_facts, treatment_rows
from liandong.present.first_page import first_picture
from liandong.present.markdown import Prose, figure_block, identifier
from liandong.present.numbers import hundredths
from liandong.present.roles import effects_by_role, marked_title, model_title
from liandong.present.tables_appendix import ranked
from liandong.present.tables_indicators import group_rows, group_title, has_both
from liandong.present.words import joined, word

_DOTS = ("coverage", "service", "participation", "needs", "wellbeing", "relations")
KINDS = ("effect", "balance", "contours", "specifications", "heterogeneity", "dose", "influence")
"""First words of the names of figures that an effect, or an effect and an outcome, have each."""
_FEWEST = 3  # shares below that need no figure


_BY_EFFECT: Final[Mapping[str, Callable[[Facts, Row], Any]]] = MappingProxyType(
    {
        "balance": balance_chart,
        "heterogeneity": heterogeneity_chart,
        "dose": dose_chart,
        "influence": influence_chart,
    }
)
_BY_MODEL: Final[Mapping[str, Callable[[Facts, Row, str], Any]]] = MappingProxyType(
    {"contours": contour_chart, "specifications": specification_chart}
)
_DRAWN_FROM: Final = MappingProxyType(
    {
        "balance": ("balance", "std_difference"),
        "heterogeneity": ("heterogeneity", "estimate"),
        "dose": ("dose", "estimate"),
        "influence": ("influence", "estimate_without"),
        "contours": ("contours", "adjusted_estimate"),
        "specifications": ("specifications", "estimate_sd"),
    }
)
_PRIMARY_ONLY: Final = ("influence", "contours")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its name (also of its files), its words, and the function that gives the plot."""

    name: str
    caption: str
    alt: str
    plot: Callable[[], Any]

    @property
    def label(self) -> str:
        """The identifier for cross-references."""
        return f"fig-{self.name}"

    def file(self, lang: Language, extension: str) -> str:
        """Return the name of its file."""
        return f"{self.name}.{lang}.{extension}"


def figures_of(facts: Facts) -> dict[str, Figure]:
    """Return the figures that the bundle's tables allow, by name, in the order of the report."""
    return {figure.name: figure for figure in _figures(facts)}


def shown(facts: Facts, folder: str, name: str) -> Prose:
    """Return a figure of the bundle in `folder` as a numbered float; nothing where there is no such figure."""
    figure = figures_of(facts).get(name)
    if figure is None:
        return Prose("")
    vector, picture = (f"{folder}/figures/{figure.file(facts.lang, kind)}" for kind in ("svg", "png"))
    return figure_block(figure.label, vector, picture, figure.alt, figure.caption, f"{SHEET}in")


def draw_figures(
    bundle: Bundle, folder: Path, languages: Sequence[Language], *, share: tuple[int, int] = (0, 1)
) -> list[Path]:
    """Draw every figure of `bundle` in each language.

    Parameters
    ----------
    bundle
        Its tables are all that is drawn.
    folder
        Where ``<name>.<language>.svg`` and ``.png`` go; it must exist.
    languages
        Of the reports that will show them.
    share
        (at, of): draw only every of-th figure, from position `at`. The bytes of a figure do not depend on the others.

    Returns
    -------
    list of Path
        The files. The same bundle gives the same bytes.

    Raises
    ------
    RenderError
        When the bundle describes no study, or a label has a character that the font lacks.
    """
    figures = ((lang, figure) for lang in languages for figure in _figures(read_facts(bundle, lang, bound=False)))
    return save_share(figures, folder, share)


def save_share(figures: Iterable[tuple[Language, Figure]], folder: Path, share: tuple[int, int]) -> list[Path]:
    """Draw every of-th of `figures` from position at on, (at, of) being `share`, and return the files."""
    at, of = share
    written: list[Path] = []
    for lang, figure in islice(figures, at, None, of):
        written += save(figure.plot(), folder, f"{figure.name}.{lang}")
    return written


def _figures(facts: Facts) -> Iterator[Figure]:
    first = first_picture(facts)
    yield Figure("first", first.caption, first.alt, first.plot)
    for name in _DOTS:
        yield from _group_figure(facts, name)
    scores = [facts.title(variable) for variable in binned(facts)]
    if scores:
        alt = word(facts.lang, "alt_distributions", names=joined(facts.lang, scores))
        yield Figure("distributions", word(facts.lang, "figure_distributions"), alt, lambda: distribution_chart(facts))
    yield from _audit_figures(facts)
    for effect in facts.effects:
        if any(row["estimate"] is not None for row in treatment_rows(facts, effect["id"])):
            caption = word(facts.lang, "figure_effect", title=marked_title(facts, effect))
            alt = word(facts.lang, "alt_effect", treatment=facts.title(effect["treatment"]))
            name = identifier("effect", effect["id"])
            yield Figure(name, caption, alt, lambda effect=effect: effect_chart(facts, effect))  # type: ignore[misc]


def _audit_figures(facts: Facts) -> Iterator[Figure]:
    """Yield the figures of the audit; methods, single clusters and omitted variables are drawn for primary effects."""
    for effect in effects_by_role(facts):
        for kind, chart in _BY_EFFECT.items():
            if _is_drawn(facts, kind, effect):
                yield _audit_figure(facts, kind, effect, partial(chart, facts, effect))
        for outcome in effect["outcomes"]:
            for kind, drawing in _BY_MODEL.items():
                if _is_drawn(facts, kind, effect, outcome):
                    yield _audit_figure(facts, kind, effect, partial(drawing, facts, effect, outcome), outcome)
    if any(row["mde_sd"] is not None and not row["is_actual"] for row in facts.rows("power")):
        yield Figure(
            "power", word(facts.lang, "figure_power"), word(facts.lang, "alt_power"), lambda: power_chart(facts)
        )


def _audit_figure(facts: Facts, kind: str, effect: Row, plot: Callable[[], Any], outcome: str = "") -> Figure:
    title = marked_title(facts, effect) if not outcome else model_title(facts, effect, outcome)
    named = {"title": title, "cluster": facts.cluster(effect)}
    if kind == "contours":
        named["blocks"] = contour_blocks(facts, effect, outcome)
    caption, alt = (word(facts.lang, f"{part}_{kind}", **named) for part in ("figure", "alt"))
    return Figure(identifier(kind, effect["id"], *([outcome] if outcome else [])), caption, alt, plot)


def _is_drawn(facts: Facts, kind: str, effect: Row, outcome: str = "") -> bool:
    """Whether the tables hold enough to draw a figure of an effect, or of an effect and an outcome."""
    if kind in _PRIMARY_ONLY and effect["role"] != "primary":
        return False
    table, column = _DRAWN_FROM[kind]
    key = {"effect": effect["id"], **({"outcome": outcome} if outcome else {})}
    rows = [row for row in facts.rows(table, **key) if row[column] is not None]
    if kind == "influence":
        return bool(rows) and facts.verdict(effect["id"], rows[0]["outcome"]) is not None
    return len(rows) > 1


def _group_figure(facts: Facts, name: str) -> Iterator[Figure]:
    rows = group_rows(facts, name)
    shares = ranked(facts, name)
    if len(shares) < _FEWEST:
        return
    title = group_title(facts, name)
    if has_both(rows):
        caption = word(facts.lang, "figure_both", title=title)
        alt = word(facts.lang, "alt_both", count=str(len(shares)))
        yield Figure(name, caption, alt, lambda: both_chart(facts, name))
        return
    first, last = shares[0], shares[-1]
    alt = word(
        facts.lang,
        "alt_dots",
        count=str(len(shares)),
        top=facts.title(first["indicator"]),
        top_value=hundredths(first["estimate"]),
        bottom=facts.title(last["indicator"]),
        bottom_value=hundredths(last["estimate"]),
    )
    yield Figure(name, word(facts.lang, "figure_dots", title=title), alt, lambda: dot_chart(facts, name))
