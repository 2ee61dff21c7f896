"""Our estimate of what a claim is about, read from the published tables in the claim's unit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, Literal

from liandong.claims.evidence_rows import Evidence, Row, place
from liandong.definitions import Claim, ClaimQuantity

Kind = Literal["descriptive", "count", "effect"]
Lack = Literal["no_quantity", "no_row", "hidden", "no_estimate"]

_PERCENT: Final = 100.0
_SHARES: Final = frozenset({"percent", "%", "percentage_points", "percentage points", "pp"})
_IN_PERCENT: Final = frozenset({"percent", "comparison", "difference"})  # of shares, unless the unit says otherwise
_NO_SHARE: Final = frozenset({"share", "proportion", "fraction"})
_UNITS: Final = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01)  # to which disclosure control rounds shares, the coarsest first
_ROUNDED_DIGITS: Final = 3  # that it leaves of other statistics
_DEFAULT_VCOV: Final = "CR1"


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number of the bundle in the unit of a claim.

    Attributes
    ----------
    value
        Of the data.
    low, high
        Its 95 % interval, None where there is none.
    people
        How many it rests on, None where that is hidden or does not apply.
    kind
        Whether it was counted or averaged (descriptive), is a number of people or clusters (count), or a term of a
        model (effect).
    found_in
        The row that it was read from.
    design
        Of an effect, the verdict on its design: carries | limited | cannot_carry | not_assessed.
    p_value, std_error
        Of an effect, by the inference that the verdict recommends.
    resolution
        To which disclosure control may have rounded `value`; 0 for an exact one.
    errors
        Of an effect, the row of every inference with its standard error.
    in_percent
        Whether `value` is a share, or a difference of shares, times 100.
    """

    value: float
    low: float | None
    high: float | None
    people: int | None
    kind: Kind
    found_in: str
    design: str = ""
    p_value: float | None = None
    std_error: float | None = None
    resolution: float = 0.0
    errors: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    in_percent: bool = False


def estimate_of(claim: Claim, evidence: Evidence) -> Estimate | Lack:
    """Return what the data give for `claim`, or why there is nothing.

    The interval of a difference of two figures is as wide as any covariance between them could make it: the tables do
    not hold the covariance, and half-widths add up where two estimates move exactly against each other.
    """
    if claim.quantity is None:
        return "no_quantity"
    first = _read(claim.quantity, claim, evidence)
    if claim.quantity.minus is None or isinstance(first, str):
        return first
    second = _read(claim.quantity.minus, claim, evidence)
    return second if isinstance(second, str) else _less(first, second)


def _read(quantity: ClaimQuantity, claim: Claim, evidence: Evidence) -> Estimate | Lack:
    for name, read in _READERS.items():
        if getattr(quantity, name) is not None:
            return read(quantity, claim, evidence)
    return "no_quantity"


def _less(first: Estimate, second: Estimate) -> Estimate:
    bounds = (first.low, first.high, second.low, second.high)
    low, high = None, None
    if None not in bounds:
        low, high = first.low - second.high, first.high - second.low  # type: ignore[operator]
    return replace(
        first,
        value=first.value - second.value,
        low=low,
        high=high,
        people=first.people if first.people == second.people else None,
        found_in=f"{first.found_in} | {second.found_in}",
        resolution=first.resolution + second.resolution,
        p_value=None,
        std_error=None,
    )


def _indicator(quantity: ClaimQuantity, claim: Claim, evidence: Evidence) -> Estimate | Lack:
    key = {
        "indicator": quantity.indicator,
        "universe": quantity.universe or "all",
        "category": _text(quantity.category),
        "subgroup": quantity.subgroup or "",
        "level": _text(quantity.level),
    }
    row = evidence.first("indicators", **key)
    if row is None:
        return "no_row"
    if row["suppressed"]:
        return "hidden"
    share = row["kind"] != "mean"
    if claim.kind == "count" and share:
        return _count(row["numerator_n"], "indicators", row, evidence, row["denominator_n"])
    if row["estimate"] is None:
        return "no_estimate"
    known = not share or (row["numerator_n"] is not None and row["denominator_n"] is not None)
    coarse = not evidence.is_exact and (evidence.rounding > 1 or not known or not share)
    factor = _factor(claim) if share else 1.0
    estimate = Estimate(
        row["estimate"],
        row["conf_low"],
        row["conf_high"],
        row["denominator_n"],
        "descriptive",
        place("indicators", row),
    )
    resolution = 0.0 if not coarse else share_resolution(row["estimate"]) if share else _digits(row["estimate"])
    return _scaled(replace(estimate, resolution=resolution), factor)


def _distribution(quantity: ClaimQuantity, claim: Claim, evidence: Evidence) -> Estimate | Lack:
    rows = evidence.rows("distributions", variable=quantity.variable)
    row = next((row for row in rows if row["level"] == _text(quantity.level)), None)
    if row is None:
        return "no_row"
    if row["suppressed"]:
        return "hidden"
    counts = [row["n"] for row in rows]
    people = None if None in counts else sum(counts)
    if claim.kind == "count":
        return _count(row["n"], "distributions", row, evidence, people)
    if row["share"] is None:
        return "no_estimate"
    coarse = not evidence.is_exact and (evidence.rounding > 1 or row["n"] is None)
    resolution = share_resolution(row["share"]) if coarse else 0.0
    estimate = Estimate(row["share"], None, None, people, "descriptive", place("distributions", row))
    return _scaled(replace(estimate, resolution=resolution), _factor(claim))


def _scale(quantity: ClaimQuantity, _claim: Claim, evidence: Evidence) -> Estimate | Lack:
    row = evidence.first("scales", scale=quantity.scale)
    if row is None:
        return "no_row"
    statistic = quantity.statistic or "mean"
    value = row.get(statistic)
    if value is None:
        return "no_estimate"
    resolution = 0.0 if evidence.is_exact else _digits(value)
    low, high = row.get(f"{statistic}_low"), row.get(f"{statistic}_high")
    return Estimate(value, low, high, row["n_obs"], "descriptive", place("scales", row), resolution=resolution)


def _stage(quantity: ClaimQuantity, _claim: Claim, evidence: Evidence) -> Estimate | Lack:
    key = {"stage": quantity.stage, "effect": quantity.effect or "", "outcome": quantity.outcome or ""}
    row = evidence.first("sample_flow", **key)
    if row is None:
        return "no_row"
    if quantity.statistic != "clusters":
        return _count(row["rows"], "sample_flow", row, evidence, row["rows"])
    if row["clusters"] is None:
        return "no_estimate"
    return Estimate(float(row["clusters"]), None, None, None, "count", place("sample_flow", row))


def _effect(quantity: ClaimQuantity, claim: Claim, evidence: Evidence) -> Estimate | Lack:
    judged = judgement(quantity, evidence)
    method = (judged["recommended"] or judged["ci_method"]) if judged else _DEFAULT_VCOV
    key = {"effect": quantity.effect, "outcome": quantity.outcome, "metric": quantity.metric or "points"}
    rows = evidence.rows("estimates", **key)
    if quantity.outcome is None or not rows:
        return "no_row"
    step = quantity.step or rows[-1]["step"]
    rows = [row for row in rows if row["step"] == step and _is_term(row, quantity.term)]
    row = next((row for wanted in (method, _DEFAULT_VCOV) for row in rows if row["vcov"] == wanted), None)
    if row is None:
        return "no_row"
    if row["estimate"] is None:
        return "no_estimate"
    design = judged["verdict"] if judged and row["is_treatment"] else "not_assessed"
    estimate = Estimate(
        row["estimate"],
        row["conf_low"],
        row["conf_high"],
        row["n_obs"],
        "effect",
        place("estimates", row),
        design,
        row["p_value"],
        row["std_error"],
        0.0 if evidence.is_exact else _digits(row["estimate"]),
        MappingProxyType({place("estimates", one): one["std_error"] for one in rows if one["std_error"] is not None}),
    )
    return _scaled(estimate, points_factor(claim))


def points_factor(claim: Claim) -> float:
    """Return what turns an effect on an outcome of 0 and 1 into the unit of the claim: 100 for percentage points."""
    return _PERCENT if (claim.unit or "").lower() in _SHARES else 1.0


def judgement(quantity: ClaimQuantity, evidence: Evidence) -> Row | None:
    """Return the verdict on the design of the effect that a claim is about, None where there is none."""
    if quantity.effect is None or quantity.outcome is None:
        return None
    return evidence.first("verdicts", effect=quantity.effect, outcome=quantity.outcome)


# The order in which the keys of a quantity are asked: a stage or a bar may name an effect or a level besides.
_READERS: Final[Mapping[str, Callable[[ClaimQuantity, Claim, Evidence], Estimate | Lack]]] = {
    "indicator": _indicator,
    "scale": _scale,
    "stage": _stage,
    "variable": _distribution,
    "effect": _effect,
}


def share_resolution(share: float) -> float:
    """Return the coarsest unit that a share shown rounded can have been rounded to."""
    return next((unit for unit in _UNITS if abs(share / unit - round(share / unit)) < 1e-9), 0.0)  # noqa: PLR2004


def _count(value: Any, table: str, row: Row, evidence: Evidence, people: int | None) -> Estimate | Lack:
    if value is None:
        return "hidden"
    resolution = 0.0 if evidence.rounding == 1 else float(evidence.rounding)
    return Estimate(float(value), None, None, people, "count", place(table, row), resolution=resolution)


def _digits(value: float) -> float:
    """Return the unit of the last digit of a statistic that disclosure control leaves; 0 where it has more digits."""
    if value == 0 or not math.isfinite(value) or float(f"{value:.{_ROUNDED_DIGITS}g}") != value:
        return 0.0
    return 10.0 ** (math.floor(math.log10(abs(value))) - _ROUNDED_DIGITS + 1)


def _is_term(row: Row, term: str | None) -> bool:
    return bool(row["is_treatment"]) if term is None else bool(row["term"] == term)


def _factor(claim: Claim) -> float:
    unit = (claim.unit or "").lower()
    in_percent = claim.kind in _IN_PERCENT or unit in _SHARES
    return _PERCENT if in_percent and unit not in _NO_SHARE else 1.0


def _scaled(estimate: Estimate, factor: float) -> Estimate:
    numbers = {name: getattr(estimate, name) for name in ("value", "low", "high", "std_error", "resolution")}
    scaled: dict[str, Any] = {name: None if number is None else number * factor for name, number in numbers.items()}
    errors = MappingProxyType({row: error * factor for row, error in estimate.errors.items()})
    return replace(estimate, **scaled, errors=errors, in_percent=factor == _PERCENT)


def _text(value: str | int | None) -> str:
    return "" if value is None else str(value)
