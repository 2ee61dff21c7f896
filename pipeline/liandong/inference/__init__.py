"""Inference from moments and cluster totals: arrays in, frozen results out."""

from liandong.inference.coefficients import Coefficients, coefficients
from liandong.inference.conventional import Answer, conventional_answers
from liandong.inference.conventions import CONVENTIONS, OURS, Convention
from liandong.inference.covariance import COVARIANCES, Covariance, covariance
from liandong.inference.diagnostics import ClusterDiagnostics, Spread, diagnose
from liandong.inference.draws import Draws, wild_draws
from liandong.inference.least_squares import Fit, fit, fit_nested
from liandong.inference.multiplicity import benjamini_hochberg, holm, romano_wolf, romano_wolf_of
from liandong.inference.power import DetectableEffect, detectable_effect, power_of
from liandong.inference.power_design import PlannedDesign, clusters_needed, planned_effect, planned_power, power_curve
from liandong.inference.proportions import survey_proportion
from liandong.inference.randomisation import RandomisationTest
from liandong.inference.randomisation_clusters import randomise_clusters
from liandong.inference.randomisation_rows import randomise_rows
from liandong.inference.rank import Dropped, variation
from liandong.inference.selection import Selection, selection
from liandong.inference.sensitivity import (
    Adjusted,
    Sensitivity,
    adjusted,
    benchmark_strengths,
    partial_strengths,
    sensitivity,
)
from liandong.inference.survey import SurveyEstimate, survey_mean
from liandong.inference.twoway import twoway
from liandong.inference.wild import Hypothesis, WildTest, wild_bootstrap
from liandong.inference.wild_joint import WildJointTest, wild_joint

__all__ = [
    "CONVENTIONS",
    "COVARIANCES",
    "OURS",
    "Adjusted",
    "Answer",
    "ClusterDiagnostics",
    "Coefficients",
    "Convention",
    "Covariance",
    "DetectableEffect",
    "Draws",
    "Dropped",
    "Fit",
    "Hypothesis",
    "PlannedDesign",
    "RandomisationTest",
    "Selection",
    "Sensitivity",
    "Spread",
    "SurveyEstimate",
    "WildJointTest",
    "WildTest",
    "adjusted",
    "benchmark_strengths",
    "benjamini_hochberg",
    "clusters_needed",
    "coefficients",
    "conventional_answers",
    "covariance",
    "detectable_effect",
    "diagnose",
    "fit",
    "fit_nested",
    "holm",
    "partial_strengths",
    "planned_effect",
    "planned_power",
    "power_curve",
    "power_of",
    "randomise_clusters",
    "randomise_rows",
    "romano_wolf",
    "romano_wolf_of",
    "selection",
    "sensitivity",
    "survey_mean",
    "survey_proportion",
    "twoway",
    "variation",
    "wild_bootstrap",
    "wild_draws",
    "wild_joint",
]
