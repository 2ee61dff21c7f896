"""Cases small enough to be worked out by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from liandong.definitions import Study
from liandong.definitions.quality import Quality
from liandong.definitions.text import Text
from liandong.evidence.typed_rows import ROW
from liandong.quality import Received, supervise_rows
from liandong.quality.back_check import clopper_pearson
from liandong.quality.durations import bursts, negative, night, overlaps, shortest, speeders, too_long
from liandong.quality.heaping import last_digits, myers
from liandong.quality.outliers import bounds_of
from liandong.quality.straight_lining import ItemBlock, straight_lining


def _visits(*lines: tuple[str, str | None, str | None, str | None]) -> pl.DataFrame:
    """Make visits from (interviewer, started, ended, submitted), times as "day hour:minute"."""

    def moment(text: str | None) -> dt.datetime | None:
        return None if text is None else dt.datetime.strptime(f"2026-05-{text}", "%Y-%m-%d %H:%M")  # noqa: DTZ007

    times: dict[str, Any] = dict.fromkeys(("started", "ended", "submitted"), pl.Datetime("us"))
    schema = {"interviewer": pl.String, **times}
    rows = [(who, moment(a), moment(b), moment(c)) for who, a, b, c in lines]
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_row_index("row", offset=1)
    minutes = (pl.col("ended") - pl.col("started")).dt.total_seconds() / 60
    return frame.with_columns(pl.col("row").cast(pl.Int64), minutes=minutes, community=pl.lit("C1"))


NO_COPIES = pl.Series([], dtype=pl.Int64)


def test_an_interview_inside_another_one_overlaps_and_the_next_that_touches_does_not() -> None:
    visits = _visits(
        ("A", "01 09:00", "01 10:00", None),
        ("A", "01 09:20", "01 09:40", None),
        ("A", "01 09:50", "01 10:30", None),  # after the second has ended, but not the first
        ("A", "01 10:30", "01 11:00", None),
        ("B", "01 09:10", "01 09:30", None),
    )
    found = overlaps(visits, NO_COPIES)
    assert found.findings.select("row", "size").rows() == [(2, 20.0), (3, 10.0)]
    assert found.n_checked == 5
    assert overlaps(visits, pl.Series([2, 3])).n_flagged == 0


def test_three_interviews_sent_within_five_minutes_are_a_burst() -> None:
    visits = _visits(
        ("A", None, None, "01 09:00"),
        ("A", None, None, "01 09:02"),
        ("A", None, None, "01 09:05"),
        ("A", None, None, "01 09:08"),
        ("A", None, None, "01 12:00"),
        ("B", None, None, "01 09:01"),
    )
    assert sorted(bursts(visits).findings["row"]) == [1, 2, 3]


def test_times_that_run_backwards_are_found_whichever_they_are() -> None:
    visits = _visits(
        ("A", "01 09:00", "01 08:50", None), ("A", "01 09:00", "01 09:30", "01 09:10"), ("A", None, None, None)
    )
    found = negative(visits)
    assert found.n_checked == 2
    assert found.findings.select("row", "size").rows() == [(2, 20.0), (1, 10.0)]


def test_speeders_are_held_against_the_larger_of_both_bounds() -> None:
    visits = _visits(*(("A", "01 09:00", f"01 09:{m:02}", None) for m in (10, 11, *[30] * 9)))
    assert shortest(visits, Quality()) == pytest.approx(0.4 * 30)
    assert shortest(visits, Quality(shortest_minutes=25)) == 25
    assert speeders(visits, Quality()).findings["row"].to_list() == [1, 2]
    few = visits.head(3)
    assert shortest(few, Quality()) is None
    assert speeders(few, Quality()).state == "too_few"


def test_an_interview_is_too_long_above_the_longest_length_and_not_at_it() -> None:
    visits = _visits(("A", "01 09:00", "01 10:30", None), ("A", "02 09:00", "02 10:31", None))
    found = too_long(visits, Quality(longest_minutes=90))
    assert found.findings.select("row", "size").rows() == [(2, 91.0)]
    assert found.n_checked == 2


def test_the_night_begins_with_the_last_hour_and_ends_with_the_first() -> None:
    visits = _visits(*(("A", f"01 {start}", None, None) for start in ("07:59", "08:00", "20:59", "21:00")))
    assert night(visits, Quality(hours=(8, 21))).findings["row"].to_list() == [1, 4]


@pytest.mark.parametrize(("items", "flagged"), [(4, []), (5, [1]), (6, [1])])
def test_one_answer_to_five_items_is_straight_lining_and_to_four_is_not(items: int, flagged: list[int]) -> None:
    names = tuple(f"q{i}" for i in range(items))
    frame = pl.DataFrame({ROW: [1, 2], **{name: [3, i % 2] for i, name in enumerate(names)}})
    nothing = pl.DataFrame(schema={"row": pl.Int64, "rule": pl.String})
    received = Received(frame, frozenset(names), frozenset(), pl.Series([], dtype=pl.Int64), nothing, nothing)
    block = ItemBlock("block", Text(zh="组", en="Block"), names, middle=None)
    found = straight_lining(received, [block])
    assert found.outcome.findings["row"].to_list() == flagged
    assert found.rows["n_straight"].to_list() == [1, 0]  # counted in any case
    assert found.rows["flagged"].to_list() == [bool(flagged), False]


def test_outliers_by_hand() -> None:
    values = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10] * 2 + [100])
    bounds = bounds_of(values, 3.5)
    # median 6, absolute deviations 0 0 1 1 1 1 2 2 2 2 3 …: their median is 3
    assert (bounds.scale, bounds.method, bounds.median) == ("linear", "mad", 6.0)
    assert bounds.high == pytest.approx(6 + 3.5 * 1.4826022 * 3)
    assert bounds.distance(np.array([100.0]))[0] == pytest.approx(94 / (1.4826022 * 3))


def test_where_most_answers_are_alike_the_quartiles_take_the_place_of_the_mad() -> None:
    values = np.array([0.0] * 14 + [1, 2, 2, 3, 3, 4, 4, 50, -1, -1, -1])
    bounds = bounds_of(values, 3.5)
    assert bounds.method == "iqr"
    assert bounds.spread == pytest.approx((np.quantile(values, 0.75) - np.quantile(values, 0.25)) / 1.34898, rel=1e-5)
    assert bounds_of(np.array([5.0] * 30 + [900.0]), 3.5).method == "none"
    assert bounds_of(np.arange(10.0), 3.5).method == "none"


def test_long_tails_of_positive_numbers_are_looked_at_in_logs_and_no_outlier_decides_that() -> None:
    draw = np.random.default_rng(1)
    assert bounds_of(np.exp(draw.normal(size=500)), 3.5).scale == "log"
    assert bounds_of(np.append(draw.normal(50, 5, 500), 5e6), 3.5).scale == "linear"
    assert bounds_of(np.exp(draw.normal(size=500)) - 0.5, 3.5).scale == "linear"  # some are negative
    amounts = np.append(np.exp(draw.normal(size=500)), np.zeros(60))
    assert bounds_of(amounts, 3.5).scale == "log"
    assert bounds_of(amounts, 3.5).distance(np.array([0.0]))[0] == pytest.approx(0)
    # years of residence: on the log scale 1 is as far from 14 as 200, but 1 stands for all up to 1.5
    years = np.round(np.exp(draw.normal(2.64, 0.65, 500))).astype(np.float64)
    bounds = bounds_of(years, 3.5)
    assert bounds.scale == "log"
    assert bounds.distance(np.array([1.0]))[0] == pytest.approx((bounds.median - np.log(1.5)) / bounds.spread)
    assert bounds.distance(np.array([200.0]))[0] == pytest.approx((np.log(200) - bounds.median) / bounds.spread)


def test_where_one_in_twenty_would_be_an_outlier_none_is() -> None:
    values = np.append(np.random.default_rng(1).normal(size=190), np.full(10, 50.0))
    assert bounds_of(values, 3.5).method == "mad"
    assert bounds_of(np.append(values, 50.0), 3.5).method == "none"


def test_whipples_index_by_hand() -> None:
    ages = np.repeat(np.arange(23, 63), 2)
    assert last_digits(ages, is_age=True, every=ages)["whipple"] == 100
    # 16 of 80 end in 0 or 5; with 20 people of 30 more, 36 of 100
    more = np.append(ages, [30] * 20)
    found = last_digits(more, is_age=True, every=more)
    assert found["whipple"] == 180
    assert found["p_value"] == pytest.approx(stats.binomtest(36, 100, 0.2, alternative="greater").pvalue)
    counts = np.bincount(more % 10)
    assert found["chi_square"] == pytest.approx(stats.chisquare(counts).statistic)
    assert found["chi_p_value"] == pytest.approx(stats.chisquare(counts).pvalue)


def test_myers_index_by_hand() -> None:
    assert myers(np.repeat(np.arange(20, 60), 3)) == pytest.approx(0)
    assert myers(np.array([20, 30, 40, 50, 60] * 4)) == pytest.approx(90)
    # 20–39, one of each age and one more of 30: each digit counts 10 times, 0 in all 1 · 1 + 9 · 2 = 19 times, of 109
    expected = (abs(1900 / 109 - 10) + 9 * abs(1000 / 109 - 10)) / 2
    assert myers(np.array([*range(20, 40), 30])) == pytest.approx(expected)
    assert myers(np.array([20, 25, 33])) is None


def test_exact_intervals_are_those_of_scipy() -> None:
    for count, n in [(0, 10), (3, 10), (10, 10), (1, 250)]:
        expected = stats.binomtest(count, n).proportion_ci(method="exact")
        assert clopper_pearson(count, n) == pytest.approx((expected.low, expected.high))
    assert clopper_pearson(0, 0) == (None, None)


def test_reliability_of_codes_is_cohens_kappa(clean: Any) -> None:
    survey = clean(3)
    second = survey.second.with_columns(other0=pl.when(pl.col("_row") % 3 == 0).then(3).otherwise("other0"))
    found = supervise_rows(survey.received, survey.study, second).restricted["back_checks"]
    line = found.filter(pl.col("field") == "other0").row(0, named=True)
    both = second.select("id", b="other0").join(survey.frame.select("id", a="other0"), on="id").drop_nulls()
    a, b = both["a"].to_numpy(), both["b"].to_numpy()
    chance = sum((a == v).mean() * (b == v).mean() for v in range(1, 6))
    assert line["reliability"] == pytest.approx(((a == b).mean() - chance) / (1 - chance))
    assert line["n_different"] == int((a != b).sum())


def test_paired_differences_of_numbers_are_a_paired_t_test(clean: Any) -> None:
    survey = clean(3)
    second = survey.second.with_columns(income=pl.col("income") + (pl.col("_row") % 7 - 2) * 10.0)
    found = supervise_rows(survey.received, survey.study, second).restricted["back_checks"]
    line = found.filter(pl.col("field") == "income").row(0, named=True)
    both = second.select("id", b="income").join(survey.frame.select("id", a="income"), on="id")
    test = stats.ttest_rel(both["b"].to_numpy(), both["a"].to_numpy())
    ends = test.confidence_interval()
    assert line["p_value"] == pytest.approx(test.pvalue)
    assert (line["difference_low"], line["difference_high"]) == pytest.approx((ends.low, ends.high))
    assert line["reliability"] == pytest.approx(stats.pearsonr(both["a"], both["b"]).statistic)


def test_missing_answers_are_counted_by_kind_and_only_of_those_asked(clean: Any) -> None:
    survey = clean(5)
    survey = survey.set("filter0", range(10), 1).set("follow0", range(10), [3] * 6 + [None] * 4)
    found = supervise_rows(survey.received, survey.study).restricted["questions"]
    line = found.filter(pl.col("field") == "follow0").row(0, named=True)
    opened = survey.frame.filter(pl.col("filter0") == 1)
    assert line["n_asked"] == opened.height
    assert line["n_empty"] == opened["follow0"].null_count() == 4
    other = found.filter(pl.col("field") == "other0").row(0, named=True)
    assert other["n_refused"] == survey.kinds["other0"].count("refused")
    assert (other["n_empty"], other["n_asked"]) == (0, 600)
    gate = found.filter(pl.col("field") == "filter0").row(0, named=True)
    assert gate["share_closed"] == pytest.approx(1 - opened.height / 600)


def test_a_community_is_held_against_its_plan(clean: Any, with_quality: Callable[[dict[str, Any]], Study]) -> None:
    counts = [["C00", 30], ["C01", 40], ["C02", 20], ["C03", 28], ["C99", 5]]
    study = with_quality({"targets": {"column": "place", "counts": counts}})
    survey = replace(clean(1), study=study)
    table = supervise_rows(survey.received, study).restricted["clusters"]
    states = dict(table.select("community", "state").iter_rows())
    assert [states[c] for c in ("C00", "C01", "C02", "C03", "C04", "C99")] == [
        "done",
        "open",
        "over",
        "done",
        "unplanned",
        "open",
    ]
    assert dict(table.select("community", "still_missing").iter_rows())["C99"] == 5


def test_groups_of_another_column_have_a_table_of_their_own(
    clean: Any, with_quality: Callable[[dict[str, Any]], Study]
) -> None:
    study = with_quality({"targets": {"column": "sex", "counts": [[1, 200], [2, 900]]}})
    table = supervise_rows(clean(1).received, study).restricted["targets"]
    assert table["value"].to_list() == ["1", "2"]
    assert table["state"].to_list() == ["over", "open"]
    assert table["n"].sum() == 600
