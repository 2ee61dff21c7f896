"""Do answers depend on who asked? Shares of variance between interviewers, and each interviewer's deviation.

As in studies of interviewer variance (Kish 1962, Journal of the American Statistical Association 57, 92–115; West &
Blom 2017, Explaining interviewer effects, Journal of Survey Statistics and Methodology 5, 175–211). Interviewers who
each work in places of their own differ because the people differ: where a community has several interviewers they are
compared inside it, and where none has, the table says that the two cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.definitions import Codebook, Study
from liandong.evidence import RESTRICTED_TABLES
from liandong.inference import holm
from liandong.quality.compare import ALPHA
from liandong.quality.components import Components, Design, make_design, variance_components
from liandong.quality.outcome import Outcome, made, not_made, too_few
from liandong.quality.received import Received, questions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LARGE = 0.05
_KEPT = 4  # designs: each holds two numbers per row
_Z = 1.959963984540054
_DRAWN = 20  # questions whose interviewers are listed one by one, those with the clearest differences


@dataclass(frozen=True, slots=True, eq=False)
class InterviewerEffects:
    """Tables interviewer_icc and interviewer_effects, and the outcome of the check interviewer_effects."""

    outcome: Outcome
    icc: pl.DataFrame
    effects: pl.DataFrame


def effect_fields(study: Study, codebook: Codebook, columns: frozenset[str]) -> list[str]:
    """Return the questions that interviewers are compared on: those named, or all whose answers have an order."""
    if study.spec.quality.effects_on:
        return [name for name in study.spec.quality.effects_on if name in columns]
    return [
        field.name
        for field in questions(codebook, columns)
        if field.liandong.role in {"item", "question"}
        and field.type in {"integer", "number", "boolean"}
        and not field.is_nominal
        and not field.liandong.pii
    ]


def interviewer_effects(
    received: Received, visits: pl.DataFrame, names: Sequence[str], study: Study
) -> InterviewerEffects:
    """Compare interviewers on each question; flagged: Holm-adjusted p below 0.05 and a share of 0.05 and more.

    A question is ``too_few`` where interviews do not leave ten degrees of freedom, ``constant`` where answers do not
    vary within interviewers.
    """
    specs = RESTRICTED_TABLES["interviewer_icc"], RESTRICTED_TABLES["interviewer_effects"]
    rows = _Rows.of(visits)
    if len(rows.names) < 2 or not names:  # noqa: PLR2004 - a comparison
        lacking = [] if rows.names else ["quality.interviewer"]
        outcome = not_made("interviewer_effects", *lacking) if lacking else too_few("interviewer_effects", 0)
        return InterviewerEffects(outcome, specs[0].empty(), specs[1].empty())
    found = {name: _compared(received, rows, name, study) for name in names}
    icc = _judged(pl.DataFrame([one.line for one in found.values()], schema=dict(specs[0].columns)))
    clear = icc.drop_nulls("p_value").sort("p_value", "icc", descending=[False, True]).head(_DRAWN)["field"].to_list()
    effects = [
        _people(name, one.components, one.people) for name, one in found.items() if name in clear and one.components
    ]
    flagged = icc.filter("flagged").select("field", value=pl.col("icc").round(3).cast(pl.String), size="icc")
    return InterviewerEffects(
        outcome=made("interviewer_effects", icc["p_value"].count(), flagged),
        icc=icc,
        effects=pl.concat(effects).select(list(specs[1].columns)) if effects else specs[1].empty(),
    )


@dataclass(slots=True, eq=False)
class _Rows:
    """The rows with an interviewer, numbered once for all questions; designs are kept by the rows that answered."""

    at: NDArray[np.intp]
    interviewer: Ints
    community: Ints
    names: list[str]
    designs: dict[bytes, tuple[Design, Ints]]

    @classmethod
    def of(cls, visits: pl.DataFrame) -> _Rows:
        known = visits["interviewer"].is_not_null()
        asked = visits.filter(known)
        names = asked["interviewer"].unique().sort()
        place = asked["community"].rank("dense").cast(pl.Int64).fill_null(0) - 1
        numbers = asked["interviewer"].rank("dense").cast(pl.Int64) - 1
        return cls(
            known.arg_true().to_numpy().astype(np.intp), numbers.to_numpy(), place.to_numpy(), names.to_list(), {}
        )

    def design(self, answered: NDArray[np.bool_], *, by_community: bool) -> tuple[Design, Ints]:
        """Return the design of the rows that answered, and the numbers of the interviewers in it."""
        key = answered.tobytes() + bytes([by_community])
        if key not in self.designs:
            who, interviewer = _renumbered(self.interviewer[answered])
            community = _renumbered(self.community[answered])[1] if by_community else np.zeros_like(interviewer)
            if len(self.designs) > _KEPT:
                self.designs.clear()
            self.designs[key] = make_design(interviewer, community), who
        return self.designs[key]


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """One question: its line of the table, and what the components say of its interviewers."""

    line: dict[str, Any]
    components: Components | None
    people: pl.DataFrame


def _compared(received: Received, rows: _Rows, name: str, study: Study) -> _Compared:
    column = received.rows[name].cast(pl.Float64).fill_null(float("nan"))
    y = column.to_numpy()[rows.at]
    answered = np.isfinite(y)
    placed = answered & (rows.community >= 0)
    components, used, basis, who = None, answered, "all", np.zeros(0, dtype=np.int64)
    if _varies(y[placed]):
        design, who = rows.design(placed, by_community=True)
        components, used, basis = variance_components(y[placed], design), placed, "within_communities"
    if components is None and _varies(y[answered]):
        alone = bool(placed.any()) and rows.design(placed, by_community=True)[0].rank == 0
        design, who = rows.design(answered, by_community=False)
        components, used, basis = variance_components(y[answered], design), answered, "confounded" if alone else "all"
    numbers = rows.interviewer[used]
    counts = np.bincount(numbers, minlength=len(rows.names))[who]
    means = np.bincount(numbers, y[used], minlength=len(rows.names))[who] / np.maximum(counts, 1)
    people = pl.DataFrame(
        {"interviewer": [rows.names[i] for i in who], "n": counts, "mean": means},
        schema={"interviewer": pl.String, "n": pl.Int64, "mean": pl.Float64},
    )
    line = {
        "field": name,
        "title_zh": study.label(name, "zh"),
        "title_en": study.label(name, "en"),
        "n": int(used.sum()),
        "n_interviewers": int((np.bincount(numbers) > 0).sum()),
        "n_communities": int((np.bincount(rows.community[used & (rows.community >= 0)]) > 0).sum()),
        "flagged": False,
    }
    return _Compared(line | _numbers(components, basis, constant=not _varies(y[answered])), components, people)


def _renumbered(numbers: Ints) -> tuple[Ints, Ints]:
    """Return the numbers that occur, ascending, and for each entry its place among them."""
    used = np.bincount(numbers) > 0
    return np.flatnonzero(used), (np.cumsum(used) - 1)[numbers]


def _varies(y: Floats) -> bool:
    return bool(y.size) and bool((y != y[0]).any())


def _numbers(found: Components | None, basis: str, *, constant: bool) -> dict[str, Any]:
    if found is None:
        return {"basis": "", "note": "constant" if constant else "too_few"}
    return {
        "basis": basis,
        "icc": found.icc,
        "icc_low": min(max(found.low, 0.0), 1.0),
        "icc_high": min(max(found.high, 0.0), 1.0),
        "ci_method": found.method,
        "f_statistic": found.f,
        "df_numerator": float(found.df_numerator),
        "df_denominator": float(found.df_denominator),
        "p_value": found.p_value,
        "size": found.size,
        "design_effect": 1 + max(found.size - 1, 0.0) * max(found.icc, 0.0),
        "note": "",
    }


def _judged(icc: pl.DataFrame) -> pl.DataFrame:
    p = holm(icc["p_value"].fill_null(float("nan")).to_numpy())
    return icc.with_columns(pl.Series("holm", p).fill_nan(None)).with_columns(
        flagged=((pl.col("holm") < ALPHA) & (pl.col("icc") >= LARGE)).fill_null(value=False)
    )


def _people(name: str, found: Components, people: pl.DataFrame) -> pl.DataFrame:
    shrunk, error = found.shrunk, found.error
    return people.with_columns(
        pl.lit(name).alias("field"),
        pl.Series("deviation", found.deviation).fill_nan(None),
        pl.Series("shrunk", shrunk).fill_nan(None),
        pl.Series("shrunk_low", shrunk - _Z * error).fill_nan(None),
        pl.Series("shrunk_high", shrunk + _Z * error).fill_nan(None),
        pl.Series("clear", np.nan_to_num(np.abs(shrunk) / error) > _Z),
    )
