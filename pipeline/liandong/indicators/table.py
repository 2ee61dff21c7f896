"""Table ``indicators``: shares, means and distributions with intervals that know about clusters, strata and weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType
from typing import Any

import polars as pl

from liandong.definitions import Indicator
from liandong.evidence import TABLES
from liandong.indicators.design import SampleDesign, sample_design
from liandong.indicators.levels import level_text, levels_of
from liandong.indicators.lines import Line, Lines, lines_of
from liandong.indicators.totals import Totals, totals_by_level
from liandong.inference import survey_mean, survey_proportion

_NO_VALUES: Mapping[str, Sequence[Any]] = MappingProxyType({})
_NOTHING = dict.fromkeys(("estimate", "conf_low", "conf_high", "design_effect"))
Row = dict[str, Any]


def indicator_table(
    frame: pl.DataFrame,
    indicators: Sequence[Indicator],
    cluster: str | None,
    weight: str | None = None,
    strata: str | None = None,
    subgroups: Sequence[str] = (),
    known_values: Mapping[str, Sequence[Any]] = _NO_VALUES,
) -> pl.DataFrame:
    """Return table ``indicators``.

    Parameters
    ----------
    frame
        Accepted rows with scores and derived columns; missing answers are null.
    indicators
        Their definitions.
    cluster, weight, strata
        Columns of the sampling design. Without a cluster the rows are taken as drawn one by one. Rows of weight zero
        are nobody's sample and are left out.
    subgroups
        Columns by whose values the indicators with ``subgroups: true`` are given once more. A column that the data lack
        has no values, hence no rows.
    known_values
        Column → the values that it can take, as the codebook lists them. A distribution of that column has a row for
        each of them in this order, also where nobody has it; the levels of a subgroup come in this order.

    Returns
    -------
    polars.DataFrame
        One row per indicator, universe (``all`` first, then ``in_need`` for an indicator with a need), subgroup and
        level (the whole sample first, both ""), and category of a distribution, nested in this order.

        - ``denominator_n`` is the unweighted number of people of the universe for whom the numerator is known;
          ``numerator_n`` the number of those for whom it is true, null for a mean.
        - ``estimate`` is weighted: a share in [0, 1], or a mean in its own unit; null where nobody is in the
          denominator.
        - ``conf_low``, ``conf_high``: 95 %, Korn–Graubard for a share, t with clusters − strata degrees of freedom for
          a mean; null where those are below one.
        - ``design_effect`` is the variance over that of a simple random sample of as many people (R's
          ``deff = "replace"``), null where either is not defined, such as at a share of 0 or 1.
        - ``n_clusters`` is the number of clusters with anybody in the denominator, null without a cluster column.
        - ``suppressed`` is false; :mod:`liandong.disclose` decides later.

    Raises
    ------
    EstimationError
        For a design that cannot be used, or a numerator of the wrong kind; see :func:`sample_design` and
        :func:`lines_of`.
    """
    frame = without_zero_weights(frame, weight)
    design = sample_design(frame, cluster, weight, strata)
    lines = lines_of(frame, indicators, known_values)
    rows = [*_rows(lines, design, "", pl.repeat("", frame.height, eager=True), [""])]
    by_group = Lines(tuple(line for line in lines.lines if line.indicator.subgroups), lines.values)
    for subgroup in subgroups:
        if subgroup in frame.columns:
            levels = levels_of(frame[subgroup], known_values.get(subgroup, ()), only_found=True)
            rows += _rows(by_group, design, subgroup, frame[subgroup], levels)
    # Stable: within an indicator and universe, subgroups, levels and categories stay in the order made.
    places = {(line.indicator.id, line.universe): place for place, line in reversed([*enumerate(lines.lines)])}
    rows.sort(key=lambda row: places[row["indicator"], row["universe"]])
    return pl.DataFrame(rows, schema=dict(TABLES["indicators"].columns), orient="row")


def without_zero_weights(frame: pl.DataFrame, weight: str | None) -> pl.DataFrame:
    """Leave out whom the weights leave out, as the models do; where they leave out everybody, that is a mistake."""
    if weight is None or not frame.schema[weight].is_numeric():
        return frame
    counted = frame.filter((pl.col(weight) != 0).fill_null(value=True))
    return frame if counted.is_empty() else counted


def _rows(lines: Lines, design: SampleDesign, subgroup: str, level: pl.Series, levels: Sequence[Any]) -> list[Row]:
    """Return the rows of one subgroup, by level, then line."""
    place = {value: number for number, value in enumerate(levels)}
    found = [
        (place[value], _row(line, totals, design, subgroup, level_text(value)))
        for line, value, totals in totals_by_level(lines.lines, lines.values, design, level, levels)
    ]
    return [row for _, row in sorted(found, key=itemgetter(0))]


def _row(line: Line, totals: Totals, design: SampleDesign, subgroup: str, level: str) -> Row:
    known = int(totals.rows.sum())
    estimate = _estimate(line, totals, design) if known else _NOTHING
    return {
        "indicator": line.indicator.id,
        "category": line.category,
        "universe": line.universe,
        "subgroup": subgroup,
        "level": level,
        "numerator_n": None if line.is_mean else int(totals.true.sum()),
        "denominator_n": known,
        **estimate,
        "n_clusters": int((totals.rows > 0).sum()) if design.clustered else None,
        "suppressed": False,
        "group": line.indicator.group,
        "kind": line.indicator.kind,
        "unit": line.indicator.unit,
    }


def _estimate(line: Line, totals: Totals, design: SampleDesign) -> dict[str, float | None]:
    if line.is_mean:
        got = survey_mean(totals.value, totals.weight, totals.rows, design.strata, square=totals.square)
    else:
        got = survey_proportion(totals.value, totals.weight, totals.rows, design.strata)
    return {
        "estimate": got.estimate + line.origin,
        "conf_low": _number(got.conf_low + line.origin),
        "conf_high": _number(got.conf_high + line.origin),
        "design_effect": _number(got.design_effect),
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
