"""From the plainest reading of a published test to the most forced one: which is the first that bears out what is said.

Degrees of freedom are hardly ever published, and tests with few clusters have few of them. So what the normal
distribution does not give is looked for with t: from five degrees of freedom on, or with one less than the published
number of clusters, nothing speaks against it; with fewer it is possible and unsaid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from liandong.claims.t_tests import NORMAL, PRange, df_that_fits
from liandong.claims.tested import Tested
from liandong.definitions import Claim

How = Literal["follows", "follows_normal", "follows_t", "few_df", "one_sided", "not"]
Side = Callable[[PRange], int]
FEW: Final = 5.0  # degrees of freedom from which on nobody has to say how many there were
_HOWS: Final[tuple[How, ...]] = ("follows", "follows_normal", "follows_t", "few_df", "one_sided", "not")
_ANYTHING: Final = 0.9


@dataclass(frozen=True, slots=True)
class Fit:
    """How a published statement follows, with the p-values of the plain reading, and the df that it needs."""

    how: How
    p: PRange
    df: float | None = None

    @property
    def is_coarse(self) -> bool:
        """Whether so few digits are printed that nearly every p-value would follow."""
        return self.p.high - self.p.low > _ANYTHING


@dataclass(frozen=True, slots=True)
class Freedom:
    """What is published of the degrees of freedom: their number, and that of the clusters."""

    df: float | None = None
    clusters: int | None = None

    @property
    def by_clusters(self) -> float | None:
        """One less than there are clusters."""
        return None if self.clusters is None or self.clusters < 2 else self.clusters - 1.0  # noqa: PLR2004


def freedom_of(own: Claim, test: Claim, claims: Mapping[str, Claim]) -> Freedom:
    """Return what an estimate, or the claim of its test, says of degrees of freedom and clusters."""
    arms = own.arms or test.arms
    clusters = None if arms is None else arms.clusters
    if isinstance(clusters, str):
        value = claims[clusters].printed.value
        clusters = None if value is None else int(value)
    return Freedom(own.df or test.df, clusters)


def fitting(tested: Sequence[Tested], freedom: Freedom, side: Side) -> Fit | None:
    """Return the most natural way in which one of the scales fits; None where none has a p-value.

    `side` is 0 where a range of p-values fits, -1 where it is too low and 1 where it is too high.
    """
    fits = [fit for one in tested if (fit := _fit(one, freedom, side)) is not None]
    return min(fits, key=lambda fit: _HOWS.index(fit.how), default=None)


def _fit(tested: Tested, freedom: Freedom, side: Side) -> Fit | None:
    plain = tested.p_with(freedom.df or NORMAL)
    if plain is None:
        return None
    if side(plain) == 0:
        return Fit("follows", plain, freedom.df)
    how, df = way_with(lambda df: _side_with(tested, df, side), freedom)
    if how == "follows_normal":
        return Fit(how, tested.p_with(NORMAL) or plain, freedom.df)
    if how != "not":
        return Fit(how, plain, df)
    return Fit("one_sided" if side(plain.one_sided()) == 0 else "not", plain, freedom.df)


def _side_with(tested: Tested, df: float, side: Side) -> int:
    found = tested.p_with(df)
    return 1 if found is None else side(found)


def way_with(side: Callable[[float], int], freedom: Freedom) -> tuple[How, float | None]:
    """Return how something fits with other degrees of freedom than the plain ones, and with how many.

    With df stated, these or the normal distribution it has to be, or those of the clusters.
    """
    if freedom.df is not None and side(NORMAL) == 0:
        return "follows_normal", freedom.df
    if freedom.by_clusters is not None and side(freedom.by_clusters) == 0:
        return "follows_t", freedom.by_clusters
    needed = None if freedom.df is not None else df_that_fits(side)
    if needed is None:
        return "not", None
    return ("follows_t" if needed >= FEW else "few_df"), needed
