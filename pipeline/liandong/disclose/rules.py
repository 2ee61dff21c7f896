"""The tables of rules and checks: who was asked, and who broke a rule, are people, too.

A skip rule is checked of those who were to be skipped, a rule on a value of those who gave one. So the numbers checked
count the groups and the missing answers that other tables hide, and the difference from everybody counts the rest.
"""

from __future__ import annotations

import polars as pl

_NOBODY = ("questions", "communities", "days", "blocks")
_COUNTS = ("n_checked", "n_failed", "n_rows_rejected")


def hide_small_failures(table: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """Return the table validation without counts of few people, and ``suppressed`` set in their rows.

    A number of rows that were checked goes when it, or what it lacks of the largest of them, is small. A number of
    failures goes when it, or the number that passed, is small; with it goes that of the rejected rows, which is the
    same wherever it is not zero. So a missing number of failures says that there are some: none is never hidden.
    """
    checked, failed = pl.col("n_checked"), pl.col("n_failed")
    few_checked = _small(checked, minimum) | _small(checked.max() - checked, minimum)
    few_failed = _small(failed, minimum) | ((failed > 0) & _small(checked - failed, minimum))
    few_rejected = (few_failed & (pl.col("n_rows_rejected") > 0)) | _small(pl.col("n_rows_rejected"), minimum)
    return table.with_columns(
        pl.when(~hides.fill_null(value=False)).then(pl.col(name)).alias(name)
        for name, hides in (("n_checked", few_checked), ("n_failed", few_failed), ("n_rows_rejected", few_rejected))
    ).with_columns(
        suppressed=pl.any_horizontal("suppressed", *(pl.col(name).is_null() for name in _COUNTS)),
    )


def hide_small_checks(table: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """Return the table checks without counts of few people, and ``suppressed`` set in their rows.

    What a check looked at, what it flagged and what it did not are people, or their answers, unless its unit says that
    it looks at questions, communities, days or blocks; so is what a check of interviews left out of all that were
    received. Where one of the numbers goes, so does the share. How many were rejected the sample flow says anyway.
    """
    checked, flagged = pl.col("n_checked"), pl.col("n_flagged")
    of_people = ~pl.col("unit").is_in(_NOBODY)
    # Those that were accepted, and those that were planned, are no secret.
    of_received = (pl.col("unit") == "interviews") & ~pl.col("check").is_in(("target", "broken_rules"))
    left_out = of_received & _small(checked.filter(of_received).max() - checked, minimum)
    few_checked = of_people & _small(checked, minimum)
    few_flagged = (of_people & (pl.col("check") != "rejected")) & (
        _small(flagged, minimum) | ((flagged > 0) & _small(checked - flagged, minimum))
    )
    gone = (few_checked | few_flagged).fill_null(value=False)
    uncounted = (few_checked | left_out).fill_null(value=False)
    return table.with_columns(
        n_checked=pl.when(~uncounted).then(checked),
        n_flagged=pl.when(~gone).then(flagged),
        share=pl.when(~(gone | uncounted)).then(pl.col("share")),
        suppressed=pl.col("suppressed") | gone | uncounted,
    )


def _small(count: pl.Expr, minimum: int) -> pl.Expr:
    return count.is_between(1, minimum - 1).fill_null(value=False)
