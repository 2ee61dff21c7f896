"""Oster's degree of selection and bias: data made so that the answer is known must give it back."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from liandong.inference import Fit, Selection, fit, selection
from liandong.moments import Within, within_samples

ROWS = 60
# The design below is exact in the sample; what is left is rounding in a quadratic.
CLOSE = 1e-9


def orthonormal(count: int, rows: int = ROWS) -> np.ndarray:
    """Return `count` columns of mean 0, orthogonal to each other, of length 1."""
    rng = np.random.default_rng(count)
    basis, _ = np.linalg.qr(np.column_stack([np.ones(rows), rng.normal(size=(rows, count))]))
    return basis[:, 1:]


def moments(columns: dict[str, np.ndarray], effect: np.ndarray | None = None) -> Within:
    frame = pl.DataFrame({**columns, "c": np.arange(len(columns["y"])) % 10})
    if effect is not None:
        frame = frame.with_columns(f=pl.Series(effect))
    names = [name for name in columns if name != "g"]
    return within_samples(frame, {"m": names}, "c", None if effect is None else "f").within["m"]


def made(
    beta: float, delta: float, observed: Sequence[float], loadings: Sequence[float], hidden: float, noise: float
) -> tuple[dict[str, np.ndarray], float]:
    """Return data whose omitted variable has degree of selection `delta`, and the R² with it included.

    The index of the observed controls is W₁ = Σ observed_j u_j, the hidden one W₂ = hidden · v, orthogonal; X loads on
    u_j with `loadings` and on v so that Cov(X, W₂)/Var(W₂) = δ Cov(X, W₁)/Var(W₁).
    """
    k = len(observed)
    u = orthonormal(k + 3)
    ratio = np.dot(loadings, observed) / np.dot(observed, observed)
    x = u[:, :k] @ np.array(loadings) + delta * ratio * hidden * u[:, k] + 0.9 * u[:, k + 1]
    y = beta * x + u[:, :k] @ np.array(observed) + hidden * u[:, k] + noise * u[:, k + 2]
    columns = {"y": 3 + y, "x": 1 + x, **{f"w{j}": 5 * u[:, j] for j in range(k)}}
    return columns, 1 - noise**2 / float(y @ y)


def solved(columns: dict[str, np.ndarray], r2_max: float) -> Selection:
    within = moments(columns)
    controlled = fit(within, "y", [name for name in columns if name != "y"])
    return selection(fit(within, "y", ["x"]), controlled, "x", r2_max / controlled.r2_within)


ONE, TWO = ([1.2], [0.5]), ([1.2, -0.7], [0.5, 0.3])


@pytest.mark.parametrize("noise", [0.0, 0.8])
@pytest.mark.parametrize(("observed", "loadings"), [ONE, TWO], ids=["one control", "two controls"])
@pytest.mark.parametrize("delta", [0.3, 1.0, 1.8, -0.6])
def test_a_null_effect_has_the_degree_of_selection_it_was_made_with(
    delta: float, observed: list[float], loadings: list[float], noise: float
) -> None:
    columns, r2 = made(0.0, delta, observed, loadings, hidden=0.6, noise=noise)
    found = solved(columns, r2)
    assert found.r2_max == pytest.approx(r2)
    assert found.delta == pytest.approx(delta, rel=CLOSE)


@pytest.mark.parametrize("noise", [0.0, 0.8])
@pytest.mark.parametrize("hidden", [0.2, 0.6])
@pytest.mark.parametrize("beta", [-1.0, 0.0, 0.4, 2.0])
@pytest.mark.parametrize(("observed", "loadings"), [ONE, TWO], ids=["one control", "two controls"])
def test_equal_selection_gives_the_effect_back(
    beta: float, hidden: float, noise: float, observed: list[float], loadings: list[float]
) -> None:
    columns, r2 = made(beta, 1.0, observed, loadings, hidden, noise)
    assert solved(columns, r2).bias_adjusted == pytest.approx(beta, rel=CLOSE, abs=1e-9)


def test_with_nothing_left_to_explain_the_bound_is_the_estimate() -> None:
    columns, _ = made(0.5, 1.0, *ONE, hidden=0.5, noise=0.5)
    within = moments(columns)
    controlled = fit(within, "y", ["x", "w0"])
    found = selection(fit(within, "y", ["x"]), controlled, "x", ratio=1.0)
    assert found.bias_adjusted == found.estimate == controlled.coefficients[0]


def test_controls_that_do_not_move_the_coefficient_leave_delta_undefined() -> None:
    columns, r2 = made(0.5, 1.0, [1.2], [0.0], hidden=0.5, noise=0.5)
    found = solved(columns, r2)
    assert found.unmoved
    assert math.isnan(found.delta)
    assert found.bias_adjusted == found.estimate


def test_controls_that_hide_an_effect_give_a_negative_degree() -> None:
    columns, r2 = made(1.0, 1.0, [-1.2], [0.5], hidden=0.3, noise=0.5)
    found = solved(columns, r2)
    assert 0 < found.estimate_uncontrolled < found.estimate
    assert found.delta < 0
    assert found.bias_adjusted > found.estimate


def test_the_largest_r2_is_one() -> None:
    columns, _ = made(1.0, 1.0, *ONE, hidden=0.3, noise=0.1)
    within = moments(columns)
    found = selection(fit(within, "y", ["x"]), fit(within, "y", ["x", "w0"]), "x", ratio=1.3)
    assert found.r2_controlled > 1 / 1.3
    assert found.r2_max == 1.0


def test_absorbed_effects_count_as_gone() -> None:
    columns, r2 = made(0.4, 1.0, *TWO, hidden=0.5, noise=0.7)
    levels = np.arange(ROWS) % 6
    shifted = {name: values + levels * (j + 1) for j, (name, values) in enumerate(columns.items())}
    demeaned = {name: _about_means(values, levels) for name, values in columns.items()}
    names = ["x", "w0", "w1"]

    def both(within: Within) -> tuple[Fit, Fit]:
        return fit(within, "y", ["x"]), fit(within, "y", names)

    absorbed = selection(*both(moments(shifted, levels)), "x")
    plain = selection(*both(moments(demeaned)), "x")
    assert r2 > absorbed.r2_controlled
    assert absorbed.delta == pytest.approx(plain.delta, rel=CLOSE)
    assert absorbed.bias_adjusted == pytest.approx(plain.bias_adjusted, rel=CLOSE)


def test_controls_of_the_first_step_are_partialled_out_of_everything() -> None:
    """With unrelated controls in both, the answer is that of residuals; R_max refers to the same residuals here."""
    columns, r2 = made(0.4, 1.0, *ONE, hidden=0.5, noise=0.7)
    rng = np.random.default_rng(8)
    extra = rng.normal(size=ROWS)
    basis = np.column_stack([np.ones(ROWS), extra])

    def rest(values: np.ndarray) -> np.ndarray:
        return values - basis @ np.linalg.lstsq(basis, values, rcond=None)[0]

    within = moments({**columns, "m": extra})
    first, last = fit(within, "y", ["x", "m"]), fit(within, "y", ["x", "m", "w0"])
    found = selection(first, last, "x")
    plain = moments({name: rest(values) for name, values in columns.items()})
    left = fit(plain, "y", ["x", "w0"])
    share = float(np.var(rest(columns["y"])) / np.var(columns["y"]))
    same = 1 - (1 - found.r2_max) / share  # R_max of the residuals that leaves as much unexplained
    residual = selection(fit(plain, "y", ["x"]), left, "x", same / left.r2_within)
    assert r2 > 0
    assert found.delta == pytest.approx(residual.delta, rel=CLOSE)
    assert found.bias_adjusted == pytest.approx(residual.bias_adjusted, rel=CLOSE)


def _about_means(values: np.ndarray, levels: np.ndarray) -> np.ndarray:
    means = np.bincount(levels, values) / np.bincount(levels)
    return values - means[levels]
