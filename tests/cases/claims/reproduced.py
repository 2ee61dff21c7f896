"""What a figure is worth after it was estimated again: claim, published rows, and the reason that follows, by hand.

192 of 618 is 31.0680 %, and 31.1 % as published; 193 of 618 is 31.2298 %. Intervals are made up.
"""

from __future__ import annotations

from typing import Any

from tests.cases.claims.published_rows import claim, effect, evidence, flow, judged, scale, share

from liandong.claims import Evidence
from liandong.definitions import Claim

A = {"quantity": {"indicator": "a"}}
Y = {"quantity": {"effect": "e", "outcome": "y"}}
ROW = share(192, 618, 0.24, 0.38)
HIDDEN = share(None, None, None, None, suppressed=True)


def _effect(verdict: str, value: float, low: float | None, high: float | None, p: float | None, **own: Any) -> Evidence:
    return evidence(estimates=[effect(value, low, high, p, **own)], verdicts=[judged(verdict)])


CASES: list[tuple[str, Claim, Evidence | None, str]] = [
    # a share among the same people: to its decimals, or not
    ("same people", claim(31.1, n=618, **A), evidence(indicators=[ROW]), "reproduction_exact"),
    ("two decimals", claim(31.07, n=618, **A), evidence(indicators=[ROW]), "reproduction_exact"),
    ("one person off", claim(31.2, n=618, **A), evidence(indicators=[ROW]), "reproduction_last_digit"),
    ("cut off", claim(31.0, decimals=1, n=618, **A), evidence(indicators=[ROW]), "reproduction_last_digit"),
    ("cut off, said", claim(31.0, n=618, decimals=1, rounding="truncated", **A), evidence(indicators=[ROW]),
     "reproduction_exact"),
    ("inside is no excuse", claim(33.0, decimals=1, n=618, **A), evidence(indicators=[ROW]), "reproduction_differs"),
    ("outside", claim(51.3, n=618, **A), evidence(indicators=[ROW]), "reproduction_outside"),
    ("one of eight is no slip", claim(25, n=8, **A), evidence(indicators=[share(1, 8, 0.0, 0.5)]),
     "reproduction_differs"),
    # among others, or nobody knows whom
    ("n not stated", claim(31.1, **A), evidence(indicators=[ROW]), "reproduction_exact_elsewhere"),
    ("another n", claim(31.1, n=1000, **A), evidence(indicators=[ROW]), "reproduction_exact_elsewhere"),
    ("inside", claim(33.0, n=1000, **A), evidence(indicators=[ROW]), "reproduction_within"),
    ("outside, others", claim(51.3, n=1000, **A), evidence(indicators=[ROW]), "reproduction_outside_elsewhere"),
    ("no interval", claim(0.64, kind="mean", n=900, quantity={"scale": "s"}), evidence(scales=[scale()]),
     "reproduction_no_interval"),
    ("no interval, same people", claim(0.64, kind="mean", n=617, quantity={"scale": "s"}), evidence(scales=[scale()]),
     "reproduction_differs_plainly"),
    # scales
    ("mean", claim(0.63, kind="mean", n=617, quantity={"scale": "s"}), evidence(scales=[scale()]),
     "reproduction_exact"),
    ("sd", claim(0.19, kind="mean", n=617, quantity={"scale": "s", "statistic": "sd"}), evidence(scales=[scale()]),
     "reproduction_exact"),
    ("alpha", claim(0.86, kind="mean", n=900, quantity={"scale": "s", "statistic": "alpha"}),
     evidence(scales=[scale()]), "reproduction_within"),
    ("omega unknown", claim(0.86, kind="mean", quantity={"scale": "s", "statistic": "omega"}),
     evidence(scales=[scale()]), "reproduction_no_estimate"),
    # counts
    ("respondents", claim(618, kind="count", quantity={"stage": "accepted"}),
     evidence(sample_flow=[flow("accepted", 618, 32)]), "reproduction_exact_count"),
    ("one too many", claim(619, kind="count", n=618, quantity={"stage": "accepted"}),
     evidence(sample_flow=[flow("accepted", 618, 32)]), "reproduction_differs_count"),
    ("one too many of nobody knows whom", claim(619, kind="count", quantity={"stage": "accepted"}),
     evidence(sample_flow=[flow("accepted", 618, 32)]), "reproduction_differs_count_unstated"),
    ("communities", claim(32, kind="count", quantity={"stage": "accepted", "statistic": "clusters"}),
     evidence(sample_flow=[flow("accepted", 618, 32)]), "reproduction_exact_count"),
    ("people of a share", claim(192, kind="count", n=618, **A), evidence(indicators=[ROW]), "reproduction_exact_count"),
    ("people of another survey", claim(193, kind="count", n=700, **A), evidence(indicators=[ROW]),
     "reproduction_no_interval"),
    ("rounded to hundreds", claim(600, kind="count", rounded_to=100, quantity={"stage": "accepted"}),
     evidence(sample_flow=[flow("accepted", 618, 32)]), "reproduction_exact_count"),
    # ranges and limits
    ("in the range", claim("30–50", n=618, **A), evidence(indicators=[ROW]), "reproduction_in_range"),
    ("in the range of others", claim("30–50", **A), evidence(indicators=[ROW]), "reproduction_in_range_elsewhere"),
    ("by the round ends of the range", claim("40–50", n=618, **A),
     evidence(indicators=[share(220, 618, 0.28, 0.38)]), "reproduction_in_range_loosely"),  # 35.6
    ("a limit has no round end", claim(">40", n=618, **A), evidence(indicators=[share(245, 618, 0.3, 0.399)]),
     "reproduction_out_of_range"),
    ("near the range", claim("36–50", n=618, **A), evidence(indicators=[ROW]), "reproduction_near_range"),
    ("far from the range", claim("45–50", n=618, **A), evidence(indicators=[ROW]), "reproduction_out_of_range"),
    ("at least", claim(">30", n=618, **A), evidence(indicators=[ROW]), "reproduction_in_range"),
    ("less than", claim("<20", n=618, **A), evidence(indicators=[ROW]), "reproduction_out_of_range"),
    # coefficients: the interval of the inference that is recommended
    ("same model", claim("0.020", kind="coefficient", n=500, **Y), _effect("carries", 0.0204, 0.002, 0.04, 0.03),
     "reproduction_effect"),
    ("same model, and 0 as well", claim("0.020", kind="coefficient", n=500, **Y),
     _effect("carries", 0.0204, -0.002, 0.04, 0.07), "reproduction_effect"),
    ("same people, another figure", claim("0.039", kind="coefficient", n=500, **Y),
     _effect("carries", 0.02, 0.002, 0.04, 0.03), "reproduction_effect_differs"),
    ("other people, inside", claim("0.039", kind="coefficient", n=4000, **Y),
     _effect("carries", 0.02, 0.002, 0.04, 0.03), "reproduction_effect_within"),
    ("nobody knows whose, to its decimals", claim("0.020", kind="coefficient", **Y),
     _effect("carries", 0.02, 0.002, 0.04, 0.03), "reproduction_effect_within"),
    ("an error that no inference gives", claim("0.020", kind="coefficient", n=500, se="0.002", **Y),
     _effect("carries", 0.02, 0.002, 0.04, 0.03), "reproduction_effect_other_error"),
    ("an error of others", claim("0.020", kind="coefficient", n=4000, se="0.002", **Y),
     _effect("carries", 0.02, 0.002, 0.04, 0.03), "reproduction_effect_within"),
    ("to its decimals, with reservations", claim("0.020", kind="coefficient", n=500, **Y),
     _effect("limited", 0.02, 0.01, 0.03, 0.01), "reproduction_effect_again"),
    ("not told from nothing", claim("0.020", kind="coefficient", **Y), _effect("carries", 0.02, -0.01, 0.05, 0.2),
     "reproduction_effect_imprecise"),
    ("with reservations", claim("0.020", kind="coefficient", **Y), _effect("limited", 0.02, 0.01, 0.03, 0.01),
     "reproduction_effect_limited"),
    ("cannot carry", claim("0.020", kind="coefficient", **Y), _effect("cannot_carry", 0.02, 0.01, 0.03, 0.01),
     "reproduction_effect_not_carried"),
    ("cannot carry either way", claim("0.500", kind="coefficient", n=500, **Y),
     _effect("cannot_carry", 0.02, 0.01, 0.03, 0.01), "reproduction_effect_uncarried_differs"),
    ("other sign", claim("-0.020", kind="coefficient", **Y), _effect("carries", 0.01, -0.03, 0.05, 0.6),
     "reproduction_other_sign"),
    ("outside the interval", claim("0.080", kind="coefficient", n=500, **Y), _effect("carries", 0.02, 0.01, 0.03, 0.01),
     "reproduction_effect_outside"),
    ("outside, another sample", claim("0.080", kind="coefficient", **Y), _effect("carries", 0.02, 0.01, 0.03, 0.01),
     "reproduction_effect_outside_elsewhere"),
    ("inside, the same people, with reservations", claim("0.029", kind="coefficient", n=500, **Y),
     _effect("limited", 0.02, 0.01, 0.03, 0.01), "reproduction_effect_differs"),
    ("outside, with reservations", claim("0.080", kind="coefficient", n=500, **Y),
     _effect("limited", 0.02, 0.01, 0.03, 0.01), "reproduction_effect_outside_elsewhere"),
    ("a control", claim("0.020", kind="coefficient", quantity={"effect": "e", "outcome": "y", "term": "age"}),
     _effect("carries", 0.02, 0.01, 0.03, 0.01, term="age", is_treatment=False), "reproduction_effect_limited"),
    # tests
    ("significant", claim("significant", kind="p_value", **Y), _effect("carries", 0.02, 0.01, 0.03, 0.01),
     "reproduction_significant"),
    ("significant, with reservations", claim("significant", kind="p_value", **Y),
     _effect("limited", 0.02, 0.01, 0.03, 0.01), "reproduction_significant_limited"),
    ("just below the level", claim("significant", kind="p_value", **Y), _effect("carries", 0.02, 0.01, 0.03, 0.045),
     "reproduction_significant"),
    ("on both sides of half the level", claim("0.020", kind="p_value", **Y),
     _effect("carries", 0.02, 0.01, 0.03, 0.045), "reproduction_p_same_side"),
    ("at its own level", claim("significant", kind="p_value", level=0.005, **Y),
     _effect("carries", 0.02, 0.01, 0.03, 0.01), "reproduction_not_significant"),
    ("no test keeps its size", claim("significant", kind="p_value", **Y),
     _effect("cannot_carry", 0.02, 0.01, 0.03, 0.001), "reproduction_significance_not_carried"),
    ("not significant", claim("not significant", kind="p_value", **Y), _effect("carries", 0.02, -0.01, 0.05, 0.2),
     "reproduction_insignificant"),
    ("yet it is", claim("not significant", kind="p_value", **Y), _effect("carries", 0.02, 0.01, 0.03, 0.01),
     "reproduction_insignificant_differs"),
    ("p to its decimals", claim("0.012", kind="p_value", **Y), _effect("carries", 0.02, 0.01, 0.03, 0.0123),
     "reproduction_p_exact"),
    ("p on the same side", claim("<0.05", kind="p_value", **Y), _effect("carries", 0.02, 0.01, 0.03, 0.0123),
     "reproduction_p_exact"),
    ("another p, same side", claim("0.030", kind="p_value", **Y), _effect("carries", 0.02, 0.01, 0.03, 0.0123),
     "reproduction_p_same_side"),
    ("p on the other side", claim("0.030", kind="p_value", **Y), _effect("carries", 0.02, -0.01, 0.03, 0.2),
     "reproduction_p_other_side"),
    # simulated data: made to agree, or not
    ("made to agree", claim(31.1, n=618, **A), evidence(simulated=True, indicators=[ROW]), "reproduction_simulated"),
    ("not made to agree", claim(31.2, n=618, **A), evidence(simulated=True, indicators=[ROW]),
     "reproduction_simulated_differs"),
    ("range made to agree", claim("30–50", n=618, **A), evidence(simulated=True, indicators=[ROW]),
     "reproduction_simulated_range"),
    ("range not made to agree", claim("40–50", n=618, **A), evidence(simulated=True, indicators=[ROW]),
     "reproduction_simulated_range_differs"),
    ("a test of what was made up", claim("significant", kind="p_value", **Y),
     evidence(simulated=True, estimates=[effect(0.02, 0.01, 0.03, 0.01)], verdicts=[judged("cannot_carry")]),
     "reproduction_simulated_test"),
    # disclosure control
    ("hidden", claim(31.1, n=618, **A), evidence(minimum_cell=10, indicators=[HIDDEN]), "reproduction_hidden"),
    ("counts shown, so exact", claim(31.1, n=618, **A), evidence(minimum_cell=10, indicators=[ROW]),
     "reproduction_exact"),
    ("rounded", claim(31.1, n=618, **A),
     evidence(minimum_cell=10, indicators=[share(None, None, 0.24, 0.38, estimate=0.31)]), "reproduction_coarse"),
    ("rounded, and elsewhere", claim(51.1, n=618, **A),
     evidence(minimum_cell=10, indicators=[share(None, None, 0.24, 0.38, estimate=0.31)]),
     "reproduction_coarse_differs"),
    ("beyond half of what rounding takes", claim(31.7, n=618, **A),
     evidence(minimum_cell=10, indicators=[share(None, None, None, None, estimate=0.31)]),
     "reproduction_coarse_differs"),  # 0.31 stands for 30.5 to 31.5
    ("hidden count", claim(618, kind="count", quantity={"stage": "accepted"}),
     evidence(minimum_cell=10, sample_flow=[flow("accepted", None)]), "reproduction_hidden"),
    # nothing to compare
    ("no data", claim(31.1, n=618, **A), None, "reproduction_no_data"),
    ("names nothing", claim(31.1, n=618), evidence(indicators=[ROW]), "reproduction_no_quantity"),
    ("not estimated", claim(31.1, quantity={"indicator": "b"}), evidence(indicators=[ROW]), "reproduction_no_row"),
    ("nobody asked", claim(31.1, **A), evidence(indicators=[share(0, 0, None, None)]), "reproduction_no_estimate"),
    ("words", claim("relatively few", kind="comparison", **A), evidence(indicators=[ROW]), "reproduction_no_figure"),
    ("words, made up", claim("relatively few", kind="comparison", **A), evidence(simulated=True, indicators=[ROW]),
     "reproduction_simulated_no_figure"),
    ("models failed", claim("0.020", kind="coefficient", **Y), evidence(), "reproduction_no_row"),
]  # fmt: skip
