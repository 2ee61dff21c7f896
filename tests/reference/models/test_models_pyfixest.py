"""Estimates and CR1 errors equal pyfixest's CRV1 to 1e-9, live, on simulated and on real data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from tests.reference.row_level import clustered_sample

from liandong.inference import Coefficients, coefficients, fit
from liandong.moments import within_samples

# pyfixest 0.60 still uses what pandas 3.1 deprecates, and tells of the singletons that both drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
    pytest.mark.filterwarnings("ignore:.*singleton fixed effect:UserWarning"),
]

REGRESSORS = ["x1", "x2", "x3"]
EFFECTS = [None, "same", "contains", "inside", "crossing"]


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    rng = np.random.default_rng(77)
    frame = pd.DataFrame(clustered_sample(77))
    frame["x1"] = (frame["x1"] * 4).round()
    frame.loc[rng.random(len(frame)) < 0.05, "x2"] = np.nan  # a gap, so that samples are chosen alike too
    frame.loc[0, "crossing"] = 99  # a singleton
    return frame


def ours(frame: pd.DataFrame, effect: str | None, weight: str | None, kind: str = "CR1") -> tuple[Coefficients, int]:
    within = within_samples(frame, {"m": ["y", *REGRESSORS]}, "cluster", effect, weight).within["m"]
    return coefficients(fit(within, "y", REGRESSORS), kind), within.n_obs


@pytest.mark.parametrize("kind", ["CR1", "iid"])
@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("effect", EFFECTS)
def test_one_effect_of_any_relation_to_the_cluster(
    data: pd.DataFrame, effect: str | None, weight: str | None, kind: str
) -> None:
    import pyfixest

    formula = f"y ~ {' + '.join(REGRESSORS)}" + (f" | {effect}" if effect else "")
    vcov = {"CRV1": "cluster"} if kind == "CR1" else "iid"
    theirs = pyfixest.feols(formula, data, vcov=vcov, weights=weight).tidy().loc[REGRESSORS]
    found, rows = ours(data, effect, weight, kind)
    assert rows == data["x2"].notna().sum() - (effect == "crossing")
    # Issue 2 asks for 1e-9; the two agree to rounding of a thousand rows.
    np.testing.assert_allclose(found.estimate, theirs["Estimate"], rtol=1e-9)
    np.testing.assert_allclose(found.std_error, theirs["Std. Error"], rtol=1e-9)
    np.testing.assert_allclose(found.p_value, theirs["Pr(>|t|)"], rtol=1e-7, atol=1e-15)
    np.testing.assert_allclose(found.conf_low, theirs["2.5%"], rtol=1e-8)
    np.testing.assert_allclose(found.conf_high, theirs["97.5%"], rtol=1e-8)


def test_an_offset_of_a_hundred_million_equals_pyfixest_without_it(data: pd.DataFrame) -> None:
    import pyfixest

    theirs = pyfixest.feols("y ~ x1 + x2 + x3 | crossing", data, vcov={"CRV1": "cluster"}).tidy().loc[REGRESSORS]
    found, _ = ours(data.assign(x1=data["x1"] + 1e8), "crossing", None)
    np.testing.assert_allclose(found.estimate, theirs["Estimate"], rtol=1e-9)
    np.testing.assert_allclose(found.std_error, theirs["Std. Error"], rtol=1e-9)


INSURANCE = [
    "default",
    "male",
    "age",
    "agpop",
    "ricearea_2010",
    "literacy",
    "intensive",
    "risk_averse",
    "disaster_prob",
]


@pytest.fixture(scope="module")
def insurance() -> pd.DataFrame:
    from causaldata import social_insure

    return social_insure.load_pandas().data


def test_rice_insurance_gives_the_documented_number(insurance: pd.DataFrame) -> None:
    within = within_samples(insurance, {"m": ["pre_takeup_rate", *INSURANCE]}, "address", "village").within["m"]
    found = coefficients(fit(within, "pre_takeup_rate", INSURANCE))
    # Cai, de Janvry & Sadoulet (2015) data; printed to eight digits in the project's notes.
    assert (round(found.estimate[0], 8), round(found.std_error[0], 8)) == (0.11802574, 0.03443307)
    assert (within.n_obs, within.n_clusters) == (1378, 166)


@pytest.mark.parametrize("effect", [None, "village", "address"])
@pytest.mark.parametrize("weight", [None, "agpop"])
def test_rice_insurance_equals_pyfixest(insurance: pd.DataFrame, effect: str | None, weight: str | None) -> None:
    import pyfixest

    regressors = [r for r in INSURANCE[1:] if r != weight]
    data = insurance[insurance["agpop"] > 0].dropna(subset=["agpop"])
    formula = f"takeup_survey ~ {' + '.join(regressors)}" + (f" | {effect}" if effect else "")
    model = pyfixest.feols(formula, data, vcov={"CRV1": "address"}, weights=weight)
    kept = [r for r in regressors if r in model.tidy().index]
    theirs = model.tidy().loc[kept]
    samples = {"m": ["takeup_survey", *regressors]}
    fitted = fit(within_samples(data, samples, "address", effect, weight).within["m"], "takeup_survey", regressors)
    found = coefficients(fitted)
    assert list(found.terms) == kept
    np.testing.assert_allclose(found.estimate, theirs["Estimate"], rtol=1e-9)
    np.testing.assert_allclose(found.std_error, theirs["Std. Error"], rtol=1e-9)


def test_two_effects_equal_pyfixest_where_it_counts_alike() -> None:
    """With the nested effect named first, pyfixest 0.60 counts K as the row-level algebra does."""
    import pyfixest

    frame = pl.DataFrame(clustered_sample(78))
    within = within_samples(frame, {"m": ["y", *REGRESSORS]}, "cluster", "inside", second_effect="wave").within["m"]
    found = coefficients(fit(within, "y", REGRESSORS))
    theirs = pyfixest.feols("y ~ x1 + x2 + x3 | inside + wave", frame.to_pandas(), vcov={"CRV1": "cluster"}).tidy()
    # Two effects are demeaned by iteration there, to 1e-8 or so; the exact comparison is with the row-level algebra.
    np.testing.assert_allclose(found.estimate[:3], theirs["Estimate"], rtol=1e-7)
    np.testing.assert_allclose(found.std_error[:3], theirs["Std. Error"], rtol=1e-7)
