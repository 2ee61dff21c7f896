"""Randomisation tests equal a plain loop of row-level regressions over every assignment."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.reference.randomisation.row_loop import arrangements, statistics

from liandong.errors import EstimationError
from liandong.inference import Fit, fit, randomise_clusters, randomise_rows
from liandong.inference.assignments import assignments
from liandong.inference.randomisation import Statistics, inverted
from liandong.inference.randomisation_clusters import cluster_design
from liandong.moments import within_samples

CLUSTERS = 8


@pytest.fixture(scope="module")
def data() -> dict[str, np.ndarray]:
    """Return 8 unequal clusters, 3 of them treated; `region` contains two clusters each, `wave` crosses them."""
    rng = np.random.default_rng(5)
    cluster = np.sort(rng.choice(CLUSTERS, 200, p=rng.dirichlet(np.full(CLUSTERS, 5.0))))
    treated = np.array([1, 0, 0, 1, 0, 0, 1, 0])[cluster]
    controls = rng.standard_normal((200, 2)) + 0.4 * rng.standard_normal((CLUSTERS, 2))[cluster]
    y = 0.5 * treated + controls @ [0.3, -0.2] + rng.standard_normal(CLUSTERS)[cluster] + rng.standard_normal(200)
    return {
        "cluster": cluster,
        "region": cluster // 2,
        "half": cluster // 4,
        "wave": rng.integers(0, 3, 200),
        "treated": treated,
        "dose": np.array([0, 1, 2, 0, 1, 2, 0, 0])[cluster],
        "c1": controls[:, 0],
        "c2": controls[:, 1],
        "y": y,
        "weight": rng.uniform(0.4, 2.5, 200),
    }


def model(data: dict[str, np.ndarray], treatment: str, effect: str | None, weight: str | None = None) -> Fit:
    columns = ["y", treatment, "c1", "c2"]
    within = within_samples(pl.DataFrame(data), {"m": columns}, "cluster", effect, weight).within["m"]
    return fit(within, "y", [treatment, "c1", "c2"])


@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("treatment", ["treated", "dose"])
@pytest.mark.parametrize("effect", [None, "region", "half", "wave"])
def test_enumerated_clusters_equal_row_level_regressions(
    data: dict[str, np.ndarray], effect: str | None, treatment: str, weight: str | None
) -> None:
    strata = np.arange(CLUSTERS) // 4
    by_cluster = np.array([data[treatment][data["cluster"] == g][0] for g in range(CLUSTERS)], dtype=float)
    every = arrangements(by_cluster, strata)
    rows = statistics(
        [one[data["cluster"]] for one in every],
        data["y"],
        np.column_stack([data["c1"], data["c2"]]),
        data["cluster"],
        None if effect is None else data[effect],
        None if weight is None else data[weight],
    )
    at = next(i for i, one in enumerate(every) if (one == by_cluster).all())
    test = randomise_clusters(model(data, treatment, effect, weight), treatment, strata, interval=False)
    t = np.abs(rows[:, 0] / rows[:, 1])
    assert (test.enumerated, test.possible, test.draws) == (True, len(every), len(every))
    assert test.estimate == pytest.approx(rows[at, 0], rel=1e-9)  # both solve the same well-conditioned equations
    assert test.as_extreme == (t >= t[at] * (1 - 1e-9)).sum()
    assert test.as_extreme_coefficient == (np.abs(rows[:, 0]) >= abs(rows[at, 0]) * (1 - 1e-9)).sum()
    assert test.p_value == test.as_extreme / len(every)
    assert test.p_value_coefficient == test.as_extreme_coefficient / len(every)


@pytest.mark.parametrize("effect", [None, "half", "wave"])
def test_statistics_of_any_assignment_equal_row_level_regressions(
    data: dict[str, np.ndarray], effect: str | None
) -> None:
    found = model(data, "treated", effect)
    design = cluster_design(found, "treated")
    treatments = np.random.default_rng(1).normal(size=(5, CLUSTERS))
    drawn = design.statistics(treatments)
    rows = statistics(
        [one[data["cluster"]] for one in treatments],
        data["y"],
        np.column_stack([data["c1"], data["c2"]]),
        data["cluster"],
        None if effect is None else data[effect],
    )
    np.testing.assert_allclose(drawn.coefficient, rows[:, 0], rtol=1e-9)
    np.testing.assert_allclose(np.sqrt(drawn.variance / design.factor), rows[:, 1], rtol=1e-9)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("effect", [None, np.arange(10) % 2, np.arange(10) // 5], ids=["none", "crossing", "stratum"])
def test_individual_assignment_equals_row_level_regressions(effect: np.ndarray | None, *, weighted: bool) -> None:
    rng = np.random.default_rng(2)
    treatment = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    y, controls = rng.standard_normal(10) + treatment, rng.standard_normal((10, 1))
    strata, cluster = np.arange(10) // 5, np.array([0, 1, 2, 0, 1, 2, 3, 3, 4, 2])
    weight = rng.uniform(0.5, 2.0, 10) if weighted else None
    every = arrangements(treatment, strata)
    rows = statistics(every, y, controls, cluster, effect, weight)
    at = next(i for i, one in enumerate(every) if (one == treatment).all())
    test = randomise_rows(
        y, treatment, controls, effect=effect, cluster=cluster, weight=weight, strata=strata, interval=False
    )
    t = np.abs(rows[:, 0] / rows[:, 1])
    assert (test.enumerated, test.possible, len(every)) == (True, 50, 50)
    assert test.estimate == pytest.approx(rows[at, 0], rel=1e-9)
    assert test.as_extreme == (t >= t[at] * (1 - 1e-9)).sum()
    assert test.as_extreme_coefficient == (np.abs(rows[:, 0]) >= abs(rows[at, 0]) * (1 - 1e-9)).sum()


def test_rows_and_moments_agree_when_every_cluster_is_one_row() -> None:
    rng = np.random.default_rng(9)
    frame = {"g": np.arange(10), "y": rng.standard_normal(10), "x": np.repeat([1.0, 0.0], [4, 6])}
    frame["c"] = rng.standard_normal(10)
    found = fit(within_samples(pl.DataFrame(frame), {"m": ["y", "x", "c"]}, "g").within["m"], "y", ["x", "c"])
    moments = randomise_clusters(found, "x")
    rows = randomise_rows(frame["y"], frame["x"], frame["c"][:, None], cluster=frame["g"])
    assert (rows.p_value, rows.p_value_coefficient) == (moments.p_value, moments.p_value_coefficient)
    assert rows.std_error == pytest.approx(moments.std_error, rel=1e-10)
    # Interval ends are found by bisection to 1e-12 standard errors, from statistics that agree to rounding.
    assert (rows.conf_low, rows.conf_high) == pytest.approx((moments.conf_low, moments.conf_high), rel=1e-8)


def test_hand_case_of_four_units() -> None:
    # Outcomes 1, 2, 3, 6; the last two are treated: difference 3. Of the six assignments only the actual one and its
    # mirror reach 3; the coefficient is the difference of means.
    y = np.array([1.0, 2.0, 3.0, 6.0])
    test = randomise_rows(y, np.array([0.0, 0.0, 1.0, 1.0]), np.zeros((4, 0)))
    assert test.estimate == pytest.approx(3.0)
    assert (test.possible, test.as_extreme_coefficient, test.p_value_coefficient) == (6, 2, 2 / 6)
    assert test.smallest_p >= 2 / 6
    assert "no p-value below" in test.notes[0]
    assert (test.conf_low, test.conf_high) == (-np.inf, np.inf)


def test_assignments_beyond_counting_are_sampled_without_counting_them() -> None:
    rng = np.random.default_rng(6)
    test = randomise_rows(rng.standard_normal(300), np.arange(300) % 2.0, np.zeros((300, 0)), draws=99)
    assert (test.possible, test.enumerated, test.draws, test.smallest_p) == (None, False, 99, 0.01)
    assert test.simulation_error == pytest.approx(np.sqrt(test.p_value * (1 - test.p_value) / 99))


def test_strata_multiply_the_assignments_and_doses_share_them() -> None:
    # 4 units with two treated: 6; 5 units with doses 0, 0, 1, 1, 2: 30
    doses = np.array([1.0, 0.0, 1.0, 0.0, 2.0, 0.0, 1.0, 0.0, 1.0])
    found = assignments(doses, np.array([0, 0, 0, 0, 1, 1, 1, 1, 1]), 1000, 0)
    every = np.concatenate([*found.chunks(7)])
    assert (found.possible, len(np.unique(every, axis=0))) == (180, 180)


def test_sampled_and_enumerated_p_values_agree_within_the_binomial_error(data: dict[str, np.ndarray]) -> None:
    found = model(data, "treated", "wave")
    whole = randomise_clusters(found, "treated", interval=False)
    part = randomise_clusters(found, "treated", draws=55, seed=3, interval=False)
    assert (whole.possible, whole.enumerated, part.enumerated) == (56, True, False)
    assert part.p_value == (1 + part.as_extreme) / 56
    # four standard errors of 55 draws with replacement, and the 1/56 that counting the actual one adds
    assert abs(part.p_value - whole.p_value) < 4 * np.sqrt(0.25 / 55) + 1 / 56
    assert part.as_extreme == randomise_clusters(found, "treated", draws=55, seed=3, interval=False).as_extreme


def test_the_interval_holds_exactly_the_effects_that_the_test_does_not_reject(data: dict[str, np.ndarray]) -> None:
    found = randomise_clusters(model(data, "treated", None), "treated", level=0.8)
    assert found.conf_low < found.estimate < found.conf_high

    def p_value(effect: float) -> float:
        moved = {**data, "y": data["y"] - effect * data["treated"]}
        return randomise_clusters(model(moved, "treated", None), "treated", interval=False).p_value

    near = 1e-6 * found.std_error
    assert p_value(found.conf_low + near) > 0.2 >= p_value(found.conf_low - near)
    assert p_value(found.conf_high - near) > 0.2 >= p_value(found.conf_high + near)


def test_effects_that_are_no_single_interval_are_reported_as_such() -> None:
    # One alternative assignment; t_d(b)² ≥ t(b)² fails only between its two crossings, away from the estimate.
    drawn = Statistics(*(np.array([v]) for v in (4.0, 1.0, 2.0, 0.0, 0.0)))
    low, high, whole = inverted(0.0, 1.0, drawn, 1, 0.5)
    assert (low, high, whole) == (-np.inf, np.inf, False)


def test_mirrored_assignments_count_as_ties(data: dict[str, np.ndarray]) -> None:
    half = {**data, "treated": (data["cluster"] % 2).astype(float)}
    within = within_samples(pl.DataFrame(half), {"m": ["y", "treated"]}, "cluster").within["m"]
    test = randomise_clusters(fit(within, "y", ["treated"]), "treated", interval=False)
    assert test.possible == 70
    assert test.as_extreme % 2 == 0
    assert test.as_extreme_coefficient % 2 == 0


def test_assignments_collinear_with_a_control_count_as_extreme() -> None:
    rng = np.random.default_rng(4)
    cluster = np.repeat(np.arange(6), 5)
    frame = {"g": cluster, "x": (cluster < 2).astype(float), "y": rng.standard_normal(30)}
    frame["c"] = (cluster > 3).astype(float)  # the assignment to clusters 4 and 5 equals this control
    within = within_samples(pl.DataFrame(frame), {"m": ["y", "x", "c"]}, "g").within["m"]
    test = randomise_clusters(fit(within, "y", ["x", "c"]), "x", interval=False)
    assert test.undefined == 1
    assert any("cannot be told apart from the controls" in note for note in test.notes)


def test_a_treatment_that_varies_within_clusters_is_refused(data: dict[str, np.ndarray]) -> None:
    with pytest.raises(EstimationError, match="same for everybody in a cluster"):
        randomise_clusters(model(data, "wave", None), "wave")


def test_a_treatment_that_differs_for_one_person_is_refused(data: dict[str, np.ndarray]) -> None:
    treated = data["treated"].copy()
    treated[0] = 1 - treated[0]
    with pytest.raises(EstimationError, match="varies within 0"):
        randomise_clusters(model({**data, "treated": treated}, "treated", None), "treated")


def test_an_absorbed_treatment_is_refused(data: dict[str, np.ndarray]) -> None:
    with pytest.raises(EstimationError, match="not among the coefficients"):
        randomise_clusters(model(data, "treated", "cluster"), "treated")


def test_strata_without_variation_leave_nothing_to_randomise(data: dict[str, np.ndarray]) -> None:
    strata = np.array([1, 0, 0, 1, 0, 0, 1, 0])
    with pytest.raises(EstimationError, match="could not have been assigned otherwise"):
        randomise_clusters(model(data, "treated", None), "treated", strata)


def test_strata_of_another_length_are_refused(data: dict[str, np.ndarray]) -> None:
    with pytest.raises(EstimationError, match="one stratum per unit"):
        randomise_clusters(model(data, "treated", None), "treated", np.zeros(3))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"outcome": np.array([1.0, np.nan, 2.0, 3.0])}, "complete cases"),
        ({"outcome": np.zeros(3)}, "arrays of one length"),
        ({"controls": np.array([[0.0], [1.0], [0.0], [1.0]])}, "leave nothing of the treatment"),
        ({"cluster": np.zeros(4)}, "cannot carry"),
    ],
    ids=["missing", "length", "collinear", "one-cluster"],
)
def test_rows_that_carry_no_test_are_refused(change: dict[str, np.ndarray], message: str) -> None:
    rows = {
        "outcome": np.array([1.0, 2.0, 4.0, 3.0]),
        "treatment": np.array([0.0, 1.0, 0.0, 1.0]),
        "controls": np.zeros((4, 0)),
    }
    with pytest.raises(EstimationError, match=message):
        randomise_rows(**{**rows, **change})
