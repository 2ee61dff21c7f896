"""Statistical disclosure control of everything that leaves the restricted folder."""

from liandong.disclose.columns import people_counts
from liandong.disclose.dominance import Concentration, concentrated_means
from liandong.disclose.outline import Nest, Outline, outline
from liandong.disclose.release import disclose
from liandong.disclose.suppression import suppress_small_cells

__all__ = [
    "Concentration",
    "Nest",
    "Outline",
    "concentrated_means",
    "disclose",
    "outline",
    "people_counts",
    "suppress_small_cells",
]
