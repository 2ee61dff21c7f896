"""All covariates at once: whether they tell who is treated, beyond the fixed effects."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from liandong.inference import Fit, covariance, fit, variation, wild_draws, wild_joint
from liandong.moments import Within

FEW_CLUSTERS = 50  # below, the bootstrap is shown beside the F test whatever the design
_MANY = 8  # clusters per covariate below which the F test is not to be trusted (tests/unit/balance simulate it)
_SINGULAR = 1e-12
_WIDE, _WIDE_DRAWS = 20, 1_999  # a Wald test of more covariates costs k³ per draw; so many draws settle any doubt


def joint_tests(
    within: Within, treatment: str, covariates: Sequence[str], *, randomised: bool, seed: int, draws: int
) -> Iterator[dict[str, Any]]:
    """Yield the rows of table ``balance_tests`` of one effect, without its name.

    The treatment is regressed on all covariates, the fixed effects absorbed, on the complete cases.

    ``wald_CR1``: W = b'V⁻¹b with the cluster-robust V, referred to Hotelling's T²: W (G - k)/(k (G - 1)) ~ F(k, G - k).
    With 8 unrelated covariates and 32 clusters it rejects 5 % of the time where individuals are treated and 18 % where
    whole clusters are; the usual W/k ~ F(k, G - 1) rejects 17 % and 34 %, the bootstrap 4 % and 7 %.
    ``wild_bootstrap``: the restricted wild cluster bootstrap of the same W, for randomised designs and wherever there
    are fewer than 50 clusters or fewer than 8 per covariate; `statistic` is W/k. At most 1,999 draws for more than 20
    covariates.

    `note` holds keys joined by "+": ``treatment_absorbed``; ``no_covariates`` (none that varies);
    ``more_than_clusters`` (as many covariates as clusters: no test); ``singular``; ``many_covariates`` (fewer than 8
    clusters per covariate: the F test rejects too often); and those of :class:`liandong.inference.WildJointTest`.
    """
    shared = {"n_obs": within.n_obs, "n_clusters": within.n_clusters}
    if variation(within, treatment) != "varies":
        yield {**shared, "method": "wald_CR1", "n_covariates": 0, "note": "treatment_absorbed"}
        return
    model = fit(within, treatment, list(covariates))
    terms = [term for term in model.terms if term in set(covariates)]
    shared["n_covariates"] = len(terms)
    g, k = within.n_clusters, len(terms)
    reason = "no_covariates" if k == 0 else "more_than_clusters" if k >= g else ""
    wald = None if reason else _wald(model, terms)
    if wald is None:
        yield {**shared, "method": "wald_CR1", "note": reason or "singular"}
        return
    yield {**shared, "method": "wald_CR1", **_hotelling(wald, k, g), "note": "many_covariates" if g < _MANY * k else ""}
    if randomised or g < max(FEW_CLUSTERS, _MANY * k):
        count = min(draws, _WIDE_DRAWS) if k > _WIDE else draws
        test = wild_joint(model, terms, wild_draws([within.cluster_labels], seed=seed, count=count))
        yield {
            **shared,
            "method": "wild_bootstrap",
            "statistic": _finite(test.statistic / k),
            "df_numerator": float(k),
            "p_value": _finite(test.p_value),
            "note": "+".join(test.notes),
        }


def _hotelling(wald: float, k: int, g: int) -> dict[str, float]:
    from scipy.special import fdtrc

    statistic = wald * (g - k) / (k * (g - 1))
    return {
        "statistic": statistic,
        "df_numerator": float(k),
        "df_denominator": float(g - k),
        "p_value": float(fdtrc(k, g - k, statistic)),
    }


def _wald(model: Fit, terms: Sequence[str]) -> float | None:
    """Return b'V⁻¹b, None when V is singular; V is scaled to unit diagonal, because units must not decide that."""
    at = [model.terms.index(term) for term in terms]
    matrix = covariance(model, "CR1").matrix[np.ix_(at, at)]
    scale = np.sqrt(np.diagonal(matrix))
    if np.any(scale <= 0):
        return None
    values, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    if values[0] <= _SINGULAR * values[-1]:
        return None
    return float(((vectors.T @ (model.coefficients[at] / scale)) ** 2 / values).sum())


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
