"""Who answered, and why the others did not: every person once, under the first kind that holds."""

from __future__ import annotations

from typing import Any

import polars as pl

from liandong.definitions import Codebook
from liandong.evidence import conform
from liandong.evidence.typed_rows import typed_rows
from liandong.quality import missingness_table


def codebook(*fields: dict[str, Any]) -> Codebook:
    return Codebook.model_validate(
        {"fields": fields, "liandong": {"title": {"zh": "某", "en": "some"}, "version": "1"}}
    )


def field(name: str, **extras: Any) -> dict[str, Any]:
    return {"name": name, "title": name, "type": "integer", "liandong": {"title_en": name, **extras}}


BOOK = codebook(field("served"), field("often", asked_if="served == 1"), field("income"), field("absent"))
FRAME = pl.DataFrame(
    {
        "_row": [1, 2, 3, 4, 5, 6, 7],
        "served": [1, 1, 0, 0, None, 1, 1],
        "often": [3, None, None, 2, None, None, None],
        "income": [1, None, None, None, None, None, None],
        "unknown_to_the_codebook": [1] * 7,
    }
)
MISSING = pl.DataFrame(
    {
        "often": [None, "refused", "not_applicable", None, None, "blanked", None],
        "income": [None, "refused", "dont_know", "dont_know", "user_missing", "blanked", "machine_failed"],
    },
    schema=dict.fromkeys(("often", "income"), pl.String),
)


NO_PROBLEMS = pl.DataFrame(schema={"row": pl.Int64, "field": pl.String, "value": pl.String})


def missingness(frame: pl.DataFrame, missing: pl.DataFrame, book: Codebook, batch: int | None = None) -> pl.DataFrame:
    return missingness_table(typed_rows(frame, missing, NO_PROBLEMS, batch=batch), book)


def counts(table: pl.DataFrame, name: str) -> dict[str, int]:
    return dict(table.filter(pl.col("field") == name).select("kind", "n").rows())


def test_each_person_is_counted_once_under_the_first_kind_that_holds() -> None:
    table = missingness(FRAME, MISSING, BOOK)
    # An answer counts as one even where the question was not to be asked (row 4); an unknown filter asks (row 5).
    assert counts(table, "often") == {"answered": 2, "not_asked": 1, "refused": 1, "blanked": 1, "system_missing": 2}
    assert counts(table, "served") == {"answered": 6, "system_missing": 1}


def test_recorded_kinds_are_kept_apart_also_those_that_only_the_codebook_names() -> None:
    assert counts(missingness(FRAME, MISSING, BOOK), "income") == {
        "answered": 1,
        "dont_know": 2,
        "refused": 1,
        "user_missing": 1,
        "machine_failed": 1,
        "blanked": 1,
    }


def test_kinds_add_up_to_all_rows() -> None:
    table = missingness(FRAME, MISSING, BOOK)
    sums = table.group_by("field", maintain_order=True).agg(pl.col("n").sum(), pl.col("share").sum().round(12))
    assert sums.rows() == [("served", 7, 1.0), ("often", 7, 1.0), ("income", 7, 1.0)]


def test_a_question_that_nobody_answered_says_so() -> None:
    frame = pl.DataFrame({"_row": [1, 2], "served": pl.Series([None, None], dtype=pl.Int64)})
    assert counts(missingness(frame, pl.DataFrame(), BOOK), "served") == {"answered": 0, "system_missing": 2}


def test_a_filter_that_the_data_lack_asks_everybody() -> None:
    frame = FRAME.drop("served")
    assert "not_asked" not in counts(missingness(frame, MISSING, BOOK), "often")


def test_rows_looked_at_by_parts_are_counted_together() -> None:
    assert missingness(FRAME, MISSING, BOOK, batch=2).equals(missingness(FRAME, MISSING, BOOK))


def test_no_rows_give_no_shares() -> None:
    table = missingness(FRAME.clear(), MISSING.clear(), BOOK)
    assert table.select("kind", "n", "n_rows", "share").unique().rows() == [("answered", 0, 0, None)]


def test_the_table_has_the_declared_columns() -> None:
    assert conform("missingness", missingness(FRAME, MISSING, BOOK)).height == 13
    assert conform("missingness", missingness(FRAME, MISSING, codebook())).is_empty()
