"""Inference from moments and cluster totals: arrays in, frozen results out."""

from liandong.inference.coefficients import Coefficients, coefficients
from liandong.inference.conventions import CONVENTIONS, Answer, Convention, conventional_answers
from liandong.inference.covariance import COVARIANCES, Covariance, covariance
from liandong.inference.least_squares import Fit, fit, fit_nested
from liandong.inference.proportions import survey_proportion
from liandong.inference.randomisation import RandomisationTest
from liandong.inference.randomisation_clusters import randomise_clusters
from liandong.inference.randomisation_rows import randomise_rows
from liandong.inference.rank import Dropped, variation
from liandong.inference.survey import SurveyEstimate, survey_mean

__all__ = [
    "CONVENTIONS",
    "COVARIANCES",
    "Answer",
    "Coefficients",
    "Convention",
    "Covariance",
    "Dropped",
    "Fit",
    "RandomisationTest",
    "SurveyEstimate",
    "coefficients",
    "conventional_answers",
    "covariance",
    "fit",
    "fit_nested",
    "randomise_clusters",
    "randomise_rows",
    "survey_mean",
    "survey_proportion",
    "variation",
]
