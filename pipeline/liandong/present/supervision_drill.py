"""Drilling down: of every interviewer, community and check all cases, behind a line that opens; in HTML only.

Long lists would make the printed report unreadable; there, tables/…/to_do.csv has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from liandong.present.escaping import html_text
from liandong.present.facts import Row as Record
from liandong.present.html_table import html_table
from liandong.present.listing import Column, listed
from liandong.present.markdown import Prose, identifier
from liandong.present.numbers import count, fixed, p_value
from liandong.present.supervision_facts import Supervised
from liandong.present.supervision_tables import cases_table
from liandong.present.table import Table
from liandong.present.words import coded, word

MOST_OPENED = 400
"""Lines that open on one page; beyond, a browser grows slow."""


def by_interviewer(page: Supervised) -> Prose:
    """Return a line for every interviewer with cases or flags, the most first."""
    rows = sorted(page.records["interviewers"], key=lambda row: -(row["n_flags"] or 0))
    return _opened(line for row in rows for line in _interviewer(page, row))


def by_community(page: Supervised) -> Prose:
    """Return a line for every community with cases."""
    return _opened(line for row in page.records["clusters"] for line in _community(page, row))


def by_check(page: Supervised) -> Prose:
    """Return a line for every check that found single rows, with all of them that are kept."""
    names = dict.fromkeys(row["check"] for row in page.records["findings"])
    return _opened(_check(page, name) for name in names)


def _interviewer(page: Supervised, row: Record) -> Iterator[str]:
    cases = page.rows("to_do", interviewer=row["interviewer"])
    flags = row["n_flags"] or 0
    if not cases and not flags:
        return
    told = {"name": row["interviewer"], "n": count(row["n"]), "flags": count(flags), "cases": count(len(cases))}
    name = identifier("interviewer", row["interviewer"])
    tables = [cases_table(page, cases, name, "dq_drill_cases")] if cases else []
    yield _details(
        word(page.lang, "dq_drill_interviewer", **told), [*tables, _measures(page, row["interviewer"], name)]
    )


def _community(page: Supervised, row: Record) -> Iterator[str]:
    cases = page.rows("to_do", community=row["community"])
    if not cases:
        return
    numbers = {"n": count(row["n"]), "rejected": count(row["n_rejected"]), "cases": count(len(cases))}
    summary = word(page.lang, "dq_drill_community", name=row["community"], **numbers)
    yield _details(summary, [cases_table(page, cases, identifier("community", row["community"]), "dq_drill_cases")])


def _check(page: Supervised, name: str) -> str:
    lang, rows = page.lang, page.rows("findings", check=name)
    title = page.check_title(name)
    columns = [
        Column("dq_row", lambda row: count(row["row"])),
        Column("dq_key", lambda row: row["key"] or "—", "left"),
        Column("dq_interviewer", lambda row: row["interviewer"] or "—", "left"),
        Column("dq_community", lambda row: row["community"] or "—", "left"),
        Column("dq_day", lambda row: row["day"] or "—", "left"),
        Column("dq_question", lambda row: page.field_titles(row["field"]) or "—", "left"),
        Column("dq_own", lambda row: row["value"] or "—", "left"),
    ]
    total = rows[0]["n_total"]
    rest = total - len(rows)
    notes = [word(lang, "dq_note_rest", shown=count(len(rows)), rest=count(rest))] if rest > 0 else []
    summary = word(lang, "dq_drill_check", title=title, count=count(total))
    return _details(summary, [listed(lang, identifier("check", name), title, columns, rows, notes)])


def _measures(page: Supervised, interviewer: str, name: str) -> Table:
    """Return how an interviewer compares with the others, measure by measure."""
    lang = page.lang
    rows = [row for row in page.rows("interviewer_measures", interviewer=interviewer) if row["value"] is not None]
    columns = [
        Column("dq_measure_name", lambda row: _measure(page, row), "left"),
        Column("dq_n", lambda row: count(row["n"])),
        Column("dq_own", lambda row: fixed(row["value"], 2)),
        Column("dq_others", lambda row: fixed(row["others"], 2)),
        Column("dq_holm", lambda row: p_value(row["holm"])),
    ]
    return listed(lang, f"{name}-measures", word(lang, "dq_drill_measures"), columns, rows)


def _measure(page: Supervised, row: Record) -> str:
    name = coded(page.lang, "dq_measure", row["measure"])
    return f"{name} – {page.facts.title(row['field'])}" if row["field"] else name


def _details(summary: str, tables: Sequence[Table]) -> str:
    inside = "\n".join(
        f'<p class="ld-drill-title">{html_text(table.caption)}</p>\n{html_table(table)}'
        for table in tables
        if table.rows
    )
    return f'<details class="ld-drill">\n<summary>{html_text(summary)}</summary>\n{inside}\n</details>'


def _opened(lines: Iterator[str]) -> Prose:
    found = [line for line, _ in zip(lines, range(MOST_OPENED), strict=False)]
    joined = "\n".join(found)
    return Prose(f"\n```{{=html}}\n{joined}\n```\n" if found else "")
