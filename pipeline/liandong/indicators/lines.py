"""What has to be counted: every indicator as one or several lines, each a column of known values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl
from polars.exceptions import PolarsError

from liandong.definitions import Expression, Indicator
from liandong.errors import EstimationError
from liandong.indicators.levels import level_text, levels_of

Universe = Literal["all", "in_need"]

ALL: Universe = "all"
IN_NEED: Universe = "in_need"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One share or mean to be estimated.

    Attributes
    ----------
    indicator
        Its definition.
    category
        The value of a distribution that this line counts, as text; "" otherwise.
    universe
        ``all`` (of the indicator's universe) or ``in_need``.
    column
        Name of its column in the values: Boolean for a share, Float64 for a mean; null for whoever is outside the
        universe or unknown.
    origin
        The value that stands for zero in the column of a mean: taking it off keeps sums of squares exact.
    """

    indicator: Indicator
    category: str
    universe: Universe
    column: str
    origin: float = 0.0

    @property
    def is_mean(self) -> bool:
        """Whether a mean is estimated, not a share."""
        return self.indicator.kind == "mean"


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """All lines, in the order of the table, and their columns."""

    lines: tuple[Line, ...]
    values: pl.DataFrame


def lines_of(frame: pl.DataFrame, indicators: Sequence[Indicator], known: Mapping[str, Sequence[Any]]) -> Lines:
    """Return the lines of `indicators` over the rows of `frame`.

    Parameters
    ----------
    frame
        Accepted rows with scores and derived columns.
    indicators
        What to count. Whoever's membership of the universe, need or numerator is unknown is unknown in the line.
        An indicator that names a column which the data lack is unknown for everybody.
    known
        Values that a column can take; a distribution of that column has a line for each, also when nobody chose it.

    Raises
    ------
    EstimationError
        When an expression does not fit the types of its columns, a share's numerator is neither true/false nor 0/1,
        or a mean's numerator is not a finite number.
    """
    raw = _evaluate(frame, indicators)
    lines: list[Line] = []
    columns: list[pl.Series] = []
    for number, indicator in enumerate(indicators):
        universes = [universe for universe in (ALL, IN_NEED) if _name(number, universe) in raw.columns]
        first = raw[_name(number, ALL)]
        listed = known.get(indicator.numerator.text, ())
        categories = levels_of(first, listed) if indicator.kind == "distribution" else []
        for universe in universes:
            for line, column in _of_one(indicator, universe, raw[_name(number, universe)], categories):
                lines.append(line)
                columns.append(column)
    return Lines(tuple(lines), pl.DataFrame(columns))


def _name(number: int, universe: Universe) -> str:
    return f"{number}:{universe}"


def _evaluate(frame: pl.DataFrame, indicators: Sequence[Indicator]) -> pl.DataFrame:
    columns = [
        expression.alias(_name(number, universe))
        for number, indicator in enumerate(indicators)
        for universe, expression in _values(frame, indicator)
    ]
    try:
        # with_columns, not select: a constant is repeated for every row.
        return frame.with_columns(columns).select(column.meta.output_name() for column in columns)
    except PolarsError:
        for indicator in indicators:
            _try_alone(frame, indicator)
        raise


def _values(frame: pl.DataFrame, indicator: Indicator) -> list[tuple[Universe, pl.Expr]]:
    """Return the numerator where the universe (and the need) is known to hold, null elsewhere."""
    result = [(ALL, _within(frame, indicator, [indicator.universe]))]
    if indicator.need is not None:
        result.append((IN_NEED, _within(frame, indicator, [indicator.universe, indicator.need])))
    return result


def _within(frame: pl.DataFrame, indicator: Indicator, conditions: Sequence[Expression | None]) -> pl.Expr:
    stated = [condition for condition in conditions if condition is not None]
    needed = {name for expression in (indicator.numerator, *stated) for name in expression.names}
    if not needed <= set(frame.columns):
        return pl.lit(None, dtype=pl.Float64 if indicator.kind == "mean" else pl.Boolean)
    value = indicator.numerator.polars()
    for condition in stated:
        value = pl.when(condition.polars()).then(value)
    return value


def _try_alone(frame: pl.DataFrame, indicator: Indicator) -> None:
    try:
        frame.select(value.alias(universe) for universe, value in _values(frame, indicator))
    except PolarsError as error:
        raise EstimationError(
            f"indicator {indicator.id!r} cannot be computed from columns of these types: {error}",
            where=f"indicators.yaml: {indicator.id}",
            hint="compare like with like: a text column with quoted text, a number with numbers",
            zh=f"指标 {indicator.id} 的表达式与数据类型不符。",
        ) from error


def _of_one(
    indicator: Indicator, universe: Universe, values: pl.Series, categories: Sequence[Any]
) -> list[tuple[Line, pl.Series]]:
    column = values.name
    if indicator.kind == "mean":
        numbers = _numbers(indicator, values)
        mean = numbers.mean()
        origin = mean if isinstance(mean, float) else 0.0
        return [(Line(indicator, "", universe, column, origin), numbers - origin)]
    if indicator.kind == "share":
        return [(Line(indicator, "", universe, column), _truths(indicator, values))]
    if not categories:
        nobody = pl.repeat(None, len(values), dtype=pl.Boolean, eager=True).alias(column)
        return [(Line(indicator, "", universe, column), nobody)]
    names = [f"{column}:{level_text(category)}" for category in categories]
    return [
        (Line(indicator, level_text(category), universe, name), (values == category).alias(name))
        for category, name in zip(categories, names, strict=True)
    ]


def _truths(indicator: Indicator, values: pl.Series) -> pl.Series:
    if values.dtype == pl.Boolean:
        return values
    answers = values.drop_nulls()
    strange = answers.filter(~answers.is_in([0, 1])) if values.dtype.is_numeric() else answers
    if strange.len():
        seen = ", ".join(level_text(value) for value in strange.unique().sort().head(_SHOWN))
        raise EstimationError(
            f"indicator {indicator.id!r} is a share, so its numerator must be true or false; it gives {seen}",
            where=f"indicators.yaml: {indicator.id}.numerator",
            hint='write a comparison, such as "x == 1", or make it a mean or a distribution',
            zh=f"指标 {indicator.id} 为比例，分子须为真或假。",
        )
    return values.cast(pl.Float64).cast(pl.Boolean)


def _numbers(indicator: Indicator, values: pl.Series) -> pl.Series:
    if not (values.dtype.is_numeric() or values.dtype in {pl.Boolean, pl.Null}):
        raise EstimationError(
            f"indicator {indicator.id!r} is a mean, so its numerator must be a number; it gives {values.dtype}",
            where=f"indicators.yaml: {indicator.id}.numerator",
            hint="name a numeric column, or make it a distribution",
            zh=f"指标 {indicator.id} 为均值，分子须为数值。",
        )
    numbers = values.cast(pl.Float64)
    infinite = (~numbers.is_finite()).sum()
    if infinite:
        raise EstimationError(
            f"indicator {indicator.id!r}: its numerator is not a finite number for {infinite} respondents",
            where=f"indicators.yaml: {indicator.id}.numerator",
            hint="keep such respondents out with `universe`",
            zh=f"指标 {indicator.id} 的分子对 {infinite} 名受访者不是有限数。",
        )
    return numbers
