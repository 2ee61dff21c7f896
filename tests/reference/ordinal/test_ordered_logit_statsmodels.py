"""Ordered logits against statsmodels' OrderedModel, with and without dummies of fixed effects.

statsmodels multiplies its clustered covariance by G/(G - 1) · (n - 1)/(n - p), p counting thresholds and dummies; ours
has G/(G - 1) only, as Stata's ologit. Its BFGS ends at a gradient of 1e-9, so that estimates agree to about 1e-6; its
Hessian comes from numerical differences, so that standard errors agree to about 1e-4.
"""

from __future__ import annotations

import numpy as np
import pytest

from liandong.mechanisms.ordered_logit import ordered_logit

ESTIMATE, ERROR, LIKELIHOOD = 2e-6, 2e-4, 1e-9


def _data(levels: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(levels + 20)
    n = 500
    cluster = rng.integers(0, 25, n)
    x = np.column_stack([rng.integers(0, 2, n), rng.normal(40, 15, n), rng.integers(1, 6, n)]).astype(float)
    latent = x @ [0.5, 0.01, -0.2] + 0.4 * rng.normal(size=25)[cluster] + rng.logistic(size=n)
    dummies = cluster[:, None] % (levels + 1) == np.arange(1, levels + 1)
    return np.digitize(latent, [-1.2, 0.0, 1.0, 2.4]), np.column_stack([x, dummies]).astype(float), cluster


@pytest.mark.parametrize("levels", [0, 4])
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_estimates_and_clustered_errors_are_those_of_statsmodels(levels: int) -> None:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    answers, x, cluster = _data(levels)
    ours = ordered_logit(answers, x, cluster)
    theirs = OrderedModel(answers, x, distr="logit").fit(
        method="bfgs", disp=0, maxiter=2_000, gtol=1e-9, cov_type="cluster", cov_kwds={"groups": cluster}
    )
    k, n, p = x.shape[1], len(answers), len(theirs.params)
    assert ours.log_likelihood == pytest.approx(theirs.llf, rel=LIKELIHOOD)
    assert ours.coefficients == pytest.approx(theirs.params[:k], rel=ESTIMATE)
    factor = np.sqrt((n - 1) / (n - p))
    assert np.sqrt(np.diagonal(ours.covariance)) * factor == pytest.approx(theirs.bse[:k], rel=ERROR)
    kappa = theirs.model.transform_threshold_params(theirs.params)[1:-1]
    assert ours.thresholds == pytest.approx(kappa - x.mean(axis=0) @ theirs.params[:k], rel=1e-5)
