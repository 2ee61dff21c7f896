"""True figures pass, however they were rounded: no check may contradict what was calculated rightly."""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, t

from liandong.claims.findings import CheckResult
from liandong.claims.self_checks import self_checks
from liandong.definitions import Claim
from liandong.definitions.printed import read_printed

ROUNDINGS = st.sampled_from([ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_DOWN])
SOURCE = {"title": "t"}
unhurried = settings(deadline=None)  # the first example imports scipy


def _printed(value: Fraction, decimals: int, rounding: str) -> str:
    """Return an exact number with `decimals`, as text with its last zeros."""
    scaled = value * 10**decimals
    # Far more digits than any tie here needs, so that the quotient of two whole numbers is rounded once.
    exact = Decimal(scaled.numerator) / Decimal(scaled.denominator)
    whole = int(exact.quantize(Decimal(1), rounding=rounding))
    sign = "-" if whole < 0 else ""
    digits = f"{abs(whole):0{decimals + 1}d}"
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)


def _checks(*claims: dict[str, Any]) -> dict[str, CheckResult]:
    found = self_checks([Claim.model_validate({"source": SOURCE, **claim}) for claim in claims])
    return {f"{result.claim} {result.check}": result for result in found}


@unhurried
@given(n=st.integers(1, 3000), share=st.floats(0, 1), decimals=st.integers(0, 3), rounding=ROUNDINGS)
def test_every_share_of_whole_people_passes_grim(n: int, share: float, decimals: int, rounding: str) -> None:
    count = round(share * n)
    text = _printed(Fraction(100 * count, n), decimals, rounding)
    result = _checks({"id": "a", "kind": "percent", "published": text, "n": n})["a grim"]
    assert result.verdict in {"consistent", "not_checkable"}
    # A figure that was cut off may also be the rounded one of other counts, which are shown then.
    assert rounding == ROUND_DOWN or result.values["count_low"] <= count <= result.values["count_high"]
    assert result.chance is not None
    assert 0 < result.chance <= 1
    assert (result.chance == 1) == (result.reason == "grim_cannot_fail")


@unhurried
@given(
    answers=st.lists(st.integers(1, 5), min_size=2, max_size=30), decimals=st.integers(1, 3), rounding=ROUNDINGS,
    divisor=st.sampled_from([0, 1]),
)  # fmt: skip
def test_every_mean_and_standard_deviation_of_whole_answers_passes(
    answers: list[int], decimals: int, rounding: str, divisor: int
) -> None:
    n, total = len(answers), sum(answers)
    variance = (Fraction(sum(answer**2 for answer in answers)) - Fraction(total**2, n)) / (n - divisor)
    spread = Fraction(Decimal(variance.numerator) / Decimal(variance.denominator)).limit_denominator(10**25)
    root = Fraction(Decimal(spread.numerator).sqrt() / Decimal(spread.denominator).sqrt())
    claim = {
        "id": "a", "kind": "mean", "published": _printed(Fraction(total, n), decimals, rounding), "n": n, "items": 1,
        "scale_range": (1, 5),
    }  # fmt: skip
    assert _checks(claim)["a grim"].verdict in {"consistent", "not_checkable"}
    with_spread = {**claim, "sd": _printed(root, decimals, rounding)}
    assert _checks(with_spread)["a grim"].verdict in {"consistent", "not_checkable"}


@unhurried
@given(
    first=st.integers(1, 10**6), second=st.integers(1, 10**6), decimals=st.integers(0, 4), rounding=ROUNDINGS,
    per=st.sampled_from([1, 100, 10_000]),
)  # fmt: skip
def test_every_ratio_growth_and_sum_of_counts_agrees(
    first: int, second: int, decimals: int, rounding: str, per: int
) -> None:
    quotient = Fraction(first, second)
    ratio, growth = (_printed(value, decimals, rounding) for value in (quotient * per, (quotient - 1) * 100))
    results = _checks(
        {"id": "a", "kind": "ratio", "published": ratio, "of": (first, second), "per": per},
        {"id": "b", "kind": "growth", "published": growth, "from": second, "to": first},
        {"id": "c", "kind": "difference", "published": str(first - second), "from": second, "to": first},
        {"id": "d", "kind": "count", "published": first + second, "parts": (first, second)},
        {"id": "e", "kind": "count", "published": first, "of_which": (min(first, second),)},
    )
    assert {result.reason for result in results.values()} == {"arithmetic_agrees", "parts_add_up", "parts_fit"}


@unhurried
@given(
    counts=st.lists(st.integers(0, 400), min_size=2, max_size=6).filter(lambda counts: sum(counts) > 0),
    decimals=st.integers(0, 2), rounding=ROUNDINGS,
)  # fmt: skip
def test_exclusive_shares_add_to_everybody(counts: list[int], decimals: int, rounding: str) -> None:
    n = sum(counts)
    claims: list[dict[str, Any]] = [
        {"id": f"c{i}", "kind": "percent", "published": _printed(Fraction(100 * count, n), decimals, rounding), "n": n}
        for i, count in enumerate(counts)
    ]
    claims[0] |= {"complements": [claim["id"] for claim in claims[1:]]}
    assert _checks(*claims)["c0 parts"].reason == "parts_add_up"


def _published(coefficient: float, error: float, p: float, reach: float, decimals: int, digits: int) -> dict[str, Any]:
    """Return a coefficient as a study prints it, with error, p-value, stars and interval."""
    return {
        "id": "a", "kind": "coefficient", "published": f"{coefficient:.{decimals}f}", "se": f"{error:.{digits}f}",
        "p_value": f"{p:.{digits}f}", "stars": sum(p <= level for level in (0.1, 0.05, 0.01)),
        "levels": (0.1, 0.05, 0.01),
        "interval": {"low": f"{coefficient - reach:.{digits}f}", "high": f"{coefficient + reach:.{digits}f}"},
    }  # fmt: skip


@unhurried
@given(
    coefficient=st.floats(-5, 5).filter(lambda value: abs(value) >= 0.01), ratio=st.floats(0.05, 6),
    df=st.one_of(st.none(), st.integers(1, 2000)), decimals=st.integers(2, 4), digits=st.integers(2, 4),
)  # fmt: skip
def test_p_stars_and_interval_of_a_real_test_follow(
    coefficient: float, ratio: float, df: int | None, decimals: int, digits: int
) -> None:
    error = abs(coefficient) / ratio
    law = norm if df is None else t(df)
    p, reach = 2 * float(law.sf(ratio)), float(law.ppf(0.975)) * error
    claim = _published(coefficient, error, p, reach, decimals, digits)
    if float(claim["se"]) == 0:
        return
    result = _checks(claim | ({} if df is None else {"df": df}))["a test"]
    assert result.verdict == "consistent", result
    called = {"id": "p", "kind": "p_value", "published": "significant", "coefficient": "a", "level": 0.05}
    if p <= 0.05 and df is None:
        assert _checks(claim, called)["p test"].reason in {"test_significance_follows", "test_significance_open"}


@unhurried
@given(
    coefficient=st.floats(-5, 5).filter(lambda value: abs(value) >= 0.01), ratio=st.floats(0.05, 6),
    df=st.integers(1, 2000), decimals=st.integers(2, 4), digits=st.integers(2, 4),
)  # fmt: skip
def test_a_real_t_test_is_not_accused_when_its_degrees_of_freedom_go_unsaid(
    coefficient: float, ratio: float, df: int, decimals: int, digits: int
) -> None:
    error, law = abs(coefficient) / ratio, t(df)
    p, reach = 2 * float(law.sf(ratio)), float(law.ppf(0.975)) * error
    claim = _published(coefficient, error, p, reach, decimals, digits)
    if float(claim["se"]) == 0:
        return
    word = "significant" if p <= 0.05 else "not significant"
    results = _checks(claim, {"id": "p", "kind": "p_value", "published": word, "coefficient": "a", "level": 0.05})
    for key in ("a test", "p test"):
        assert results[key].verdict in ({"consistent", "not_checkable"} if df > 5 else {"consistent", "doubtful"}), key


@unhurried
@given(
    logarithm=st.floats(-2, 2), ratio=st.floats(0.05, 6), decimals=st.integers(2, 4),
    error_of=st.sampled_from(["ratio", "logarithm", "nothing"]),
)  # fmt: skip
def test_a_real_odds_ratio_is_not_accused(logarithm: float, ratio: float, decimals: int, error_of: str) -> None:
    odds, error = math.exp(logarithm), max(abs(logarithm) / ratio, 0.05)
    ends = [math.exp(logarithm + sign * 1.959964 * error) for sign in (-1, 1)]
    p = 2 * float(norm.sf(abs(logarithm) / error))
    claim: dict[str, Any] = {
        "id": "a", "kind": "ratio", "published": f"{odds:.{decimals}f}", "p_value": f"{p:.{decimals}f}",
        "interval": {"low": f"{ends[0]:.{decimals}f}", "high": f"{ends[1]:.{decimals}f}"},
    }  # fmt: skip
    if error_of != "nothing":
        claim["se"] = f"{error * (odds if error_of == 'ratio' else 1):.{decimals}f}"
    if ends[1] < 1e6:
        assert _checks(claim)["a test"].verdict in {"consistent", "not_checkable"}


@unhurried
@given(st.text(max_size=30) | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**30), 10**30))
def test_whatever_is_published_is_read_as_a_figure_or_as_words(published: str | float) -> None:
    printed = read_printed(published)
    assert (printed.low is None and printed.high is None) == (printed.form == "words")
    assert printed.decimals >= 0
    if not isinstance(published, str):
        assert math.isclose(float(printed.low or 0), float(published), rel_tol=1e-12, abs_tol=0)


@unhurried
@given(whole=st.integers(-10_000, 10_000), decimals=st.integers(0, 6))
def test_digits_of_a_text_are_kept(whole: int, decimals: int) -> None:
    text = _printed(Fraction(whole, 7), decimals, ROUND_HALF_EVEN)
    printed = read_printed(text)
    assert printed.decimals == decimals
    assert f"{printed.value:.{decimals}f}" == text or float(text) == 0
