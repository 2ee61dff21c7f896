"""Tables ``communities`` and ``community_spread``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.comparison.components import Components, variance_components
from liandong.comparison.intervals import difference_interval, own_side, pooled_side, rest_side
from liandong.comparison.shrinkage import shrunken
from liandong.comparison.standing import standings
from liandong.comparison.totals import Communities, Measure, Totals, community_totals, divided
from liandong.evidence import TABLES

Floats = NDArray[np.float64]

_ALPHA = np.array([[0.05]])


def compare_communities(
    values: pl.DataFrame, measures: Sequence[Measure], communities: Communities
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the tables ``communities`` and ``community_spread``.

    Parameters
    ----------
    values
        The columns of the measures, (n, …), null for whoever is not counted.
    measures
        What communities are compared by.
    communities
        Who belongs to which, with strata and weights.

    Returns
    -------
    tuple
        First one row per measure and community, in this order: ``n_obs`` people; the community's own ``estimate`` with
        its 95 % interval; ``shrunk``, drawn to the mean of the communities, with its interval and ``reliability``;
        ``rest``, all other communities together; ``difference`` from them; ``standing`` against them. What cannot be
        had is null, and a standing without a difference ``unknown``. Then one row per measure: the overall ``mean`` as
        the table of indicators has it; ``centre``, what the estimates are drawn to; standard deviations within and
        between communities with the interval of the latter; the intraclass correlation; and the F test (``statistic``,
        ``df``, ``df_within``, ``p_value``) that communities do not differ.
    """
    if not measures:
        return TABLES["communities"].empty(), TABLES["community_spread"].empty()
    totals = community_totals(values, measures, communities)
    components = variance_components(totals)
    own, rest = own_side(totals, components.pooled), rest_side(totals, communities.strata)
    pooled = pooled_side(own, totals, components.pooled, components.df_within)
    drawn = shrunken(totals, components)
    own_ends, rest_ends = own.interval(_ALPHA), rest.interval(_ALPHA)
    difference = difference_interval(own, rest, own_ends, rest_ends)
    columns = {
        "estimate": own.estimate,
        **_ends("conf", own_ends),
        "shrunk": drawn.estimate,
        "shrunk_low": drawn.low,
        "shrunk_high": drawn.high,
        "reliability": drawn.reliability,
        "rest": rest.estimate,
        **_ends("rest", rest_ends),
        "difference": own.estimate - rest.estimate,
        **_ends("difference", difference),
    }
    count = len(communities.names)
    table = pl.DataFrame(
        {
            "measure": np.repeat([measure.name for measure in measures], count),
            "kind": np.repeat([measure.kind for measure in measures], count),
            "universe": np.repeat([measure.universe for measure in measures], count),
            "cluster": np.tile(np.asarray(communities.names, dtype=object), len(measures)).tolist(),
            "n_obs": totals.rows.T.ravel().astype(np.int64),
            **{name: column.T.ravel() for name, column in columns.items()},
            "standing": standings(own, pooled, rest, difference).T.ravel(),
            "suppressed": np.zeros(count * len(measures), dtype=bool),
        },
    )
    return _declared("communities", table), _declared("community_spread", _spread(measures, totals, components))


def _ends(name: str, ends: tuple[Floats, Floats]) -> dict[str, Floats]:
    return {f"{name}_low": ends[0], f"{name}_high": ends[1]}


def _spread(measures: Sequence[Measure], totals: Totals, found: Components) -> pl.DataFrame:
    mean = divided(totals.value.sum(axis=0), totals.weight.sum(axis=0), np.nan)
    return pl.DataFrame(
        {
            "measure": [measure.name for measure in measures],
            "kind": [measure.kind for measure in measures],
            "universe": [measure.universe for measure in measures],
            "n_obs": totals.rows.sum(axis=0).astype(np.int64),
            "n_clusters": found.clusters.astype(np.int64),
            "mean": mean + totals.origin,
            "centre": found.centre + totals.origin,
            "sd_within": np.sqrt(found.within),
            "sd_between": np.sqrt(found.between),
            "sd_between_low": np.sqrt(found.between_low),
            "sd_between_high": np.sqrt(found.between_high),
            "icc": found.icc(found.between),
            "icc_low": found.icc(found.between_low),
            "icc_high": found.icc(found.between_high),
            "statistic": found.statistic,
            "df": np.where(np.isfinite(found.statistic), found.df_between, np.nan),
            "df_within": np.where(np.isfinite(found.statistic), found.df_within, np.nan),
            "p_value": found.p_value,
        }
    )


def _declared(name: str, table: pl.DataFrame) -> pl.DataFrame:
    columns = TABLES[name].columns
    filled = table.with_columns(pl.col(pl.Float64).fill_nan(None))
    absent = {column: pl.lit(None, dtype=dtype) for column, dtype in columns.items() if column not in table.columns}
    return filled.with_columns(**absent).select(pl.col(column).cast(dtype) for column, dtype in columns.items())
