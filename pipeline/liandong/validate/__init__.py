"""The gate between a survey file and the analysis: rules from the codebook, rows accepted, rejected or corrected."""

from liandong.validate.gate import Flow, Validated, validate

__all__ = ["Flow", "Validated", "validate"]
