"""The hand that the page of field supervision holds out to its bundle. The page names rows and interviewers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from liandong.definitions import Language
from liandong.errors import RenderError
from liandong.evidence import read_bundle
from liandong.present.charts_supervision import supervision_figures
from liandong.present.dates import long_date
from liandong.present.html_table import table_style
from liandong.present.markdown import Prose, callout, figure_block, metadata_block, paragraphs, table_block
from liandong.present.numbers import count, percent
from liandong.present.supervision_drill import by_check, by_community, by_interviewer
from liandong.present.supervision_facts import Supervised, read_supervised
from liandong.present.supervision_tables import (
    SEVERITIES,
    back_check_people_table,
    back_check_table,
    breach_table,
    check_table,
    community_table,
    day_table,
    duplicate_table,
    effect_table,
    heaping_table,
    interviewer_table,
    not_made_table,
    outlier_table,
    question_table,
    straight_table,
    target_table,
    to_do_table,
)
from liandong.present.table import Table
from liandong.present.words import joined, word

_TABLES: Final[Mapping[str, Callable[[Supervised], Table]]] = MappingProxyType(
    {
        "interviewers": interviewer_table,
        "communities": community_table,
        "targets": target_table,
        "days": day_table,
        "questions": question_table,
        "outliers": outlier_table,
        "effects": effect_table,
        "heaping": heaping_table,
        "straight": straight_table,
        "duplicates": duplicate_table,
        "breaches": breach_table,
        "back-checks": back_check_table,
        "back-check-people": back_check_people_table,
        "checks": check_table,
        "not-made": not_made_table,
    }
)
_DRILLS: Final[Mapping[str, Callable[[Supervised], Prose]]] = MappingProxyType(
    {"interviewers": by_interviewer, "communities": by_community, "checks": by_check}
)
_MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class SupervisionPage:
    """What the page calls; every method returns Markdown that a cell with ``output: asis`` prints.

    Attributes
    ----------
    folder
        The bundle's folder as seen from the page.
    facts
        Its rows and labels.
    """

    folder: str
    facts: Supervised

    def opening(self) -> Prose:
        """Return title, the notice that the page is internal, and the switches ``has-…`` of sections."""
        facts, lang = self.facts.facts, self.facts.lang
        study = facts.study
        report = study.get("report") or {}
        running = word(lang, "dq_running")
        if study.get("simulated"):
            running = f"{running} · {word(lang, 'running_simulated')}"
        values: dict[str, str | bool] = {
            "title": facts.text(study["title"]),
            "subtitle": word(lang, "dq_subtitle"),
            "author": facts.text(report.get("unit")),
            "date": long_date(report.get("date"), facts),
            "running-note": running,
        }
        given = {key: value for key, value in values.items() if value}
        held = {f"has-{name}": bool(table(self.facts).rows) for name, table in _TABLES.items()}
        held |= {f"has-to-do-{level}": bool(self.facts.rows("to_do", severity=level)) for level in SEVERITIES}
        held["has-to-do"] = bool(self.facts.records["to_do"])
        held["has-findings"] = bool(self.facts.records["findings"])
        held["has-progress"] = held["has-days"] or held["has-targets"]
        style = f"\n```{{=html}}\n<style>\n{table_style()}</style>\n```\n"
        notice = callout("important", word(lang, "dq_notice_title"), word(lang, "dq_notice"))
        return Prose(metadata_block({**given, **held}) + style + notice)

    def summary(self) -> Prose:
        """Return what a supervisor has to know first: what came in, what is to be done, who stands out."""
        return paragraphs([" ".join(said) if self.facts.lang == "en" else "".join(said) for said in self._said()])

    def to_do(self, severity: int) -> Prose:
        """Return the cases of one severity: 1 today, 2 ask the interviewer, 3 keep an eye on."""
        return _shown(to_do_table(self.facts, severity))

    def table(self, name: str) -> Prose:
        """Return a table, numbered and captioned, nothing without rows; RenderError for a name that no table has."""
        if name not in _TABLES:
            raise _unknown("table", name, [*_TABLES])
        return _shown(_TABLES[name](self.facts))

    def figure(self, name: str) -> Prose:
        """Return a figure, or all whose name begins so; nothing when there is too little to draw."""
        found = [
            figure
            for key, figure in supervision_figures(self.facts).items()
            if key == name or key.startswith(f"{name}-")
        ]
        return Prose("".join(self._figure(figure.name) for figure in found))

    def drill(self, name: str) -> Prose:
        """Return lines that open, in HTML: ``interviewers``, ``communities`` or ``checks``; RenderError otherwise."""
        if name not in _DRILLS:
            raise _unknown("list", name, [*_DRILLS])
        return _DRILLS[name](self.facts)

    def _figure(self, name: str) -> Prose:
        figure = supervision_figures(self.facts)[name]
        folder = f"{self.folder}/restricted/figures"
        vector, picture = (f"{folder}/{figure.file(self.facts.lang, kind)}" for kind in ("svg", "png"))
        return figure_block(figure.label, vector, picture, figure.alt, figure.caption)

    def _said(self) -> Iterator[list[str]]:
        lang, rows = self.facts.lang, self.facts.facts.manifest["rows"]
        days = self.facts.records["progress"]
        numbers = {name: count(rows[name]) for name in ("received", "accepted", "rejected")}
        if days:
            ends = {
                "first": long_date(days[0]["day"], self.facts.facts),
                "last": long_date(days[-1]["day"], self.facts.facts),
            }
            received = [word(lang, "dq_said_received", **numbers, **ends)]
        else:
            received = [word(lang, "dq_said_received_undated", **numbers)]
        if days and days[-1]["target"]:
            share = percent(days[-1]["share_of_target"])
            received.append(word(lang, "dq_said_target", target=count(days[-1]["target"]), share=share))
        yield received
        yield [self._cases()]
        yield [self._flagged()]
        yield [self._checks()]

    def _cases(self) -> str:
        lang = self.facts.lang
        totals = dict.fromkeys(SEVERITIES, 0)
        seen: set[str] = set()
        for row in self.facts.records["to_do"]:
            if row["check"] not in seen:
                seen.add(row["check"])
                totals[row["severity"]] += row["n_total"]
        if not any(totals.values()):
            return word(lang, "dq_said_nothing")
        names = dict(zip(("today", "ask", "watch"), (count(totals[level]) for level in SEVERITIES), strict=True))
        return word(lang, "dq_said_to_do", **names)

    def _flagged(self) -> str:
        lang, rows = self.facts.lang, self.facts.records["interviewers"]
        if not rows:
            return word(lang, "dq_said_no_interviewers")
        names = [row["interviewer"] for row in rows if row["n_flags"]]
        if not names:
            return word(lang, "dq_said_unflagged")
        shown = joined(lang, names[:_MOST_NAMES]) + (" …" if len(names) > _MOST_NAMES else "")
        return word(lang, "dq_said_flagged", names=shown)

    def _checks(self) -> str:
        states = [row["state"] for row in self.facts.facts.rows("checks")]
        made = states.count("made")
        if made == len(states):
            return word(self.facts.lang, "dq_said_checks_all", made=count(made))
        return word(self.facts.lang, "dq_said_checks", made=count(made), lacking=count(len(states) - made))

    def unmatched(self) -> Prose:
        """Return how many second interviews belong to no single first one, nothing without any."""
        number = len(self.facts.records["back_check_unmatched"])
        return paragraphs([word(self.facts.lang, "dq_said_unmatched", count=count(number))] if number else [])

    def hint(self) -> Prose:
        """Return where the details are to be found."""
        return paragraphs([word(self.facts.lang, "dq_drill_hint")])


def open_supervision(bundle: str, lang: Language) -> SupervisionPage:
    """Return the page's hand for the bundle at `bundle`, a path as seen from the page's folder.

    Raises
    ------
    RenderError
        When there is no bundle, or it describes no study.
    """
    try:
        found = read_bundle(Path(bundle))
    except FileNotFoundError as error:
        raise RenderError(
            "no evidence bundle here: manifest.json is missing",
            where=bundle,
            hint="run `liandong run` first, or give the page another `bundle`",
            zh=f"在 {bundle} 找不到证据包，请先运行 liandong run。",
        ) from error
    return SupervisionPage(bundle, read_supervised(found, lang))


def _shown(table: Table) -> Prose:
    return table_block(table) if table.rows else Prose("")


def _unknown(kind: str, name: str, known: list[str]) -> RenderError:
    return RenderError(
        f"there is no {kind} {name!r}", hint=f"known: {', '.join(known)}", zh=f"报告页面引用了不存在的内容 {name}。"
    )
