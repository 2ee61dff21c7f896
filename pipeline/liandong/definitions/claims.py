"""Published figures that a study can be held against."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, StringConstraints, model_validator
from pydantic import Field as Key

from liandong.definitions.printed import Printed, decimals_problem, looks_mistyped, narrow, read_printed
from liandong.definitions.text import Definition, Text

ClaimKind = Literal["percent", "count", "mean", "difference", "coefficient", "p_value", "comparison", "ratio", "growth"]
Relation = Literal[
    "higher", "lower", "at_least", "at_most", "equal", "about", "doubled", "at_least_doubled", "tripled", "halved"
]
Rounding = Literal["nearest", "truncated"]
_LARGEST, _SMALLEST = 1e30, 1e-30  # figures that anybody prints; beyond, arithmetic leaves the numbers of a computer
_MOST = 10**12  # of anything that is counted
_MOST_ITEMS = 10_000
_EVERYBODY = 100
_LOWEST = 1e-6  # level of a test


def _number(value: object) -> object:
    """Refuse true and false, which YAML makes of yes and no, and which Python takes for 1 and 0."""
    if isinstance(value, bool):
        raise ValueError(f"expected a number or a text; got {value} (YAML reads yes and no as true and false)")  # noqa: TRY004 (pydantic collects ValueErrors)
    return value


def _figure(value: object) -> object:
    """Let a text pass that is a figure; the message of anything else names what a figure looks like."""
    _number(value)
    if isinstance(value, str) and read_printed(value).form == "words":
        raise ValueError(f'expected a figure, such as 0.02, "0.020" or "<0.05"; got {value!r}')
    return value


_CHECKED = BeforeValidator(_number)
Figure = Annotated[float | str, BeforeValidator(_figure)]
Number = Annotated[float, _CHECKED]
Whole = Annotated[int, _CHECKED]
Operand = Annotated[str | float | None, _CHECKED]
Part = Annotated[float | str, _CHECKED]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class ClaimSource(Definition):
    """The publication and the page that carry the figure."""

    title: Words
    page: Annotated[str | int | None, _CHECKED] = None
    url: str | None = None


class ClaimQuantity(Definition):
    """What the figure is an estimate of: an indicator, a scale, a model, a distribution, the sample flow.

    Of an indicator, ``category`` (of a distribution), ``subgroup`` and ``level`` name a part; of a term, ``metric`` the
    unit in which it is published; of a scale, ``statistic`` what of it (the mean). ``variable`` and ``level`` name a
    bar of the distributions, ``stage`` a row of the sample flow, whose ``rows`` are counted unless ``statistic`` says
    ``clusters``. ``minus`` is what a difference takes off.
    """

    indicator: str | None = None
    universe: str | None = None
    category: str | int | None = None
    subgroup: str | None = None
    level: str | int | None = None
    scale: str | None = None
    effect: str | None = None
    outcome: str | None = None
    step: str | None = None
    term: str | None = None
    metric: Literal["points", "sd", "range_share"] | None = None
    variable: str | None = None
    stage: str | None = None
    statistic: Literal["mean", "sd", "alpha", "omega", "rows", "clusters"] | None = None
    minus: ClaimQuantity | None = None


class ClaimInterval(Definition):
    """A published confidence interval."""

    low: Figure
    high: Figure
    level: Number = Key(default=0.95, ge=0.5, le=0.999999)

    @model_validator(mode="after")
    def _upwards(self) -> Self:
        low, high = (read_printed(end) for end in (self.low, self.high))
        if low.low is not None and high.high is not None and low.low > high.high:
            raise ValueError(f"an interval goes from low to high; got {self.low} and {self.high}")
        return self


class ClaimArms(Definition):
    """The two groups that a difference or a coefficient compares.

    Either their numbers, or ``coverage``: the claim whose percentage of its `n` people is the treated group.
    ``clusters`` is the number of clusters, or the claim that gives it.
    """

    coverage: str | None = None
    treated: Whole | None = Key(default=None, ge=1, le=_MOST)
    untreated: Whole | None = Key(default=None, ge=1, le=_MOST)
    clusters: Annotated[int | str | None, _CHECKED] = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        numbers = self.treated is not None and self.untreated is not None
        if numbers == (self.coverage is not None) or (self.treated is None) != (self.untreated is None):
            raise ValueError("arms needs either coverage, or both treated and untreated")
        if isinstance(self.clusters, int) and not 1 <= self.clusters <= _MOST:
            raise ValueError(
                f"clusters is a number from 1 to {_MOST:,}, or the claim that gives it; got {self.clusters}"
            )
        return self


class Claim(Definition):
    """One published figure with its wording, so that it can be checked.

    docs/claims.md explains every key. Other figures are named by their claims' ids; a number stands for itself, and
    null for a figure that is not published.
    """

    id: Name
    kind: ClaimKind
    section: Text | None = None
    wording: Text | None = None
    published: Part
    in_words: bool = False
    decimals: Whole | None = Key(default=None, ge=0, le=15)
    rounded_to: Number | None = Key(default=None, gt=0)
    rounding: Rounding | None = None
    unit: str | None = None
    n: Whole | None = Key(default=None, ge=1, le=_MOST)
    universe: str | None = None
    need: Text | None = None
    weighted: bool = False
    quantity: ClaimQuantity | None = None

    items: Whole | None = Key(default=None, ge=1, le=_MOST_ITEMS)
    scale_range: tuple[Number, Number] | None = None
    sd: Figure | None = None

    se: Figure | None = None
    statistic: Figure | None = None
    df: Number | None = Key(default=None, ge=0.1, le=_MOST)
    interval: ClaimInterval | None = None
    p_value: Figure | None = None
    stars: Whole | None = Key(default=None, ge=0, le=3)
    levels: tuple[Number, ...] | None = Key(default=None, min_length=1, max_length=3)
    level: Number | None = Key(default=None, ge=_LOWEST, le=0.5)
    coefficient: str | None = None
    arms: ClaimArms | None = None

    parts: tuple[Part, ...] | None = Key(default=None, min_length=1)
    of_which: tuple[Part, ...] | None = Key(default=None, min_length=1)
    complements: tuple[Part, ...] | None = Key(default=None, min_length=1)
    of: tuple[Operand, Operand] | None = None
    per: Number | None = Key(default=None, gt=0)
    start: Operand = Key(default=None, alias="from")
    end: Operand = Key(default=None, alias="to")
    years: Number | None = Key(default=None, ge=0.001, le=10_000)
    relation: Relation | None = None
    order: tuple[str | tuple[str, ...], ...] | None = Key(default=None, min_length=2)
    operands_differ: Text | None = None

    source: ClaimSource

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> list[str]:
        absurd = next((value for value in self._numbers() if value and not _SMALLEST <= abs(value) <= _LARGEST), None)
        if absurd is not None:
            return [f"a figure is 0 or lies between {_SMALLEST:g} and {_LARGEST:g}; got {absurd:g}"]
        problems = [decimals_problem(self.published, self.decimals), self._published_problem(), *self._how_it_is_put()]
        if self.scale_range is not None and self.scale_range[0] >= self.scale_range[1]:
            problems.append(f"scale_range must go from low to high; got {list(self.scale_range)}")
        levels = self.levels or ()
        if list(levels) != sorted(set(levels), reverse=True) or not all(_LOWEST <= level < 1 for level in levels):
            problems.append(f"levels go down from one star to three, such as [0.05, 0.01, 0.001]; got {list(levels)}")
        if self.relation is not None and not {"start", "end"} <= self.model_fields_set:
            problems.append("relation needs both from and to; null stands for a figure that is not published")
        if self.relation is not None and self.start is None and self.end is None:
            problems.append("relation needs a claim or a number for from or to")
        for name in ("se", "sd"):
            value = getattr(self, name)
            printed = None if value is None else read_printed(value).value
            if value is not None and (printed is None or printed < 0 or (name == "se" and printed == 0)):
                problems.append(f"{name} must be one positive number; got {value!r}")
        if self.statistic is not None and read_printed(self.statistic).value is None:
            problems.append(f"statistic must be one number; got {self.statistic!r}")
        return [problem for problem in problems if problem]

    def _how_it_is_put(self) -> Iterator[str]:
        """Yield what is wrong with order and rounding."""
        if self.order is not None and not all(self.order):
            yield ("order has an empty list; it takes ids, or lists of ids among which no order is claimed")
        if self.kind == "percent" and self.rounded_to is not None and self.rounded_to > _EVERYBODY:
            yield (f"a percentage cannot be rounded to more than {_EVERYBODY}; got {self.rounded_to:g}")
        if self.rounded_to is not None and self.decimals:
            yield ("rounded_to says how the figure is rounded; decimals does not go with it")

    def _published_problem(self) -> str | None:
        """Return that the figure is blank, or a text with digits that is none: its check would silently go missing."""
        if isinstance(self.published, str) and not self.published.strip():
            return 'published is blank; words such as "no figure" say that there is none'
        if self.in_words or self.kind == "comparison" or not looks_mistyped(self.published):
            return None
        return (
            f'expected published to be a figure, such as 31.1, "31.1%", "30–50" or "<0.05"; got {self.published!r} '
            "(if these are words, say in_words: true)"
        )

    def _numbers(self) -> Iterator[float]:
        """Yield every number of the claim that is no text."""
        interval = () if self.interval is None else (self.interval.low, self.interval.high)
        for value in (
            self.published, self.rounded_to, self.per, self.start, self.end, self.se, self.sd, self.p_value,
            self.statistic, *interval,
            *(self.scale_range or ()), *(self.of or ()), *(self.parts or ()), *(self.of_which or ()),
            *(self.complements or ()),
        ):  # fmt: skip
            if isinstance(value, int | float):
                yield value

    @property
    def printed(self) -> Printed:
        """The figure as printed, with the decimals that `decimals` adds to a number."""
        found = read_printed(self.published)
        return found if self.decimals is None else Printed(found.form, found.low, found.high, self.decimals)

    @property
    def published_text(self) -> str:
        """The figure in digits with its trailing zeros and in characters of usual width, or the words."""
        value = self.printed.value
        if isinstance(self.published, str):
            return self.published if self.printed.form == "words" else narrow(self.published).strip()
        if value is None:
            return str(self.published)
        return f"{value:.{self.printed.decimals}f}"


class ClaimFile(Definition):
    """The content of claims.yaml."""

    claims: tuple[Claim, ...]
