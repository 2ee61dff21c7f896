"""Subgroups and doses equal explicit interaction formulas of pyfixest and statsmodels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from tests.reference.cluster_robust.full_dummies import row_model, sandwich, satterthwaite

from liandong.definitions import Effect, Step, Text
from liandong.errors import EstimationError
from liandong.mechanisms import contrasts, dose_tables, heterogeneity_tables

# pyfixest 0.60 still uses what pandas 3.1 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
DRAWS = 99  # the bootstrap itself is held against rows elsewhere

EFFECT = Effect(
    id="visit",
    title=Text(zh="探访", en="Visits"),
    role="primary",
    outcomes=("trust",),
    treatment="visits",
    absorb=("district",),
    cluster=("community",),
    steps=(Step(name="M1"), Step(name="M2", add=("age", "mode"))),
    subgroups=("region",),
    dose_response=True,
)


@pytest.fixture(scope="module")
def survey() -> pl.DataFrame:
    """300 people in 20 communities, which the districts cross; three regions of people."""
    rng = np.random.default_rng(11)
    n = 300
    community = rng.integers(0, 20, n)
    visits = rng.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])
    region = rng.integers(1, 4, n)
    frame = pl.DataFrame(
        {
            "community": community,
            "district": rng.integers(0, 5, n),
            "visits": visits,
            "region": region,
            "age": rng.integers(18, 80, n).astype(float),
            "mode": rng.choice(["phone", "visit", "web"], n),
            "trust": 0.2 * visits * region + rng.normal(size=20)[community] + rng.normal(size=n),
            "weight": rng.uniform(0.5, 3.0, n),
        }
    )
    row = pl.int_range(pl.len())
    return frame.with_columns(pl.when(row % 30 != 4).then("age"), pl.when(row % 50 != 9).then("region"))


def complete(survey: pl.DataFrame, *columns: str) -> pd.DataFrame:
    return survey.drop_nulls(["trust", "visits", "age", "mode", *columns]).to_pandas()


def pyfixest(formula: str, data: pd.DataFrame, weight: str | None) -> Any:
    import pyfixest as pf

    return pf.feols(formula, data, vcov={"CRV1": "community"}, weights=weight)


def chi_squared(model: Any, tested: list[str]) -> float:
    names = list(model._coefnames)
    restrictions = np.eye(len(names))[[names.index(name) for name in tested]]
    return float(model.wald_test(R=restrictions, distribution="chi2")["statistic"])


def cr2(data: pd.DataFrame, regressors: list[Any], weight: str | None, tested: int) -> tuple[Any, Any]:
    """Return standard errors and df of the first `tested` regressors from rows with full dummies."""
    arrays = [np.asarray(column, dtype=float) for column in regressors]
    model = row_model(
        data["trust"].to_numpy(),
        np.column_stack(arrays),
        data["community"].to_numpy(),
        [data["district"].to_numpy()],
        None if weight is None else data[weight].to_numpy(),
    )
    return np.sqrt(np.diag(sandwich(model, -0.5)))[:tested], np.array(satterthwaite(model))[:tested]


def controls(data: pd.DataFrame) -> list[Any]:
    return [data["age"], data["mode"] == "visit", data["mode"] == "web"]


@pytest.mark.parametrize("weight", [None, "weight"])
def test_levels_equal_an_interaction_formula(survey: pl.DataFrame, weight: str | None) -> None:
    table, tests = heterogeneity_tables(survey, [EFFECT], weight, draws=DRAWS)
    data = complete(survey, "region")
    theirs = pyfixest("trust ~ C(region) + C(region):visits + age + C(mode) | district", data, weight).coef()
    known = table.filter(pl.col("level") != "")
    names = [f"C(region)[{level}]:visits" for level in (1, 2, 3)]
    np.testing.assert_allclose(known["estimate"], theirs[names], rtol=1e-8)
    interactions = [(data["region"] == level) * data["visits"] for level in (1, 2, 3)]
    mains = [data["region"] == level for level in (2, 3)]
    error, df = cr2(data, [*interactions, *mains, *controls(data)], weight, 3)
    # Pseudo-inverses of N × N matrices on the other side.
    np.testing.assert_allclose(known["std_error"], error, rtol=1e-7)
    np.testing.assert_allclose(known["df"], df, rtol=1e-7)
    assert known["n_obs"].to_list() == data["region"].value_counts().sort_index().to_list()

    formula = "trust ~ visits + visits:C(region) + C(region) + age + C(mode) | district"
    expected = chi_squared(pyfixest(formula, data, weight), ["visits:C(region)[T.2]", "visits:C(region)[T.3]"])
    row = tests.row(0, named=True)
    assert row["statistic"] * 2 == pytest.approx(expected, rel=1e-8)
    assert (row["df_numerator"], row["df_denominator"]) == (2, 19)
    assert (row["n_obs"], row["n_levels"], row["method"]) == (len(data), 3, "wcr_rademacher")


@pytest.mark.parametrize("weight", [None, "weight"])
def test_doses_equal_a_formula_with_levels(survey: pl.DataFrame, weight: str | None) -> None:
    table, tests = dose_tables(survey, [EFFECT], weight, draws=DRAWS)
    data = complete(survey)
    model = pyfixest("trust ~ C(visits) + age + C(mode) | district", data, weight)
    names = [f"C(visits)[T.{level}]" for level in (1, 2, 3)]
    others = table.filter(~pl.col("is_reference"))
    np.testing.assert_allclose(others["estimate"], model.coef()[names], rtol=1e-8)
    doses = [data["visits"] == level for level in (1, 2, 3)]
    error, df = cr2(data, [*doses, *controls(data)], weight, 3)
    np.testing.assert_allclose(others["std_error"], error, rtol=1e-7)
    np.testing.assert_allclose(others["df"], df, rtol=1e-7)

    found = {row["test"]: row for row in tests.iter_rows(named=True)}
    assert found["any_difference"]["statistic"] * 3 == pytest.approx(chi_squared(model, names), rel=1e-8)
    bent = data.assign(two=data["visits"] == 2, three=data["visits"] == 3).astype({"two": float, "three": float})
    line = pyfixest("trust ~ two + three + visits + age + C(mode) | district", bent, weight)
    assert found["linearity"]["statistic"] * 2 == pytest.approx(chi_squared(line, ["two", "three"]), rel=1e-8)
    trend = pyfixest("trust ~ visits + age + C(mode) | district", data, weight).coef()["visits"]
    error, df = cr2(data, [data["visits"], *controls(data)], weight, 1)
    assert found["trend"]["statistic"] == pytest.approx(trend / error[0], rel=1e-7)
    assert found["trend"]["df_denominator"] == pytest.approx(df[0], rel=1e-7)


def test_without_the_bootstrap_the_test_is_that_of_statsmodels(
    survey: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    import statsmodels.formula.api as smf

    def refuse(*_: object) -> None:
        raise EstimationError("no cells")

    monkeypatch.setattr(contrasts, "wild_joint", refuse)
    row = heterogeneity_tables(survey, [EFFECT])[1].row(0, named=True)
    data = complete(survey, "region")
    model = smf.ols("trust ~ visits * C(region) + age + C(mode) + C(district)", data).fit(
        cov_type="cluster", cov_kwds={"groups": data["community"]}, use_t=True
    )
    # The effect crosses the communities, so that its levels count as coefficients here as there.
    theirs = model.f_test("visits:C(region)[T.2] = visits:C(region)[T.3] = 0")
    assert row["method"] == "wald_cr1"
    assert row["statistic"] == pytest.approx(float(theirs.fvalue), rel=1e-8)
    assert row["p_value"] == pytest.approx(float(theirs.pvalue), rel=1e-7)
