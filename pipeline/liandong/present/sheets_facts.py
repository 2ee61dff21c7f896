"""What the sheet of one community reads: its rows of the table of communities, in the panels that the page shows."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import polars as pl

from liandong.definitions import Language
from liandong.present.facts import Facts, Row
from liandong.present.words import word

_GROUPS: Final = ("coverage", "service", "participation", "needs", "wellbeing", "relations")
"""Groups of indicators that a sheet may show, in its order."""
_CORE: Final = ("coverage", "wellbeing", "relations")
_SHARE, _SCALE = "share", "scale"
_SCORES: Final = "scores"
_MOST: Final = 20
"""Measures that fit one page with the picture and the words."""
_LONGEST: Final = 60
"""Characters of a name of files, without what makes it unique."""
_DIFFERENT: Final = ("higher", "lower")


@dataclass(frozen=True, slots=True)
class Panel:
    """Measures of one community that are read together: a group of indicators, or the scores."""

    name: str
    title: str
    rows: tuple[Row, ...]

    @property
    def are_shares(self) -> bool:
        """Whether the values are shares, and not scores."""
        return self.name != _SCORES


class Whole(NamedTuple):
    """A figure of all respondents together, and its interval."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One community of a bundle.

    Attributes
    ----------
    facts
        The bundle's rows and labels.
    community
        Its code, as the column of clusters has it.
    panels
        What is shown of it, panel by panel.
    left_out
        Titles of the groups of which measures are missing for want of room.
    """

    facts: Facts
    community: str
    panels: tuple[Panel, ...]
    left_out: tuple[str, ...]

    @property
    def lang(self) -> Language:
        """The page's language."""
        return self.facts.lang

    @property
    def name(self) -> str:
        """The community's label where the codebook has one, else its code."""
        return self.facts.level(str(self.facts.study.get("cluster") or ""), self.community)

    @property
    def rows(self) -> list[Row]:
        """The rows of all panels."""
        return [row for panel in self.panels for row in panel.rows]

    @property
    def is_banded(self) -> bool:
        """Whether bands are published of communities, and no figures."""
        return self.facts.minimum_cell > 1

    def whole(self, row: Row) -> Whole:
        """Return the figure of all respondents on the measure of a row, where it is published."""
        if row["kind"] == "scale":
            found = self.facts.rows("scales", scale=row["measure"])
            return Whole(found[0]["mean"], None, None) if found else Whole(None, None, None)
        key = {"indicator": row["measure"], "universe": row["universe"], "subgroup": "", "category": ""}
        one = next(iter(self.facts.rows("indicators", **key)), None)
        return Whole(one["estimate"], one["conf_low"], one["conf_high"]) if one else Whole(None, None, None)

    def different(self) -> list[Row]:
        """Return the rows that stand out, in the order of the page."""
        return [row for row in self.rows if row["standing"] in _DIFFERENT]


def read_sheet(facts: Facts, community: str) -> Sheet:
    """Return what a bundle says of one community; what is hidden of it alone has a row without figures."""
    by_panel = _by_panel(facts)
    placed = _placed(facts, by_panel)
    found: dict[str, list[Row]] = {}
    for row in facts.rows("communities", cluster=community):
        name = placed.get(_key(row))
        if name:
            found.setdefault(name, []).append(row)
    panels = [Panel(name, _title(facts, name), tuple(found[name])) for name in (*_GROUPS, _SCORES) if name in found]
    cut = [name for name in _GROUPS if any(key not in placed for key in by_panel.get(name, ()))]
    return Sheet(facts, community, tuple(panels), tuple(_title(facts, name) for name in cut))


def shown_communities(table: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Return the communities of which the table of communities says anything, and those of which it says nothing."""
    told = table.group_by("cluster", maintain_order=True).agg(readable=_READABLE.any())
    shown = told.filter("readable")["cluster"].to_list()
    return shown, told.filter(~pl.col("readable"))["cluster"].to_list()


def file_names(communities: Sequence[str]) -> dict[str, str]:
    """Return a name of files for each community, safe on every system and different from all others.

    Letters and digits of any script stay, all else becomes a hyphen. Where two names would be the same, or differ in
    case alone, a number follows; it depends on the order of the communities only.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for community in communities:
        stem = _stem(community)
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        names[community] = name
    return names


_DEVICES: Final = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
"""Names that Windows keeps for itself."""


def _stem(community: str) -> str:
    text = unicodedata.normalize("NFC", community)
    kept = "".join(c if unicodedata.category(c)[0] in "LN" else "-" for c in text)
    stem = "-".join(part for part in kept.split("-") if part)
    # Names on disk are limited in bytes: a Chinese character has three.
    while len(stem.encode()) > _LONGEST:
        stem = stem[:-1]
    stem = stem.strip("-")
    reserved = stem.casefold() in _DEVICES or stem.casefold() == "index"
    return f"community-{stem}" if reserved else stem or "community"


_READABLE: Final = pl.any_horizontal(pl.col("estimate", "band_low").is_not_null())
"""Whether a row of the table of communities has a figure, or a band in its place."""


def _key(row: Row) -> tuple[str, str]:
    return str(row["measure"]), str(row["universe"])


def _by_panel(facts: Facts) -> dict[str, list[tuple[str, str]]]:
    """Return what may be shown of communities, panel by panel: shares of all respondents, and scores."""
    table = facts.tables["communities"].filter(_READABLE)
    groups = dict(facts.tables["indicators"].select("indicator", "group").unique("indicator").rows())
    by_panel: dict[str, list[tuple[str, str]]] = {}
    for measure, universe, kind in table.select("measure", "universe", "kind").unique(maintain_order=True).rows():
        name = _SCORES if kind == _SCALE else groups.get(measure, "") if kind == _SHARE and universe == "all" else ""
        by_panel.setdefault(name, []).append((measure, universe))
    return by_panel


def _placed(facts: Facts, by_panel: Mapping[str, Sequence[tuple[str, str]]]) -> dict[tuple[str, str], str]:
    """Return the panel of each measure that sheets show, the same on all of them.

    The first panels come whole, and where they are too many for a page those measures stay on which communities differ
    most surely; the others come only where they fit.
    """
    spread = facts.tables["community_spread"].select("measure", "universe", "p_value")
    evidence = {(measure, universe): p_value for measure, universe, p_value in spread.rows()}
    placed: dict[tuple[str, str], str] = {}
    for name in (_SCORES, *_CORE, *(name for name in _GROUPS if name not in _CORE)):
        keys = sorted(by_panel.get(name, ()), key=lambda key: _order(evidence.get(key)))
        room = _MOST - len(placed)
        if len(keys) <= room or name in {_SCORES, *_CORE}:
            placed |= dict.fromkeys(keys[:room], name)
    return placed


def _order(p_value: float | None) -> float:
    return 1.0 if p_value is None else p_value


def _title(facts: Facts, name: str) -> str:
    if name == _SCORES:
        return word(facts.lang, "sheet_scores")
    return facts.group(name) or word(facts.lang, f"caption_{name}")
