"""Drilling down: of every interviewer, community and check all cases, behind a line that opens; in HTML only.

Long lists would make the printed report unreadable; the tables in restricted/quality/ have them all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Final

from liandong.present.escaping import html_text
from liandong.present.facts import Row as Record
from liandong.present.html_table import html_table
from liandong.present.listing import Column, listed, shortened
from liandong.present.markdown import Prose
from liandong.present.numbers import NOT_APPLICABLE, count, fixed, p_value, percent
from liandong.present.supervision_facts import ASK, TODAY, Supervised
from liandong.present.supervision_tables import measures, place_columns
from liandong.present.table import Table
from liandong.present.words import coded, word

MOST_OPENED: Final = 400
"""Lines that open on one page; beyond, a browser grows slow."""
MOST_ROWS: Final = 1000
"""Rows behind one line."""
_CASES: Final = "cases"
_NOT_SHARES: Final = ("variability",)


def by_interviewer(page: Supervised) -> Prose:
    """Return a line for every interviewer with cases or flags, those with most to do first."""
    rows = sorted(
        (row for row in page.records["interviewers"] if _cases(page, "interviewer", row) or row["n_flags"]),
        key=lambda row: (*_pressing(page, "interviewer", row), -(row["n_flags"] or 0)),
    )
    return _opened(page, rows, _interviewer, "interviewers", "dq_note_measures", "dq_note_p")


def by_community(page: Supervised) -> Prose:
    """Return a line for every community with cases, those with most to do first."""
    rows = sorted(
        (row for row in page.records["clusters"] if _cases(page, "community", row)),
        key=lambda row: _pressing(page, "community", row),
    )
    return _opened(page, rows, _community, "clusters")


def by_check(page: Supervised) -> Prose:
    """Return a line for every check that found single cases, with all of them that are kept."""
    names = dict.fromkeys(row["check"] for row in page.records["findings"])
    return _opened(page, [page.checks[name] for name in names], _check, "findings")


def whole(page: Supervised, table: Table) -> Prose:
    """Return one line that opens the whole of a table, of which the page shows the beginning."""
    line = word(page.lang, "dq_drill_whole", caption=table.caption, count=count(len(table.rows)))
    return Prose(_raw(_details(page, line, [table])))


def _cases(page: Supervised, what: str, row: Record) -> list[Record]:
    return page.cases.get((what, row[what]), [])


def _pressing(page: Supervised, what: str, row: Record) -> tuple[int, ...]:
    return (
        *(-page.number_of_cases(what, row[what], severity) for severity in (TODAY, ASK)),
        -len(_cases(page, what, row)),
    )


def _interviewer(page: Supervised, row: Record) -> str:
    cases = _cases(page, "interviewer", row)
    told = {"name": page.person(row["interviewer"]), "n": count(row["n"])}
    line = word(page.lang, "dq_drill_interviewer", **told, **_counted(page, "interviewer", row))
    if row["n_flags"]:
        line += word(page.lang, "dq_drill_flags", measures=measures(page, row["flags"]))
    return _details(page, line, [_case_table(page, cases, "interviewer"), _measures(page, row["interviewer"])])


def _community(page: Supervised, row: Record) -> str:
    told = {"name": page.place(row["community"]), "n": count(row["n"]), "rejected": count(row["n_rejected"])}
    line = word(page.lang, "dq_drill_community", **told, **_counted(page, "community", row))
    return _details(page, line, [_case_table(page, _cases(page, "community", row), "community")])


def _counted(page: Supervised, what: str, row: Record) -> dict[str, str]:
    return {
        name: count(page.number_of_cases(what, row[what], severity))
        for name, severity in (("today", TODAY), ("ask", ASK))
    }


def _check(page: Supervised, check: Record) -> str:
    lang, rows = page.lang, page.rows("findings", check=check["check"])
    total, title = rows[0]["n_total"], page.check_title(check["check"])
    notes = [word(lang, "dq_note_rest", shown=count(len(rows)), total=count(total))] if total > len(rows) else []
    columns = [*place_columns(page), Column("dq_found", page.found, "left")]
    table = listed(lang, _CASES, page.actions.get(check["check"]) or title, columns, rows, notes)
    return _details(page, word(lang, "dq_drill_check", title=title, count=count(total)), [table])


def _case_table(page: Supervised, cases: Sequence[Record], without: str) -> Table:
    """Return all findings about an interviewer or a community, with what to do about each."""
    lang = page.lang
    columns = [
        *place_columns(page, without=without),
        Column("dq_check", lambda row: page.check_title(row["check"]), "left"),
        Column("dq_found", page.found, "left"),
        Column("dq_what", lambda row: page.actions.get(row["check"]) or NOT_APPLICABLE, "left"),
    ]
    ordered = sorted(cases, key=lambda row: row["severity"])
    return listed(lang, _CASES, word(lang, "dq_drill_cases"), columns, ordered)


def _measures(page: Supervised, interviewer: str) -> Table:
    """Return how an interviewer compares with the others, measure by measure, the most unlike first."""
    lang = page.lang
    rows = [row for row in page.measures.get(interviewer, ()) if row["value"] is not None]
    rows.sort(key=lambda row: 2.0 if row["p_value"] is None else row["p_value"])
    columns = [
        Column("dq_measure_name", lambda row: _measure(page, row), "left"),
        Column("dq_n", lambda row: count(row["n"])),
        Column("dq_own", lambda row: _value(row, "value")),
        Column("dq_others", lambda row: _value(row, "others")),
        Column("dq_holm", lambda row: p_value(row["holm"])),
    ]
    return listed(lang, "measures", word(lang, "dq_drill_measures"), columns, rows)


def _value(row: Record, name: str) -> str:
    return fixed(row[name], 2) if row["measure"] in _NOT_SHARES else percent(row[name])


def _measure(page: Supervised, row: Record) -> str:
    name = coded(page.lang, "dq_compared", row["measure"])
    return f"{name} – {page.facts.title(row['field'])}" if row["field"] else name


def _details(page: Supervised, summary: str, tables: Sequence[Table]) -> str:
    inside = "\n".join(_inside(page, table) for table in tables if table.rows)
    return f'<details class="ld-drill">\n<summary>{html_text(summary)}</summary>\n{inside}\n</details>'


def _inside(page: Supervised, table: Table) -> str:
    classes = ' class="ld-cases"' if table.id == _CASES else ""
    title = f'<p class="ld-drill-title">{html_text(table.caption)}</p>'
    return f"{title}\n<div{classes}>\n{html_table(_bounded(page, table))}\n</div>"


def _bounded(page: Supervised, table: Table) -> Table:
    note = word(page.lang, "dq_note_rest", shown=count(MOST_ROWS), total=count(len(table.rows)))
    return shortened(table, MOST_ROWS, note)


def _opened(
    page: Supervised, rows: Sequence[Record], line: Callable[[Supervised, Record], str], table: str, *notes: str
) -> Prose:
    """Return a line per row below a word on how to use them, and `notes` on what stands behind all of them."""
    if not rows:
        return Prose("")
    hints = [word(page.lang, "dq_drill_hint")]
    if len(rows) > MOST_OPENED:
        told = {"shown": count(MOST_OPENED), "total": count(len(rows)), "table": table}
        hints[0] += f" {word(page.lang, 'dq_drill_rest', **told)}"
    hints += [word(page.lang, note) for note in notes]
    said = [f'<p class="ld-drill-hint">{html_text(hint)}</p>' for hint in hints]
    return Prose(_raw("\n".join([*said, *(line(page, row) for row in islice(rows, MOST_OPENED))])))


def _raw(html: str) -> str:
    return f"\n```{{=html}}\n{html}\n```\n"
