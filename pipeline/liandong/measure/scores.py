"""Scale scores: reversal, minimum answered, mean or prorated sum, rescaling."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from liandong.definitions import Scale
from liandong.errors import EstimationError

_SHOWN = 5


def score_scales(frame: pl.DataFrame, scales: Sequence[Scale]) -> pl.DataFrame:
    """Return `frame` with one Float64 column per scale, named by the scale's id.

    Parameters
    ----------
    frame
        Accepted rows; every item of every scale is a numeric column, missing answers are null.
    scales
        Their definitions. A reversed item counts low + high − answer. The score is the mean of the answered items, or
        that mean times the number of items (a sum, prorated for the unanswered ones), mapped linearly from the
        scale's theoretical range to ``rescale`` where that is given.

    Returns
    -------
    polars.DataFrame
        The score is null for a person who answered fewer than ``minimum_answered`` items.

    Raises
    ------
    EstimationError
        When an item is absent or not numeric, or an answer lies outside the scale's response range.
    """
    for scale in scales:
        _check_answers(frame, scale)
    return frame.with_columns(_score(scale).alias(scale.id) for scale in scales)


def turned_items(frame: pl.DataFrame, scale: Scale) -> pl.DataFrame:
    """Return the scale's items as they enter the score: Float64, reversed where the scale says so.

    Raises
    ------
    EstimationError
        As :func:`score_scales`.
    """
    _check_answers(frame, scale)
    return frame.select(_turned(scale, item).alias(item) for item in scale.items)


def _turned(scale: Scale, item: str) -> pl.Expr:
    answer = pl.col(item).cast(pl.Float64)
    low, high = scale.range
    return (low + high) - answer if item in scale.reversed else answer


def _score(scale: Scale) -> pl.Expr:
    items = [_turned(scale, item) for item in scale.items]
    answered = pl.sum_horizontal(item.is_not_null() for item in items)
    score = pl.sum_horizontal(item.fill_null(0.0) for item in items) / answered
    low, high = scale.range
    if scale.scoring == "sum":
        count = len(items)
        score, low, high = score * count, low * count, high * count
    if scale.rescale is not None:
        to_low, to_high = scale.rescale
        score = to_low + (score - low) * ((to_high - to_low) / (high - low))
    return pl.when(answered >= scale.minimum_answered).then(score)


def _check_answers(frame: pl.DataFrame, scale: Scale) -> None:
    absent = [item for item in scale.items if item not in frame.columns]
    if absent:
        raise EstimationError(
            f"scale {scale.id!r} has {len(scale.items)} items, but the data have no {', '.join(absent)}",
            where=f"scales.yaml: {scale.id}",
            hint="add the columns to the file, or take the scale out of the instrument",
            zh=f"量表 {scale.id} 缺少题目：{'、'.join(absent)}。",
        )
    texts = [item for item in scale.items if not frame.schema[item].is_numeric()]
    if texts:
        raise EstimationError(
            f"scale {scale.id!r} expects numeric items; {texts[0]!r} is {frame.schema[texts[0]]}",
            where=f"scales.yaml: {scale.id}",
            hint="give the item a numeric type in codebook.yaml, or take it out of the scale",
            zh=f"量表 {scale.id} 的题目 {texts[0]} 不是数值型。",
        )
    low, high = scale.range
    outside = frame.select((~pl.col(item).is_between(low, high)).sum() for item in scale.items).row(0, named=True)
    broken = {item: count for item, count in outside.items() if count}
    if broken:
        item, count = next(iter(broken.items()))
        seen = frame.filter(~pl.col(item).is_between(low, high))[item].unique().sort().head(_SHOWN).to_list()
        raise EstimationError(
            f"scale {scale.id!r}: answers must lie in {low:g}–{high:g}; {count} answers to {item!r} do not, "
            f"such as {', '.join(f'{value:g}' for value in seen)}"
            + (f" ({len(broken)} items are affected: {', '.join(broken)})" if len(broken) > 1 else ""),
            where=f"scales.yaml: {scale.id}",
            hint="correct the scale's range, or let the codebook's minimum and maximum blank such answers",
            zh=f"量表 {scale.id} 的题目 {item} 有 {count} 个答案超出 {low:g}–{high:g}。",
        )
