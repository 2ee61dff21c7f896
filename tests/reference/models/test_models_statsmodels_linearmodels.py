"""Where their conventions meet ours, statsmodels and linearmodels print the same numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.reference.row_level import clustered_sample

from liandong.inference import coefficients, covariance, fit
from liandong.moments import within_samples

REGRESSORS = ["x1", "x2", "x3"]


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return pd.DataFrame(clustered_sample(31))


@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("effect", [None, "contains", "crossing"])
def test_statsmodels_with_dummies(data: pd.DataFrame, effect: str | None, weight: str | None) -> None:
    """Its factor is G/(G-1)·(N-1)/(N-K) with every dummy in K: ours, unless the effect is nested in the cluster."""
    import statsmodels.api as sm

    x = [data[REGRESSORS].astype(float)]
    x.append(pd.get_dummies(data[effect], dtype=float) if effect else pd.Series(1.0, data.index, name="one"))
    w = data[weight] if weight else np.ones(len(data))
    theirs = sm.WLS(data["y"], pd.concat(x, axis=1).rename(columns=str), weights=w).fit(
        cov_type="cluster", cov_kwds={"groups": data["cluster"]}, use_t=True
    )
    within = within_samples(data, {"m": ["y", *REGRESSORS]}, "cluster", effect, weight).within["m"]
    found = coefficients(fit(within, "y", REGRESSORS))
    np.testing.assert_allclose(found.estimate, theirs.params[REGRESSORS], rtol=1e-10)
    np.testing.assert_allclose(found.std_error, theirs.bse[REGRESSORS], rtol=1e-10)
    np.testing.assert_allclose(found.conf_low, theirs.conf_int().loc[REGRESSORS, 0], rtol=1e-9)


@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("effect", ["same", "contains", "inside", "crossing"])
def test_linearmodels_absorbing(data: pd.DataFrame, effect: str, weight: str | None) -> None:
    """Its `debiased=False` clustered covariance, stripped of the group factor, is CR0."""
    from linearmodels.iv.absorbing import AbsorbingLS

    theirs = AbsorbingLS(
        data["y"],
        data[REGRESSORS].astype(float),
        absorb=data[[effect]].astype("category"),
        weights=data[weight] if weight else None,
    ).fit(cov_type="clustered", clusters=data["cluster"], debiased=False)
    within = within_samples(data, {"m": ["y", *REGRESSORS]}, "cluster", effect, weight).within["m"]
    found = fit(within, "y", REGRESSORS)
    # AbsorbingLS iterates (LSMR) to about 1e-8 where one projection is not exact.
    np.testing.assert_allclose(found.coefficients, theirs.params[REGRESSORS], rtol=1e-6)
    np.testing.assert_allclose(covariance(found, "CR0").matrix, theirs.cov.loc[REGRESSORS, REGRESSORS], rtol=1e-5)
