"""The hand that the audit of published figures holds out to its bundle; it works without survey data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from liandong.definitions import Language
from liandong.errors import RenderError
from liandong.present.charts_claims import claim_figures
from liandong.present.claims_cards import cards
from liandong.present.claims_facts import DERIVED, VERDICTS, WITH_DATA, Audited, read_audited, source_text
from liandong.present.claims_sentences import verdict_name
from liandong.present.claims_tables import (
    method_table,
    needed_table,
    number_checked,
    number_of,
    summary_table,
    verdict_table,
)
from liandong.present.claims_values import printed
from liandong.present.escaping import html_text
from liandong.present.facts import bundle_of_page
from liandong.present.house import house_css, letterhead, signatures, title_block
from liandong.present.html_table import table_style
from liandong.present.markdown import Prose, callout, figure_block, metadata_block, paragraphs, table_block
from liandong.present.numbers import count
from liandong.present.provenance import sources_block
from liandong.present.table import Table
from liandong.present.tables_appendix import version_table
from liandong.present.words import joined, sentences, word

_TABLES: Final[Mapping[str, Callable[[Audited], Table]]] = MappingProxyType(
    {
        "verdicts": verdict_table,
        "claims": summary_table,
        "checks": method_table,
        "needed": needed_table,
        "versions": lambda page: version_table(page.facts),
    }
)
FIGURES: Final = ("percent", "coefficients")
_JOINT: Final = ("joint_figures", "base", "joint_chance")


@dataclass(frozen=True, slots=True)
class AuditPage:
    """What the page calls; every method returns Markdown that a cell with ``output: asis`` prints.

    Attributes
    ----------
    folder
        The bundle's folder as seen from the page.
    facts
        Its rows and labels, and the claims.
    """

    folder: str
    facts: Audited

    def opening(self) -> Prose:
        """Return title, notice and the switches ``has-…``; print it before any prose."""
        facts, lang = self.facts.facts, self.facts.lang
        simulated = self._is_simulated()
        given = title_block(facts, self.folder)
        given["subtitle"] = word(lang, "claim_subtitle")
        given.pop("running-note", None)
        if simulated:
            given["running-note"] = word(lang, "claim_running_simulated")
        held = {
            "has-claims": bool(self.facts.claims),
            "has-data": self._has_data(),
            "has-needed": bool(needed_table(self.facts).rows),
            **{f"has-{name}": name in claim_figures(self.facts) for name in FIGURES},
            "has-figures": bool(claim_figures(self.facts)),
            "has-simulated": simulated,
            "has-signatures": bool(signatures(facts)),
        }
        banner = html_text(word(lang, "claim_running_simulated"))
        notice = f'<div class="ld-notice" role="note">{banner}</div>\n' if simulated else ""
        css = table_style() + claims_style(lang) + house_css(facts)
        style = f"\n```{{=html}}\n<style>\n{css}</style>\n{sources_block(facts)}\n{notice}```\n"
        said = callout("note", word(lang, "claim_notice_title"), word(lang, "claim_notice"))
        if simulated:
            title = word(lang, "claim_notice_simulated_title")
            said = Prose(callout("important", title, word(lang, "claim_notice_simulated")) + said)
        return Prose(metadata_block({**given, **held}) + style + letterhead(facts, self.folder) + said)

    def summary(self) -> Prose:
        """Return how many claims were checked, from which publications, and how many have each verdict."""
        return paragraphs(self._said())

    def table(self, name: str) -> Prose:
        """Return a table, numbered and captioned, nothing without rows; RenderError for a name that no table has."""
        if name not in _TABLES:
            raise _unknown("table", name, [*_TABLES])
        table = _TABLES[name](self.facts)
        return table_block(table) if table.rows else Prose("")

    def figure(self, name: str) -> Prose:
        """Return a figure, nothing when there is too little to draw; RenderError for a name that no figure has."""
        if name not in FIGURES:
            raise _unknown("figure", name, [*FIGURES])
        figure = claim_figures(self.facts).get(name)
        if figure is None:
            return Prose("")
        folder = f"{self.folder}/figures"
        vector, picture = (f"{folder}/{figure.file(self.facts.lang, kind)}" for kind in ("svg", "png"))
        return figure_block(figure.label, vector, picture, figure.alt, figure.caption)

    def cards(self, level: int = 2) -> Prose:
        """Return a card per claim, below headings of `level` per section."""
        return cards(self.facts, level)

    def signatures(self) -> Prose:
        """Return the block where people sign; nothing where the study names nobody."""
        return signatures(self.facts.facts)

    def _is_simulated(self) -> bool:
        return bool(self.facts.facts.study.get("simulated")) and self._has_data()

    def _has_data(self) -> bool:
        """Whether any figure was held against data."""
        rows = [row for claim in self.facts.claims for row in claim.checks if row["check"] in WITH_DATA]
        return any(row["found_in"] for row in rows)

    def _said(self) -> Iterator[str]:
        lang, page = self.facts.lang, self.facts
        if not page.claims:
            yield word(lang, "claim_said_none")
            return
        told = [
            word(lang, "claim_count_of", verdict=verdict_name(lang, verdict), count=count(number_of(page, verdict)))
            for verdict in VERDICTS
        ]
        sources = dict.fromkeys(source_text(page.facts, claim.about) for claim in page.claims)
        named = [page.facts.own(source) for source in sources if source]
        yield sentences(
            lang,
            [
                word(lang, "claim_said_total", total=count(number_checked(page)), verdicts=joined(lang, told)),
                word(lang, "claim_said_derived", derived=count(number_of(page, DERIVED)))
                if len(page.checked) < len(page.claims)
                else "",
                word(lang, "claim_said_sources", sources="；".join(named) if lang == "zh" else "; ".join(named))
                if named
                else "",
            ],
        )
        yield from self._said_of_chance()
        if not self._has_data():
            yield word(lang, "claim_said_self")

    def _said_of_chance(self) -> Iterator[str]:
        """Yield with what chance all percentages of a publication would have passed: what weak checks are worth."""
        lang, told = self.facts.lang, set()
        for claim in self.facts.claims:
            values, grim = claim.values.get("grim", {}), claim.row("grim")
            if grim is None or "joint_chance" not in values:
                continue
            group = grim["base"], float(values["joint_chance"])
            if group not in told:
                told.add(group)
                shown = printed(lang, grim, values)
                yield word(lang, "claim_said_joint", **{name: shown[name] for name in _JOINT})


def open_audit(bundle: str, lang: Language) -> AuditPage:
    """Return the page's hand for the bundle at `bundle`, a path as seen from the page's folder.

    Raises
    ------
    RenderError
        When there is no bundle, or it describes no study.
    """
    return AuditPage(bundle, read_audited(bundle_of_page(bundle, "liandong claims"), lang))


_LABELS: Final = MappingProxyType(
    {
        "claims": ("", "published", "found"),
        "claim-verdicts": ("", "count", "means", "never"),
        "claim-checks": ("", "does", "limit", "made"),
        "claim-needed": ("", "check", "concerns"),
    }
)
"""Table → the columns whose heading stands before their cells where rows are blocks."""


@cache
def claims_style(lang: Language) -> str:
    """Return the CSS of verdicts, to be printed once per page, with the words that stand in rows on a telephone."""
    colon = "：" if lang == "zh" else ": "
    rules = [
        f'  #tbl-{table} .ld-grid td:nth-child({at})::before {{ content: "{words}{colon}"; }}\n'
        for table, names in _LABELS.items()
        for at, words in enumerate((word(lang, f"claim_head_{name}") if name else "" for name in names), start=1)
        if words
    ]
    css = files("liandong.present").joinpath("claims.css").read_text(encoding="utf-8")
    return f"{css}@media screen and (max-width: 40rem) {{\n{''.join(rules)}}}\n"


def _unknown(kind: str, name: str, known: list[str]) -> RenderError:
    return RenderError(
        f"there is no {kind} {name!r}", hint=f"known: {', '.join(known)}", zh=f"报告页面引用了不存在的内容 {name}。"
    )
