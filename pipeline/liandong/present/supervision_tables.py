"""Tables of field supervision: what to put right today, interviewers, communities, questions, and what was checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from liandong.present.facts import Row as Record
from liandong.present.listing import Column, listed, number, real, share, text
from liandong.present.numbers import NOT_APPLICABLE, count, interval, p_value, percent_interval
from liandong.present.supervision_facts import Supervised
from liandong.present.table import Table
from liandong.present.words import coded, word

MOST_ROWS: Final = 60
"""Rows of a table on the page; those of questions and of what to do can be many more."""
SEVERITIES: Final = (1, 2, 3)


def to_do_table(page: Supervised, severity: int) -> Table:
    """Return what is to be done of one severity, case by case."""
    return cases_table(page, page.rows("to_do", severity=severity), f"to-do-{severity}", f"dq_caption_to_do_{severity}")


def cases_table(page: Supervised, records: Sequence[Record], name: str, caption: str) -> Table:
    """Return cases of the list of what to do: where each stands, whom it concerns and what to do."""
    lang = page.lang
    columns = [
        Column("dq_row", lambda row: count(row["row"]), "decimal"),
        text("dq_key", "key"),
        text("dq_interviewer", "interviewer"),
        text("dq_community", "community"),
        text("dq_day", "day"),
        Column("dq_check", lambda row: page.check_title(row["check"]), "left"),
        Column("dq_what", lambda row: str(row[f"what_{lang}"]), "left"),
    ]
    shown = records[:MOST_ROWS]
    rest = len(records) - len(shown)
    notes = [word(lang, "dq_note_rest", shown=count(len(shown)), rest=count(rest))] if rest else []
    return listed(lang, name, word(lang, caption), columns, shown, notes)


def check_table(page: Supervised) -> Table:
    """Return every check that was made: what it counts, what it found, by which rule."""
    lang = page.lang
    made = [row for row in page.facts.rows("checks") if row["state"] == "made"]
    columns = [
        Column("dq_check", lambda row: str(row[f"title_{lang}"]), "left"),
        Column("dq_unit", lambda row: coded(lang, "dq_unit", row["unit"]), "left"),
        Column("dq_checked", lambda row: _count(page, row, "n_checked")),
        Column("dq_flagged", lambda row: _count(page, row, "n_flagged")),
        Column("dq_rule", lambda row: str(row[f"rule_{lang}"]), "left"),
        text("dq_source", "source"),
    ]
    return listed(lang, "checks", word(lang, "dq_caption_checks"), columns, made)


def not_made_table(page: Supervised) -> Table:
    """Return the checks that could not be made, and what they would need."""
    lang = page.lang
    rows = [row for row in page.facts.rows("checks") if row["state"] != "made"]
    columns = [
        Column("dq_check", lambda row: str(row[f"title_{lang}"]), "left"),
        Column("dq_lacking", lambda row: row["lacking"] or coded(lang, "dq_state", row["state"]), "left"),
    ]
    return listed(lang, "not-made", word(lang, "dq_caption_not_made"), columns, rows)


def interviewer_table(page: Supervised) -> Table:
    """Return one row per interviewer, those with most flags first."""
    lang = page.lang
    rows = sorted(page.records["interviewers"], key=lambda row: -(row["n_flags"] or 0))
    columns = [
        text("dq_interviewer", "interviewer"),
        number("dq_n", "n"),
        number("dq_rejected", "n_rejected"),
        real("dq_per_day", "per_day"),
        real("dq_minutes", "minutes_median"),
        share("dq_short", "share_short"),
        share("dq_straight", "share_straight"),
        share("dq_missing", "share_missing"),
        number("dq_duplicates", "n_duplicates"),
        number("dq_breaches", "n_breaches"),
        share("dq_errors", "error_rate"),
        Column("dq_flags", lambda row: measures(page, row["flags"]) or NOT_APPLICABLE, "left"),
    ]
    return listed(lang, "interviewers", word(lang, "dq_caption_interviewers"), columns, rows,
                  [word(lang, "dq_note_interviewers")])  # fmt: skip


def measures(page: Supervised, flags: str) -> str:
    """Return the names of measures that are joined by "; "."""
    return "; ".join(coded(page.lang, "dq_measure", name) for name in flags.split("; ") if name)


def community_table(page: Supervised) -> Table:
    """Return one row per community, against the sampling plan where there is one."""
    lang = page.lang
    columns = [
        text("dq_community", "community"),
        number("dq_n", "n"),
        number("dq_accepted", "n_accepted"),
        number("dq_rejected", "n_rejected"),
        number("dq_target", "target"),
        number("dq_still", "still_missing"),
        number("dq_interviewers", "n_interviewers"),
        real("dq_minutes", "minutes_median"),
        share("dq_short", "share_short"),
        share("dq_missing", "share_missing"),
        number("dq_breaches", "n_breaches"),
    ]
    return listed(lang, "communities", word(lang, "dq_caption_communities"), columns, page.records["clusters"])


def target_table(page: Supervised) -> Table:
    """Return the sampling plan by another column than the community."""
    lang = page.lang
    columns = [
        Column("dq_value", lambda row: page.facts.level(row["column"], row["value"]), "left"),
        number("dq_target", "target"),
        number("dq_n", "n"),
        number("dq_accepted", "n_accepted"),
        number("dq_still", "still_missing"),
    ]
    return listed(lang, "targets", word(lang, "dq_caption_targets"), columns, page.records["targets"])


def day_table(page: Supervised) -> Table:
    """Return interviews by day, with the running total."""
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
    return listed(lang, "days", word(lang, "dq_caption_days"), columns, page.records["progress"])


def question_table(page: Supervised) -> Table:
    """Return the questions with most missing answers."""
    lang = page.lang
    rows = sorted(
        (row for row in page.records["questions"] if row["share_missing"]), key=lambda row: -row["share_missing"]
    )
    columns = [
        Column("dq_question", lambda row: str(row[f"title_{lang}"]), "left"),
        number("dq_asked", "n_asked"),
        share("dq_missing", "share_missing"),
        share("dq_dont_know", "share_dont_know"),
        share("dq_refused", "share_refused"),
        share("dq_empty", "share_empty"),
    ]
    return _longest(page, "questions", columns, rows)


def outlier_table(page: Supervised) -> Table:
    """Return the numbers in which outliers were looked for, with the bounds."""
    lang = page.lang
    rows = [row for row in page.records["questions"] if row["outlier_method"]]
    columns = [
        Column("dq_question", lambda row: str(row[f"title_{lang}"]), "left"),
        number("dq_answered", "n_answered"),
        number("dq_outliers", "n_outliers"),
        Column("dq_bounds", lambda row: interval(row["outlier_low"], row["outlier_high"], 1), "left"),
        Column("dq_scale", lambda row: coded(lang, "dq_scale", row["outlier_scale"]), "left"),
    ]
    return listed(lang, "outliers", word(lang, "dq_caption_outliers"), columns, rows)


def effect_table(page: Supervised) -> Table:
    """Return how much interviewers differ on each question, most first."""
    lang = page.lang
    rows = sorted(
        (row for row in page.records["interviewer_icc"] if row["icc"] is not None), key=lambda row: -row["icc"]
    )
    columns = [
        Column("dq_question", lambda row: str(row[f"title_{lang}"]), "left"),
        number("dq_n", "n"),
        number("dq_interviewers", "n_interviewers"),
        Column("dq_basis", lambda row: coded(lang, "dq_basis", row["basis"]), "left"),
        real("dq_icc", "icc", 3),
        Column("dq_interval", lambda row: interval(row["icc_low"], row["icc_high"], 3), "left"),
        Column("dq_holm", lambda row: p_value(row["holm"]), "decimal"),
    ]
    return _longest(page, "effects", columns, rows)


def heaping_table(page: Supervised) -> Table:
    """Return preferred last digits by question."""
    lang = page.lang
    columns = [
        Column("dq_question", lambda row: page.facts.title(row["field"]), "left"),
        number("dq_n", "n"),
        share("dq_share_0", "share_0"),
        share("dq_share_5", "share_5"),
        real("dq_whipple", "whipple", 0),
        real("dq_myers", "myers"),
        Column("dq_p", lambda row: p_value(row["p_value"]), "decimal"),
    ]
    return listed(lang, "heaping", word(lang, "dq_caption_heaping"), columns, page.records["heaping"],
                  [word(lang, "dq_note_heaping")])  # fmt: skip


def straight_table(page: Supervised) -> Table:
    """Return straight-lining by block of questions."""
    lang = page.lang
    columns = [
        Column("dq_block", lambda row: str(row[f"title_{lang}"]), "left"),
        number("dq_items", "n_items"),
        number("dq_n", "n"),
        number("dq_straight_n", "n_straight"),
        share("dq_straight", "share"),
        real("dq_expected", "expected"),
    ]
    return listed(lang, "straight", word(lang, "dq_caption_straight"), columns, page.records["straight_lining"],
                  [word(lang, "dq_note_straight")])  # fmt: skip


def duplicate_table(page: Supervised) -> Table:
    """Return pairs of rows that are, or nearly are, the same."""
    lang = page.lang
    columns = [
        Column("dq_kind", lambda row: coded(lang, "dq_pair", row["kind"]), "left"),
        number("dq_row", "row"),
        number("dq_other_row", "other_row"),
        share("dq_equal", "share"),
        text("dq_interviewer", "interviewer"),
        text("dq_other_interviewer", "other_interviewer"),
        text("dq_community", "community"),
    ]
    return _longest(page, "duplicates", columns, page.records["duplicates"])


def back_check_table(page: Supervised) -> Table:
    """Return how first and second interviews agree, question by question."""
    lang = page.lang
    columns = [
        Column("dq_question", lambda row: str(row[f"title_{lang}"]), "left"),
        Column("dq_type", lambda row: coded(lang, "dq_type", row["type"]), "left"),
        number("dq_compared", "n_compared"),
        number("dq_different", "n_different"),
        share("dq_errors", "error_rate"),
        Column("dq_interval", lambda row: percent_interval(row["conf_low"], row["conf_high"]), "left"),
        real("dq_mean_difference", "mean_difference", 2),
        real("dq_reliability", "reliability", 2),
    ]
    return listed(lang, "back-checks", word(lang, "dq_caption_back_checks"), columns, page.records["back_checks"],
                  [word(lang, "dq_note_back_checks")])  # fmt: skip


def back_check_people_table(page: Supervised) -> Table:
    """Return errors found by second interviews, by who interviewed first."""
    lang = page.lang
    rows = sorted(
        (row for row in page.records["back_check_people"] if row["role"] == "interviewer"),
        key=lambda row: -(row["error_rate"] or 0),
    )
    columns = [
        text("dq_interviewer", "person"),
        Column("dq_type", lambda row: coded(lang, "dq_type", row["type"]), "left"),
        number("dq_interviews", "n_interviews"),
        number("dq_compared", "n_compared"),
        number("dq_different", "n_different"),
        share("dq_errors", "error_rate"),
        Column("dq_interval", lambda row: percent_interval(row["conf_low"], row["conf_high"]), "left"),
    ]
    return listed(lang, "back-check-people", word(lang, "dq_caption_back_check_people"), columns, rows)


def breach_table(page: Supervised) -> Table:
    """Return the rules that were broken, in all rows received."""
    lang = page.lang
    rows = sorted(
        (row for row in page.rows("breaches", level="all") if row["n_broken"]), key=lambda row: -row["n_broken"]
    )
    columns = [
        Column("dq_rule", lambda row: str(row[f"title_{lang}"]), "left"),
        Column("dq_action", lambda row: coded(lang, "action", row["action"], NOT_APPLICABLE), "left"),
        number("dq_n", "n"),
        number("dq_broken", "n_broken"),
        share("dq_share", "share"),
    ]
    return _longest(page, "breaches", columns, rows)


def _longest(page: Supervised, name: str, columns: Sequence[Column], rows: Sequence[Record]) -> Table:
    """Return a table of at most so many rows, the rest counted."""
    shown = rows[:MOST_ROWS]
    rest = len(rows) - len(shown)
    notes = [word(page.lang, f"dq_note_{name}")] if name == "effects" else []
    notes += [word(page.lang, "dq_note_rest", shown=count(len(shown)), rest=count(rest))] if rest else []
    return listed(page.lang, name, word(page.lang, f"dq_caption_{name.replace('-', '_')}"), columns, shown, notes)


def _count(page: Supervised, row: Record, name: str) -> str:
    if row[name] is None and row["suppressed"]:
        return word(page.lang, "dq_hidden")
    return count(row[name])
