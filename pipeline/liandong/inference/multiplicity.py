"""P-values adjusted for a family of tests.

Sources: Holm, S. (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6,
65-70; Benjamini, Y. & Hochberg, Y. (1995), Controlling the false discovery rate, JRSS B 57, 289-300; Romano, J. P. &
Wolf, M. (2005), Stepwise multiple testing as formalized data snooping, Econometrica 73, 1237-1282, with the p-values of
Romano, J. P. & Wolf, M. (2016), Efficient computation of adjusted p-values for resampling-based stepdown multiple
testing, Statistics & Probability Letters 113, 38-40.

Tests without a p-value (NaN) are not part of the family: they stay NaN and do not count.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.inference.wild import WildTest

Floats = NDArray[np.float64]

_TIE = 5e-10  # |t*| this close to |t| is equal to it, as in the p-values of the bootstrap itself


def holm(p_values: Floats) -> Floats:
    """Return p-values that control the chance of any false rejection, in the order given, shape (m,)."""
    p, order = _ascending(p_values)
    adjusted = np.maximum.accumulate(p * np.arange(len(p), 0, -1))
    return _back(adjusted, order, p_values)


def benjamini_hochberg(p_values: Floats) -> Floats:
    """Return p-values that control the expected share of false rejections, in the order given, shape (m,).

    Valid for independent or positively dependent tests.
    """
    p, order = _ascending(p_values)
    scaled = p * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.minimum.accumulate(scaled[::-1])[::-1]
    return _back(adjusted, order, p_values)


def romano_wolf(statistics: Floats, t_star: Floats, *, enumerated: bool = False) -> Floats:
    """Return step-down p-values that control the chance of any false rejection and use the tests' dependence.

    The largest |t| is compared with the largest |t*| of the family, the next with the largest of those left, and so on;
    a p-value is never below that of a larger |t|.

    Parameters
    ----------
    statistics
        Observed t, shape (m,); NaN leaves the test out.
    t_star
        t under the null from the same draws for all tests, shape (m, draws); infinite where degenerate.
    enumerated
        Whether the draws are all there are; else the observed sample counts as one more draw.

    Raises
    ------
    EstimationError
        When the shapes do not fit, there are no draws, or t* of a test in the family is NaN.
    """
    statistics, t_star = np.asarray(statistics, dtype=float), np.asarray(t_star, dtype=float)
    if t_star.ndim != 2 or len(t_star) != len(statistics) or t_star.shape[1] == 0:  # noqa: PLR2004 - tests × draws
        raise EstimationError(f"expected t* of {len(statistics)} tests by draw; got an array of shape {t_star.shape}")
    tested = np.flatnonzero(~np.isnan(statistics))
    size = np.abs(statistics[tested])
    order = tested[np.argsort(-size, kind="stable")]
    drawn = np.abs(t_star[order])
    if np.isnan(drawn).any():
        raise EstimationError("expected a bootstrap t for every draw of every test in the family; some are NaN")
    largest = np.maximum.accumulate(drawn[::-1], axis=0)[::-1]
    counts = np.count_nonzero(largest >= np.abs(statistics[order])[:, None] * (1 - _TIE), axis=1)
    extra = 0 if enumerated else 1
    adjusted = np.maximum.accumulate((counts + extra) / (t_star.shape[1] + extra))
    out = np.full(len(statistics), np.nan)
    out[order] = adjusted
    return out


def romano_wolf_of(tests: Sequence[WildTest]) -> Floats:
    """Return the step-down p-values of a family of wild bootstrap tests, made from shared draws and with t* kept.

    Tests without a variance stay NaN.

    Raises
    ------
    EstimationError
        When the tests do not share their draws, or t* was not kept.
    """
    if not tests:
        return np.zeros(0)
    if len({(test.kind, test.count, test.enumerated, test.seed) for test in tests}) > 1:
        raise EstimationError("expected tests from the same draws; their kinds, counts or seeds differ")
    tested = [test for test in tests if not np.isnan(test.statistic)]
    kept = [test.t_star for test in tested if test.t_star is not None]
    if len(kept) < len(tested):
        raise EstimationError("expected tests with their bootstrap t", hint="call wild_bootstrap with keep=True")
    out = np.full(len(tests), np.nan)
    if tested:
        statistics = np.array([test.statistic for test in tests])
        out[~np.isnan(statistics)] = romano_wolf(
            statistics[~np.isnan(statistics)], np.stack(kept), enumerated=tests[0].enumerated
        )
    return out


def _ascending(p_values: Floats) -> tuple[Floats, NDArray[np.intp]]:
    values = np.asarray(p_values, dtype=float)
    given = np.flatnonzero(~np.isnan(values))
    if np.any((values[given] < 0) | (values[given] > 1)):
        raise EstimationError(f"expected p-values between 0 and 1; got {values[given].min()} to {values[given].max()}")
    order = given[np.argsort(values[given], kind="stable")]
    return values[order], order


def _back(adjusted: Floats, order: NDArray[np.intp], p_values: Floats) -> Floats:
    out = np.full(len(p_values), np.nan)
    out[order] = np.minimum(adjusted, 1.0)
    return out
