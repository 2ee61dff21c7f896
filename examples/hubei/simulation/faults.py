"""Faulty rows, so that the gate has something to do.

Nine rows are added that a validation must reject, and a few answers of accepted respondents are spoilt in ways that it
must blank or warn about. None of the spoilt answers enters a published figure or a model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from simulation.draws import Columns
from simulation.missing import BLANK
from simulation.people import Places

Row = dict[str, Any]
ANSWERED_BY_ALL = (
    "respondent_id",
    "community",
    "district",
    "interviewer",
    "mode",
    "interview_start",
    "interview_end",
    "consent",
)
PARTS_BEGIN = ("gender", "served_community", "joined_activity", "belong_help")
# New rows: the accepted row that each follows in the file, and the values that make it faulty.
# Two rows share the number R90001 and differ in content: nobody can say which is right, so both go.
MINUTE = np.timedelta64(60, "s")
REJECTED: tuple[tuple[int, dict[str, Any]], ...] = (
    (41, {}),  # the same row entered twice: the copy goes
    (97, {"respondent_id": "R90001"}),
    (98, {"respondent_id": "R90001"}),
    (166, {"respondent_id": "R90002", "community": "C99"}),  # in no list of communities
    (233, {"respondent_id": "R90003", "age": 203}),
    (305, {"respondent_id": "R90004", "age": 16, "employment": 6, "marital": 1, "residence_years": 9}),
    (377, {"respondent_id": "R90005", "need_sleep": 0, "improved_sleep": 1}),  # better without ever having been in need
    (452, {"respondent_id": "R90006", "ends": -35 * MINUTE}),
    (540, {"respondent_id": "R90007", "consent": 0}),  # broken off at the first question
)


def spoilt(columns: Columns, at: Places) -> Columns:
    """Return the columns with answers to be blanked or warned about, of people whom a social worker served."""
    result = {name: values.copy() for name, values in columns.items()}

    def change(name: str, value: Any, where: Callable[[Columns], Any], skip: int = 0) -> None:
        rows = np.flatnonzero(where(result) & (result["served_social_worker"] == 1) & (at.where > 1))
        result[name][rows[skip]] = value

    # Satisfied with what was never received.
    change("satisfaction_charity", 4, lambda c: c["served_charity"] == 0, skip=180)
    change("freq_self_org", 2, lambda c: c["served_self_org"] == 0, skip=260)
    change("residence_years", 71, lambda c: (c["age"] >= 30) & (c["age"] <= 40), skip=60)  # longer than a life
    change("employment", 9, lambda c: c["employment"] == 4, skip=25)  # not a code of the questionnaire
    change("phone_tail", "13a4", lambda c: c["phone_tail"] != "", skip=430)
    change(
        "employment", 3, lambda c: (c["age"] >= 24) & (c["age"] <= 27) & (c["employment"] == 1), skip=3
    )  # retired at 25
    short = np.flatnonzero(at.where == 20)[2]
    result["interview_end"][short] = result["interview_start"][short] + 4 * MINUTE
    late = np.flatnonzero(at.where == 11)[3]
    shift = np.timedelta64(22 * 60 + 40, "m") - (
        result["interview_start"][late] - result["interview_start"][late].astype("datetime64[D]")
    )
    result["interview_start"][late] += shift
    result["interview_end"][late] += shift
    return result


def with_faulty_rows(columns: Columns) -> Columns:
    """Return the columns with the rows to be rejected put in, each after its place in `REJECTED`."""
    rows: list[Row] = [{name: values[i] for name, values in columns.items()} for i in range(columns["age"].size)]
    for position, changes in reversed(REJECTED):
        row = rows[position] if not changes else _faulty(_stranger(columns, position), changes)
        rows.insert(position + 1, row)
    return {name: np.array([row[name] for row in rows], dtype=values.dtype) for name, values in columns.items()}


def _stranger(columns: Columns, position: int) -> Row:
    """Return somebody new at the place and time of `position`, each part of the interview from another person."""
    row: Row = {}
    source = position
    for name, values in columns.items():
        if name in PARTS_BEGIN:
            source = (source + 101) % values.size
        row[name] = values[source]
    return row


def _faulty(source: Row, changes: dict[str, Any]) -> Row:
    row = source | {name: value for name, value in changes.items() if name != "ends"}
    if "ends" in changes:
        row["interview_end"] = row["interview_start"] + changes["ends"]
    if row["consent"] == 0:
        row |= {
            name: "" if isinstance(value, str) else BLANK for name, value in row.items() if name not in ANSWERED_BY_ALL
        }
        row["interview_end"] = row["interview_start"] + 2 * MINUTE
    return row
