"""Weights that bring a sample to what is known of its population."""

from liandong.weighting.make import WEIGHT, Weights, make_weights

__all__ = ["WEIGHT", "Weights", "make_weights"]
