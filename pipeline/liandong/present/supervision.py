"""The hand that the page of field supervision holds out to its bundle. The page names rows and interviewers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from liandong.definitions import Language
from liandong.errors import RenderError
from liandong.present.charts_supervision import supervision_figures
from liandong.present.dates import long_date
from liandong.present.facts import bundle_of_page
from liandong.present.html_table import table_style
from liandong.present.listing import shortened
from liandong.present.markdown import Prose, callout, figure_block, metadata_block, paragraphs, table_block
from liandong.present.numbers import count, percent
from liandong.present.supervision_answers import (
    back_check_people_table,
    back_check_table,
    breach_table,
    duplicate_table,
    effect_table,
    heaping_table,
    outlier_table,
    question_table,
    straight_table,
)
from liandong.present.supervision_drill import by_check, by_community, by_interviewer, whole
from liandong.present.supervision_facts import SEVERITIES, TODAY, Supervised, read_supervised
from liandong.present.supervision_tables import (
    check_table,
    community_table,
    day_table,
    interviewer_table,
    not_made_table,
    target_table,
    to_do_table,
)
from liandong.present.table import Table
from liandong.present.words import joined, sentences, word

_TABLES: Final[Mapping[str, tuple[Callable[[Supervised], Table], int]]] = MappingProxyType(
    {
        "interviewers": (interviewer_table, 30),
        "communities": (community_table, 30),
        "targets": (target_table, 30),
        "days": (day_table, 14),
        "questions": (question_table, 12),
        "outliers": (outlier_table, 12),
        "effects": (effect_table, 10),
        "heaping": (heaping_table, 12),
        "straight": (straight_table, 15),
        "duplicates": (duplicate_table, 15),
        "breaches": (breach_table, 12),
        "back-checks": (back_check_table, 20),
        "back-check-people": (back_check_people_table, 20),
        "checks": (check_table, 60),
        "not-made": (not_made_table, 60),
    }
)
"""Tables, and how many rows of each the page shows; the rest opens in HTML."""
_DRILLS: Final[Mapping[str, Callable[[Supervised], Prose]]] = MappingProxyType(
    {"interviewers": by_interviewer, "communities": by_community, "checks": by_check}
)
_ANSWERS: Final = ("breaches", "questions", "straight", "outliers", "heaping", "effects")
_MOST_NAMES = 8
_MOST_FIRST = 3


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
            running = f"{running} · {word(lang, 'dq_running_simulated')}"
        values: dict[str, str | bool] = {
            "title": facts.text(study["title"]),
            "subtitle": word(lang, "dq_subtitle"),
            "author": facts.text(report.get("unit")),
            "date": long_date(report.get("date"), facts),
            "running-note": running,
        }
        given = {key: value for key, value in values.items() if value}
        held = {f"has-{name}": bool(table(self.facts).rows) for name, (table, _) in _TABLES.items()}
        held |= {f"has-to-do-{level}": bool(self.facts.rows("to_do", severity=level)) for level in SEVERITIES}
        held["has-to-do"] = bool(self.facts.records["to_do"])
        held["has-findings"] = bool(self.facts.records["findings"])
        held["has-progress"] = held["has-days"] or held["has-targets"]
        held["has-answers"] = any(held[f"has-{name}"] for name in _ANSWERS)
        style = f"\n```{{=html}}\n<style>\n{table_style()}</style>\n```\n"
        notice = callout("important", word(lang, "dq_notice_title"), word(lang, "dq_notice"))
        return Prose(metadata_block({**given, **held}) + style + notice)

    def summary(self) -> Prose:
        """Return what a supervisor has to know first: what came in, what is to be done, who stands out."""
        return paragraphs([sentences(self.facts.lang, said) for said in self._said()])

    def to_do(self, severity: int) -> Prose:
        """Return the cases of one severity: 1 today, 2 ask the interviewer, 3 keep an eye on."""
        table = to_do_table(self.facts, severity)
        return table_block(table) if table.rows else Prose("")

    def table(self, name: str) -> Prose:
        """Return a table, numbered and captioned, nothing without rows; RenderError for a name that no table has."""
        if name not in _TABLES:
            raise _unknown("table", name, [*_TABLES])
        build, most = _TABLES[name]
        table = build(self.facts)
        if not table.rows:
            return Prose("")
        note = word(self.facts.lang, "dq_note_rest", shown=count(most), total=count(len(table.rows)))
        shown = table_block(shortened(table, most, note))
        return shown if len(table.rows) <= most else Prose(shown + whole(self.facts, table))

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
        yield [self._cases(), *self._first()]
        yield [self._flagged()]
        yield [
            self._checks(),
            "" if self.facts.facts.manifest.get("complete", True) else word(lang, "dq_said_no_models"),
        ]

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

    def _first(self) -> Iterator[str]:
        """Say where today's work is: the interviewers and communities with most cases of the first severity."""
        for what, name in (("interviewer", self.facts.person), ("community", self.facts.place)):
            numbers = {
                whose: self.facts.number_of_cases(what, whose, TODAY)
                for kind, whose in self.facts.cases
                if kind == what
            }
            most = sorted((-number, whose) for whose, number in numbers.items() if number)[:_MOST_FIRST]
            if most:
                told = [
                    word(self.facts.lang, "dq_named", name=name(whose), count=count(-number)) for number, whose in most
                ]
                yield word(self.facts.lang, f"dq_said_first_{what}", names=joined(self.facts.lang, told))

    def _flagged(self) -> str:
        lang, rows = self.facts.lang, self.facts.records["interviewers"]
        if not rows:
            return word(lang, "dq_said_no_interviewers")
        names = [self.facts.person(row["interviewer"]) for row in rows if row["n_flags"]]
        if not names:
            return word(lang, "dq_said_unflagged")
        shown = joined(lang, names[:_MOST_NAMES])
        if len(names) > _MOST_NAMES:
            shown = word(lang, "dq_and_more", names=shown, count=count(len(names) - _MOST_NAMES))
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


def open_supervision(bundle: str, lang: Language) -> SupervisionPage:
    """Return the page's hand for the bundle at `bundle`, a path as seen from the page's folder.

    Raises
    ------
    RenderError
        When there is no bundle, or it describes no study.
    """
    found = bundle_of_page(bundle, "liandong quality")
    return SupervisionPage(bundle, read_supervised(found, lang))


def _unknown(kind: str, name: str, known: list[str]) -> RenderError:
    return RenderError(
        f"there is no {kind} {name!r}", hint=f"known: {', '.join(known)}", zh=f"报告页面引用了不存在的内容 {name}。"
    )
