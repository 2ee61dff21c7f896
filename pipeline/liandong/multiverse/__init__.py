"""The specifications that somebody could have chosen for an effect, all estimated from one pass over the rows."""

from liandong.multiverse.choices import MOST_SPECIFICATIONS
from liandong.multiverse.run import run_multiverse

__all__ = ["MOST_SPECIFICATIONS", "run_multiverse"]
