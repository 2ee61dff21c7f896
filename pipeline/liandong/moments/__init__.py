"""The moment engine: columns of any dataframe → moment matrices by cell → within moments after fixed effects."""

from liandong.moments.absorb import absorb
from liandong.moments.cells import Moments
from liandong.moments.census import Accounting, BadWeights
from liandong.moments.collect import collect_moments
from liandong.moments.demean import MAX_DUMMIES, demeaned_within
from liandong.moments.samples import Samples, within_samples
from liandong.moments.singletons import Singletons
from liandong.moments.tables import TooManyCellsError
from liandong.moments.totals import ClusterTotals, cluster_totals
from liandong.moments.within import Route, Within

__all__ = [
    "MAX_DUMMIES",
    "Accounting",
    "BadWeights",
    "ClusterTotals",
    "Moments",
    "Route",
    "Samples",
    "Singletons",
    "TooManyCellsError",
    "Within",
    "absorb",
    "cluster_totals",
    "collect_moments",
    "demeaned_within",
    "within_samples",
]
