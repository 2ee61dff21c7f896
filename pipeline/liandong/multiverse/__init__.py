"""The specifications that somebody could have chosen for an effect, all estimated from one pass over the rows."""

from liandong.multiverse.run import run_multiverse

__all__ = ["run_multiverse"]
