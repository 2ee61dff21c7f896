"""Inference from moments and cluster totals: arrays in, frozen results out."""

from liandong.inference.coefficients import Coefficients, coefficients
from liandong.inference.covariance import COVARIANCES, Covariance, covariance
from liandong.inference.least_squares import Fit, fit, fit_nested
from liandong.inference.proportions import survey_proportion
from liandong.inference.rank import Dropped, variation
from liandong.inference.survey import SurveyEstimate, survey_mean

__all__ = [
    "COVARIANCES",
    "Coefficients",
    "Covariance",
    "Dropped",
    "Fit",
    "SurveyEstimate",
    "coefficients",
    "covariance",
    "fit",
    "fit_nested",
    "survey_mean",
    "survey_proportion",
    "variation",
]
