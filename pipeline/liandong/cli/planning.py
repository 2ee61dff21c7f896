"""The command ``power``: its options, and what it prints."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from liandong.workflow import PowerResult


_WIDTH = 80


class _Assignment(StrEnum):
    cluster = "cluster"
    individual = "individual"


def power(
    *,
    clusters: Annotated[int | None, typer.Option(help="Number of clusters, of both arms")] = None,
    size: Annotated[float | None, typer.Option(help="Respondents per cluster, on average")] = None,
    icc: Annotated[float | None, typer.Option(help="Share of the outcome's variance between clusters")] = None,
    share_treated: Annotated[float, typer.Option(help="Share of clusters (or individuals) treated")] = 0.5,
    assignment: Annotated[
        _Assignment, typer.Option(help="Whole clusters are treated, or individuals within every cluster")
    ] = _Assignment.cluster,
    r2_cluster: Annotated[float, typer.Option(help="Variance between clusters that covariates explain")] = 0.0,
    r2_individual: Annotated[float, typer.Option(help="Variance within clusters that covariates explain")] = 0.0,
    cluster_covariates: Annotated[int, typer.Option(help="Covariates that differ between clusters only")] = 0,
    cv: Annotated[float, typer.Option(help="Coefficient of variation of the clusters' sizes")] = 0.0,
    effect: Annotated[float | None, typer.Option(help="A true effect (SD) to give power and clusters for")] = None,
    power: Annotated[float, typer.Option(help="Probability of finding the effect")] = 0.8,
    alpha: Annotated[float, typer.Option(help="Level of the two-sided test")] = 0.05,
    curve: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the curve as .svg, .png or .csv")] = None,
) -> None:
    """Say which effects a planned survey can detect."""
    from liandong.workflow import plan_power

    design = {
        "clusters": clusters,
        "size": size,
        "icc": icc,
        "share_treated": share_treated,
        "assignment": assignment.value,
        "r2_cluster": r2_cluster,
        "r2_individual": r2_individual,
        "cluster_covariates": cluster_covariates,
        "cv": cv,
    }
    show_power(plan_power(design, power=power, alpha=alpha, effect=effect, curve=curve))


def show_power(result: PowerResult) -> None:
    """Print the smallest detectable effect in plain words, and a table around the design."""
    lines = (fill(line, _WIDTH, break_long_words=False) if " " in line else line for line in _lines(result))
    sys.stdout.write("\n".join(lines) + "\n")


def _lines(result: PowerResult) -> Iterator[str]:
    design, found = result.design, result.found
    treated = "of the clusters" if design.assignment == "cluster" else "of the respondents of every cluster"
    yield (
        f"Planned: {design.clusters} clusters of {design.size:g} respondents"
        f" ({design.clusters * design.size:,.0f} in all),"
        f" {100 * design.share_treated:.3g}% {treated} treated, ICC {design.icc:g}."
    )
    yield (
        f"Smallest detectable effect: {found.effect:.3f} standard deviations of the outcome"
        f" ({100 * found.power:g}% power, two-sided {100 * found.alpha:g}% test, {found.df:g} degrees of freedom)."
    )
    yield (
        f"A true effect of this size is found in {100 * found.power:g} of 100 such studies, a smaller one less often:\n"
        "not to find an effect would not show that there is none."
    )
    if result.effect is not None and result.power_for_effect is not None:
        yield (
            f"A true effect of {result.effect:g} standard deviations is found with probability"
            f" {100 * result.power_for_effect:.1f}%;"
            f" {100 * found.power:g}% takes {result.clusters_for_effect:,} clusters."
        )
    yield from (f"Note: {note}" for note in result.notes)
    yield ""
    yield from _table(result)
    if result.curve is not None:
        yield ""
        yield str(result.curve)


def _table(result: PowerResult) -> Iterator[str]:
    iccs = result.table["icc"].unique(maintain_order=True).to_list()
    yield "Smallest detectable effects, in standard deviations:"
    yield f"{'clusters':>9}{'size':>7}" + "".join(f"{f'ICC {icc:g}':>11}" for icc in iccs)
    for (clusters, size), rows in result.table.group_by("clusters", "size", maintain_order=True):
        cells = ("–" if effect is None else f"{effect:.3f}" for effect in rows["effect"])
        yield f"{clusters:>9}{size:>7g}" + "".join(f"{cell:>11}" for cell in cells)
