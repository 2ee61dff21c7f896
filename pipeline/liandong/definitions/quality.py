"""What field supervision needs to know of a survey: who interviewed, how long it took, what was planned."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, PositiveFloat, model_validator
from pydantic import Field as Key

from liandong.definitions.text import Definition, ExpressionText, Text

_DAY_MINUTES = 24 * 60.0


def _whole_codes(value: Any) -> Any:
    """Keep a condition out of the codes: YAML reads an unquoted no as false."""
    if isinstance(value, bool):
        raise ValueError(f'expected a code as a number or as text in quotes, such as "no"; got {value}')  # noqa: TRY004
    return value


Code = Annotated[str | int, BeforeValidator(_whole_codes)]


class Block(Definition):
    """Questions of one form and one set of answers, among which straight-lining is looked for.

    Where some of them are `reversed`, the same answer to all of them contradicts itself.
    """

    id: str
    title: Text
    fields: tuple[str, ...] = Key(min_length=3)
    reversed: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _reversed_inside(self) -> Self:
        strangers = [name for name in self.reversed if name not in self.fields]
        if strangers:
            raise ValueError(f"reversed {strangers} are not among the fields")
        return self


class Targets(Definition):
    """The sampling plan: planned interviews in all, and for each value of a column (such as the community)."""

    total: int | None = Key(default=None, ge=1)
    column: str | None = None
    counts: tuple[tuple[Code, Annotated[int, Key(ge=0)]], ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if bool(self.counts) != (self.column is not None):
            raise ValueError("column and counts belong together: the counts are planned interviews by its values")
        names = [str(value) for value, _ in self.counts]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"counts name {twice} more than once")
        if self.total is None and not self.counts:
            raise ValueError("expected total, or column with counts")
        return self

    @property
    def planned(self) -> int:
        """Planned interviews in all: the total, or else the sum of the counts."""
        return self.total if self.total is not None else sum(count for _, count in self.counts)


class BackCheck(Definition):
    """A second interview of some respondents: its table under ``data``, and the fields asked again.

    ``key`` finds the first interview; columns of the same names are expected in both. ``stable`` should never change
    (sex, year of birth), ``checked`` may change a little; a number may differ by its ``tolerance``. ``checker`` is the
    column of the second table that says who asked again.
    """

    table: str
    key: tuple[str, ...] = Key(min_length=1)
    stable: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()
    tolerance: dict[str, Annotated[float, Key(ge=0)]] = Key(default_factory=dict)
    checker: str | None = None

    @model_validator(mode="after")
    def _something_to_compare(self) -> Self:
        fields = [*self.stable, *self.checked]
        if not fields:
            raise ValueError("expected fields to compare, under stable or checked")
        twice = sorted({name for name in fields if fields.count(name) > 1})
        if twice:
            raise ValueError(f"{twice} stand more than once under stable and checked")
        strangers = sorted(set(self.tolerance) - set(fields))
        if strangers:
            raise ValueError(f"tolerance names {strangers}, which stand neither under stable nor under checked")
        return self


class Contradiction(Definition):
    """Answers that do not go together: `check` is a condition that is true where an interview contradicts itself."""

    id: str
    title: Text
    check: ExpressionText


class Quality(Definition):
    """The columns and thresholds of the high-frequency checks; a check whose columns are not named is not made.

    Interviews shorter than ``speeder_share`` times the median, or than ``shortest_minutes``, are speeders; those over
    ``longest_minutes`` too long. Interviews that begin outside ``hours`` (from, to) are night interviews, those outside
    ``period`` (first day, last day) fall out of the survey. Without ``blocks``, straight-lining is looked for in the
    items of each scale; without ``numbers``, outliers and heaping in every number that is no code; without
    ``effects_on``, interviewers are compared on every question whose answers have an order. ``ages`` are fields in
    completed years. Rows that agree in ``near_duplicate_share`` of the answered questions are near duplicates. The list
    of what to do shows at most ``listed`` cases of each check. Without ``community``, the cluster of the design stands
    for it.
    """

    interviewer: str | None = None
    community: str | None = None
    started: str | None = None
    ended: str | None = None
    seconds: str | None = None
    submitted: str | None = None
    speeder_share: float = Key(default=0.4, gt=0.0, lt=1.0)
    shortest_minutes: PositiveFloat | None = None
    longest_minutes: PositiveFloat = _DAY_MINUTES
    hours: tuple[Annotated[int, Key(ge=0, le=24)], Annotated[int, Key(ge=0, le=24)]] | None = None
    period: tuple[date, date] | None = None
    near_duplicate_share: float = Key(default=0.95, gt=0.5, le=1.0)
    outlier_distance: PositiveFloat = 3.5
    blocks: tuple[Block, ...] = ()
    numbers: tuple[str, ...] = ()
    ages: tuple[str, ...] = ()
    effects_on: tuple[str, ...] = ()
    date_order: tuple[tuple[str, str], ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    targets: Targets | None = None
    back_check: BackCheck | None = None
    listed: int = Key(default=20, ge=1, le=1000)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.hours is not None and self.hours[0] >= self.hours[1]:
            raise ValueError(f"hours must go from an earlier to a later hour of the day; got {list(self.hours)}")
        if self.period is not None and self.period[0] > self.period[1]:
            raise ValueError("period must go from the first to the last day; it ends before it begins")
        if self.shortest_minutes is not None and self.shortest_minutes >= self.longest_minutes:
            raise ValueError("shortest_minutes must be below longest_minutes")
        return self
