"""The hand that a report page holds out to its bundle: sections, tables, figures, sentences, limitations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType, SimpleNamespace
from typing import Final

from liandong.definitions import Language
from liandong.errors import RenderError
from liandong.present.escaping import markdown_text
from liandong.present.facts import Facts, bundle_of_page, read_facts
from liandong.present.figures import KINDS, SINGLE, figures_of, shown
from liandong.present.first_page import first_page
from liandong.present.house import signatures
from liandong.present.limitations import limitations
from liandong.present.markdown import Prose, bullets, table_block
from liandong.present.opening import notice, opening
from liandong.present.results import results
from liandong.present.sayings import sayings
from liandong.present.sections import SECTIONS, section
from liandong.present.table import Table
from liandong.present.tables_appendix import (
    crosscheck_table,
    indicator_definitions,
    key_table,
    scale_definitions,
    version_table,
)
from liandong.present.tables_indicators import GROUPS, group_table, subgroup_tables
from liandong.present.tables_models import design_table
from liandong.present.tables_nested import coefficient_tables
from liandong.present.tables_sample import flow_table, missing_table, survey_table, validation_table
from liandong.present.tables_scales import item_table, scale_table

_TABLES: Final[Mapping[str, Callable[[Facts], Table]]] = MappingProxyType(
    {
        "key": key_table,
        "survey": survey_table,
        "flow": flow_table,
        "validation": validation_table,
        "missing": missing_table,
        **{name: partial(group_table, name=name) for name in GROUPS},
        "scales": scale_table,
        "items": item_table,
        "design": design_table,
        "indicators": indicator_definitions,
        "scale-definitions": scale_definitions,
        "crosscheck": crosscheck_table,
        "versions": version_table,
    }
)
TABLE_NAMES: Final = tuple(_TABLES)
"""What :meth:`Page.table` knows."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page calls; every method returns Markdown that a cell with ``output: asis`` prints.

    Attributes
    ----------
    folder
        The bundle's folder as seen from the page: figures are shown from there.
    facts
        The bundle's rows and labels, for numbers of a page's own:
        ``page.facts.value("scales", "alpha", scale="trust")``.
    say
        The sentences of the report, ready for inline expressions: ``{python} page.say.response``.
    """

    folder: str
    facts: Facts
    say: SimpleNamespace

    def opening(self, title: str | None = None, *, with_notice: bool = True) -> Prose:
        """Return title, notice and the switches ``has-…`` of conditional sections; print it before any prose.

        `title` stands in place of the study's, which then becomes the subtitle. A page that opens without the notice
        has to print it elsewhere.
        """
        return opening(self.facts, self.folder, title, with_notice=with_notice)

    def notice(self) -> Prose:
        """Return the study's notice as a callout; of simulated data there always is one."""
        return notice(self.facts)

    def first(self) -> Prose:
        """Return the first page: three leads, one picture, five numbers with the confidence they deserve."""
        return first_page(self.facts, self.folder)

    def table(self, name: str) -> Prose:
        """Return a table, numbered and captioned; nothing when it would have no rows.

        Raises
        ------
        RenderError
            For a name that no table has.
        """
        if name not in _TABLES:
            raise _unknown("table", name, [*_TABLES])
        table = _TABLES[name](self.facts)
        return table_block(table) if table.rows else Prose("")

    def subgroups(self, name: str) -> Prose:
        """Return the tables of a group of indicators by subgroup, nothing without subgroups."""
        return Prose("".join(map(table_block, subgroup_tables(self.facts, name))))

    def figure(self, name: str) -> Prose:
        """Return a figure, numbered and captioned; nothing when the bundle has too little to draw.

        Raises
        ------
        RenderError
            For a name that no figure can have.
        """
        known = {*GROUPS, *SINGLE}
        if name not in known and name.partition("-")[0] not in KINDS:
            raise _unknown("figure", name, [*figures_of(self.facts)])
        return shown(self.facts, self.folder, name)

    def effects(self, level: int = 2) -> Prose:
        """Return the results by role under headings of `level`, below them a section per effect and mediation."""
        return results(self.facts, self.folder, level)

    def section(self, name: str) -> Prose:
        """Return what a section on a further question holds, without its heading; nothing without rows for it.

        Raises
        ------
        RenderError
            For a name that no section has.
        """
        if name not in SECTIONS:
            raise _unknown("section", name, [*SECTIONS])
        return section(self.facts, self.folder, name)

    def coefficients(self) -> Prose:
        """Return the tables of all coefficients, one per effect and outcome."""
        return Prose(
            "".join(table_block(t) for effect in self.facts.effects for t in coefficient_tables(self.facts, effect))
        )

    def signatures(self) -> Prose:
        """Return the block where people sign, nothing where the study names nobody."""
        return signatures(self.facts)

    def limitations(self) -> Prose:
        """Return the list of limitations that follow from the numbers."""
        return bullets(limitations(self.facts))

    def sources(self) -> Prose:
        """Return the list of publications that the study names."""
        named = (self.facts.study.get("report") or {}).get("sources") or ()
        return Prose("".join(f"\n- {markdown_text(source)}\n" for source in named))


def open_page(bundle: str, lang: Language) -> Page:
    """Return the page's hand for the bundle at `bundle`, a path as seen from the page's folder.

    Raises
    ------
    RenderError
        When there is no bundle, or it describes no study.
    """
    found = bundle_of_page(bundle, "liandong run")
    facts = read_facts(found, lang)
    return Page(bundle, facts, sayings(facts))


def _unknown(kind: str, name: str, known: list[str]) -> RenderError:
    return RenderError(
        f"there is no {kind} {name!r}", hint=f"known: {', '.join(known)}", zh=f"报告页面引用了不存在的图表 {name}。"
    )
