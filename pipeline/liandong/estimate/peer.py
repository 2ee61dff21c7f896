"""The same models by linearmodels: another package, another algorithm, the sample drawn again from the rows.

linearmodels reports other standard errors by default (PanelOLS counts neither G/(G-1) nor the regressors; see its
`group_debias` and `debiased`). Here its small-sample factors are switched off, which leaves the bare sandwich, and the
factor of our convention is applied to that: G/(G-1)·(N-1)/(N-K) with K = k without an effect, counting the intercept;
k + 1 with an effect nested in the clusters; k + its levels with one that is not; and a second effect adds its levels
less those that the first implies (one per connected group of levels). Then the two packages must agree to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from liandong.estimate.peer_rows import independent

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class PeerFit:
    """One model as linearmodels sees it.

    Attributes
    ----------
    engine
        Which estimator was used.
    terms, estimate, std_error
        The regressors that were not collinear, with slopes and CR1 standard errors, shape (k,).
    n_obs, n_clusters
        Rows and clusters of the sample.
    n_parameters
        K of the small-sample factor.
    """

    engine: str
    terms: tuple[str, ...]
    estimate: NDArray[np.float64]
    std_error: NDArray[np.float64]
    n_obs: int
    n_clusters: int
    n_parameters: int


def fit_linearmodels(
    y: NDArray[np.float64],
    x: Mapping[str, NDArray[np.float64]],
    effects: Sequence[NDArray[np.intp]],
    cluster: NDArray[np.intp],
    weight: NDArray[np.float64] | None = None,
) -> PeerFit:
    """Fit one model, leaving out regressors that are collinear with those before them.

    Parameters
    ----------
    y
        Outcome, shape (n,).
    x
        Regressors by name, in order of precedence.
    effects
        Codes of up to two fixed effects, each of shape (n,). PooledOLS serves none, PanelOLS one, AbsorbingLS two.
    cluster
        Codes of the clusters, shape (n,).
    weight
        Sampling weights, shape (n,).
    """
    weight = np.ones(len(y)) if weight is None else weight
    kept = independent(x, effects, weight)
    columns = {name: x[name] for name in kept}
    engine, estimate, sandwich = _ENGINES[len(effects)](y, columns, effects, cluster, weight)
    n, g = len(y), len(np.unique(cluster))
    parameters = len(kept) + _effect_parameters(effects, cluster)
    factor = g / (g - 1) * (n - 1) / (n - parameters)
    return PeerFit(engine, tuple(kept), estimate, np.sqrt(np.diag(sandwich) * factor), n, g, parameters)


def _pooled(
    y: NDArray[np.float64],
    x: Mapping[str, NDArray[np.float64]],
    _effects: Sequence[NDArray[np.intp]],
    cluster: NDArray[np.intp],
    weight: NDArray[np.float64],
) -> tuple[str, NDArray[np.float64], NDArray[np.float64]]:
    from linearmodels.panel import PooledOLS

    frame, index = _panel({"constant": np.ones(len(y)), **x}, np.arange(len(y)))
    fit = PooledOLS(_column(y, index), frame, weights=_column(weight, index)).fit(
        cov_type="clustered", clusters=_column(cluster, index), debiased=False, group_debias=False
    )
    return "linearmodels.PooledOLS", fit.params.to_numpy()[1:], fit.cov.to_numpy()[1:, 1:]


def _one_effect(
    y: NDArray[np.float64],
    x: Mapping[str, NDArray[np.float64]],
    effects: Sequence[NDArray[np.intp]],
    cluster: NDArray[np.intp],
    weight: NDArray[np.float64],
) -> tuple[str, NDArray[np.float64], NDArray[np.float64]]:
    from linearmodels.panel import PanelOLS

    frame, index = _panel(x, effects[0])
    fit = PanelOLS(_column(y, index), frame, weights=_column(weight, index), entity_effects=True).fit(
        cov_type="clustered",
        clusters=_column(cluster, index),
        debiased=False,
        group_debias=False,
        auto_df=False,
        count_effects=False,
    )
    return "linearmodels.PanelOLS", fit.params.to_numpy(), fit.cov.to_numpy()


def _two_effects(
    y: NDArray[np.float64],
    x: Mapping[str, NDArray[np.float64]],
    effects: Sequence[NDArray[np.intp]],
    cluster: NDArray[np.intp],
    weight: NDArray[np.float64],
) -> tuple[str, NDArray[np.float64], NDArray[np.float64]]:
    import pandas as pd
    from linearmodels.iv.absorbing import AbsorbingLS

    absorbed = pd.DataFrame({f"effect{i}": pd.Categorical(codes) for i, codes in enumerate(effects)})
    fit = AbsorbingLS(y, pd.DataFrame(dict(x)), absorb=absorbed, weights=weight).fit(
        cov_type="clustered", clusters=cluster, debiased=False
    )
    return "linearmodels.AbsorbingLS", fit.params.to_numpy(), fit.cov.to_numpy()


_ENGINES = {0: _pooled, 1: _one_effect, 2: _two_effects}


def _panel(x: Mapping[str, NDArray[np.float64]], entity: NDArray[np.intp]) -> tuple[pd.DataFrame, pd.MultiIndex]:
    import pandas as pd

    index = pd.MultiIndex.from_arrays([entity, np.arange(len(entity))], names=["entity", "row"])
    return pd.DataFrame(dict(x), index=index), index


def _column(values: NDArray[Any], index: pd.MultiIndex) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"values": values}, index=index)


def _effect_parameters(effects: Sequence[NDArray[np.intp]], cluster: NDArray[np.intp]) -> int:
    if not effects:
        return 1
    first = len(np.unique(effects[0]))
    nested = np.unique(np.stack([effects[0], cluster]), axis=1).shape[1] == first
    count = 1 if nested else first
    if len(effects) > 1:
        count += len(np.unique(effects[1])) - _connected(effects[0], effects[1])
    return count


def _connected(one: NDArray[np.intp], other: NDArray[np.intp]) -> int:
    """Return how many groups of levels there are that no row links; each makes one dummy superfluous."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _, rows = np.unique(one, return_inverse=True)
    _, columns = np.unique(other, return_inverse=True)
    columns = columns + rows.max() + 1
    size = int(columns.max()) + 1
    links = coo_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    return int(connected_components(links, directed=False)[0])
