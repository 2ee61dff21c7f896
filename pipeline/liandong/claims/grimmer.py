"""GRIMMER: whether a published standard deviation can belong to whole answers with the published mean.

For whole numbers s_i with the sum T, the sum of squares Q is a whole number of the same parity as T, and Q - T²/n is
(n - 1) times the variance (Anaya 2016, PeerJ Preprints 4:e2400v1; Allard 2018 adds the parity). Where the ends of the
scale are known, Q also lies between its value for answers as alike as possible and for answers at the two ends. For
few people all sums of squares are enumerated, so that the answer is exact; for many these conditions are necessary
only, and a pass says a little less.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

from liandong.claims.findings import CheckResult, found
from liandong.claims.form import ROUNDINGS, Bounds, bounds_of, bounds_of_figure, last_digit
from liandong.claims.granularity import wholes_printing
from liandong.definitions import Claim

MOST_STEPS = 400  # people times steps of the scale, up to which every sum of squares is enumerated
_FEW = 5  # below it, unbounded answers miss sums of squares that the conditions allow
_MOST_SUMS = 1000
_ROUNDING = 1e-9  # of square roots
_REACHES = (1, 4, 16, 64)  # how far above a standard deviation the next one is looked for


def grimmer(claim: Claim) -> Iterator[CheckResult]:
    """Yield whether the standard deviation of a mean of whole answers is possible, with n or n - 1 below the line."""
    if claim.kind != "mean" or claim.sd is None:
        return
    if claim.items is None or claim.weighted or claim.n is None:
        yield from _beyond_ends(claim, claim.sd)
        return
    sums = _sums(claim, claim.n, claim.items)
    if not sums or len(sums) > _MOST_SUMS or claim.n == 1:
        return  # GRIM speaks first
    yield _judged(claim, claim.sd, claim.n, claim.items, sums)


def _beyond_ends(claim: Claim, sd: float | str) -> Iterator[CheckResult]:
    """Yield that no answers between the ends of the scale, whole or not, have the standard deviation with the mean.

    At most, (m - low) (high - m) is their variance around the mean m, times n / (n - 1) where that was used; without n,
    or with weights, the largest that factor can be, 2.
    """
    own = bounds_of(claim)
    if claim.scale_range is None or own is None or (claim.n is not None and claim.n < 2):  # noqa: PLR2004
        return
    lowest, highest = (Fraction(repr(end)) for end in claim.scale_range)
    nearest = min(max((lowest + highest) / 2, own.low), own.high)  # to the middle, where the spread is largest
    factor = Fraction(2) if claim.n is None or claim.weighted else Fraction(claim.n, claim.n - 1)
    largest = math.sqrt(max(float((nearest - lowest) * (highest - nearest) * factor), 0.0))
    spread = bounds_of_figure(sd)
    if float(spread.low) > largest * (1 + _ROUNDING):
        values = {"sd": spread.middle or 0.0, "sd_largest": largest, "lowest": float(lowest), "highest": float(highest)}
        yield found(claim.id, "grim_spread_beyond_scale", values=values, base=claim.n)


def _sums(claim: Claim, n: int, items: int) -> range:
    """Return the sums of all answers that print as the mean."""
    value, unit = claim.printed.value, last_digit(claim)
    if value is None or (1 / unit).denominator != 1 or (Fraction(value) / unit).denominator != 1:
        return range(0)
    figure, span = int(Fraction(value) / unit), int(1 / unit)
    found_sums = wholes_printing(figure, n * items, span, claim.rounding or "nearest")
    if found_sums or claim.rounding:
        return found_sums
    return wholes_printing(figure, n * items, span, "truncated")


def _judged(claim: Claim, sd: float | str, n: int, items: int, sums: range) -> CheckResult:
    printed = float(bounds_of_figure(sd).middle or 0)
    ends = None if claim.scale_range is None else _answers(claim.scale_range, items)
    tried = [(total, divisor) for total in sums for divisor in (n - 1, n)]
    for rounding in (claim.rounding,) if claim.rounding else ROUNDINGS:
        spread = bounds_of_figure(sd, rounding).times(Fraction(items))
        for total, divisor in tried:
            squares = possible_squares(n, total, Bounds(max(spread.low, Fraction(0)), spread.high), divisor, ends)
            if squares:
                values: dict[str, float] = {
                    "n": n,
                    "sd": printed,
                    "sum_squares_low": squares[0],
                    "sum_squares_high": squares[-1],
                }
                if rounding == "truncated":
                    values["sd_truncated"] = 1.0
                return found(claim.id, "grimmer_possible", values=values, base=n)
    if ends is not None:
        largest = max(_largest_sd(n, total, ends) for total in sums) / items
        if float(bounds_of_figure(sd).low) > largest:
            values = {"n": n, "sd": printed, "sd_largest": largest}
            return found(claim.id, "grimmer_beyond_scale", values=values, base=n)
    below, above = _neighbours(n, sums, Fraction(bounds_of_figure(sd).low), items, ends)
    values = {"n": n, "sd": printed, "sd_below": below, "sd_above": above}
    return found(claim.id, "grimmer_impossible", values=values, base=n)


def _answers(scale_range: tuple[float, float], items: int) -> tuple[int, int]:
    """Return the lowest and the highest sum of one person's answers."""
    return math.floor(scale_range[0]) * items, math.ceil(scale_range[1]) * items


def possible_squares(n: int, total: int, spread: Bounds, divisor: int, ends: tuple[int, int] | None) -> list[int]:
    """Return the sums of squares of n whole numbers with the sum `total` whose standard deviation lies in `spread`.

    `divisor` is n - 1 or n; `ends` are the lowest and the highest number that can occur.
    """
    base = Fraction(total * total, n)
    low = math.ceil(Fraction(spread.low) ** 2 * divisor + base)
    high = math.floor(Fraction(spread.high) ** 2 * divisor + base)
    low = max(low, _most_alike(n, total))
    if ends is not None:
        high = min(high, _most_apart(n, total, ends))
    fitting = [square for square in (low, low + 1) if square % 2 == total % 2]
    first = fitting[0] if fitting else low
    if first > high:
        return []
    reach = math.isqrt(max(0, math.floor(high - base))) + 1
    around = ends or (math.floor(Fraction(total, n)) - reach, math.ceil(Fraction(total, n)) + reach)
    enumerable = n * (around[1] - around[0]) <= MOST_STEPS
    if enumerable and (ends is not None or n < _FEW):
        attained = _all_squares(n, total, around)
        return [square for square in range(first, high + 1, 2) if square in attained]
    return [first, high - (high - first) % 2]


def _most_alike(n: int, total: int) -> int:
    """Return the smallest sum of squares: all numbers are one of two neighbours."""
    each, rest = divmod(total, n)
    return (n - rest) * each**2 + rest * (each + 1) ** 2


def _most_apart(n: int, total: int, ends: tuple[int, int]) -> int:
    """Return the largest sum of squares: all numbers but one are at the ends."""
    low, high = ends
    above = total - n * low
    if not 0 <= above <= n * (high - low):
        return -1  # no such sum on this scale
    at_top, rest = divmod(above, high - low)
    if at_top == n:
        return n * high**2
    return at_top * high**2 + (low + rest) ** 2 + (n - at_top - 1) * low**2


def _all_squares(n: int, total: int, ends: tuple[int, int]) -> set[int]:
    """Return every sum of squares of n whole numbers between the ends with the sum `total`."""
    low, high = ends
    above = total - n * low
    bits = _squares_from_zero(n, high - low).get(above, 0)
    # (low + d)² = d² + 2·low·d + low², summed over people
    return {i + 2 * low * above + n * low**2 for i in range(bits.bit_length()) if bits >> i & 1}


@lru_cache(maxsize=4)
def _squares_from_zero(n: int, width: int) -> Mapping[int, int]:
    """Return, by their sum, all sums of squares (as bits) of n numbers from 0 to `width`, by adding one at a time."""
    reached = {0: 1}
    for _ in range(n):
        further: dict[int, int] = {}
        for done, squares in reached.items():
            for step in range(width + 1):
                further[done + step] = further.get(done + step, 0) | squares << step * step
        reached = further
    return reached


def _largest_sd(n: int, total: int, ends: tuple[int, int]) -> float:
    variance = (_most_apart(n, total, ends) - Fraction(total * total, n)) / (n - 1)
    return math.sqrt(max(variance, Fraction(0)))


def _neighbours(n: int, sums: range, low: Fraction, items: int, ends: tuple[int, int] | None) -> tuple[float, float]:
    """Return the nearest possible standard deviations below and above, with n - 1 below the line.

    Where there is none on one side, both are that of the other side.
    """
    start = max(low, Fraction(0)) * items
    below, above = [], []
    for total in sums:
        base = Fraction(total * total, n)
        smaller = possible_squares(n, total, Bounds(Fraction(0), start), n - 1, ends)
        windows = (Bounds(start, start + reach) for reach in _REACHES)
        larger = next(filter(None, (possible_squares(n, total, window, n - 1, ends) for window in windows)), [])
        below += [_deviation(square, base, n) / items for square in smaller[-1:]]
        above += [_deviation(square, base, n) / items for square in larger[:1]]
    return max(below, default=min(above, default=0.0)), min(above, default=max(below, default=0.0))


def _deviation(square: int, base: Fraction, n: int) -> float:
    return math.sqrt((square - base) / (n - 1))
