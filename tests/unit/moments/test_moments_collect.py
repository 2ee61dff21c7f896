"""Collecting moments: what enters a product, what is refused, and that every engine gives the same cells."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from liandong.errors import EstimationError
from liandong.moments import Moments, TooManyCellsError, collect_moments
from liandong.moments import batches as batch_kernel
from liandong.moments import collect as collecting
from liandong.moments.source import Request, open_source

CASES = Path(__file__).parents[2] / "cases" / "moments_by_hand.json"
# Sums of the same numbers in another order: a few hundred additions of numbers near 1.
SAME = {"rtol": 1e-12, "atol": 1e-12}


@pytest.fixture
def survey() -> pl.DataFrame:
    rng = np.random.default_rng(11)
    n = 400
    return pl.DataFrame(
        {
            "community": rng.integers(0, 8, n).astype(str),
            "street": rng.integers(0, 5, n),
            "age": rng.integers(18, 90, n),
            "score": rng.standard_normal(n),
            "weight": rng.uniform(0.5, 2.0, n),
        }
    ).with_columns(
        score=pl.when(pl.int_range(pl.len()) % 7 != 0).then("score"),
        age=pl.when(pl.int_range(pl.len()) % 11 != 0).then("age"),
    )


def in_units(moments: Moments) -> dict[tuple[object, ...], np.ndarray]:
    """Undo the centring: cross products about zero, by cell."""
    out = {}
    for a, products in enumerate(moments.products):
        c = moments.centre[moments.cell_effect[a]].copy()
        shift = np.eye(len(c))
        shift[1:, 0] = c[1:]
        key = (moments.cell_cluster[a], moments.cell_effect[a], tuple(moments.complete[a]), tuple(moments.cell_keys[a]))
        out[key] = shift @ products @ shift.T
    return out


@pytest.mark.parametrize("case", json.loads(CASES.read_text(encoding="utf-8")), ids=lambda case: case["name"])
def test_cells_are_those_worked_by_hand(case: dict) -> None:
    moments = collect_moments(pl.DataFrame(case["data"]), case["columns"], "g", case.get("effect"), case.get("weight"))
    found = in_units(moments)
    assert len(found) == len(case["cells"])
    for cell in case["cells"]:
        effect = moments.effect_labels.index(cell["effect"]) if "effect" in cell else 0
        key = (moments.cluster_labels.index(cell["cluster"]), effect, tuple(cell["complete"]), ())
        usable = np.ix_([0, *np.flatnonzero(cell["complete"]) + 1], [0, *np.flatnonzero(cell["complete"]) + 1])
        # Products of small decimals: exact up to a few roundings.
        np.testing.assert_allclose(found[key][usable], np.array(cell["products"]), atol=1e-13)


def test_nulls_never_enter_a_product(survey: pl.DataFrame) -> None:
    moments = collect_moments(survey, ["age", "score"], "community")
    both = moments.complete_cells(["age", "score"])
    rows = survey.drop_nulls(["age", "score"])
    assert moments.rows[both].sum() == rows.height
    total = sum(in_units(moments)[key] for key in in_units(moments) if key[2] == (True, True))
    np.testing.assert_allclose(total[1, 2], (rows["age"] * rows["score"]).sum(), rtol=1e-11)


def test_sample_rules_make_fewer_cells_and_the_same_sums(survey: pl.DataFrame) -> None:
    fine = collect_moments(survey, ["age", "score"], "community")
    coarse = collect_moments(survey, ["age", "score"], "community", samples=[["age", "score"]])
    assert len(coarse.rows) < len(fine.rows)
    columns = ["age", "score"]
    for moments in (fine, coarse):
        assert moments.rows[moments.complete_cells(columns)].sum() == survey.drop_nulls(columns).height
    np.testing.assert_allclose(
        fine.products[fine.complete_cells(columns)].sum(axis=0),
        coarse.products[coarse.complete_cells(columns)].sum(axis=0),
        **SAME,
    )


def test_a_sample_nobody_asked_for_cannot_be_had(survey: pl.DataFrame) -> None:
    moments = collect_moments(survey, ["age", "score"], "community", samples=[["age", "score"]])
    with pytest.raises(EstimationError, match="complete cases of age were not asked for"):
        moments.complete_cells(["age"])


@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("effect", [None, "street"])
def test_every_engine_and_kernel_gives_the_same_cells(
    survey: pl.DataFrame, effect: str | None, weight: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = ["age", "score"]
    survey.write_parquet(tmp_path / "rows.parquet")
    expected = collect_moments(survey, columns, "community", effect, weight)
    assert expected.engine == "polars (batches)"
    frames = [survey.to_pandas(), survey.to_arrow(), survey.lazy(), pl.scan_parquet(tmp_path / "rows.parquet")]
    found = [collect_moments(frame, columns, "community", effect, weight) for frame in frames]
    monkeypatch.setattr(batch_kernel, "BATCH_ROWS", 64)
    found.append(collect_moments(survey, columns, "community", effect, weight))
    monkeypatch.setattr(collecting, "_ROWS_PER_PRODUCT", 10**9)
    found.append(collect_moments(survey, columns, "community", effect, weight))
    assert found[-1].engine == "polars (expressions)"
    for moments in found:
        assert moments.cluster_labels == expected.cluster_labels
        assert moments.effect_labels == expected.effect_labels
        np.testing.assert_array_equal(moments.complete, expected.complete)
        np.testing.assert_array_equal(moments.rows, expected.rows)
        np.testing.assert_allclose(moments.products, expected.products, **SAME)
        np.testing.assert_allclose(moments.weight_sq, expected.weight_sq, **SAME)


def test_nan_counts_as_missing_in_both_kernels(survey: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    with_nan = survey.with_columns(pl.col("score").fill_null(float("nan")))
    expected = collect_moments(survey, ["age", "score"], "community")
    for rows_per_product in (collecting._ROWS_PER_PRODUCT, 10**9):
        monkeypatch.setattr(collecting, "_ROWS_PER_PRODUCT", rows_per_product)
        moments = collect_moments(with_nan, ["age", "score"], "community")
        np.testing.assert_array_equal(moments.rows, expected.rows)
        np.testing.assert_allclose(moments.products, expected.products, **SAME)


@pytest.mark.parametrize(
    "labels",
    [
        ["乙", "甲", "甲"],
        [2, 1, 1],
        [2.5, 1.5, 1.5],
        [True, False, False],
        [dt.date(2021, 1, 2), dt.date(2021, 1, 1), dt.date(2021, 1, 1)],
    ],
    ids=["text", "integer", "float", "boolean", "date"],
)
def test_labels_of_any_type_are_kept_and_sorted(labels: list) -> None:
    moments = collect_moments(pl.DataFrame({"g": labels, "x": [1.0, 2.0, 4.0]}), ["x"], "g", "g")
    assert moments.cluster_labels == moments.effect_labels == tuple(sorted(set(labels)))
    assert moments.rows[moments.cell_cluster == moments.cluster_labels.index(labels[0])].tolist() == [1]


def test_categorical_labels_sort_as_text() -> None:
    frame = pl.DataFrame({"g": ["b", "a", "b"], "x": [1, 2, 3]}, schema_overrides={"g": pl.Categorical})
    assert collect_moments(frame, ["x"], "g").cluster_labels == ("a", "b")


def test_further_keys_split_cells_and_null_is_a_value() -> None:
    frame = pl.DataFrame({"g": [1, 1, 1, 2], "sex": ["f", "m", None, "f"], "x": [1.0, 2.0, 3.0, 4.0]})
    moments = collect_moments(frame, ["x"], "g", keys=["sex"])
    assert moments.key_labels == (("f", "m"),)
    assert moments.rows.sum() == 4
    assert moments.rows[moments.key_cells("sex", "f")].sum() == 2
    assert moments.rows[moments.complete_cells(["x"], ["sex"])].sum() == 3


@pytest.mark.parametrize("value", [None, float("nan")])
def test_a_missing_cluster_id_is_an_error(value: float | None) -> None:
    frame = pl.DataFrame({"g": [1.0, value, 2.0], "x": [1.0, 2.0, 3.0]})
    with pytest.raises(EstimationError, match="1 of 3 rows have none"):
        collect_moments(frame, ["x"], "g")


def test_rows_without_an_effect_level_are_left_out_and_counted() -> None:
    frame = pl.DataFrame({"g": [1, 1, 2, 2], "f": ["a", None, "a", "b"], "x": [1.0, 2.0, 3.0, 4.0]})
    moments = collect_moments(frame, ["x"], "g", "f")
    assert moments.rows.sum() == 3
    assert (moments.accounting.rows_in, moments.accounting.rows_used, moments.accounting.effect_missing) == (4, 3, 1)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [(None, "missing"), (float("nan"), "missing"), (float("inf"), "missing"), (0.0, "zero"), (-1.0, "negative")],
)
def test_an_unusable_weight_is_an_error_or_a_counted_exclusion(bad: float | None, reason: str) -> None:
    frame = pl.DataFrame({"g": [1, 1, 2], "x": [1.0, 2.0, 3.0], "w": [1.0, bad, 3.0]})
    with pytest.raises(EstimationError, match=f"1 {reason}"):
        collect_moments(frame, ["x"], "g", weight="w")
    moments = collect_moments(frame, ["x"], "g", weight="w", bad_weights="exclude")
    assert getattr(moments.accounting, f"weight_{reason}") == 1
    assert moments.accounting.rows_used == moments.rows.sum() == 2


def test_batches_are_read_under_their_own_names(survey: pl.DataFrame) -> None:
    """A query that ends in a renaming makes Polars read ahead without bound (4 GB at 100 million rows)."""
    request = Request(("age",), "community", "street", "weight", (), (("age",),))
    source = open_source(survey.lazy(), request)
    assert source.raw is not None
    assert source.raw.collect_schema().names() == ["community", "street", "weight", "age"]
    assert source.prepared(source.raw.collect()).equals(source.native().collect())


def test_a_batch_without_usable_rows_is_no_obstacle(survey: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_kernel, "BATCH_ROWS", 50)
    unusable = survey.with_columns(weight=pl.when(pl.int_range(pl.len()) >= 120).then("weight"))
    moments = collect_moments(unusable, ["age"], "community", weight="weight", bad_weights="exclude")
    assert (moments.accounting.weight_missing, moments.rows.sum()) == (120, 280)


def test_weights_are_normalised_to_mean_one(survey: pl.DataFrame) -> None:
    moments = collect_moments(survey, ["age"], "community", weight="weight")
    weights = survey["weight"] / survey["weight"].mean()
    assert moments.products[:, 0, 0].sum() == pytest.approx(survey.height)
    assert moments.weight_sq.sum() == pytest.approx((weights**2).sum())


def test_infinite_values_are_named() -> None:
    frame = pl.DataFrame({"g": [1, 1, 2], "x": [1.0, 2.0, 3.0], "income": [1.0, float("inf"), 3.0]})
    with pytest.raises(EstimationError, match="'income' hold infinite values"):
        collect_moments(frame, ["x", "income"], "g")


@pytest.mark.parametrize(
    ("columns", "cluster", "message"),
    [
        (["agee"], "community", "expected a column 'agee'"),
        (["age"], "comunity", "expected a column 'comunity'"),
        (["community"], "community", "expected numbers in column 'community'"),
        (["age", "age"], "community", "'age' came more than once"),
        ([], "community", "at least one analysis column"),
    ],
)
def test_columns_that_cannot_be_used_are_refused(
    survey: pl.DataFrame, columns: list[str], cluster: str, message: str
) -> None:
    with pytest.raises(EstimationError, match=message):
        collect_moments(survey, columns, cluster)


def test_the_nearest_name_is_suggested(survey: pl.DataFrame) -> None:
    with pytest.raises(EstimationError) as caught:
        collect_moments(survey, ["scoer"], "community")
    assert caught.value.hint == "did you mean 'score'?"


def test_data_without_rows_are_refused(survey: pl.DataFrame) -> None:
    with pytest.raises(EstimationError, match="the data have none"):
        collect_moments(survey.clear(), ["age"], "community")


def test_too_many_cells_are_refused_before_the_pass() -> None:
    n = 40_000
    frame = pl.DataFrame({"g": np.arange(n) % 50, "person": np.arange(n) // 2, "x": np.arange(n, dtype=float)})
    with pytest.raises(TooManyCellsError, match="cells for 40000 rows"):
        collect_moments(frame, ["x"], "g", "person")


def test_missingness_patterns_that_explode_are_refused_during_the_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("liandong.moments.tables.CELL_BYTES_LIMIT", 1_000)
    rng = np.random.default_rng(0)
    columns = {
        f"x{j}": pl.Series(rng.standard_normal(200)).set(pl.Series(rng.random(200) < 0.5), None) for j in range(4)
    }
    with pytest.raises(TooManyCellsError, match="ask for fewer sample rules"):
        collect_moments(pl.DataFrame({"g": np.arange(200) % 3, **columns}), list(columns), "g")


def test_more_columns_than_bits_in_a_word_keep_their_own_gaps() -> None:
    columns = {f"x{j}": [1.0, 2.0, None if j == 69 else 3.0] for j in range(70)}
    moments = collect_moments(pl.DataFrame({"g": [1, 1, 1], **columns}), list(columns), "g")
    assert moments.rows[moments.complete_cells(["x0", "x63"])].sum() == 3
    assert moments.rows[moments.complete_cells(["x0", "x69"])].sum() == 2


def test_the_frame_is_left_as_it_was(survey: pl.DataFrame) -> None:
    before = survey.clone()
    collect_moments(survey, ["age", "score"], "community", "street", "weight")
    assert survey.equals(before)
