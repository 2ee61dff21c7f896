"""Nobody can tell from bands, standings and sums how many people of a community have something, where they are few."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.signal import fftconvolve

from liandong.comparison import Communities, Measure, compare_communities
from liandong.definitions import Disclosure
from liandong.disclose import Nest, Outline, disclose
from liandong.disclose.bands import STEP, interval_of_class, size_class
from liandong.evidence import TABLES
from liandong.inference.empirical_bayes import Prior, prior_of

# A shared machine may be slow for a moment; that is no failure.
unhurried = settings(max_examples=12, deadline=None)
MINIMUM = 10
COMMUNITY = st.tuples(st.integers(4, 30), st.floats(0, 1))


def tables_of(sizes: list[int], having: list[int]) -> dict[str, pl.DataFrame]:
    """Return what a survey says in which so many people of each community have something."""
    codes = np.repeat(np.arange(len(sizes)), sizes)
    answers = np.concatenate(
        [np.arange(size) < some for size, some in zip(sizes, having, strict=True)] or [np.zeros(0)]
    )
    communities = Communities([f"c{at}" for at in range(len(sizes))], pl.Series(codes, dtype=pl.UInt32))
    values = pl.DataFrame({"x": answers.astype(float)})
    compared, spread = compare_communities(values, [Measure("x", "share", "all", "x")], communities)
    row = {
        "indicator": "x", "category": "", "universe": "all", "subgroup": "", "level": "", "numerator_n": sum(having),
        "denominator_n": sum(sizes), "estimate": sum(having) / sum(sizes), "suppressed": False, "kind": "share",
    }  # fmt: skip
    indicators = pl.DataFrame([row], schema=dict(TABLES["indicators"].columns), orient="row")
    return {"indicators": indicators, "communities": compared, "community_spread": spread}


def prior_behind(tables: dict[str, pl.DataFrame]) -> Prior:
    """Return what all communities have in common, exactly: more than the published table tells."""
    spread = tables["community_spread"].row(0, named=True)
    size = tables["communities"]["n_obs"].to_numpy()[:, None].astype(float)
    parts = spread["centre"], spread["sd_within"] ** 2, spread["sd_between"] ** 2
    return prior_of(size, *(np.array([one]) for one in parts))


def fitting(row: dict, least: int, mean: float, prior: Prior, everybody: int) -> np.ndarray:
    """Return which numbers of people with the property, and without, fit a published row: (having, lacking)."""
    grid = np.zeros((everybody + 1, everybody + 1), dtype=bool)
    for size in range(least, min(10 * least - 1, everybody) + 1):
        some = np.arange(size + 1)
        people = np.full(size + 1, float(size))
        shrunk = prior.centre[0] + prior.reliability(people[:, None])[:, 0] * (some / size - prior.centre[0])
        low, high = interval_of_class(shrunk, people, np.full_like(people, least), prior, is_share=True)
        if row["standing"] == "similar":
            low, high = np.fmin(low, mean), np.fmax(high, mean)
        fits = np.isclose(np.floor(low / STEP + 1e-9) * STEP, row["band_low"])
        fits &= np.isclose(np.ceil(high / STEP - 1e-9) * STEP, row["band_high"])
        if row["standing"] in {"lower", "higher"}:
            fits &= (some / size > mean) == (row["standing"] == "higher")
        grid[some[fits], size - some[fits]] = True
    return grid


def possible(grids: list[np.ndarray], total: tuple[int, int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return for each community which numbers with and without the property are left, given that they all add up."""
    having, lacking = total

    def cut(grid: np.ndarray) -> np.ndarray:
        return grid[: having + 1, : lacking + 1].astype(float)

    def added(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return cut(fftconvolve(one, other) > 0.5)

    nobody = np.zeros((having + 1, lacking + 1))
    nobody[0, 0] = 1
    before, after = [nobody], [nobody]
    for grid in grids:
        before.append(added(before[-1], cut(grid)))
    for grid in reversed(grids):
        after.append(added(after[-1], cut(grid)))
    found = []
    for at, grid in enumerate(grids):
        others = added(before[at], after[len(grids) - 1 - at])
        left = cut(grid).astype(bool) & others[::-1, ::-1].astype(bool)
        found.append(np.nonzero(left))
    return found


def attack(tables: dict[str, pl.DataFrame], shown: dict[str, pl.DataFrame]) -> list[tuple[int, int, int, int] | None]:
    """Return for each published community the most people with and without the property, and the true numbers."""
    truth = tables["communities"].rows(named=True)
    whole = tables["indicators"].row(0, named=True)
    total = whole["numerator_n"], whole["denominator_n"] - whole["numerator_n"]
    everybody, mean = sum(total), total[0] / sum(total)
    prior = prior_behind(tables)
    rows = shown["communities"].rows(named=True)
    anything = np.add.outer(np.arange(everybody + 1), np.arange(everybody + 1)) <= everybody
    grids = [
        anything if row["suppressed"] else fitting(row, size_class(true["n_obs"], MINIMUM), mean, prior, everybody)
        for row, true in zip(rows, truth, strict=True)
    ]
    result: list[tuple[int, int, int, int] | None] = []
    for row, true, (some, others) in zip(rows, truth, possible(grids, total), strict=True):
        having = round((true["estimate"] or 0) * true["n_obs"])
        hidden = row["suppressed"]
        result.append(None if hidden else (int(some.max()), int(others.max()), having, true["n_obs"] - having))
    return result


def published(tables: dict[str, pl.DataFrame], outline: Outline = Outline()) -> dict[str, pl.DataFrame]:  # noqa: B008
    return disclose(tables, Disclosure(minimum_cell=MINIMUM, p_percent=0), outline)


@unhurried
@given(sizes=st.lists(COMMUNITY, min_size=3, max_size=6))
def test_who_knows_the_sums_and_the_rule_cannot_bound_few_people_below_the_minimum(
    sizes: list[tuple[int, float]],
) -> None:
    people = [size for size, _ in sizes]
    having = [round(size * share) for size, share in sizes]
    assume(sum(having) >= MINIMUM and sum(people) - sum(having) >= MINIMUM)
    tables = tables_of(people, having)
    shown = published(tables)
    for found in attack(tables, shown):
        if found is not None:
            most, most_without, true, true_without = found
            assert most >= true
            assert most_without >= true_without
            assert true == 0 or true >= MINIMUM or most >= MINIMUM
            assert true_without == 0 or true_without >= MINIMUM or most_without >= MINIMUM


def test_about_nineteen_people_each_still_leave_something_to_read() -> None:
    rng = np.random.default_rng(32)
    people = rng.integers(13, 26, 32).tolist()
    having = [int(rng.binomial(size, share)) for size, share in zip(people, rng.beta(8, 8, 32), strict=True)]
    shown = published(tables_of(people, having))["communities"]
    assert shown.filter(~pl.col("suppressed")).height >= 24
    widths = shown["band_high"] - shown["band_low"]
    assert widths.mean() < 0.7


def test_nothing_that_counts_is_left() -> None:
    shown = published(tables_of([20, 25, 18, 30, 9], [10, 12, 9, 14, 4]))
    exact = [name for name in TABLES["communities"].columns if name.startswith(("conf", "shrunk", "rest", "diff"))]
    for column in ("n_obs", "estimate", "reliability", *exact):
        assert shown["communities"][column].null_count() == 5
    assert shown["community_spread"]["n_obs"].null_count() == 1
    small = shown["communities"].row(4, named=True)
    assert small["suppressed"]
    assert (small["standing"], small["band_low"]) == ("unknown", None)


def test_publishing_twice_changes_nothing_more() -> None:
    tables = tables_of([20, 25, 18, 30, 9, 40], [10, 12, 9, 14, 4, 31])
    once = published(tables)
    again = published({name: once[name] for name in tables})
    assert all(again[name].equals(once[name]) for name in tables)


def test_a_community_that_is_a_district_by_itself_is_hidden() -> None:
    tables = tables_of([19] * 16, [8, 9, 10, 9, 11, 10, 7, 12] * 2)
    alone = Outline(nests=(Nest("district", "A", frozenset({"c0"})),))
    free, bound = published(tables), published(tables, alone)
    assert not free["communities"]["suppressed"][0]
    assert bound["communities"]["suppressed"][0]


def test_a_measure_whose_row_is_hidden_says_nothing_of_any_community() -> None:
    tables = tables_of([20] * 8, [20, 20, 19, 20, 18, 20, 20, 20])
    shown = published(tables)
    assert shown["indicators"]["suppressed"][0]
    assert shown["communities"]["suppressed"].all()
    assert shown["community_spread"]["sd_within"][0] is None


@pytest.mark.parametrize("rules", [Disclosure(minimum_cell=1, p_percent=0)])
def test_a_minimum_of_one_publishes_everything(rules: Disclosure) -> None:
    tables = tables_of([20, 3, 1], [10, 1, 1])
    shown = disclose(tables, rules)
    assert all(shown[name].equals(tables[name]) for name in tables)
