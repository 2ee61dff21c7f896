"""Randomisation inference: the actual statistic against those of the assignments that the design could have made.

Under the sharp null hypothesis (the treatment changed nobody's outcome) every assignment leaves the outcomes as they
are, so that the p-value is exact whatever the errors are, if the treatment was assigned as assumed (Fisher 1935). The
t statistic is the default: it keeps the right size in large samples also when only the average effect is zero
(Young 2019, Channeling Fisher, QJE 134, 557-598; Chung & Romano 2013), which the coefficient alone does not when
variances or group sizes differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liandong.inference.assignments import Assignments

Unit = Literal["cluster", "individual"]
TIE = 1e-9  # statistics this close (relative) are equal: assignments that mirror each other differ by rounding


@dataclass(frozen=True, slots=True)
class Statistics:
    """Statistics of many assignments for the outcome y, and for the actual treatment taken as an outcome.

    All have shape (D,). With the second, the test of any constant effect b is that of the outcome y - b·x: its
    coefficient is `coefficient` - b · `slope`, its variance `variance` - 2b · `covariance` + b² · `slope_variance`.
    NaN where the assignment cannot be told apart from the controls.
    """

    coefficient: NDArray[np.float64]
    variance: NDArray[np.float64]
    slope: NDArray[np.float64]
    covariance: NDArray[np.float64]
    slope_variance: NDArray[np.float64]

    @property
    def statistic(self) -> NDArray[np.float64]:
        """The t statistics; infinite where the variance is 0 and the coefficient is not."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found: NDArray[np.float64] = self.coefficient / np.sqrt(self.variance)
        return found

    @staticmethod
    def joined(parts: list[Statistics]) -> Statistics:
        """Return one object for all `parts`."""
        names = ("coefficient", "variance", "slope", "covariance", "slope_variance")
        return Statistics(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass(frozen=True, slots=True)
class RandomisationTest:
    """Randomisation test of one coefficient.

    Attributes
    ----------
    outcome, treatment
        Names.
    unit
        What was assigned: clusters or individuals.
    estimate, std_error, statistic
        The actual coefficient, its CR1 standard error, and their ratio.
    p_value
        By the t statistic, two-sided: (assignments as extreme or more) / (all) when enumerated, the actual one
        included; (1 + those) / (1 + draws) when sampled.
    p_value_coefficient
        The same by the coefficient.
    conf_low, conf_high
        Constant effects that the t statistic does not reject at 1 - `level`; infinite when nothing far away is
        rejected, NaN when it was not asked for.
    level
        Of the interval.
    possible
        Number of possible assignments; None when there are more than a trillion.
    draws
        Assignments used.
    as_extreme, as_extreme_coefficient
        How many of these are as extreme as the actual one.
    undefined
        How many cannot be told apart from the controls; they count as extreme, which errs on the safe side.
    smallest_p
        The smallest p-value that this reference set can give.
    enumerated, seed
        Whether all assignments were used; else the seed of the draws.
    notes
        What a reader must know before believing the p-value.
    """

    outcome: str
    treatment: str
    unit: Unit
    estimate: float
    std_error: float
    statistic: float
    p_value: float
    p_value_coefficient: float
    conf_low: float
    conf_high: float
    level: float
    possible: int | None
    draws: int
    as_extreme: int
    as_extreme_coefficient: int
    undefined: int
    smallest_p: float
    enumerated: bool
    seed: int
    notes: tuple[str, ...]

    @property
    def simulation_error(self) -> float:
        """Standard error of `p_value` from drawing assignments at random; 0 when all were used."""
        return 0.0 if self.enumerated else float(np.sqrt(self.p_value * (1 - self.p_value) / self.draws))


def randomisation_test(
    names: tuple[str, str, Unit],
    actual: Statistics,
    drawn: Statistics,
    reference: Assignments,
    *,
    level: float,
    interval: bool,
) -> RandomisationTest:
    """Return the test of outcome and treatment (`names`, with the unit) from the statistics of all assignments."""
    estimate, variance = float(actual.coefficient[0]), float(actual.variance[0])
    added = 0 if reference.enumerated else 1  # the actual assignment stands among the enumerated ones
    size = len(drawn.coefficient) + added
    as_extreme = _count(drawn.statistic, float(actual.statistic[0]))
    by_coefficient = _count(drawn.coefficient, estimate)
    known = np.abs(drawn.statistic[~np.isnan(drawn.statistic)])
    smallest = _count(drawn.statistic, float(known.max(initial=0.0))) / size if reference.enumerated else 1 / size
    notes = _notes(reference, smallest, undefined := int(np.isnan(drawn.coefficient).sum()), 1 - level)
    low = high = float("nan")
    if interval:
        low, high, whole = inverted(estimate, variance, drawn, added, 1 - level)
        if not whole:
            notes = (*notes, "the effects not rejected are no single interval; its outer ends are given")
    return RandomisationTest(
        outcome=names[0],
        treatment=names[1],
        unit=names[2],
        estimate=estimate,
        std_error=float(np.sqrt(variance)),
        statistic=float(actual.statistic[0]),
        p_value=(as_extreme + added) / size,
        p_value_coefficient=(by_coefficient + added) / size,
        conf_low=low,
        conf_high=high,
        level=level,
        possible=reference.possible,
        draws=reference.draws,
        as_extreme=as_extreme,
        as_extreme_coefficient=by_coefficient,
        undefined=undefined,
        smallest_p=smallest,
        enumerated=reference.enumerated,
        seed=reference.seed,
        notes=notes,
    )


def inverted(
    estimate: float, variance: float, drawn: Statistics, added: int, alpha: float
) -> tuple[float, float, bool]:
    """Return the outer ends of {b : p(b) > alpha}, and whether all between them belongs to the set.

    p(b) is the p-value of a constant effect b. Its steps are found on a grid of standard errors that widens
    outwards, then by bisection; an end is infinite when b is not rejected however far away.
    """
    error = float(np.sqrt(variance))

    def kept(b: float) -> bool:
        """Whether b is not rejected: t_d(b)² ≥ t(b)² without divisions, so that a variance of 0 does no harm."""
        left = (drawn.coefficient - b * drawn.slope) ** 2 * variance
        spread = drawn.variance - 2 * b * drawn.covariance + b**2 * drawn.slope_variance
        right = (estimate - b) ** 2 * spread * (1 - TIE)
        extreme = len(left) - int((left < right).sum())  # NaN counts as extreme
        return (extreme + added) / (len(left) + added) > alpha

    steps = np.concatenate([np.arange(0.0, 12.0, 0.1), np.geomspace(12.0, 1e4, 60), [_FAR]])
    ends, whole = [], True
    for side in (-1.0, 1.0):
        inside = np.array([kept(estimate + side * step * error) for step in steps])
        last = int(np.flatnonzero(inside).max(initial=0))
        whole = whole and bool(inside[: last + 1].all())
        if last == len(steps) - 1:
            ends.append(side * float("inf"))
            continue
        near, far = steps[last], steps[last + 1]
        for _ in range(_BISECTIONS):
            middle = (near + far) / 2
            near, far = (middle, far) if kept(estimate + side * middle * error) else (near, middle)
        ends.append(estimate + side * float(near) * error)
    return ends[0], ends[1], whole


_FAR = 1e6  # standard errors; farther away nothing changes any more
_BISECTIONS = 40


def _count(statistics: NDArray[np.float64], actual: float) -> int:
    """Count |statistics| ≥ |actual|, ties by rounding included; NaN counts as extreme."""
    return len(statistics) - int((np.abs(statistics) < abs(actual) * (1 - TIE)).sum())


def _notes(reference: Assignments, smallest: float, undefined: int, alpha: float) -> tuple[str, ...]:
    notes = []
    if smallest > alpha:
        notes.append(
            f"only {reference.draws} assignments: no p-value below {smallest:.3g} is possible,"
            f" so that nothing can be significant at {alpha:.3g}"
        )
    if undefined:
        notes.append(
            f"{undefined} of {reference.draws} assignments cannot be told apart from the controls;"
            " they count as extreme as the actual one"
        )
    return tuple(notes)
