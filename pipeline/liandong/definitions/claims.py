"""Published figures that a study can be held against."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Key

from liandong.definitions.text import Definition, Text

ClaimKind = Literal["percent", "count", "mean", "difference", "coefficient", "p_value", "comparison", "ratio", "growth"]


class ClaimSource(Definition):
    """The publication and the page that carry the figure."""

    title: str
    page: str | int | None = None
    url: str | None = None


class ClaimQuantity(Definition):
    """What the figure is an estimate of: an indicator, or a term of a model."""

    indicator: str | None = None
    universe: str | None = None
    effect: str | None = None
    outcome: str | None = None
    step: str | None = None
    term: str | None = None


class Claim(Definition):
    """One published figure with its wording, so that it can be checked."""

    id: str
    kind: ClaimKind
    wording: Text | None = None
    published: float | str
    decimals: int | None = Key(default=None, ge=0)
    unit: str | None = None
    n: int | None = Key(default=None, ge=1)
    universe: str | None = None
    quantity: ClaimQuantity | None = None
    stars: int | None = Key(default=None, ge=0, le=3)
    se: float | None = Key(default=None, gt=0)
    source: ClaimSource


class ClaimFile(Definition):
    """The content of claims.yaml."""

    claims: tuple[Claim, ...]
