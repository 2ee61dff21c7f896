"""What no randomisation test and no planned design may break, whatever the data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liandong.inference import PlannedDesign, clusters_needed, planned_effect, planned_power, randomise_rows

seeds = st.integers(0, 2**32 - 1)


def sample(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    treatment = rng.permutation([1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    return rng.standard_normal(7), treatment, rng.standard_normal((7, 1))


@settings(max_examples=40, deadline=None)
@given(seeds, st.floats(-5, 5), st.floats(0.1, 50))
def test_units_and_labels_do_not_matter(seed: int, shift: float, scale: float) -> None:
    y, x, controls = sample(seed)
    plain = randomise_rows(y, x, controls, interval=False)
    order = np.random.default_rng(seed + 1).permutation(7)
    moved = randomise_rows(
        (shift + scale * y)[order], 3 - 2 * x[order], 10 * controls[order] + 1, cluster=order[order], interval=False
    )
    assert moved.p_value == plain.p_value
    assert moved.p_value_coefficient == plain.p_value_coefficient
    assert moved.estimate == pytest.approx(-scale / 2 * plain.estimate, rel=1e-6, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_p_values_are_multiples_of_one_over_the_assignments_and_never_zero(seed: int) -> None:
    found = randomise_rows(*sample(seed), interval=False)
    assert found.possible == 35
    for p in (found.p_value, found.p_value_coefficient):
        assert 1 / 35 <= p <= 1
        assert p * 35 == pytest.approx(round(p * 35))
    assert found.smallest_p <= found.p_value


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_the_interval_holds_the_estimate_and_zero_exactly_when_zero_is_not_rejected(seed: int) -> None:
    found = randomise_rows(*sample(seed), level=0.7)
    assert found.conf_low <= found.estimate <= found.conf_high
    if found.p_value > 0.3:
        assert found.conf_low <= 0 <= found.conf_high


plans = st.builds(
    PlannedDesign,
    clusters=st.integers(10, 200),
    size=st.floats(2, 100),
    icc=st.floats(0.001, 0.6),
    share_treated=st.floats(0.2, 0.8),
    assignment=st.sampled_from(["cluster", "individual"]),
    r2_individual=st.floats(0, 0.7),
    r2_cluster=st.floats(0, 0.7),
    cv=st.floats(0, 1.5),
)


@settings(max_examples=60, deadline=None)
@given(plans, st.floats(0.3, 0.95))
def test_effect_power_and_clusters_are_inverses(plan: PlannedDesign, power: float) -> None:
    effect = planned_effect(plan, power=power).effect
    assert planned_power(plan, effect) == pytest.approx(power, abs=1e-9)
    assert clusters_needed(plan, effect * (1 + 1e-9), power=power) <= plan.clusters
    assert clusters_needed(plan, effect * 0.97, power=power) >= plan.clusters
