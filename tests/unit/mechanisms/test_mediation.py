"""Mediation: paths and drawn samples of clusters from moments, held against rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from liandong.definitions import Inference, Mediation, Text, parse_expression
from liandong.errors import EstimationError
from liandong.evidence import conform
from liandong.mechanisms import mediation_table
from liandong.mechanisms.resampling import cluster_counts, draw_paths, expanded_percentiles
from liandong.moments import Within, within_samples

FEW = Inference(draws=199, seed=7)
# Both sides solve the same normal equations, one of them by QR of the rows: what is left is rounding.
POINT, DRAWN = 1e-10, 1e-8
# Fixed effect: none, the cluster itself, levels inside clusters, around clusters, across clusters.
EFFECTS = [None, "community", "block", "district", "job"]


@pytest.fixture(scope="module")
def rows(survey: pl.DataFrame) -> pl.DataFrame:
    rng = np.random.default_rng(11)
    liking = 2 + 0.6 * survey["visited"].to_numpy() + rng.normal(size=survey.height)
    return survey.with_columns(
        liking=pl.Series(liking),
        trust=pl.col("trust") + 0.3 * pl.Series(liking),
        block=pl.col("community") * 2 + (pl.int_range(pl.len()) // 24) % 2,
    )


def _mediation(**own: Any) -> Mediation:
    keys: dict[str, Any] = {
        "id": "liking",
        "title": Text(zh="好感", en="Liking"),
        "outcomes": ("trust",),
        "treatment": "visited",
        "mediator": "liking",
        "controls": ("age", "member"),
        "absorb": ("community",),
        "cluster": ("community",),
    }
    return Mediation(**{**keys, **own})


def _slopes(y: NDArray[np.float64], x: Sequence[NDArray[np.float64]], levels: Any, w: Any) -> NDArray[np.float64]:
    """Least squares on rows about the means of their level."""
    _, codes = np.unique(levels, axis=0, return_inverse=True)
    codes = codes.ravel()
    sizes = np.bincount(codes, w)
    about = [column - (np.bincount(codes, w * column) / sizes)[codes] for column in (y, *x)]
    root = np.sqrt(w)
    found: NDArray[np.float64] = np.linalg.lstsq(np.column_stack(about[1:]) * root[:, None], about[0] * root)[0]
    return found


def _by_rows(frame: pl.DataFrame, effect: str | None, weight: str | None, copy: Any = 0) -> dict[str, float]:
    t, m, y, age, member = (
        frame[name].cast(pl.Float64).to_numpy() for name in ("visited", "liking", "trust", "age", "member")
    )
    w = np.ones(frame.height) if weight is None else frame[weight].to_numpy()
    labels = np.zeros(frame.height) if effect is None else frame[effect].rank("dense").to_numpy()
    levels = np.column_stack([labels, np.broadcast_to(copy, frame.height)])
    a = _slopes(m, [t, age, member], levels, w)[0]
    direct, b = _slopes(y, [t, m, age, member], levels, w)[:2]
    total = _slopes(y, [t, age, member], levels, w)[0]
    return {"a": a, "b": b, "direct": direct, "indirect": a * b, "total": total}


def _complete(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.drop_nulls(["trust", "age", "member", "liking", "visited"])


@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("effect", EFFECTS)
def test_paths_are_those_of_row_level_regressions(rows: pl.DataFrame, effect: str | None, weight: str | None) -> None:
    mediation = _mediation(absorb=(effect,) if effect else ())
    table = conform("mediation", mediation_table(rows, [mediation], FEW, weight=weight))
    found = dict(table.select("path", "estimate").iter_rows())
    expected = _by_rows(_complete(rows), effect, weight)
    assert {path: found[path] for path in expected} == pytest.approx(expected, rel=POINT)
    assert found["share"] == pytest.approx(expected["indirect"] / expected["total"], rel=POINT)
    assert expected["total"] == pytest.approx(expected["direct"] + expected["indirect"], rel=POINT)


@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("effect", EFFECTS)
def test_drawn_samples_are_those_of_resampled_rows(rows: pl.DataFrame, effect: str | None, weight: str | None) -> None:
    """The same clusters drawn as rows: a second copy of a cluster has its own levels where levels lie in clusters."""
    within = _within(rows, effect, weight)
    draws = 12
    found = draw_paths(within, ["age", "member", "visited", "liking", "trust"], draws, seed=3).paths
    counts = next(iter(cluster_counts(within.n_clusters, draws, 3, draws)))
    parts = _complete(rows).partition_by("community", as_dict=True)
    nested = effect in {"community", "block"}
    for draw, times in enumerate(counts):
        copies = [
            parts[(label,)].with_columns(copy=pl.lit(copy if nested else 0))
            for label, count in zip(within.cluster_labels, times, strict=True)
            for copy in range(count)
        ]
        frame = pl.concat(copies)
        expected = _by_rows(frame, effect, weight, frame["copy"].to_numpy())
        assert found[:, draw] == pytest.approx(list(expected.values()), rel=DRAWN)


def _within(rows: pl.DataFrame, effect: str | None, weight: str | None = None) -> Within:
    columns = ["age", "member", "visited", "liking", "trust"]
    return within_samples(rows, {"all": columns}, "community", effect, weight).within["all"]


def test_the_draws_of_a_seed_do_not_depend_on_how_many_are_made_at_a_time() -> None:
    whole = np.concatenate(list(cluster_counts(7, 50, 5, 50)))
    parts = np.concatenate(list(cluster_counts(7, 50, 5, 3)))
    assert (whole == parts).all()
    assert (whole.sum(axis=1) == 7).all()


def test_indirect_effect_has_the_spread_and_the_percentiles_of_the_draws(rows: pl.DataFrame) -> None:
    within = _within(rows, "community")
    drawn = draw_paths(within, ["age", "member", "visited", "liking", "trust"], FEW.draws, FEW.seed)
    row = mediation_table(rows, [_mediation()], FEW).row(by_predicate=pl.col("path") == "indirect", named=True)
    low, high, p_value = expanded_percentiles(drawn.indirect, within.n_clusters, 0.95)
    assert row["std_error"] == pytest.approx(drawn.indirect.std(ddof=1))
    assert (row["conf_low"], row["conf_high"], row["p_value"]) == pytest.approx((low, high, p_value))
    assert (row["method"], row["draws"]) == ("percentile", 199)


def test_percentiles_are_further_out_with_few_clusters_and_end_at_the_usual_ones() -> None:
    values = np.random.default_rng(1).normal(size=20_001)
    usual = np.quantile(values, [0.025, 0.975])
    few = expanded_percentiles(values, 8, 0.95)
    assert few[0] < usual[0]
    assert few[1] > usual[1]
    assert expanded_percentiles(values, 10**7, 0.95)[:2] == pytest.approx(usual, rel=1e-4)  # t(10⁷) is nearly normal


def test_the_percentile_of_eight_clusters_is_the_one_worked_out_by_hand() -> None:
    # t(7) has 2.5 % below -2.364624; times √(8/7) that is -2.527889, and Φ of it 0.0057375.
    even = np.linspace(0.0, 1.0, 100_001)
    low, high, _ = expanded_percentiles(even, 8, 0.95)
    assert (low, 1 - high) == pytest.approx((0.0057375, 0.0057375), abs=1e-6)


def test_intervals_from_eight_clusters_miss_about_as_often_as_they_should() -> None:
    """Of 600 studies like these, 5.8 % of the expanded intervals missed the truth and 13.0 % of plain percentiles."""
    studies, missed, missed_by_plain = 150, 0, 0
    for seed in range(studies):
        drawn = draw_paths(_eight_clusters(seed), ["visited", "liking", "trust"], 399, seed)
        low, high, _ = expanded_percentiles(drawn.indirect, 8, 0.95)
        plain = np.quantile(drawn.indirect, [0.025, 0.975])
        missed += not low <= 0.4 * 0.3 <= high
        missed_by_plain += not plain[0] <= 0.4 * 0.3 <= plain[1]
    assert 0.01 < missed / studies < 0.1  # the binomial spread of 150 studies at 5 % is 1.8 points
    assert missed_by_plain > missed


def _eight_clusters(seed: int) -> Within:
    """Slopes differ between communities, so that there is something for the clusters to tell."""
    rng = np.random.default_rng(seed)
    community = np.repeat(np.arange(8), 15)
    visited = (rng.random(120) < 0.4).astype(float)
    liking = (0.4 + 0.3 * rng.normal(size=8))[community] * visited + rng.normal(size=120)
    trust = (0.3 + 0.15 * rng.normal(size=8))[community] * liking + 0.1 * visited + rng.normal(size=120)
    frame = pl.DataFrame({"community": community, "visited": visited, "liking": liking, "trust": trust})
    return within_samples(frame, {"all": ["visited", "liking", "trust"]}, "community", "community").within["all"]


@pytest.mark.parametrize("shift", [0.5, 1.0, 2.0, 2.5])
def test_p_value_is_below_five_percent_exactly_when_the_interval_leaves_zero_out(shift: float) -> None:
    values = np.random.default_rng(1).normal(size=9_999) + shift
    for clusters in (5, 32):
        low, _, p_value = expanded_percentiles(values, clusters, 0.95)
        assert (p_value < 0.05) == (low > 0)


def test_no_share_of_a_total_effect_that_may_be_zero(rows: pl.DataFrame) -> None:
    mediation = _mediation(treatment="member", controls=("age",))
    row = mediation_table(rows, [mediation], FEW).row(by_predicate=pl.col("path") == "share", named=True)
    assert row["estimate"] is None
    assert "total_unclear" in row["flag"]


def test_no_share_where_direct_and_indirect_effect_pull_in_different_directions(rows: pl.DataFrame) -> None:
    frame = rows.with_columns(trust=pl.col("trust") - 3 * pl.col("liking") + 8 * pl.col("visited"))
    row = mediation_table(frame, [_mediation()], FEW).row(by_predicate=pl.col("path") == "share", named=True)
    assert row["estimate"] is None
    assert "opposite_signs" in row["flag"]


def test_an_interaction_is_tested_and_flagged(rows: pl.DataFrame) -> None:
    frame = rows.with_columns(trust=pl.col("trust") + 2 * pl.col("visited") * pl.col("liking"))
    for data, interacts in ((rows, False), (frame, True)):
        table = mediation_table(data, [_mediation()], FEW)
        flags = dict(table.select("path", "flag").iter_rows())
        p_value = table.row(by_predicate=pl.col("path") == "interaction", named=True)["p_value"]
        assert (p_value < 0.05) == interacts
        assert all(("interacts" in flags[path]) == interacts for path in ("b", "direct", "indirect", "share"))
        assert not any("interacts" in flags[path] for path in ("a", "total", "interaction"))


def test_assumptions_stand_at_the_paths_that_need_them(rows: pl.DataFrame) -> None:
    chosen = dict(mediation_table(rows, [_mediation()], FEW).select("path", "flag").iter_rows())
    drawn_by_lot = mediation_table(rows, [_mediation()], FEW, randomised=["visited"])
    assert "treatment_not_randomised" in chosen["total"]
    assert "mediator_not_randomised" not in chosen["total"]
    assert all("mediator_not_randomised" in chosen[path] for path in ("b", "direct", "indirect"))
    assert not drawn_by_lot["flag"].str.contains("treatment_not_randomised").any()
    assert drawn_by_lot.filter(path="indirect")["flag"].item().count("mediator_not_randomised") == 1


def test_draws_without_a_treated_person_are_left_out_counted_and_flagged(rows: pl.DataFrame) -> None:
    """Two treated clusters of 24: (22/24)^24 = 12 % of the draws hold neither, too many to trust the rest."""
    frame = rows.with_columns(
        visited=((pl.col("community") < 2) & (pl.int_range(pl.len()) // 24 % 2 == 0)).cast(pl.Int8)
    )
    table = mediation_table(frame, [_mediation(absorb=("district",))], FEW)
    row = table.row(by_predicate=pl.col("path") == "indirect", named=True)
    assert 0.8 * 199 < row["draws"] < 0.95 * 199
    assert "unidentified_draws" in row["flag"]
    assert row["estimate"] is not None
    assert row["conf_low"] is None


def test_a_control_that_is_absent_from_a_draw_does_not_spoil_it(rows: pl.DataFrame) -> None:
    frame = rows.with_columns(rare=((pl.col("community") == 5) & (pl.int_range(pl.len()) % 3 == 0)).cast(pl.Int8))
    row = mediation_table(frame, [_mediation(controls=("rare",))], FEW).row(
        by_predicate=pl.col("path") == "indirect", named=True
    )
    assert row["draws"] == 199


def test_a_sample_rule_restricts_the_rows(rows: pl.DataFrame) -> None:
    mediation = _mediation(sample=parse_expression("job <= 2"))
    found = mediation_table(rows, [mediation], FEW)
    expected = mediation_table(rows.filter(pl.col("job") <= 2), [_mediation()], FEW)
    assert found.equals(expected)
    assert found["n_obs"][0] < _complete(rows).height


def test_nominal_controls_enter_as_dummies(rows: pl.DataFrame) -> None:
    by_hand = rows.with_columns(
        phone=(pl.col("mode") == "phone").cast(pl.Int8), visit=(pl.col("mode") == "visit").cast(pl.Int8)
    )
    found = mediation_table(rows, [_mediation(controls=("mode",))], FEW)["estimate"].to_list()
    expected = mediation_table(by_hand, [_mediation(controls=("phone", "visit"))], FEW)["estimate"].to_list()
    assert found == pytest.approx(expected, rel=DRAWN)


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"sample": parse_expression("job > 9")}, "'job > 9' holds; there are none"),
        ({"treatment": "district_code", "absorb": ("district",)}, "varies within some level"),
        ({"mediator": "twice"}, "'twice' is collinear with 'visited'"),
        ({"mediator": "constant"}, "'constant' is constant"),
        ({"controls": ("twice",)}, "'twice' is collinear"),
    ],
)
def test_what_the_data_cannot_carry_is_an_error_with_a_reason(
    rows: pl.DataFrame, own: dict[str, Any], message: str
) -> None:
    frame = rows.with_columns(
        twice=2.0 * pl.col("visited"), constant=pl.lit(1.0), district_code=pl.col("district").rank("dense")
    )
    with pytest.raises(EstimationError, match=message) as caught:
        mediation_table(frame, [_mediation(**own)], FEW)
    assert caught.value.where is not None
    assert "liking" in caught.value.where


def test_rows_that_had_to_be_demeaned_across_clusters_have_no_bootstrap() -> None:
    """Fixed effects nearly as fine as the rows leave no cells, and cluster sums alone cannot be absorbed anew."""
    rng = np.random.default_rng(4)
    n = 60_000
    frame = pl.DataFrame(
        {"person": np.arange(n) // 2, "community": rng.integers(0, 40, n), "visited": rng.integers(0, 2, n)}
    )
    frame = frame.with_columns(
        liking=pl.col("visited") + rng.normal(size=n), age=rng.normal(size=n), member=rng.normal(size=n)
    )
    frame = frame.with_columns(trust=pl.col("liking") + rng.normal(size=n))
    table = mediation_table(frame, [_mediation(absorb=("person",))], FEW)
    row = table.row(by_predicate=pl.col("path") == "indirect", named=True)
    assert (row["draws"], row["conf_low"]) == (0, None)
    assert "no_bootstrap" in row["flag"]
    assert set(table.filter(pl.col("path").is_in(["a", "b"]))["method"]) == {"CR1"}
