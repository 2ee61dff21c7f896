"""What the stages after the models work on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from liandong.definitions import Assignment, Study
from liandong.estimate import Estimates

Write = Callable[[str, pl.DataFrame], None]


@dataclass(frozen=True, slots=True)
class Case:
    """A study with its rows, the column of its weights, its codes without an order, and its fitted models."""

    study: Study
    frame: pl.DataFrame
    weight: str | None
    nominal: frozenset[str]
    estimates: Estimates


def effect_assignments(study: Study) -> dict[str, Assignment]:
    """Return how the treatment of each effect came about: its own account, or the design's."""
    design = study.spec.design
    general = design.assignment if design else Assignment(kind="observational")
    return {effect.id: effect.assignment or general for effect in study.spec.analysis.effects}
