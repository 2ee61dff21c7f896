"""From accepted rows to the rows that every analysis uses: scores, derived columns, weights."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from liandong.definitions import Study
from liandong.evidence.typed_rows import ROW, TypedRows
from liandong.measure import score_scales
from liandong.weighting import WEIGHT, make_weights
from liandong.workflow.needed import needed_columns


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows for the analysis.

    Attributes
    ----------
    frame
        The columns that the study needs of the accepted rows, with one per scale score and derived column, and the
        weights if the study makes some.
    weight
        Column of the sampling weights: made, or the design's own; None without.
    weights
        The table weights, None where none were made.
    notes
        How they were made, for the manifest.
    """

    frame: pl.DataFrame
    weight: str | None
    weights: pl.DataFrame | None = None
    notes: tuple[str, ...] = ()


def prepare(study: Study, accepted: TypedRows) -> Prepared:
    """Return the rows for the analysis of `study`, with the columns that its definitions name and no others.

    Raises
    ------
    EstimationError
        As :func:`liandong.weighting.make_weights`.
    """
    frame = analysis_frame(study, accepted.rows.select(ROW, *needed_columns(study, accepted.names)))
    design = study.spec.design
    if design is None or design.weighting is None:
        return Prepared(frame, design.weight if design else None)
    made = make_weights(frame, design.weighting, design.weight)
    return Prepared(frame.with_columns(made.values), WEIGHT, made.table, made.notes)


def analysis_frame(study: Study, accepted: pl.LazyFrame) -> pl.DataFrame:
    """Return the accepted rows in memory, with a column per scale score and derived column; conditions are 1 and 0."""
    frame = score_scales(accepted.collect(engine="streaming"), study.scales)
    for column in study.spec.analysis.derived:
        frame = frame.with_columns(column.expression.polars().alias(column.name))
        if frame.schema[column.name] == pl.Boolean:
            frame = frame.with_columns(pl.col(column.name).cast(pl.Int64))
    return frame
