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
from liandong.present import figure_words as told
from liandong.present.canvas import SHEET
from liandong.present.charts import save
from liandong.present.charts_audit import balance_chart, dose_chart, heterogeneity_chart, influence_chart, power_chart
from liandong.present.charts_communities import community_chart, community_measures, compared, only_bands
from liandong.present.charts_flow import MOST_LANES, flow_chart, lanes
from liandong.present.charts_indicators import binned, both_chart, distribution_chart, dot_chart
from liandong.present.charts_models import effect_chart, inference_methods
from liandong.present.charts_multiverse import contour_blocks, contour_chart, specification_chart
from liandong.present.charts_overlap import combinations, overlap_chart
from liandong.present.facts import Facts, Row, read_facts, treatment_rows
from liandong.present.first_page import first_picture
from liandong.present.markdown import Prose, figure_block, identifier
from liandong.present.phrases_verdict import cannot_carry
from liandong.present.roles import effects_by_role, marked_title, model_title
from liandong.present.tables_appendix import ranked
from liandong.present.tables_indicators import group_rows, group_title, has_both
from liandong.present.words import word

_DOTS = ("coverage", "service", "participation", "needs", "wellbeing", "relations")
KINDS = ("effect", "balance", "contours", "specifications", "heterogeneity", "dose", "influence", "communities")
"""First words of the names of figures that an effect, a model or a measure have each."""
SINGLE = ("first", "flow", "overlap", "distributions", "power")
"""Names of figures that a bundle has one of, beside those of groups of indicators."""
OVERLAP: Final = "coverage"
"""The group of indicators whose combinations are drawn."""
_FEWEST = 3  # shares below that need no figure

_Drawn = Callable[[Facts, Row], Any]
_BY_EFFECT: Final[Mapping[str, tuple[_Drawn, Callable[[Facts, Row], str]]]] = MappingProxyType(
    {
        "balance": (balance_chart, told.alt_balance),
        "heterogeneity": (heterogeneity_chart, told.alt_heterogeneity),
        "dose": (dose_chart, told.alt_dose),
        "influence": (influence_chart, told.alt_influence),
    }
)
_BY_MODEL: Final[Mapping[str, tuple[Callable[[Facts, Row, str], Any], Callable[[Facts, Row, str], str]]]] = (
    MappingProxyType(
        {
            "contours": (contour_chart, told.alt_contours),
            "specifications": (specification_chart, told.alt_specifications),
        }
    )
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
    figure = next((figure for figure in _figures(facts) if figure.name == name), None)
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
    figures = ((lang, figure) for lang in languages for figure in _figures(read_facts(bundle, lang)))
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
    yield from _flow_figure(facts)
    for name in _DOTS:
        yield from _group_figure(facts, name)
        if name == OVERLAP:
            yield from _overlap_figure(facts)
    scores = binned(facts)
    if scores:
        sizes = [row["n_obs"] for row in facts.rows("scales") if row["scale"] in scores]
        caption = word(facts.lang, "figure_distributions", n=told.base_of(facts, sizes, "base_scores"))
        yield Figure("distributions", caption, told.alt_distributions(facts), partial(distribution_chart, facts))
    yield from _community_figures(facts)
    yield from _audit_figures(facts)
    for effect in facts.effects:
        if any(row["estimate"] is not None for row in treatment_rows(facts, effect["id"])):
            key = "figure_effect_methods" if inference_methods(facts, effect) else "figure_effect"
            base = told.base_of_models(facts, effect, effect["outcomes"])
            caption = word(facts.lang, key, title=marked_title(facts, effect), n=base)
            name = identifier("effect", effect["id"])
            yield Figure(name, caption, told.alt_effect(facts, effect), partial(effect_chart, facts, effect))


def _flow_figure(facts: Facts) -> Iterator[Figure]:
    if facts.rows("sample_flow", stage="accepted"):
        cut = word(facts.lang, "figure_flow_cut") if len(lanes(facts)) > MOST_LANES else ""
        caption = word(facts.lang, "figure_flow" if lanes(facts) else "figure_flow_rows") + cut
        yield Figure("flow", caption, told.alt_flow(facts), partial(flow_chart, facts))


def _overlap_figure(facts: Facts) -> Iterator[Figure]:
    found = combinations(facts, OVERLAP)
    if found.rows:
        base = told.base_of(facts, [row["n_rows"] for row in found.rows], "base_all")
        caption = word(facts.lang, "figure_overlap", n=base)
        yield Figure("overlap", caption, told.alt_overlap(facts, OVERLAP), partial(overlap_chart, facts, OVERLAP))


def _community_figures(facts: Facts) -> Iterator[Figure]:
    for measure, universe in community_measures(facts):
        sizes = [row["n_obs"] for row in compared(facts, measure, universe)]
        known = [size for size in sizes if size is not None]
        base = told.base_of(facts, known, "base_each") if known else ""
        named = {"title": facts.title(measure), "cluster": facts.cluster()}
        bands = only_bands(compared(facts, measure, universe))
        caption = word(facts.lang, "figure_communities_bands" if bands else "figure_communities", n=base, **named)
        alt = told.alt_communities(facts, measure, universe)
        plot = partial(community_chart, facts, measure, universe)
        yield Figure(identifier("communities", measure), caption, alt, plot)


def _audit_figures(facts: Facts) -> Iterator[Figure]:
    """Yield the figures of the audit; single clusters and omitted variables are drawn for primary effects."""
    for effect in effects_by_role(facts):
        for kind, (chart, said) in _BY_EFFECT.items():
            if _is_drawn(facts, kind, effect):
                caption = _audit_caption(facts, kind, effect, marked_title(facts, effect), effect["outcomes"])
                name = identifier(kind, effect["id"])
                alt = _stuck(facts, effect, effect["outcomes"]) + said(facts, effect)
                yield Figure(name, caption, alt, partial(chart, facts, effect))
        for outcome in effect["outcomes"]:
            for kind, (drawing, said_of) in _BY_MODEL.items():
                if _is_drawn(facts, kind, effect, outcome):
                    caption = _audit_caption(facts, kind, effect, model_title(facts, effect, outcome), [outcome])
                    name = identifier(kind, effect["id"], outcome)
                    alt = _stuck(facts, effect, [outcome]) + said_of(facts, effect, outcome)
                    yield Figure(name, caption, alt, partial(drawing, facts, effect, outcome))
    if any(row["mde_sd"] is not None and not row["is_actual"] for row in facts.rows("power")):
        yield Figure("power", word(facts.lang, "figure_power"), told.alt_power(facts), partial(power_chart, facts))


def _audit_caption(facts: Facts, kind: str, effect: Row, title: str, outcomes: Sequence[str]) -> str:
    if kind == "specifications":
        base = told.base_of_specifications(facts, effect, outcomes[0])
    else:
        base = told.base_of_models(facts, effect, outcomes)
    named = {"title": title, "cluster": facts.cluster(effect), "n": base}
    if kind == "contours":
        named["blocks"] = contour_blocks(facts, effect, outcomes[0])
    return word(facts.lang, f"figure_{kind}", **named)


def _stuck(facts: Facts, effect: Row, outcomes: Sequence[str]) -> str:
    """Return that the design carries nothing, for who hears a figure of such an effect."""
    if not all(cannot_carry(facts, effect, outcome) for outcome in outcomes):
        return ""
    return word(facts.lang, "alt_stuck") + (" " if facts.lang == "en" else "")


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
    if len(ranked(facts, name)) < _FEWEST:
        return
    both = has_both(group_rows(facts, name))
    key, alt, chart = ("figure_both", told.alt_both, both_chart) if both else ("figure_dots", told.alt_dots, dot_chart)
    caption = word(facts.lang, key, title=group_title(facts, name), n=told.base_of_group(facts, name))
    yield Figure(name, caption, alt(facts, name), partial(chart, facts, name))
