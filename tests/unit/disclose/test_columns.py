"""Every column of every published table is classified: what nobody thought of is not published."""

from __future__ import annotations

import polars as pl
import pytest

from liandong.definitions import Disclosure
from liandong.disclose import disclose, people_counts
from liandong.disclose.columns import COLUMNS, column_kinds
from liandong.evidence import TABLES

STRICT = Disclosure()


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_column_is_classified_once(name: str) -> None:
    assert set(column_kinds(name)) == set(TABLES[name].columns)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_classes_fit_the_types(name: str) -> None:
    for column, kind in column_kinds(name).items():
        is_number = TABLES[name].columns[column].is_numeric()
        assert is_number or kind == "label", column
        assert not (is_number and kind == "label"), column


@pytest.mark.parametrize("name", sorted(TABLES))
def test_what_is_called_a_number_of_people_is_one(name: str) -> None:
    usual = {"n", "n_obs", "n_rows", "numerator_n", "denominator_n", "n_treated", "n_untreated", "n_complete"}
    assert usual & set(TABLES[name].columns) <= set(people_counts(name))


def test_no_table_is_classified_that_nobody_declares() -> None:
    assert set(COLUMNS) == set(TABLES)


def test_a_table_that_is_not_classified_is_not_published() -> None:
    with pytest.raises(ValueError, match="table neighbours: its columns are not classified"):
        disclose({"neighbours": pl.DataFrame({"name": ["Wang"]})}, STRICT)


def test_a_column_that_is_not_classified_is_not_published() -> None:
    table = TABLES["labels"].empty().with_columns(pl.lit("Wang").alias("neighbour"))
    with pytest.raises(ValueError, match=r"table labels: columns \['neighbour'\] are not classified"):
        disclose({"labels": table}, STRICT)
    with pytest.raises(ValueError, match="neighbour"):
        disclose({"labels": table}, Disclosure(minimum_cell=1, p_percent=0))


def test_the_counts_of_a_table_are_named() -> None:
    assert people_counts("indicators") == ("numerator_n", "denominator_n")
    assert people_counts("labels") == ()
