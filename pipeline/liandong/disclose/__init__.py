"""Statistical disclosure control of everything that leaves the restricted folder."""

from liandong.disclose.suppression import suppress_small_cells

__all__ = ["suppress_small_cells"]
