"""What a check gives back: how much it looked at, what it found, and which rows are concerned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import polars as pl

State = Literal["made", "too_few", "not_made"]

FINDING: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "row": pl.Int64(),
        "interviewer": pl.String(),
        "community": pl.String(),
        "field": pl.String(),
        "value": pl.String(),
        "size": pl.Float64(),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One check.

    Attributes
    ----------
    check
        Its id in the catalogue.
    state
        Whether it was made; ``too_few`` where there was too little to look at.
    lacking
        What a check that was not made would have needed.
    n_checked, n_flagged
        In the unit that the catalogue names; null where not made.
    findings
        With the columns of `FINDING`, the gravest first. ``row`` is null where no single row is concerned; interviewer
        and community may be null where the row says them.
    """

    check: str
    state: State = "made"
    lacking: tuple[str, ...] = ()
    n_checked: int | None = None
    n_flagged: int | None = None
    findings: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=dict(FINDING)))


def made(check: str, n_checked: int, found: pl.DataFrame, n_flagged: int | None = None) -> Outcome:
    """Return the outcome of a check; `found` may lack columns of `FINDING`, and is put in order of size, then row."""
    findings = found.select(
        (pl.col(name).cast(dtype) if name in found.columns else pl.lit(None, dtype=dtype)).alias(name)
        for name, dtype in FINDING.items()
    ).sort("size", "row", "interviewer", "community", "field", descending=[True] + [False] * 4, nulls_last=True)
    flagged = findings.height if n_flagged is None else n_flagged
    state: State = "made" if n_checked else "too_few"
    return Outcome(check, state, (), n_checked, flagged, findings)


def not_made(check: str, *lacking: str) -> Outcome:
    """Return the outcome of a check that lacks something: keys of study.yaml, or columns of the data."""
    return Outcome(check, "not_made", lacking)


def too_few(check: str, n_checked: int) -> Outcome:
    """Return the outcome of a check that had too little to look at."""
    return Outcome(check, "too_few", (), n_checked, None)
