"""Communities compared with one another: each one's estimate, shrunk and against all others."""

from liandong.comparison.tables import compare_communities
from liandong.comparison.totals import Communities, Measure

__all__ = ["Communities", "Measure", "compare_communities"]
