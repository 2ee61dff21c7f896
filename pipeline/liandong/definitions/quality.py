"""What field supervision needs to know of a survey: who interviewed, how long it took, what was planned."""

from __future__ import annotations

from pydantic import Field as Key
from pydantic import PositiveFloat

from liandong.definitions.text import Definition, ExpressionText, Text


class Block(Definition):
    """Questions of one form and one set of answers, among which straight-lining is looked for."""

    id: str
    title: Text
    fields: tuple[str, ...] = Key(min_length=3)


class Targets(Definition):
    """The sampling plan: planned interviews in all, and for each value of a column (such as the community)."""

    total: int | None = Key(default=None, ge=1)
    column: str | None = None
    counts: tuple[tuple[str | int, int], ...] = ()


class BackCheck(Definition):
    """A second interview of some respondents: its table under ``data``, and the fields asked again.

    ``stable`` should never change (sex, year of birth), ``checked`` may change a little; a number may differ by
    ``tolerance``.
    """

    table: str
    key: tuple[str, ...] = Key(min_length=1)
    stable: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()
    tolerance: dict[str, float] = Key(default_factory=dict)


class Contradiction(Definition):
    """A condition that cannot be true of honest answers."""

    id: str
    title: Text
    check: ExpressionText


class Quality(Definition):
    """The columns and thresholds of the high-frequency checks; a check whose columns are not named is not made.

    Interviews shorter than ``speeder_share`` times the median, or than ``shortest_minutes``, are speeders. Without
    ``blocks``, straight-lining is looked for in the items of each scale; without ``numbers``, outliers and heaping in
    every number that is no code. Rows that agree in ``near_duplicate_share`` of the answered questions are near
    duplicates.
    """

    interviewer: str | None = None
    started: str | None = None
    ended: str | None = None
    seconds: str | None = None
    submitted: str | None = None
    speeder_share: PositiveFloat = 0.4
    shortest_minutes: PositiveFloat | None = None
    near_duplicate_share: float = Key(default=0.95, gt=0.5, le=1.0)
    outlier_distance: PositiveFloat = 3.5
    blocks: tuple[Block, ...] = ()
    numbers: tuple[str, ...] = ()
    effects_on: tuple[str, ...] = ()
    date_order: tuple[tuple[str, str], ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    targets: Targets | None = None
    back_check: BackCheck | None = None
