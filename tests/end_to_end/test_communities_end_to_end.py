"""Communities of both examples, and of Hubei at the default minimum: what is compared, named, shown and hidden."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

EXACT = (
    "n_obs", "estimate", "conf_low", "conf_high", "shrunk", "shrunk_low", "shrunk_high", "reliability", "rest",
    "rest_low", "rest_high", "difference", "difference_low", "difference_high",
)  # fmt: skip


@pytest.fixture(scope="module")
def plain(example_bundle: Callable[[str], Path]) -> Path:
    return example_bundle("hubei")


@pytest.fixture(scope="module")
def hidden(hubei_at_default_minimum: Path) -> Path:
    return hubei_at_default_minimum


def read(bundle: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(bundle / "tables" / f"{name}.csv", infer_schema_length=None)


def test_every_community_is_compared_by_every_measure(plain: Path) -> None:
    table, spread = read(plain, "communities"), read(plain, "community_spread")
    assert table.height == 32 * spread.height
    people = pl.read_parquet(plain / "restricted" / "responses.parquet")
    own = table.filter(pl.col("measure") == "coverage_social_worker").select("cluster", "n_obs", "estimate")
    by_hand = people.group_by(cluster="community").agg(n_obs=pl.len(), estimate=pl.col("served_social_worker").mean())
    joined = own.join(by_hand, on="cluster", suffix="_by_hand")
    assert joined.height == 32
    assert joined["n_obs"].equals(joined["n_obs_by_hand"].cast(pl.Int64).alias("n_obs"))
    assert (joined["estimate"] - joined["estimate_by_hand"]).abs().max() < 1e-11


def test_a_measure_has_the_mean_of_its_indicator(plain: Path) -> None:
    spread = read(plain, "community_spread").filter(pl.col("kind") != "scale")
    whole = read(plain, "indicators").filter(pl.col("subgroup").is_null())
    joined = spread.join(whole, left_on=["measure", "universe"], right_on=["indicator", "universe"])
    assert joined.height == spread.height
    assert (joined["mean"] - joined["estimate"]).abs().max() < 1e-10
    assert joined["n_obs"].equals(joined["denominator_n"].alias("n_obs"))


def test_communities_have_the_names_of_the_second_table(plain: Path) -> None:
    labels = read(plain, "labels").filter((pl.col("kind") == "level") & (pl.col("name") == "community"))
    assert labels.filter(pl.col("level") == "C07").select("zh", "en").row(0) == ("模拟社区07", "模拟社区07")
    assert labels.height == 32


def test_combinations_of_providers_add_up_to_those_who_answered(plain: Path) -> None:
    table = read(plain, "overlap")
    assert table["n"].sum() == table["n_rows"][0]
    assert table["n"].to_list() == sorted(table["n"], reverse=True)


def test_at_the_default_minimum_bands_and_standings_are_left(hidden: Path) -> None:
    table = read(hidden, "communities")
    assert all(table[column].null_count() == table.height for column in EXACT)
    shown = table.filter(~pl.col("suppressed"))
    assert shown.height > table.height / 3
    assert shown.filter(pl.col("measure") == "belonging").height == 32
    assert set(shown["standing"]) == {"lower", "similar", "higher"}
    assert (shown["band_low"] < shown["band_high"]).all()
    assert set(table.filter("suppressed")["standing"]) == {"unknown"}


def test_bands_hold_the_shrunken_interval(plain: Path, hidden: Path) -> None:
    key = ["measure", "universe", "cluster"]
    joined = read(hidden, "communities").filter(~pl.col("suppressed")).join(read(plain, "communities"), on=key)
    inside = (pl.col("band_low") <= pl.col("shrunk_low_right") + 1e-9) & (
        pl.col("band_high") >= pl.col("shrunk_high_right") - 1e-9
    )
    assert joined.select(inside.all()).item()
    assert joined["standing"].equals(joined["standing_right"].alias("standing"))


def test_no_other_table_says_how_large_a_community_is(hidden: Path) -> None:
    influence, design = read(hidden, "influence"), read(hidden, "design")
    for table, columns in (
        (influence, ("n_obs", "n_treated", "n_untreated")),
        (design, ("cluster_size_min", "cluster_size_median", "cluster_size_max")),
    ):
        assert table.height
        assert all(table[column].null_count() == table.height for column in columns)


def test_small_combinations_are_hidden_in_an_order_that_says_nothing(plain: Path, hidden: Path) -> None:
    table, true = read(hidden, "overlap"), read(plain, "overlap")
    gone = table.filter("suppressed")
    assert gone.select("n_members", "members").sort("n_members", "members").equals(gone.select("n_members", "members"))
    assert table["suppressed"].to_list() == sorted(table["suppressed"])
    joined = table.join(true, on="members", nulls_equal=True)
    assert joined.filter(pl.col("n_right") < 10)["suppressed"].all()
    # What the number of providers says of a sum of hidden combinations is no small number.
    for total in joined.filter("suppressed").group_by("n_members").agg(pl.col("n_right").sum(), pl.len()).rows():
        if total[0] >= 2:
            assert total[1] >= 10
            assert total[2] >= 2


def test_villages_with_few_households_are_hidden(example_bundle: Callable[[str], Path]) -> None:
    bundle = example_bundle("rice_insurance")
    table = read(bundle, "communities")
    people = pl.read_parquet(bundle / "restricted" / "responses.parquet").group_by(cluster="address").len()
    joined = table.join(people, on="cluster")
    assert joined.height == table.height
    assert joined.filter(pl.col("len") < 10)["suppressed"].all()
    assert not joined.filter(pl.col("len") >= 10)["suppressed"].all()
    influence = read(bundle, "influence").join(people, on="cluster")
    assert influence.filter(pl.col("len") < 10)["leverage"].null_count() == influence.filter(pl.col("len") < 10).height
    assert influence["leverage"].null_count() < influence.height
