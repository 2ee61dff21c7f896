"""Tables ``scales`` and ``items`` of the bundle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from liandong.definitions import Scale
from liandong.errors import EstimationError
from liandong.evidence import TABLES
from liandong.measure.reliability import cronbach_alpha, item_rest_correlations, mcdonald_omega
from liandong.measure.scores import score_scales, turned_items


def scale_table(frame: pl.DataFrame, scales: Sequence[Scale]) -> pl.DataFrame:
    """Return table ``scales``: one row per scale.

    ``n_obs``, ``mean`` and ``sd`` (n − 1) are those of the scores, rescaled, of everybody who has one. Alpha and omega
    use the ``n_complete`` people who answered every item, because both need the covariances of all items from the same
    people; they are unaffected by the rescaling. Nothing is weighted: the table describes the instrument.

    Parameters
    ----------
    frame
        Accepted rows with the items; score columns are computed afresh, so they need not be there.
    scales
        The scales to describe.

    Raises
    ------
    EstimationError
        When nobody has a score on a scale, or as :func:`liandong.measure.score_scales`.
    """
    rows = [_scale_row(frame, scale) for scale in scales]
    return pl.DataFrame(rows, schema=dict(TABLES["scales"].columns), orient="row")


def item_table(frame: pl.DataFrame, scales: Sequence[Scale]) -> pl.DataFrame:
    """Return table ``items``: one row per scale and item, in the direction in which the item enters the score.

    ``n_obs``, ``mean`` and ``sd`` are of all who answered the item. The item–rest correlation and the alpha of the
    scale without the item use the people who answered every item of the scale, unweighted.

    Raises
    ------
    EstimationError
        As :func:`liandong.measure.score_scales`.
    """
    rows = [row for scale in scales for row in _item_rows(frame, scale)]
    return pl.DataFrame(rows, schema=dict(TABLES["items"].columns), orient="row")


def _scale_row(frame: pl.DataFrame, scale: Scale) -> dict[str, Any]:
    scores = score_scales(frame, [scale])[scale.id]
    scored = scores.count()
    if scored == 0:
        raise EstimationError(
            f"scale {scale.id!r} has no score at all: none of {frame.height} respondents answered "
            f"{scale.minimum_answered} or more of its {len(scale.items)} items",
            where=f"scales.yaml: {scale.id}",
            hint="check that the items were asked in this survey and that their codes are not all declared missing",
            zh=f"量表 {scale.id} 无法计分：{frame.height} 名受访者中没有人答够 {scale.minimum_answered} 题。",
        )
    complete = turned_items(frame, scale).drop_nulls().to_numpy()
    alpha, omega = cronbach_alpha(complete), mcdonald_omega(complete)
    low, high = scale.score_range
    return {
        "scale": scale.id,
        "n_items": len(scale.items),
        "n_obs": scored,
        "mean": scores.mean(),
        "sd": scores.std(),
        "alpha": alpha.estimate,
        "alpha_low": alpha.low,
        "alpha_high": alpha.high,
        "omega": omega.estimate,
        "omega_low": omega.low,
        "omega_high": omega.high,
        "score_low": low,
        "score_high": high,
        "n_complete": complete.shape[0],
    }


def _item_rows(frame: pl.DataFrame, scale: Scale) -> list[dict[str, Any]]:
    answers = turned_items(frame, scale)
    complete = answers.drop_nulls().to_numpy()
    rest = item_rest_correlations(complete)
    return [
        {
            "scale": scale.id,
            "item": item,
            "reversed": item in scale.reversed,
            "n_obs": answers[item].count(),
            "mean": answers[item].mean(),
            "sd": answers[item].std(),
            "item_rest": None if np.isnan(rest[index]) else float(rest[index]),
            "alpha_if_dropped": cronbach_alpha(np.delete(complete, index, axis=1)).estimate,
        }
        for index, item in enumerate(scale.items)
    ]
