"""CR1 and CR3 equal pyfixest's CRV1 and CRV3, CR2 equals diff-diff's Bell-McCaffrey, live."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.reference.row_level import clustered_sample

from liandong.inference import coefficients, fit
from liandong.inference.coefficients import Coefficients
from liandong.moments import within_samples

# pyfixest 0.60 still uses what pandas 3.1 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
REGRESSORS = ["x1", "x2", "x3"]


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return pd.DataFrame(clustered_sample(41, rows=600, clusters=20))


def ours(data: pd.DataFrame, effect: str | None, weight: str | None, kind: str) -> Coefficients:
    within = within_samples(data, {"m": ["y", *REGRESSORS]}, "cluster", effect, weight).within["m"]
    return coefficients(fit(within, "y", REGRESSORS), kind)


@pytest.mark.parametrize("kind", ["CR1", "CR3"])
@pytest.mark.parametrize("effect", [None, "crossing", "contains"])
def test_cr1_and_cr3_are_those_of_pyfixest(data: pd.DataFrame, effect: str | None, kind: str) -> None:
    import pyfixest

    formula = "y ~ x1 + x2 + x3" + (f" | {effect}" if effect else "")
    # CRV3 there carries G/(G - 1), and (N - 1)/(N - K) unless told not to; the jackknife's own factor is (G - 1)/G.
    plain = pyfixest.ssc(k_adj=False, G_adj=True) if kind == "CR3" else pyfixest.ssc()
    theirs = pyfixest.feols(formula, data, vcov={kind.replace("CR", "CRV"): "cluster"}, ssc=plain).tidy()
    found = ours(data, effect, None, kind)
    g = data["cluster"].nunique()
    factor = (g - 1) / g if kind == "CR3" else 1.0
    np.testing.assert_allclose(found.estimate, theirs.loc[REGRESSORS, "Estimate"], rtol=1e-9)
    np.testing.assert_allclose(found.std_error / factor, theirs.loc[REGRESSORS, "Std. Error"], rtol=1e-9)


# It warns that the dummies of an effect nested in the clusters have no degrees of freedom, which is so.
@pytest.mark.filterwarnings("ignore:Satterthwaite DOF for 20 of 23:UserWarning")
@pytest.mark.parametrize("effect", [None, "crossing", "contains", "same"])
def test_cr2_is_the_bell_mccaffrey_variance_of_diff_diff(data: pd.DataFrame, effect: str | None) -> None:
    linalg = pytest.importorskip("diff_diff.linalg", reason="diff-diff is not installed")
    x = data[REGRESSORS].to_numpy().astype(float)
    rest = pd.get_dummies(data[effect]).to_numpy().astype(float) if effect else np.ones((len(data), 1))
    design = np.hstack([x, rest])
    residuals = data["y"] - design @ np.linalg.lstsq(design, data["y"], rcond=None)[0]
    matrix, df = linalg.compute_robust_vcov(
        design, residuals.to_numpy(), data["cluster"].to_numpy(), vcov_type="hc2_bm", return_dof=True
    )
    found = ours(data, effect, None, "CR2")
    np.testing.assert_allclose(found.std_error, np.sqrt(np.diagonal(matrix))[:3], rtol=1e-9)
    np.testing.assert_allclose(found.df, df[:3], rtol=1e-8)
