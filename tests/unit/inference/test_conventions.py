"""Conventions on samples that can be counted by hand; tests/reference/conventions has the programs themselves."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from tests.reference.row_level import clustered_sample

from liandong.errors import EstimationError
from liandong.inference import CONVENTIONS, OURS, Answer, coefficients, conventional_answers, covariance, fit
from liandong.inference.counts import counts
from liandong.moments import demeaned_within, within_samples

REGRESSORS = ["x1", "x2", "x3"]
# Rows, clusters and levels of the sample of `clustered_sample(5)` and its effects; three slopes.
N, G, K = 900, 30, 3
LEVELS = {"same": 30, "contains": 6, "inside": 90, "crossing": 9, "wave": 4}


@pytest.fixture(scope="module")
def data() -> dict[str, np.ndarray]:
    return clustered_sample(5)


def answers(data: dict[str, np.ndarray], *effects: str, weight: str | None = None) -> dict[str, Answer]:
    first, second = [*effects, None, None][:2]
    within = within_samples(
        pl.DataFrame(data), {"m": ["y", *REGRESSORS]}, "cluster", first, weight, second_effect=second
    ).within["m"]
    return {answer.convention.name: answer for answer in conventional_answers(fit(within, "y", REGRESSORS))}


# K by convention, worked out by hand from the numbers above.
EXPECTED = {
    (): {"liandong_cr1": 4, "fixest": 4, "panelols": 4, "statsmodels": 4, "vcovcl": 4, "stata_areg": 4, "reghdfe": 4},
    ("same",): {
        "liandong_cr1": 4, "fixest": 4, "fixest_none": 3, "panelols": 3, "absorbingls_debiased": 3,
        "statsmodels": 33, "vcovcl": 33, "stata_areg": 33, "reghdfe": 4, "stata_xtreg": 4,
    },
    ("contains",): {
        "liandong_cr1": 9, "fixest": 9, "fixest_none": 3, "panelols": 9, "absorbingls_debiased": 9,
        "statsmodels": 9, "vcovcl": 9, "stata_areg": 9, "reghdfe": 9,
    },
    ("inside",): {
        "liandong_cr1": 4, "fixest": 4, "panelols": 3, "absorbingls_debiased": 3, "statsmodels": 93, "reghdfe": 4,
        "stata_xtreg": 4,
    },
    ("same", "wave"): {
        "liandong_cr1": 7, "fixest": 7, "panelols": 36, "absorbingls_debiased": 36, "statsmodels": 36, "vcovcl": 36,
        "reghdfe": 7, "stata_xtreg": 7,
    },
    ("crossing", "wave"): {"liandong_cr1": 15, "fixest": 15, "panelols": 15, "vcovcl": 15, "reghdfe": 15},
    # The second effect is the cluster: counted in full by us and as dummies, as one by fixest and reghdfe.
    ("crossing", "same"): {"liandong_cr1": 41, "fixest": 12, "panelols": 41, "statsmodels": 41, "reghdfe": 12},
    # Each level of the first lies in one of the second: 30 groups, so that only 90 of the 119 columns are independent.
    ("inside", "same"): {
        "liandong_cr1": 4, "fixest": 4, "statsmodels": 122, "absorbingls_debiased": 122, "vcovcl": 93,
        "stata_areg": 93, "reghdfe": 4, "stata_xtreg": 4,
    },
}  # fmt: skip


@pytest.mark.parametrize("effects", EXPECTED, ids=lambda e: "+".join(e) or "none")
def test_coefficients_are_counted_as_each_program_counts_them(
    data: dict[str, np.ndarray], effects: tuple[str, ...]
) -> None:
    found = answers(data, *effects)
    assert {name: found[name].parameters for name in EXPECTED[effects]} == EXPECTED[effects]


@pytest.mark.parametrize("effects", EXPECTED, ids=lambda e: "+".join(e) or "none")
def test_the_sum_in_symbols_gives_the_number_behind_it(data: dict[str, np.ndarray], effects: tuple[str, ...]) -> None:
    values = {"k": K} | {f"L{i}": LEVELS[effect] for i, effect in enumerate(effects, start=1)}
    for answer in answers(data, *effects).values():
        if "K = " in answer.formula:
            text, number = answer.formula.split("K = ")[1].split(" = ")
            assert _add(text, values) == int(number) == answer.parameters, answer.convention.name


def _add(text: str, values: dict[str, int]) -> int:
    total, sign = 0, 1
    for part in text.split():
        if part in {"+", "−"}:
            sign = 1 if part == "+" else -1
        else:
            total += sign * (values[part] if part in values else int(part))
    return total


@pytest.mark.parametrize("weight", [None, "weight"])
def test_ours_is_the_answer_of_the_tables(data: dict[str, np.ndarray], weight: str | None) -> None:
    within = within_samples(pl.DataFrame(data), {"m": ["y", *REGRESSORS]}, "cluster", "same", weight).within["m"]
    fitted = fit(within, "y", REGRESSORS)
    own = conventional_answers(fitted)[0]
    expected = coefficients(fitted, "CR1")
    assert own.convention.name == OURS
    assert own.factor == covariance(fitted, "CR1").factor
    # The same factor before and after the square root.
    for name in ("std_error", "df", "p_value", "conf_low", "conf_high"):
        np.testing.assert_allclose(getattr(own.coefficients, name), getattr(expected, name), rtol=1e-12)


def test_factors_and_references_are_those_written_beside_them(data: dict[str, np.ndarray]) -> None:
    found = answers(data, "same")
    assert found["panelols"].factor == pytest.approx(N / (N - 3), rel=1e-15)
    assert found["absorbingls"].factor == 1
    assert found["absorbingls"].formula == "1"
    assert found["stata_areg"].factor == pytest.approx(G / (G - 1) * (N - 1) / (N - 33), rel=1e-15)
    assert found["stata_areg"].formula == "G/(G−1)·(N−1)/(N−K), K = k + L1 = 33"
    references = {name: found[name].distribution for name in ("liandong_cr1", "panelols", "statsmodels", "vcovcl")}
    assert references == {
        "liandong_cr1": "t(29)", "panelols": "t(867)", "statsmodels": "normal", "vcovcl": "t(867)",
    }  # fmt: skip


def test_normal_tests_use_the_normal_distribution(data: dict[str, np.ndarray]) -> None:
    found = answers(data, "same")["absorbingls"].coefficients
    # 1.959964 is the 97.5 % point of the normal.
    np.testing.assert_allclose((found.conf_high - found.estimate) / found.std_error, 1.959963984540054, rtol=1e-12)
    expected = [math.erfc(abs(z) / math.sqrt(2)) for z in found.statistic]
    np.testing.assert_allclose(found.p_value, expected, rtol=1e-10)


def test_without_an_effect_only_those_that_need_none_answer(data: dict[str, np.ndarray]) -> None:
    assert set(answers(data)) == {name for name, c in CONVENTIONS.items() if not c.needs_effect}
    assert set(answers(data, "same")) == set(CONVENTIONS)


def test_xtreg_stops_where_panels_cross_clusters(data: dict[str, np.ndarray]) -> None:
    refused = answers(data, "crossing")["stata_xtreg"]
    assert refused.formula == "Stata stops: panels are not nested within clusters"
    assert math.isnan(refused.factor)
    assert np.isnan(refused.coefficients.std_error).all()
    assert np.isnan(refused.coefficients.p_value).all()


def test_more_dummies_than_rows_leave_no_answer() -> None:
    # 6 pairs of rows in 2 clusters, an effect with 6 levels inside them, and 6 slopes: 12 dummies and slopes, 12 rows.
    rng = np.random.default_rng(3)
    frame = pl.DataFrame(
        {
            "cluster": np.repeat([0, 1], 6),
            "pair": np.repeat(np.arange(6), 2),
            **{f"x{i}": rng.normal(size=12) for i in range(5)},
            "y": rng.normal(size=12),
        }
    )
    names = [f"x{i}" for i in range(5)]
    within = within_samples(frame, {"m": [*names, "y"]}, "cluster", "pair").within["m"]
    found = {a.convention.name: a for a in conventional_answers(fit(within, "y", names))}
    assert found["stata_areg"].parameters == 11
    assert not math.isnan(found["stata_areg"].factor)
    within = within_samples(frame.with_columns(x5=rng.normal(size=12)), {"m": [*names, "x5", "y"]}, "cluster", "pair")
    found = {a.convention.name: a for a in conventional_answers(fit(within.within["m"], "y", [*names, "x5"]))}
    assert found["stata_areg"].formula == "not defined: N = 12 rows and K = k + L1 = 12"
    assert found["panelols"].formula == "not defined: 0 degrees of freedom"
    assert not math.isnan(found["liandong_cr1"].factor)


def test_reghdfe_takes_the_fewer_degrees_of_freedom() -> None:
    # Every row is a cluster: G - 1 = 19, but only 20 - 4 rows are left for residuals.
    rng = np.random.default_rng(4)
    frame = pl.DataFrame({"g": np.arange(20), **{name: rng.normal(size=20) for name in ["x1", "x2", "x3", "y"]}})
    found = answers(frame.rename({"g": "cluster"}).to_dict())
    assert found["reghdfe"].distribution == "t(16)"
    assert found["fixest"].distribution == "t(19)"
    assert found["reghdfe"].factor == found["fixest"].factor


def test_demeaned_rows_do_not_say_whether_a_second_effect_is_nested() -> None:
    rng = np.random.default_rng(6)
    rows = 600
    frame = pl.DataFrame(
        {
            "cluster": np.arange(rows) % 20,
            "person": np.arange(rows) // 3,
            "wave": np.arange(rows) % 3,
            "x": rng.normal(size=rows),
            "y": rng.normal(size=rows),
        }
    )
    within = demeaned_within(frame, ["x", "y"], "cluster", "person", second_effect="wave")
    fitted = fit(within, "y", ["x"])
    assert counts(fitted).second_nested is None
    found = {a.convention.name: a for a in conventional_answers(fitted)}
    assert found["fixest"].formula.startswith("not known")
    assert found["liandong_cr1"].parameters == 1 + 200 + 2


def test_one_cluster_has_no_answers() -> None:
    frame = pl.DataFrame({"g": [1] * 6, "x": [1.0, 2, 3, 4, 5, 7], "y": [1.0, 0, 2, 1, 3, 2]})
    fitted = fit(within_samples(frame, {"m": ["x", "y"]}, "g").within["m"], "y", ["x"])
    with pytest.raises(EstimationError, match="lies in one"):
        conventional_answers(fitted)
