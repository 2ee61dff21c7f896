"""The Hubei study at the default minimum cell: seven people were not served, and no table of the bundle says so."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

MINIMUM = 10
DIGITS = 3


@pytest.fixture(scope="module")
def bundle(hubei_at_default_minimum: Path) -> Path:
    return hubei_at_default_minimum


@pytest.fixture(scope="module")
def small(bundle: Path) -> set[tuple[str, str]]:
    """Return the comparisons with a small arm, as the accepted data have it."""
    people = pl.read_parquet(bundle / "restricted" / "responses.parquet")
    assert 0 < people.filter(pl.col("served_social_worker") == 0).height < MINIMUM
    return {("social_work", outcome) for outcome in ("belonging", "trust")}


def read(bundle: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(bundle / "tables" / f"{name}.csv", infer_schema_length=None)


def of(table: pl.DataFrame, small: set[tuple[str, str]]) -> pl.DataFrame:
    found = table.filter(
        pl.struct("effect", "outcome").map_elements(
            lambda row: (row["effect"], row["outcome"]) in small, return_dtype=pl.Boolean
        )
    )
    assert not found.is_empty()
    return found


def significant(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def test_the_estimates_of_a_small_arm_say_neither_its_variation_nor_more_than_three_digits(
    bundle: Path, small: set[tuple[str, str]]
) -> None:
    estimates = of(read(bundle, "estimates"), small)
    assert estimates["r2_within"].null_count() == estimates.height
    for name in ("estimates", "specifications", "contours", "explanations", "verdicts", "power", "sensitivity"):
        table = of(read(bundle, name), small)
        figures = ("estimate", "std_error", "statistic", "p_value", "mde", "adjusted_estimate")
        shown = {column: table[column].drop_nulls().to_list() for column in figures if column in table.columns}
        assert any(shown.values()), name
        for column, values in shown.items():
            assert values == [significant(value) for value in values], (name, column)
    assert of(read(bundle, "estimates"), {("linkage", "belonging")})["r2_within"].null_count() == 0


def test_verdicts_balance_and_levels_do_not_give_a_small_arm_away(bundle: Path, small: set[tuple[str, str]]) -> None:
    verdicts = of(read(bundle, "verdicts"), small)
    telling = ["effective_clusters", "leverage_ratio", "partial_leverage_max", "without_one_low", "without_one_high"]
    balance = read(bundle, "balance").filter(pl.col("effect") == "social_work")
    within = [column for column in balance.columns if column.startswith("within_")]
    levels = of(read(bundle, "heterogeneity"), small).filter(pl.col("n_treated").is_null())
    figures = ["estimate", "std_error", "df", "p_value", "conf_low", "conf_high"]
    sensitivity = of(read(bundle, "sensitivity"), small)
    fits = ["r2_uncontrolled", "r2_controlled", "r2_max", "robustness_value_iid"]
    for table, columns in ((verdicts, telling), (balance, within), (levels, figures), (sensitivity, fits)):
        assert table.height > 0
        assert all(table[column].null_count() == table.height for column in columns)
    assert levels["suppressed"].all()


def test_hidden_kinds_of_missing_add_up_to_more_than_the_minimum(bundle: Path) -> None:
    # A kind that is listed has somebody: k hidden ones of T people have 1 to T − k + 1 each.
    seen = 0
    for _, rows in read(bundle, "missingness").group_by("field"):
        hidden = rows.filter(pl.col("n").is_null())
        if hidden.is_empty() or "answered" in hidden["kind"].to_list():
            continue
        seen += 1
        people = rows["n_rows"].max() - rows["n"].sum()
        assert people - hidden.height + 1 >= MINIMUM, rows
    assert seen > 0


def test_no_check_of_interviews_lacks_few_of_those_received(bundle: Path) -> None:
    checks = read(bundle, "checks").filter(
        (pl.col("unit") == "interviews") & ~pl.col("check").is_in(("target", "broken_rules"))
    )
    received = read(bundle, "sample_flow").filter(pl.col("stage") == "received")["rows"].item()
    checked = checks["n_checked"].drop_nulls()
    assert len(checked) > 1
    assert not (received - checked).is_between(1, MINIMUM - 1).any()
    assert checks.filter(pl.col("check") == "speeders")["n_checked"].null_count() == 1


def test_no_reason_tells_the_small_cell_from_those_hidden_with_it(bundle: Path) -> None:
    reasons = set(read(bundle, "suppressions")["reason"])
    assert reasons <= {"threshold+secondary", "difference", "rounding", "dominance"}
    assert "threshold+secondary" in reasons
