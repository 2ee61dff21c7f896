"""How many coefficients a fixed-effects model has: a question with more than one answer.

The levels of an effect that lies inside the clusters cost no degrees of freedom between clusters, so that some programs
leave them out, some count the effect as one, and some count all of them. Of two effects one level is implied by the
other in every connected group of levels; some programs count one group, others all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from liandong.inference.covariance import parameters
from liandong.inference.least_squares import Fit
from liandong.moments import Within


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of coefficients, and the sum in symbols that it comes from."""

    total: int
    text: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What the counts of all programs are made from.

    Attributes
    ----------
    n_obs, n_clusters
        N and G.
    slopes
        k, regressors kept, without dummies of a second effect.
    first_levels, second_levels
        L1 and L2; 0 without such an effect.
    groups
        Connected groups of levels of the two effects; 1 with fewer than two effects.
    first_nested, second_nested
        Whether every level lies in one cluster; False without such an effect, None where it is not known.
    own_parameters
        K of our own convention.
    """

    n_obs: int
    n_clusters: int
    slopes: int
    first_levels: int
    second_levels: int
    groups: int
    first_nested: bool
    second_nested: bool | None
    own_parameters: int

    @property
    def any_nested(self) -> bool:
        """Whether one effect at least is nested."""
        return self.first_nested or bool(self.second_nested)

    @property
    def slopes_only(self) -> Counted:
        """Slopes; with the constant where there is no effect."""
        return Counted(self.slopes, "k") if self.first_levels else self.slopes_and_constant

    @property
    def slopes_and_constant(self) -> Counted:
        """Slopes, those of a second effect's dummies included, and the constant."""
        second = self.second_levels - self.groups if self.second_levels else 0
        return Counted(self.slopes + second + 1, _sum("k", (second, self._second_text), (1, "1")))

    @property
    def all_columns(self) -> Counted:
        """Every column of a design with dummies, one reference level per effect after the first."""
        second = max(self.second_levels - 1, 0)
        first = self.first_levels or 1
        return Counted(
            self.slopes + first + second,
            _sum("k", (first, "L1" if self.first_levels else "1"), (second, "L2 − 1")),
        )

    @property
    def all_independent(self) -> Counted:
        """The rank of a design with dummies."""
        if self.groups == 1:
            return self.all_columns
        return Counted(self.all_columns.total - self.groups + 1, f"k + L1 + {self._second_text}")

    @property
    def ours(self) -> Counted:
        """K of :mod:`liandong.inference.covariance`."""
        first = "1" if self.first_nested or not self.first_levels else "L1"
        return Counted(self.own_parameters, _sum("k", (1, first), (self.second_levels, self._second_text)))

    @property
    def fixest(self) -> Counted:
        """All levels less one per effect after the first; each nested effect counts as one.

        fixest counts one connected group of levels unless told ``K.exact = TRUE``.
        """
        columns = self.all_columns
        if not self.any_nested:
            return columns
        total, text = columns.total, ["k"]
        for levels, nested, name in self._effects:
            total -= levels - 1 if nested else 0
            text.append("1" if nested else name)
        return Counted(total, " + ".join(text) + (" − 1" if self.second_levels else ""))

    @property
    def panelols(self) -> Counted:
        """A single nested effect is not counted; otherwise all columns."""
        alone = self.first_nested and not self.second_levels
        return Counted(self.slopes, "k") if alone else self.all_columns

    @property
    def reghdfe(self) -> Counted:
        """Levels that are not nested and not implied by others; the constant where some effect is nested."""
        if not self.any_nested:
            return self.all_independent
        free = [(levels - 1, f"{name} − 1") for levels, nested, name in self._effects if not nested]
        return Counted(self.slopes + sum(n for n, _ in free) + 1, _sum("k", *free, (1, "1")))

    @property
    def _effects(self) -> list[tuple[int, bool, str]]:
        both = [
            (self.first_levels, self.first_nested, "L1"),
            (self.second_levels, bool(self.second_nested), "L2"),
        ]
        return [effect for effect in both if effect[0]]

    @property
    def _second_text(self) -> str:
        return f"L2 − {self.groups}"


def counts(fit: Fit) -> Counts:
    """Return what there is to count in `fit`."""
    within = fit.within
    dummies = sum(term in within.dummies for term in fit.terms)
    second = len(within.dummies) + 1 if within.dummies else 0
    return Counts(
        n_obs=fit.n_obs,
        n_clusters=fit.n_clusters,
        slopes=fit.rank - dummies,
        first_levels=within.n_levels if within.effect is not None else 0,
        second_levels=second,
        groups=second - dummies if second else 1,
        first_nested=within.effect is not None and within.nested,
        second_nested=_second_nested(within) if second else False,
        own_parameters=parameters(fit, clustered=True),
    )


def _second_nested(within: Within) -> bool | None:
    """Tell whether the levels of the second effect lie in one cluster each; None when the cells do not say.

    A cell has one level of the second effect. Its dummies were centred on their effect means only, so that the share of
    a dummy in a cell is its within sum over n_a plus the mean that was taken out.
    """
    if within.route != "cells":
        return None
    at = within.positions(within.dummies)
    share = within.cells[:, 0, at] / within.cells[:, 0, :1] + within.effect_means[within.cell_effect][:, at]
    present = np.round(share).astype(bool)
    level = np.where(present.any(axis=1), present.argmax(axis=1) + 1, 0)
    pairs = np.unique(np.stack([level, within.cell_cluster]), axis=1)
    return bool(pairs.shape[1] == len(within.dummies) + 1)


def _sum(first: str, *parts: tuple[int, str]) -> str:
    return " + ".join([first, *(text for number, text in parts if number)])
