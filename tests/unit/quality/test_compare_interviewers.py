from __future__ import annotations

from math import comb

import numpy as np
import polars as pl
import pytest
from scipy import stats

from liandong.quality.compare import adjusted, compare_ranks, compare_signs, hypergeometric


def _rows(who: str, place: str | None, values: list[bool | float | None], name: str) -> pl.DataFrame:
    dtype = pl.Boolean if name == "sign" else pl.Float64
    return pl.DataFrame(
        {"interviewer": [who] * len(values), "community": [place] * len(values), name: values},
        schema={"interviewer": pl.String, "community": pl.String, name: dtype},
    )


def _signs(*groups: tuple[str, str | None, int, int]) -> pl.DataFrame:
    """Make rows of groups (interviewer, community, interviews, of them with the sign)."""
    return pl.concat([_rows(who, place, [i < k for i in range(n)], "sign") for who, place, n, k in groups])


def _p(table: pl.DataFrame) -> dict[str, float | None]:
    return dict(table.select("interviewer", "p_value").iter_rows())


def test_in_one_community_it_is_fishers_exact_test() -> None:
    found = _p(compare_signs("x", _signs(("A", "C1", 10, 6), ("B", "C1", 12, 2))))
    assert found["A"] == pytest.approx(stats.fisher_exact([[6, 4], [2, 10]], alternative="greater").pvalue)
    assert found["B"] == pytest.approx(stats.fisher_exact([[2, 10], [6, 4]], alternative="greater").pvalue)


def test_communities_are_added_up_by_their_joint_distribution() -> None:
    # A: 3 of 5 in C1 (of 10 there, 4 marked), 2 of 5 in C2 (of 9 there, 2 marked): chance of 5 and more in all
    found = _p(compare_signs("x", _signs(("A", "C1", 5, 3), ("B", "C1", 5, 1), ("A", "C2", 5, 2), ("B", "C2", 4, 0))))

    def chance(j: int, marked: int, everybody: int) -> float:
        return comb(marked, j) * comb(everybody - marked, 5 - j) / comb(everybody, 5)

    expected = sum(chance(i, 4, 10) * chance(j, 2, 9) for i in range(5) for j in range(3) if i + j >= 5)
    assert found["A"] == pytest.approx(expected)


def test_a_community_where_everybody_shows_it_accuses_nobody() -> None:
    found = _p(compare_signs("x", _signs(("A", "C1", 8, 8), ("B", "C1", 8, 8), ("C", "C2", 8, 0), ("D", "C2", 8, 0))))
    assert found == {"A": 1.0, "B": 1.0, "C": 1.0, "D": 1.0}


def test_interviewers_who_share_no_community_are_compared_with_all() -> None:
    found = _p(compare_signs("x", _signs(("A", "C1", 10, 6), ("B", "C2", 12, 2))))
    assert found["A"] == pytest.approx(stats.fisher_exact([[6, 4], [2, 10]], alternative="greater").pvalue)


def test_too_few_interviews_have_no_p_value_but_their_share() -> None:
    table = compare_signs("x", _signs(("A", "C1", 4, 4), ("B", "C1", 12, 2)))
    first = table.row(0, named=True)
    assert (first["p_value"], first["value"], first["n_others"]) == (None, 1.0, 12)
    assert first["others"] == pytest.approx(2 / 12)


def test_large_numbers_are_near_the_exact_chance() -> None:
    found = _p(compare_signs("x", _signs(("A", "C1", 2000, 560), ("B", "C1", 3000, 740))))
    exact = stats.hypergeom.sf(559, 5000, 1300, 2000)
    assert found["A"] == pytest.approx(exact, rel=0.02)  # normal approximation at z = 2.6


def test_hypergeometric_chances_are_those_of_scipy() -> None:
    for k_all, n_all, n in [(3, 10, 4), (9, 10, 4), (0, 7, 3), (7, 7, 3), (40, 100, 30)]:
        expected = stats.hypergeom.pmf(np.arange(min(k_all, n) + 1), n_all, k_all, n)
        assert hypergeometric(k_all, n_all, n) == pytest.approx(expected, abs=1e-12)


def test_ranks_in_one_community_are_mann_and_whitneys_test() -> None:
    one, other = [3.0, 5.0, 5.0, 8.0, 9.0, 9.0], [1.0, 2.0, 3.0, 5.0, 6.0, 2.0, 4.0]
    found = _p(
        compare_ranks("x", pl.concat([_rows("A", "C1", [*one], "number"), _rows("B", "C1", [*other], "number")]))
    )
    expected = stats.mannwhitneyu(one, other, alternative="greater", method="asymptotic", use_continuity=True)
    assert found["A"] == pytest.approx(expected.pvalue)


def test_p_values_are_adjusted_within_a_measure() -> None:
    table = pl.concat(
        [
            compare_signs("x", _signs(("A", "C1", 10, 9), ("B", "C1", 12, 0))),
            compare_signs("y", _signs(("A", "C1", 10, 5), ("B", "C1", 12, 6))),
        ]
    )
    found = adjusted(table)
    p = stats.fisher_exact([[9, 1], [0, 12]], alternative="greater").pvalue
    first = found.row(0, named=True)
    assert first["holm"] == pytest.approx(2 * p)
    assert found["flagged"].to_list() == [True, False, False, False]
