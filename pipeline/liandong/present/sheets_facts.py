"""What the sheet of one community reads: its rows of the table of communities, in the panels that the page shows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
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
    """

    facts: Facts
    community: str
    panels: tuple[Panel, ...]

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
    chosen = _chosen(facts)
    rows = [row for row in facts.rows("communities", cluster=community) if _key(row) in chosen]
    return Sheet(facts, community, tuple(_panels(facts, rows)))


def shown_communities(table: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Return the communities of which the table of communities says anything, and those of which it says nothing."""
    readable = dict.fromkeys(table["cluster"].unique(maintain_order=True).to_list(), False)
    for row in table.iter_rows(named=True):
        readable[row["cluster"]] |= _is_readable(row)
    return [c for c, yes in readable.items() if yes], [c for c, yes in readable.items() if not yes]


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


def _is_readable(row: Row) -> bool:
    return any(row[column] is not None for column in ("estimate", "band_low"))


def _key(row: Row) -> tuple[str, str]:
    return str(row["measure"]), str(row["universe"])


def _chosen(facts: Facts) -> set[tuple[str, str]]:
    """Return the measures that sheets show, the same on all of them: shares of all respondents, and scores.

    The first panels come whole, and where they are too many for a page those measures stay on which communities differ
    most surely; the others come only where they fit.
    """
    by_panel: dict[str, dict[tuple[str, str], None]] = {}
    for row in facts.rows("communities"):
        if _is_readable(row):
            by_panel.setdefault(_panel(facts, row), {})[_key(row)] = None
    evidence = {_key(row): row["p_value"] for row in facts.rows("community_spread")}
    chosen: set[tuple[str, str]] = set()
    for name in (_SCORES, *_CORE, *(name for name in _GROUPS if name not in _CORE)):
        keys = sorted(by_panel.get(name, {}), key=lambda key: _order(evidence.get(key)))
        room = _MOST - len(chosen)
        if len(keys) <= room or name in {_SCORES, *_CORE}:
            chosen |= set(keys[:room])
    return chosen


def _order(p_value: float | None) -> float:
    return 1.0 if p_value is None else p_value


def _panel(facts: Facts, row: Row) -> str:
    """Return the panel of a measure; empty for one that sheets do not show."""
    if row["kind"] == _SCALE:
        return _SCORES
    if row["kind"] != _SHARE:
        return ""
    if row["universe"] not in {"all", ""}:
        return ""
    groups = {found["group"] for found in facts.rows("indicators", indicator=row["measure"])}
    return next((name for name in _GROUPS if name in groups), "")


def _panels(facts: Facts, rows: Iterable[Row]) -> Iterator[Panel]:
    by_panel: dict[str, list[Row]] = {}
    for row in rows:
        by_panel.setdefault(_panel(facts, row), []).append(row)
    for name in (*_GROUPS, _SCORES):
        if name in by_panel:
            title = word(facts.lang, "sheet_scores") if name == _SCORES else facts.group(name)
            yield Panel(name, title or word(facts.lang, f"caption_{name}"), tuple(by_panel[name]))
