"""What ``liandong power`` does: check a planned design, find its smallest detectable effect, write the curve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl

from liandong.errors import OutputError
from liandong.inference import PlannedDesign, clusters_needed, planned_effect, planned_power, power_curve
from liandong.inference.power import DetectableEffect, level_problems, require
from liandong.inference.power_design import FEWEST_CLUSTERS, design_problems

CURVE_FORMATS: Final = (".svg", ".png", ".csv")
FEW_CLUSTERS: Final = 10
_REQUIRED: Final[Mapping[str, float]] = {
    "clusters": 10**6,
    "size": 2.0,
    "icc": 0.0,
}  # stand-ins while others are checked
_CURVE_POINTS: Final = 60


@dataclass(frozen=True, slots=True)
class PowerResult:
    """Outcome of ``liandong power``.

    Attributes
    ----------
    design
        As planned.
    found
        Its smallest detectable effect, in standard deviations of the outcome.
    table
        Smallest detectable effects around the design: clusters, size, icc, std_error, df, effect.
    effect, power_for_effect, clusters_for_effect
        The true effect asked about, the probability of finding it, and the clusters that find it with the power wanted;
        None when none was asked about.
    curve
        The file written.
    notes
        What to mind before believing the numbers.
    """

    design: PlannedDesign
    found: DetectableEffect
    table: pl.DataFrame
    effect: float | None
    power_for_effect: float | None
    clusters_for_effect: int | None
    curve: Path | None
    notes: tuple[str, ...]


def plan_power(
    values: Mapping[str, Any],
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    effect: float | None = None,
    curve: Path | None = None,
) -> PowerResult:
    """Find what a planned survey can detect.

    Parameters
    ----------
    values
        Fields of `PlannedDesign` by name; None stands for its default.
    power, alpha
        Probability of finding the effect, and level of the two-sided test.
    effect
        A true effect, in standard deviations, to ask the power for.
    curve
        File to write the curve to: ``.svg`` or ``.png``, or its numbers as ``.csv``.

    Raises
    ------
    DefinitionError
        With every impossible or missing value at once, by the name of its option.
    OutputError
        When the file cannot be written.
    RenderError
        When the font of the figures is not installed.
    """
    given = {name: value for name, value in values.items() if value is not None}
    design = PlannedDesign(**{**_REQUIRED, **given})
    problems = {
        **design_problems(design),
        **level_problems(power, alpha),
        **{name: "is required" for name in _REQUIRED if name not in given},
        "effect": None if effect is None or abs(effect) > 0 else "expected an effect other than 0; got 0",
        "curve": _curve_problem(curve),
    }
    require({f"--{name.replace('_', '-')}": message for name, message in problems.items()})
    found = planned_effect(design, power=power, alpha=alpha)
    if curve is not None:
        _write_curve(curve, design, found)
    return PowerResult(
        design=design,
        found=found,
        table=_table(design, found),
        effect=effect,
        power_for_effect=None if effect is None else planned_power(design, effect, alpha=alpha),
        clusters_for_effect=None if effect is None else clusters_needed(design, effect, power=power, alpha=alpha),
        curve=curve,
        notes=_notes(design),
    )


def _curve_problem(curve: Path | None) -> str | None:
    if curve is None or curve.suffix.lower() in CURVE_FORMATS:
        return None
    return f"expected a file that ends in {', '.join(CURVE_FORMATS)}; got {curve.name!r}"


def _table(design: PlannedDesign, found: DetectableEffect) -> pl.DataFrame:
    """Half, once and twice the clusters and respondents, over the ICCs that surveys of communities have."""
    clusters = [max(FEWEST_CLUSTERS, round(design.clusters * by)) for by in (0.5, 1, 2)]
    sizes = [max(1.0 if design.assignment == "cluster" else 2.0, round(design.size * by)) for by in (0.5, 1, 2)]
    sizes[1] = design.size
    return power_curve(
        design,
        list(dict.fromkeys(clusters)),
        sizes=list(dict.fromkeys(sizes)),
        iccs=sorted({0.01, 0.05, 0.1, 0.2, design.icc}),
        power=found.power,
        alpha=found.alpha,
    )


def _write_curve(path: Path, design: PlannedDesign, found: DetectableEffect) -> None:
    """Write the file in one step, so that a failure leaves no half of it."""
    first, last = max(FEWEST_CLUSTERS, design.clusters // 3), max(3 * design.clusters, 40)
    steps = sorted({*range(first, last + 1, max(1, last // _CURVE_POINTS)), design.clusters})
    iccs = [design.icc / 2, design.icc, min(2 * design.icc, 0.99)] if design.icc > 0 else [0.0, 0.05, 0.1]
    curve = power_curve(design, steps, iccs=iccs, power=found.power, alpha=found.alpha)
    try:
        with TemporaryDirectory(dir=path.parent, prefix=".liandong-") as folder:
            made = Path(folder) / f"curve{path.suffix.lower()}"
            if made.suffix == ".csv":
                curve.write_csv(made)
            else:
                from liandong.present.charts_power import draw_power

                draw_power(curve, design.clusters, found.effect, Path(folder), "curve")
            made.replace(path)
    except OSError as error:
        raise OutputError(
            f"the curve cannot be written: {error.strerror}", where=str(path), hint="choose a folder that exists"
        ) from error


def _notes(design: PlannedDesign) -> tuple[str, ...]:
    if design.assignment == "individual":
        return ("This supposes the same effect in every cluster; an effect that varies between them needs more.",)
    rarer = min(design.share_treated, 1 - design.share_treated) * design.clusters
    notes = []
    if abs(rarer - round(rarer)) > 1e-6:  # noqa: PLR2004 - shares such as 1/3 are typed with few digits
        notes.append(f"{design.share_treated:g} of {design.clusters} clusters is no whole number of clusters.")
    if rarer < FEW_CLUSTERS:
        notes.append(
            f"Only {rarer:.3g} clusters in the smaller arm: the number above supposes equal variances in both arms."
            " A cluster-robust test has fewer degrees of freedom then, and finds less."
        )
    return tuple(notes)
