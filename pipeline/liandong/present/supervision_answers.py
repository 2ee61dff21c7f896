"""Tables of field supervision: questions, duplicates, rules, straight-lining, interviewer effects, back-checks."""

from __future__ import annotations

from liandong.present.listing import Column, listed, number, real, share, text
from liandong.present.numbers import NOT_APPLICABLE, interval, p_value, percent_interval
from liandong.present.supervision_facts import Supervised
from liandong.present.table import Table
from liandong.present.words import coded, word


def question_table(page: Supervised) -> Table:
    """Return the questions that somebody did not answer, those with most missing answers first."""
    lang = page.lang
    rows = sorted(
        (row for row in page.records["questions"] if row["share_missing"]), key=lambda row: -row["share_missing"]
    )
    columns = [
        _question(page),
        number("dq_asked", "n_asked"),
        share("dq_missing", "share_missing"),
        share("dq_dont_know", "share_dont_know"),
        share("dq_refused", "share_refused"),
        share("dq_empty", "share_empty"),
    ]
    return listed(lang, "questions", word(lang, "dq_caption_questions"), columns, rows)


def outlier_table(page: Supervised) -> Table:
    """Return the numbers in which outliers were looked for, with the bounds; those with most outliers first."""
    lang = page.lang
    rows = sorted(
        (row for row in page.records["questions"] if row["outlier_method"]), key=lambda row: -(row["n_outliers"] or 0)
    )
    columns = [
        _question(page),
        number("dq_answered", "n_answered"),
        number("dq_outliers", "n_outliers"),
        Column("dq_bounds", lambda row: interval(row["outlier_low"], row["outlier_high"], 1), "left"),
    ]
    notes = [word(lang, "dq_note_outliers")]
    return listed(lang, "outliers", word(lang, "dq_caption_outliers"), columns, rows, notes)


def effect_table(page: Supervised) -> Table:
    """Return how much interviewers differ on each question, most first."""
    lang = page.lang
    rows = sorted(
        (row for row in page.records["interviewer_icc"] if row["icc"] is not None), key=lambda row: -row["icc"]
    )
    columns = [
        _question(page),
        number("dq_n", "n"),
        number("dq_interviewers", "n_interviewers"),
        Column("dq_basis", lambda row: coded(lang, "dq_basis", row["basis"]), "left"),
        real("dq_icc", "icc", 3),
        Column("dq_interval", lambda row: interval(row["icc_low"], row["icc_high"], 3), "left"),
        Column("dq_holm", lambda row: p_value(row["holm"])),
    ]
    notes = [word(lang, "dq_note_effects"), word(lang, "dq_note_p")]
    return listed(lang, "effects", word(lang, "dq_caption_effects"), columns, rows, notes)


def heaping_table(page: Supervised) -> Table:
    """Return preferred last digits by question."""
    lang = page.lang
    columns = [
        Column("dq_question", lambda row: page.facts.title(row["field"]), "left"),
        number("dq_n_numbers", "n"),
        share("dq_share_0", "share_0"),
        share("dq_share_5", "share_5"),
        real("dq_whipple", "whipple", 0),
        real("dq_myers", "myers"),
    ]
    notes = [word(lang, "dq_note_heaping")]
    return listed(lang, "heaping", word(lang, "dq_caption_heaping"), columns, page.records["heaping"], notes)


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
    notes = [word(lang, "dq_note_straight")]
    return listed(lang, "straight", word(lang, "dq_caption_straight"), columns, page.records["straight_lining"], notes)


def duplicate_table(page: Supervised) -> Table:
    """Return pairs of rows that are, or nearly are, the same."""
    lang = page.lang
    columns = [
        Column("dq_kind", lambda row: coded(lang, "dq_pair", row["kind"]), "left"),
        number("dq_row", "row"),
        number("dq_other_row", "other_row"),
        text("dq_key", "key"),
        share("dq_equal", "share"),
        Column("dq_interviewer", lambda row: page.person(row["interviewer"]), "left"),
        Column("dq_other_interviewer", lambda row: page.person(row["other_interviewer"]), "left"),
        Column("dq_community", lambda row: page.place(row["community"]), "left"),
        Column("dq_other_community", lambda row: page.place(row["other_community"]), "left"),
    ]
    return listed(lang, "duplicates", word(lang, "dq_caption_duplicates"), columns, page.records["duplicates"])


def breach_table(page: Supervised) -> Table:
    """Return the rules that were broken, in all rows received."""
    lang = page.lang
    rows = sorted(
        (row for row in page.rows("breaches", level="all") if row["n_broken"]), key=lambda row: -row["n_broken"]
    )
    columns = [
        Column("dq_rule", lambda row: str(row[f"title_{lang}"]), "left"),
        Column("dq_action", lambda row: coded(lang, "action", row["action"], NOT_APPLICABLE), "left"),
        number("dq_broken", "n_broken"),
        share("dq_share", "share"),
    ]
    return listed(lang, "breaches", word(lang, "dq_caption_breaches"), columns, rows)


def back_check_table(page: Supervised) -> Table:
    """Return how first and second interviews agree, question by question."""
    lang = page.lang
    columns = [
        _question(page),
        Column("dq_type", lambda row: coded(lang, "dq_type", row["type"]), "left"),
        number("dq_compared", "n_compared"),
        number("dq_different", "n_different"),
        share("dq_errors", "error_rate"),
        Column("dq_interval", lambda row: percent_interval(row["conf_low"], row["conf_high"]), "left"),
        real("dq_mean_difference", "mean_difference", 2),
        real("dq_reliability", "reliability", 2),
    ]
    notes = [word(lang, "dq_note_back_checks")]
    return listed(
        lang, "back-checks", word(lang, "dq_caption_back_checks"), columns, page.records["back_checks"], notes
    )


def back_check_people_table(page: Supervised) -> Table:
    """Return errors found by second interviews, by who interviewed first."""
    lang = page.lang
    rows = sorted(page.rows("back_check_people", role="interviewer"), key=lambda row: -(row["error_rate"] or 0))
    columns = [
        Column("dq_interviewer", lambda row: page.person(row["person"]), "left"),
        Column("dq_type", lambda row: coded(lang, "dq_type", row["type"]), "left"),
        number("dq_interviews", "n_interviews"),
        number("dq_compared", "n_compared"),
        number("dq_different", "n_different"),
        share("dq_errors", "error_rate"),
        Column("dq_interval", lambda row: percent_interval(row["conf_low"], row["conf_high"]), "left"),
    ]
    return listed(lang, "back-check-people", word(lang, "dq_caption_back_check_people"), columns, rows)


def _question(page: Supervised) -> Column:
    return Column("dq_question", lambda row: str(row[f"title_{page.lang}"] or row["field"]), "left")
