"""Tables of field supervision: what to put right, by interviewer, community and day, and what was checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Final

from liandong.present.facts import Row as Record
from liandong.present.listing import Column, listed, number, real, share, text
from liandong.present.numbers import NOT_APPLICABLE, count
from liandong.present.supervision_facts import ASK, TODAY, Supervised
from liandong.present.table import Row, Table, group
from liandong.present.words import coded, joined, word

MOST_CASES: Final[Mapping[int, int]] = MappingProxyType({1: 12, 2: 5, 3: 5})
"""Cases of one check that the list of what to do shows, by severity; the rest is counted, and opens in HTML."""


def to_do_table(page: Supervised, severity: int) -> Table:
    """Return what is to be done of one severity, check by check: what to do once, then the cases."""
    lang = page.lang
    shown: list[Record] = []
    headings: list[tuple[int, Row]] = []
    for check, rows in groupby(page.rows("to_do", severity=severity), key=lambda row: str(row["check"])):
        found = [*rows]
        cases = found[: MOST_CASES[severity]]
        headings.append((len(shown), group(_heading(page, check, len(cases), found[0]["n_total"]))))
        shown += cases
    columns = [Column("dq_found", page.found, "left"), *place_columns(page)]
    caption = word(lang, f"dq_caption_to_do_{severity}")
    return listed(lang, f"to-do-{severity}", caption, _ordered(columns, shown), shown, headings=headings)


def place_columns(page: Supervised, *, without: str = "") -> list[Column]:
    """Return the columns that say where a case is: whom and which row it concerns; one may be left out."""
    columns = {
        "interviewer": Column("dq_interviewer", lambda row: page.person(row["interviewer"]), "left"),
        "community": Column("dq_community", lambda row: page.place(row["community"]), "left"),
        "day": text("dq_day", "day"),
        "row": Column("dq_row", lambda row: count(row["row"])),
        "key": text("dq_key", "key"),
    }
    return [column for name, column in columns.items() if name != without]


def _ordered(columns: Sequence[Column], records: Sequence[Record]) -> list[Column]:
    """Put whom a case concerns first: the first column heads the rows and may not be empty; what was found, last."""
    found, *places = columns
    held = [column for column in places if any(column.show(row) != NOT_APPLICABLE for row in records)]
    return [*held, found]


def _heading(page: Supervised, check: str, shown: int, total: int) -> str:
    number_of = count(total) if shown == total else word(page.lang, "dq_first", shown=count(shown), total=count(total))
    action = page.actions.get(check)
    words = {"title": page.check_title(check), "count": number_of}
    if action is None:
        return word(page.lang, "dq_group", **words)
    return word(page.lang, "dq_group_action", **words, action=action)


def interviewer_table(page: Supervised) -> Table:
    """Return one row per interviewer, those with most to do first."""
    lang = page.lang
    rows = sorted(
        page.records["interviewers"],
        key=lambda row: (*_pressing(page, "interviewer", row["interviewer"]), -(row["n_flags"] or 0)),
    )
    columns = [
        Column("dq_interviewer", lambda row: page.person(row["interviewer"]), "left"),
        number("dq_n", "n"),
        *_cases(page, "interviewer"),
        number("dq_rejected", "n_rejected"),
        real("dq_minutes", "minutes_median"),
        share("dq_short", "share_short"),
        share("dq_straight", "share_straight"),
        share("dq_missing", "share_missing"),
        share("dq_errors", "error_rate"),
        Column("dq_flags", lambda row: measures(page, row["flags"]), "left"),
    ]
    notes = [word(lang, "dq_note_interviewers")]
    return listed(lang, "interviewers", word(lang, "dq_caption_interviewers"), columns, rows, notes)


def measures(page: Supervised, flags: str | None) -> str:
    """Return the names of measures that are joined by "; ", "—" for none."""
    names = [coded(page.lang, "dq_measure", name) for name in (flags or "").split("; ") if name]
    return joined(page.lang, names) or NOT_APPLICABLE


def community_table(page: Supervised) -> Table:
    """Return one row per community, those with most to do first, against the sampling plan where there is one."""
    lang = page.lang
    rows = sorted(
        page.records["clusters"],
        key=lambda row: (*_pressing(page, "community", row["community"]), -(row["still_missing"] or 0)),
    )
    columns = [
        Column("dq_community", lambda row: page.place(row["community"]), "left"),
        number("dq_n", "n"),
        *_cases(page, "community"),
        number("dq_rejected", "n_rejected"),
        number("dq_target", "target"),
        number("dq_still", "still_missing"),
        Column("dq_plan", _plan(page), "left"),
        number("dq_interviewers", "n_interviewers"),
        real("dq_minutes", "minutes_median"),
        share("dq_short", "share_short"),
        share("dq_missing", "share_missing"),
    ]
    notes = [word(lang, "dq_note_communities")]
    return listed(lang, "communities", word(lang, "dq_caption_communities"), columns, rows, notes)


def target_table(page: Supervised) -> Table:
    """Return the sampling plan by another column than the community, the groups that lack most first."""
    lang = page.lang
    rows = sorted(page.records["targets"], key=lambda row: -(row["still_missing"] or 0))
    columns = [
        Column("dq_value", lambda row: page.facts.level(row["column"], row["value"]), "left"),
        number("dq_target", "target"),
        number("dq_n", "n"),
        number("dq_accepted", "n_accepted"),
        number("dq_still", "still_missing"),
        Column("dq_plan", _plan(page), "left"),
    ]
    return listed(lang, "targets", word(lang, "dq_caption_targets"), columns, rows)


def day_table(page: Supervised) -> Table:
    """Return interviews by day, the last day first, with the running total."""
    lang = page.lang
    columns = [
        text("dq_day", "day"),
        number("dq_n", "n"),
        number("dq_rejected", "n_rejected"),
        number("dq_interviewers", "n_interviewers"),
        number("dq_cumulative", "cumulative"),
        share("dq_of_target", "share_of_target"),
        real("dq_minutes", "minutes_median"),
    ]
    return listed(lang, "days", word(lang, "dq_caption_days"), columns, page.records["progress"][::-1])


def check_table(page: Supervised) -> Table:
    """Return every check that was made: what it counts, what it found, by which rule; whose methods, in the notes."""
    lang = page.lang
    made = [row for row in page.checks.values() if row["state"] == "made"]
    columns = [
        Column("dq_check", lambda row: str(row[f"title_{lang}"]), "left"),
        Column("dq_rule", lambda row: str(row[f"rule_{lang}"]), "left"),
        Column("dq_checked", lambda row: _count(page, row, "n_checked")),
        Column("dq_unit", lambda row: coded(lang, "dq_unit", row["unit"]), "left"),
        Column("dq_flagged", lambda row: _count(page, row, "n_flagged")),
    ]
    sources = dict.fromkeys(source for row in made for source in str(row["source"] or "").split("; ") if source)
    notes = [word(lang, "dq_note_hidden")] if any(row["suppressed"] for row in made) else []
    notes.append(word(lang, "dq_note_checks", sources="; ".join(sources)))
    return listed(lang, "checks", word(lang, "dq_caption_checks"), columns, made, notes)


def not_made_table(page: Supervised) -> Table:
    """Return the checks that could not be made, and what they would need."""
    lang = page.lang
    rows = [row for row in page.checks.values() if row["state"] != "made"]
    columns = [
        Column("dq_check", lambda row: str(row[f"title_{lang}"]), "left"),
        Column("dq_lacking", lambda row: row["lacking"] or coded(lang, "dq_state", row["state"]), "left"),
    ]
    notes = [word(lang, "dq_note_not_made")]
    return listed(lang, "not-made", word(lang, "dq_caption_not_made"), columns, rows, notes)


def _pressing(page: Supervised, what: str, whose: str) -> tuple[int, int]:
    return -page.number_of_cases(what, whose, TODAY), -page.number_of_cases(what, whose, ASK)


def _cases(page: Supervised, what: str) -> list[Column]:
    return [
        Column("dq_today", lambda row: count(page.number_of_cases(what, row[what], TODAY))),
        Column("dq_ask", lambda row: count(page.number_of_cases(what, row[what], ASK))),
    ]


def _plan(page: Supervised) -> Callable[[Record], str]:
    return lambda row: coded(page.lang, "dq_plan", row["state"] or "no_target")


def _count(page: Supervised, row: Record, name: str) -> str:
    if row[name] is None and row["suppressed"]:
        return word(page.lang, "dq_hidden")
    return count(row[name])
