"""Comparisons with an arm of few people: figures of their models that give the number, or a person's value, away.

With Σx̃² the variation of the treatment that is left within clusters, nearly the number of people in a tiny arm,
the R² of a model with nothing else is β²·Σx̃² over the variation of the outcome, and a standard error that is nothing
says that one person makes up the arm. So such an R² and such an estimate go, leverage and the figures without one
cluster with them, and the rest keeps three digits. That a standard error in units of the outcome's standard deviation
tells roughly how few they are remains: only leaving the comparison out would hide that, and the documents say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import polars as pl

from liandong.disclose.arms import TELLING
from liandong.disclose.coarse import significant
from liandong.disclose.columns import column_kinds

Row = dict[str, Any]
Tables = dict[str, pl.DataFrame]

_DIGITS, _DIGITS_OF_DF = 3, 2
_NOTHING: Final = 1e-9  # a standard error below that share of its estimate is rounding of a zero
_ARMS: Final = ("n_treated", "n_untreated")
_SHOWN_BY_OUTCOME: Final = ("design", "verdicts")  # their arms are those of the whole sample
_WORKED_OUT: Final = frozenset({"sensitivity", "benchmarks", "contours", "multiplicity", "multiverse", "verdicts"})
_LEFT: Final = frozenset({"crosscheck", "labels", "plan", "suppressions"})
_GONE: Final[Mapping[str, frozenset[str]]] = {
    "estimates": frozenset({"r2_within"}),
    "sensitivity": frozenset({"r2_uncontrolled", "r2_controlled", "r2_max", "robustness_value_iid"}),
    "balance": frozenset({"within_difference", "within_std_error", "within_df", "within_p_value"}),
}


class Few(NamedTuple):
    """Comparisons with a small arm: by effect and outcome, the effects among them, their treatments.

    Those in `exact` have an estimate without any error.
    """

    pairs: frozenset[tuple[str, str]]
    effects: frozenset[str]
    terms: frozenset[str]
    exact: frozenset[tuple[str, str]]


def small_comparisons(before: Mapping[str, pl.DataFrame], minimum: int) -> Few:
    """Return the comparisons that have an arm of 1 to ``minimum - 1`` people in the whole sample."""
    pairs = {
        (row["effect"], row["outcome"])
        for name in _SHOWN_BY_OUTCOME
        for row in _rows(before, name)
        if _has_small_arm(row, minimum)
    }
    effects = {effect for effect, _ in pairs}
    effects |= {row["effect"] for row in _rows(before, "balance") if _has_small_arm(row, minimum)}
    treatments = (row for row in _rows(before, "estimates") if row["is_treatment"])
    terms = {row["term"] for row in treatments if (row["effect"], row["outcome"]) in pairs}
    terms |= {row["treatment"] for row in _rows(before, "mediation") if _has_small_arm(row, minimum)}
    exact = {(row["effect"], row["outcome"]) for row in _rows(before, "estimates") if _is_exact(row)}
    return Few(frozenset(pairs), frozenset(effects), frozenset(terms), frozenset(exact & pairs))


def without_small_comparisons(
    before: Mapping[str, pl.DataFrame], shown: Mapping[str, pl.DataFrame], minimum: int
) -> Tables:
    """Return the tables with the figures of small comparisons emptied or rounded.

    Parameters
    ----------
    before
        The tables with all numbers, which say whose arms are small.
    shown
        The tables to be published.
    minimum
        The smallest number of people that may be published.
    """
    few = small_comparisons(before, minimum)
    found = dict(shown)
    if not few.effects and not few.terms:
        return found
    for name, table in shown.items():
        if name in _LEFT or not any(kind == "statistic" for kind in column_kinds(name).values()):
            continue
        rows = table.rows(named=True)
        for row in _of(rows, few):
            of_exact = (row.get("effect"), row.get("outcome")) in few.exact
            # Tables and rows without errors (tests by the bootstrap) repeat the estimate, or are worked out from it.
            repeats = name in _WORKED_OUT or row.get("std_error", 0.0) is None
            _make_rough(name, row, is_exact=_is_exact(row) or (of_exact and repeats))
        found[name] = pl.DataFrame(rows, schema=table.schema, orient="row")
    return found


def _rows(tables: Mapping[str, pl.DataFrame], name: str) -> Iterator[Row]:
    if name in tables:
        yield from tables[name].iter_rows(named=True)


def _has_small_arm(row: Row, minimum: int) -> bool:
    return any(row[arm] is not None and 0 < row[arm] < minimum for arm in _ARMS)


def _of(rows: list[Row], few: Few) -> Iterator[Row]:
    """Yield the rows about a small comparison, or about its treatment in another model."""
    for row in rows:
        by_outcome = (row.get("effect"), row.get("outcome")) in few.pairs
        by_effect = "outcome" not in row and row.get("effect") in few.effects
        by_term = row.get("term", row.get("treatment")) in few.terms
        if by_outcome or by_effect or by_term:
            yield row


def _make_rough(name: str, row: Row, *, is_exact: bool) -> None:
    """Empty and round the figures of one row, in place."""
    gone = _GONE.get(name, frozenset())
    for column, kind in column_kinds(name).items():
        if column not in row or kind != "statistic":
            continue
        if is_exact or column in gone:
            row[column] = None
        elif row[column] is not None:
            row[column] = significant(row[column], _DIGITS_OF_DF if column.startswith("df") else _DIGITS)


def _is_exact(row: Row) -> bool:
    """Tell whether an estimate has no error: then it is the difference between one person and others."""
    estimate, error = row.get("estimate"), row.get("std_error")
    return error is not None and abs(error) <= _NOTHING * max(1.0, abs(estimate or 0.0))


def without_small_levels(before: Mapping[str, pl.DataFrame], shown: Mapping[str, pl.DataFrame], minimum: int) -> Tables:
    """Return the tables without figures of levels with hidden arms, where one of the subgroup's arms is small.

    All of them lose their figures, so that these do not say which of the hidden arms is the small one.
    """
    found = dict(shown)
    if "heterogeneity" not in shown:
        return found
    small = {_subgroup(row) for row in _rows(before, "heterogeneity") if _has_small_arm(row, minimum)}
    rows = shown["heterogeneity"].rows(named=True)
    for row in rows:
        if row["suppressed"] and row["n_treated"] is None and _subgroup(row) in small:
            row.update(dict.fromkeys(TELLING["heterogeneity"]))
    found["heterogeneity"] = pl.DataFrame(rows, schema=shown["heterogeneity"].schema, orient="row")
    return found


def _subgroup(row: Row) -> tuple[str, str, str]:
    return row["effect"], row["outcome"], row["subgroup"]


def without_near_samples(before: Mapping[str, pl.DataFrame], shown: Mapping[str, pl.DataFrame], minimum: int) -> Tables:
    """Return the tables without the sizes of balance tests that lie too near the sample of a model of their effect.

    Those compared and those estimated are nearly the same people, and neither is a part of the other: who is missing
    from one of them, for want of an answer, would follow nearly from the two numbers.
    """
    found = dict(shown)
    if "balance_tests" not in shown:
        return found
    sizes: dict[str, set[int]] = {}
    for row in _rows(before, "estimates"):
        if row["n_obs"] is not None:
            sizes.setdefault(row["effect"], set()).add(row["n_obs"])
    rows = shown["balance_tests"].rows(named=True)
    for row, old in zip(rows, _rows(before, "balance_tests"), strict=True):
        people = old["n_obs"]
        if people is not None and any(0 < abs(people - other) < minimum for other in sizes.get(row["effect"], ())):
            _make_rough("balance_tests", row, is_exact=False)
            row["n_obs"] = None
            if (row["df_denominator"] or 0) > people / 2:
                row["df_denominator"] = None
    found["balance_tests"] = pl.DataFrame(rows, schema=shown["balance_tests"].schema, orient="row")
    return found
