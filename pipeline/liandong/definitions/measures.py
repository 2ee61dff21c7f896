"""Scales and indicators: what is scored and counted, from which answers, and where the definition comes from."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field as Key
from pydantic import model_validator

from liandong.definitions.text import Definition, ExpressionText, Text


class Source(Definition):
    """Where a definition or a figure comes from."""

    citation: str
    url: str | None = None
    page: str | None = None
    note: Text | None = None


class Scale(Definition):
    """A multi-item scale.

    ``range`` is the response range of every item; a reversed item is scored low + high − answer. The score is the mean
    (or the sum, prorated to the full number of items) of the answered items, provided at least ``minimum_answered`` are
    answered, and is then mapped linearly from the scale's theoretical range to ``rescale``. ``undecided`` names keys
    that were guessed from a data file and that nobody has confirmed yet.
    """

    id: str
    title: Text
    items: tuple[str, ...] = Key(min_length=1)
    reversed: tuple[str, ...] = ()
    range: tuple[float, float]
    scoring: Literal["mean", "sum"] = "mean"
    minimum_answered: int = Key(ge=1)
    rescale: tuple[float, float] | None = None
    higher_means: Text
    source: Source
    undecided: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.minimum_answered > len(self.items):
            raise ValueError(f"minimum_answered is {self.minimum_answered}, but the scale has {len(self.items)} items")
        strangers = [item for item in self.reversed if item not in self.items]
        if strangers:
            raise ValueError(f"reversed items {strangers} are not among the items")
        if self.range[0] >= self.range[1]:
            raise ValueError(f"range must go from low to high; got {list(self.range)}")
        return self

    @property
    def score_range(self) -> tuple[float, float]:
        """The lowest and the highest score that can occur, after rescaling."""
        if self.rescale is not None:
            return self.rescale
        factor = len(self.items) if self.scoring == "sum" else 1
        return (self.range[0] * factor, self.range[1] * factor)


GroupId = Literal["profile", "coverage", "service", "participation", "needs", "wellbeing", "relations", "outcomes"]


class Indicator(Definition):
    """A share, a mean or a distribution.

    ``share``: the share of the universe for which `numerator` is true; people for whom it is unknown leave the
    denominator. ``mean``: the mean of `numerator` (an arithmetic expression or one column). ``distribution``: one share
    per value of it. With `need`, the indicator is given twice: of the universe, and of those in need (``in_need``).
    """

    id: str
    group: GroupId
    title: Text
    kind: Literal["share", "mean", "distribution"] = "share"
    numerator: ExpressionText
    universe: ExpressionText | None = None
    need: ExpressionText | None = None
    unit: Literal["percent", "count", "points", "yuan"] = "percent"
    subgroups: bool = False
    source: Source


class ScaleFile(Definition):
    """The content of scales.yaml."""

    scales: tuple[Scale, ...]


class IndicatorFile(Definition):
    """The content of indicators.yaml; `groups` may retitle the report's groups for this instrument."""

    groups: dict[GroupId, Text] = Key(default_factory=dict)
    indicators: tuple[Indicator, ...]
