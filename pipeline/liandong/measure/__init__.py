"""Scale scores, and how reliable they are."""

from liandong.measure.reliability import Reliability, cronbach_alpha, mcdonald_omega
from liandong.measure.scores import score_scales
from liandong.measure.tables import item_table, scale_table

__all__ = [
    "Reliability",
    "cronbach_alpha",
    "item_table",
    "mcdonald_omega",
    "scale_table",
    "score_scales",
]
