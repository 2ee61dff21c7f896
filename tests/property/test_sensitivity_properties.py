"""Units do not matter to sensitivity, and stronger confounders take away more."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liandong.inference import Fit, adjusted, fit, selection, sensitivity
from liandong.moments import within_samples

seeds = st.integers(0, 10_000)
units = st.sampled_from([1e-3, 0.2, -3.0, 1e4])
shares = st.floats(0.0, 0.9)


def models(seed: int, of_outcome: float = 1.0, of_treatment: float = 1.0) -> tuple[Fit, Fit]:
    rng = np.random.default_rng(seed)
    cluster = np.arange(80) % 16
    control = rng.normal(size=80) + rng.normal(size=16)[cluster]
    treatment = 0.4 * control + rng.normal(size=80)
    outcome = 0.5 * treatment + 0.6 * control + rng.normal(size=16)[cluster] + rng.normal(size=80)
    columns = {"y": of_outcome * outcome, "t": of_treatment * treatment, "x": control, "c": cluster}
    within = within_samples(pl.DataFrame(columns), {"m": ["y", "t", "x"]}, "c").within["m"]
    return fit(within, "y", ["t"]), fit(within, "y", ["t", "x"])


@settings(max_examples=30, deadline=None)
@given(seeds, units, units)
def test_units_and_signs_do_not_matter(seed: int, of_outcome: float, of_treatment: float) -> None:
    plain, scaled = models(seed), models(seed, of_outcome, of_treatment)
    one, other = sensitivity(plain[1], "t"), sensitivity(scaled[1], "t")
    # Sums of squares of units from 1e-3 to 1e4 keep 9 digits and more.
    for name in ("partial_r2", "robustness_value", "robustness_value_alpha", "robustness_value_iid"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-8, abs=1e-10)
    first, second = selection(*plain, "t"), selection(*scaled, "t")
    assert second.delta == pytest.approx(first.delta, rel=1e-7)
    assert second.bias_adjusted * of_treatment == pytest.approx(first.bias_adjusted * of_outcome, rel=1e-7)


@settings(max_examples=30, deadline=None)
@given(seeds, shares, shares, st.floats(0.0, 1.0))
def test_a_weaker_confounder_takes_away_less(seed: int, r2_treatment: float, r2_outcome: float, part: float) -> None:
    found = sensitivity(models(seed)[1], "t")
    sign = np.sign(found.estimate)
    strong = sign * float(adjusted(found, r2_treatment, r2_outcome).estimate)
    assert strong <= sign * float(adjusted(found, part * r2_treatment, r2_outcome).estimate) + 1e-12
    assert strong <= sign * float(adjusted(found, r2_treatment, part * r2_outcome).estimate) + 1e-12
    assert 0 <= found.robustness_value_alpha <= found.robustness_value < 1
