"""Power of a two-sided t test and the smallest effect that it detects.

With T' noncentral t, df degrees of freedom and noncentrality effect / SE, the power of the test at alpha is
P(|T'| > t_{1-alpha/2, df}). The smallest detectable effect solves it for the wanted power. Bloom's (1995, Minimum
detectable effects, Evaluation Review 19, 547-556) multiplier t_{1-alpha/2} + t_{power} is the usual approximation. It
stands beside the exact one, of which it falls short with few degrees of freedom: by 14 % at 1, 2 % at 3, 0.4 % at 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liandong.errors import DefinitionError, Problem


@dataclass(frozen=True, slots=True)
class DetectableEffect:
    """The smallest true effect that a test finds with probability `power`.

    Attributes
    ----------
    effect
        In units of the standard error given.
    multiplier
        effect / SE, the noncentrality.
    approximate_multiplier
        Bloom's t_{1-alpha/2} + t_{power}.
    std_error, df, power, alpha
        As given.
    """

    effect: float
    multiplier: float
    approximate_multiplier: float
    std_error: float
    df: float
    power: float
    alpha: float


def detectable_effect(std_error: float, df: float, *, power: float = 0.8, alpha: float = 0.05) -> DetectableEffect:
    """Return the smallest detectable effect of a fit at hand or of a planned design.

    Raises
    ------
    DefinitionError
        For a standard error or df that is not positive, or power and alpha for which there is no such effect.
    """
    from scipy.special import stdtrit

    require(
        {
            "std_error": None if 0 <= std_error < np.inf else f"expected a number not below 0; got {std_error:g}",
            "df": None if df > 0 else f"expected degrees of freedom above 0; got {df:g}",
            **level_problems(power, alpha),
        }
    )
    multiplier = _noncentrality(df, power, alpha)
    approximate = float(stdtrit(df, 1 - alpha / 2) + stdtrit(df, power))
    return DetectableEffect(multiplier * std_error, multiplier, approximate, std_error, df, power, alpha)


def power_of(effect: float, std_error: float, df: float, *, alpha: float = 0.05) -> float:
    """Return the probability that a two-sided test at `alpha` finds a true `effect`.

    Raises
    ------
    DefinitionError
        For a standard error or df that is not positive, or alpha outside (0, 1).
    """
    require(
        {
            "effect": None if np.isfinite(effect) else f"expected a finite number; got {effect:g}",
            "std_error": None if 0 < std_error < np.inf else f"expected a number above 0; got {std_error:g}",
            "df": None if df > 0 else f"expected degrees of freedom above 0; got {df:g}",
            "alpha": None if 0 < alpha < 1 else f"expected a number between 0 and 1; got {alpha:g}",
        }
    )
    return _power(abs(effect) / std_error, _thresholds(df, alpha))


def level_problems(power: float, alpha: float) -> dict[str, str | None]:
    """Return what is wrong with the two levels, by name; power must exceed alpha, or an effect of 0 would do."""
    return {
        "power": None if max(alpha, 0.0) < power < 1 else f"expected a number above alpha and below 1; got {power:g}",
        "alpha": None if 0 < alpha < 1 else f"expected a number between 0 and 1; got {alpha:g}",
    }


def require(problems: Mapping[str, str | None]) -> None:
    """Raise one DefinitionError for all `problems`, by the name of the value concerned."""
    found = [Problem(name, message) for name, message in problems.items() if message is not None]
    if found:
        raise DefinitionError(found, subject="the planned design", zh="检验功效的设计参数有误，请按所列逐项修改。")


def _power(noncentrality: float, thresholds: NDArray[np.float64]) -> float:
    """Return E[Φ(δ - c·S) + Φ(-δ - c·S)] for the c·S of `_thresholds`."""
    from scipy.special import ndtr

    found = ndtr(noncentrality - thresholds) + ndtr(-noncentrality - thresholds)
    return float(_WEIGHTS @ found)


def _thresholds(df: float, alpha: float) -> NDArray[np.float64]:
    """Return c·S at the nodes of the trapezoidal rule over normal scores of S, S² = χ²_df / df, c = t_{1-alpha/2}.

    The integrand is smooth and falls off like a normal density, where this rule converges faster than any power of the
    step. (scipy's `nct` is wrong below df = 2, where CR2's df can lie; R's `pt` agrees with this to ten digits.)
    """
    from scipy.special import gammainccinv, gammaincinv, ndtr, stdtrit

    lower = gammaincinv(df / 2, ndtr(np.minimum(_SCORES, 0.0)))
    upper = gammainccinv(df / 2, ndtr(-np.maximum(_SCORES, 0.0)))
    spread: NDArray[np.float64] = np.sqrt(2 / df * np.where(_SCORES < 0, lower, upper))
    return float(stdtrit(df, 1 - alpha / 2)) * spread


_SCORES: NDArray[np.float64] = np.linspace(-8.5, 8.5, 681)  # a normal variable is farther out with probability 2e-17
_WEIGHTS: NDArray[np.float64] = np.exp(-(_SCORES**2) / 2) / np.exp(-(_SCORES**2) / 2).sum()


def _noncentrality(df: float, power: float, alpha: float) -> float:
    """Solve the power for the noncentrality by bisection: the power rises in it, and no derivative is needed."""
    thresholds = _thresholds(df, alpha)
    low, high = 0.0, 1.0
    while _power(high, thresholds) < power:
        low, high = high, 2 * high
    while high - low > _PRECISION * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _power(middle, thresholds) < power else (low, middle)
    return (low + high) / 2


_PRECISION = 1e-12
