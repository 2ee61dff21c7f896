"""Indicators against hand-worked cases and the published counts, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml

from liandong.definitions import Indicator
from liandong.errors import EstimationError
from liandong.evidence import conform
from liandong.indicators import indicator_table

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases/indicators/small_samples.yaml").read_text(encoding="utf-8"))


def indicator(**parts: Any) -> Indicator:
    defaults = {"id": "i", "group": "coverage", "title": {"zh": "某", "en": "some"}, "source": {"citation": "none"}}
    return Indicator.model_validate(defaults | parts)


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_hand_worked_indicators(case: dict[str, Any]) -> None:
    frame = pl.DataFrame(case["columns"])
    subgroups = [name for name in ("sex",) if name in frame.columns]
    table = indicator_table(
        frame,
        [indicator(**case["indicator"])],
        case.get("cluster", "village"),
        weight=case.get("weight"),
        subgroups=subgroups,
    )
    got = table.select(case["select"]).rows()
    # A few sums and one quotient, or a t quantile: good to 1e-13.
    assert [_near(row) for row in got] == [tuple(row) for row in case["rows"]]


def _near(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(pytest.approx(value, rel=1e-13) if isinstance(value, float) else value for value in row)


def spread(true: int, people: int, clusters: int) -> pl.DataFrame:
    """Return `people` in `clusters`, of whom every (people / true)-th has the property."""
    place = np.arange(people)
    has = (place * true) // people != ((place + 1) * true) // people
    return pl.DataFrame({"village": place % clusters, "a": has.astype(int)})


@pytest.mark.parametrize(
    ("true", "share"), [(611, 0.9887), (504, 0.8155), (192, 0.311), (116, 0.188), (26, 0.042), (617, 0.998), (1, 0.002)]
)
def test_published_shares_have_intervals_inside_zero_and_one(true: int, share: float) -> None:
    row = indicator_table(spread(true, 618, 32), [indicator(numerator="a == 1")], "village").row(0, named=True)
    assert (row["numerator_n"], row["denominator_n"], row["n_clusters"]) == (true, 618, 32)
    assert row["estimate"] == pytest.approx(share, abs=5e-4)
    assert 0 < row["conf_low"] < row["estimate"] < row["conf_high"] < 1


@pytest.mark.parametrize("true", [0, 618])
def test_none_and_all_have_the_exact_interval(true: int) -> None:
    row = indicator_table(spread(true, 618, 32), [indicator(numerator="a == 1")], "village").row(0, named=True)
    # Clopper and Pearson: at 0 of n the upper end is 1 − 0.025^(1/n), at n of n the lower end is 0.025^(1/n).
    edge = 0.025 ** (1 / 618)
    expected = (0.0, 1 - edge) if true == 0 else (edge, 1.0)
    assert (row["conf_low"], row["conf_high"]) == pytest.approx(expected, abs=1e-12)
    assert row["design_effect"] is None


def test_known_values_that_nobody_has_are_shown_in_their_order() -> None:
    frame = pl.DataFrame({"village": [1, 2, 3], "edu": [3, 1, 9], "sex": [1, 0, 1]})
    table = indicator_table(
        frame,
        [indicator(kind="distribution", numerator="edu", subgroups=True)],
        "village",
        subgroups=["sex"],
        known_values={"edu": [3, 2, 1], "sex": [1, 0, 8]},
    )
    whole = table.filter(pl.col("subgroup") == "")
    assert whole["category"].to_list() == ["3", "2", "1", "9"]
    assert whole["numerator_n"].to_list() == [1, 0, 1, 1]
    # Levels follow the codebook too, but a level without a single person is not a subgroup.
    assert table.filter(pl.col("subgroup") == "sex")["level"].unique(maintain_order=True).to_list() == ["1", "0"]


def test_rows_are_nested_as_documented() -> None:
    frame = pl.DataFrame({"village": [1, 2, 3, 4], "edu": [1, 2, 1, 2], "sex": [0, 1, 1, 0], "need": [1, 1, 0, 0]})
    indicators = [
        indicator(id="z", kind="distribution", numerator="edu", need="need == 1", subgroups=True),
        indicator(id="a", numerator="edu == 1"),
    ]
    table = indicator_table(frame, indicators, "village", subgroups=["sex"])
    keys = table.select("indicator", "universe", "subgroup", "level", "category").rows()
    block = [("", ""), ("sex", "0"), ("sex", "1")]
    expected = [("z", u, *level, c) for u in ("all", "in_need") for level in block for c in ("1", "2")]
    assert keys == [*expected, ("a", "all", "", "", "")]
    assert conform("indicators", table).height == table.height


def test_conditions_and_whole_numbers_name_levels_as_the_labels_do() -> None:
    frame = pl.DataFrame({"village": [1, 2], "old": [True, False], "size": [1.0, 2.5], "a": [1, 1]})
    table = indicator_table(
        frame, [indicator(numerator="a == 1", subgroups=True)], "village", subgroups=["old", "size"]
    )
    assert table["level"].to_list() == ["", "0", "1", "1", "2.5"]


def test_a_subgroup_that_the_data_lack_has_no_rows() -> None:
    frame = pl.DataFrame({"village": [1, 2], "a": [1, 1]})
    table = indicator_table(frame, [indicator(numerator="a == 1", subgroups=True)], "village", subgroups=["sex"])
    assert table.height == 1


def test_a_large_offset_does_not_cost_the_interval_its_digits() -> None:
    random = np.random.default_rng(5)
    frame = pl.DataFrame({"village": random.integers(0, 20, 400), "x": random.integers(0, 100, 400).astype(float)})
    definition = [indicator(kind="mean", numerator="x")]
    plain = indicator_table(frame, definition, "village").row(0, named=True)
    far = indicator_table(frame.with_columns(pl.col("x") + 1e8), definition, "village").row(0, named=True)
    # 1e8 plus a number below 100 is exact; the mean itself keeps eight digits behind the point.
    assert far["design_effect"] == pytest.approx(plain["design_effect"], rel=1e-9)
    assert far["conf_high"] - far["conf_low"] == pytest.approx(plain["conf_high"] - plain["conf_low"], rel=1e-7)


def test_no_indicators_give_an_empty_table() -> None:
    frame = pl.DataFrame({"village": [1, 2]})
    assert conform("indicators", indicator_table(frame, [], "village")).is_empty()


def test_no_rows_give_empty_denominators() -> None:
    frame = pl.DataFrame(schema={"village": pl.Int64, "a": pl.Int64})
    row = indicator_table(frame, [indicator(numerator="a == 1")], "village").row(0, named=True)
    assert (row["denominator_n"], row["estimate"], row["n_clusters"]) == (0, None, 0)


def test_the_frame_is_not_changed() -> None:
    frame = pl.DataFrame({"village": [1, 2], "a": [1, 0]})
    before = frame.clone()
    indicator_table(frame, [indicator(numerator="a == 1")], "village")
    assert frame.equals(before)


REFUSED = [
    ("a share of codes", {"numerator": "a"}, {}, "true or false; it gives 2, 7"),
    ("a share of text", {"numerator": "town"}, {}, "true or false; it gives x"),
    ("a mean of text", {"numerator": "town", "kind": "mean"}, {}, "must be a number; it gives String"),
    ("a mean that is infinite", {"numerator": "far", "kind": "mean"}, {}, "not a finite number for 1 respondents"),
    ("text held against a number", {"numerator": "town >= 2"}, {}, "'i' cannot be computed"),
    ("rows without a cluster", {"numerator": "a == 1"}, {"cluster": "holes"}, "1 rows have no 'holes'"),
    ("rows without a stratum", {"numerator": "a == 1"}, {"strata": "holes"}, "names as strata"),
    ("a cluster in two strata", {"numerator": "a == 1"}, {"strata": "a"}, "village 1 has rows in more than one"),
    ("weights below zero", {"numerator": "a == 1"}, {"weight": "bad"}, "1 of 2 values of 'bad'"),
    ("weights that are missing", {"numerator": "a == 1"}, {"weight": "holes"}, "1 of 3 values of 'holes'"),
]


@pytest.mark.parametrize(("parts", "options", "message"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED])
def test_refused_with_a_clear_message(parts: dict[str, str], options: dict[str, Any], message: str) -> None:
    frame = pl.DataFrame(
        {
            "village": [1, 1, 2],
            "a": [2, 7, 1],
            "town": ["x", None, "x"],
            "far": [1.0, float("inf"), 2.0],
            "holes": [1, None, 3],
            "bad": [0.0, -1.0, 1.0],
        }
    )
    with pytest.raises(EstimationError) as caught:
        indicator_table(frame, [indicator(**parts)], **({"cluster": "village"} | options))
    assert message in str(caught.value)
    assert caught.value.hint


def test_rows_of_weight_zero_are_nobodys_sample() -> None:
    frame = spread(60, 200, 20).with_columns(w=pl.Series([0.0, 1.0] * 100))
    shares = [indicator(numerator="a == 1")]
    weighted = indicator_table(frame, shares, "village", "w")
    assert weighted.equals(indicator_table(frame.filter(pl.col("w") > 0), shares, "village", "w"))
    assert weighted["denominator_n"].item() == 100


def test_weights_that_are_no_numbers_are_refused() -> None:
    frame = spread(60, 200, 20).with_columns(w=pl.lit("heavy"))
    with pytest.raises(EstimationError, match="expected sampling weights in numbers; 'w' holds String"):
        indicator_table(frame, [indicator(numerator="a == 1")], "village", "w")
