"""Communities side by side: what they are compared by, and the two tables of the comparison."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from liandong.comparison import Communities, Measure, compare_communities
from liandong.definitions import Study
from liandong.indicators import Line, level_text, lines_of, sample_design, without_zero_weights
from liandong.workflow.case import Write


def write_communities(study: Study, frame: pl.DataFrame, weight: str | None, write: Write) -> None:
    """Write the tables ``communities`` and ``community_spread`` of a study whose design names clusters.

    Compared are the scores that are outcomes of an effect, and every share and mean among the indicators, of all and of
    those in need. Distributions are left out: a category by itself says little.

    Raises
    ------
    EstimationError
        For a design that cannot be used.
    """
    design = study.spec.design
    cluster = design.cluster if design else None
    if design is None or cluster is None or cluster not in frame.columns:
        return
    frame = without_zero_weights(frame, weight)
    sample = sample_design(frame, cluster, weight, design.strata)
    shown = [one for one in study.indicators if one.kind != "distribution"]
    found = lines_of(frame, shown, {})
    scores = [name for name in _outcome_scales(study) if name in frame.columns]
    values = pl.DataFrame(
        [
            *(frame[name].alias(f"score:{name}") for name in scores),
            *(
                found.values[line.column] + line.origin if line.is_mean else found.values[line.column]
                for line in found.lines
            ),
        ]
    )
    measures = [*(Measure(name, "scale", "all", f"score:{name}") for name in scores), *_measures(found.lines)]
    names = [level_text(value) for value in frame[cluster].unique().sort()]
    communities = Communities(names, sample.cluster, sample.strata, sample.weight)
    table, spread = compare_communities(values, measures, communities)
    write("communities", table)
    write("community_spread", spread)


def _outcome_scales(study: Study) -> list[str]:
    outcomes = {outcome for effect in study.spec.analysis.effects for outcome in effect.outcomes}
    return [scale.id for scale in study.scales if scale.id in outcomes]


def _measures(lines: tuple[Line, ...]) -> Iterator[Measure]:
    for line in lines:
        yield Measure(line.indicator.id, "mean" if line.is_mean else "share", line.universe, line.column)
