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

from liandong.definitions import Codebook, Study
from liandong.evidence import RESTRICTED_TABLES
from liandong.evidence.typed_rows import ROW
from liandong.inference import holm
from liandong.quality.compare import ALPHA
from liandong.quality.components import Components, variance_components
from liandong.quality.outcome import Outcome, made, not_made, too_few
from liandong.quality.received import Received, questions

LARGE = 0.05
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
    asked = visits.drop_nulls("interviewer").select("row", "interviewer", "community")
    if asked["interviewer"].n_unique() < 2 or not names:  # noqa: PLR2004 - a comparison
        lacking = ["quality.interviewer"] if asked.is_empty() else []
        outcome = not_made("interviewer_effects", *lacking) if lacking else too_few("interviewer_effects", 0)
        return InterviewerEffects(outcome, specs[0].empty(), specs[1].empty())
    found = [_compared(received, asked, name, study) for name in names]
    icc = _judged(pl.DataFrame([line for line, *_ in found], schema=dict(specs[0].columns)))
    clear = icc.drop_nulls("p_value").sort("p_value", "icc", descending=[False, True]).head(_DRAWN)["field"].to_list()
    parts = {line["field"]: (components, people) for line, components, people in found if components is not None}
    effects = [_people(name, *parts[name]) for name in names if name in clear]
    flagged = icc.filter("flagged").select("field", value=pl.col("icc").round(3).cast(pl.String), size="icc")
    return InterviewerEffects(
        outcome=made("interviewer_effects", icc["p_value"].count(), flagged),
        icc=icc,
        effects=pl.concat(effects).select(list(specs[1].columns)) if effects else specs[1].empty(),
    )


def _compared(
    received: Received, asked: pl.DataFrame, name: str, study: Study
) -> tuple[dict[str, Any], Components | None, pl.DataFrame]:
    answers = received.collect([name]).drop_nulls(name)
    rows = asked.join(
        answers.select(pl.col(ROW).cast(pl.Int64).alias("row"), pl.col(name).cast(pl.Float64).alias("y")), on="row"
    ).filter(pl.col("y").is_finite())
    placed = rows.drop_nulls("community")
    basis = "all"
    components: Components | None = None
    if placed.height:
        components, basis, used = _components(placed, "community"), "within_communities", placed
    if components is None:
        shared = (
            placed.height and placed.group_by("community").agg(pl.col("interviewer").n_unique())["interviewer"].max()
        )
        basis = "confounded" if placed.height and shared == 1 else "all"
        components, used = _components(rows, None), rows
    people = used.group_by("interviewer").agg(n=pl.len().cast(pl.Int64), mean=pl.col("y").mean()).sort("interviewer")
    line = _line(name, study, used, components, basis)
    return line, components, people


def _components(rows: pl.DataFrame, community: str | None) -> Components | None:
    if rows["interviewer"].n_unique() < 2 or rows["y"].n_unique() < 2:  # noqa: PLR2004 - a comparison
        return None
    place = (
        rows[community].rank("dense").cast(pl.Int64) - 1 if community else pl.zeros(rows.height, pl.Int64, eager=True)
    )
    interviewer = rows["interviewer"].rank("dense").cast(pl.Int64) - 1
    return variance_components(rows["y"].to_numpy(), interviewer.to_numpy(), place.to_numpy())


def _line(name: str, study: Study, rows: pl.DataFrame, found: Components | None, basis: str) -> dict[str, Any]:
    line: dict[str, Any] = {
        "field": name,
        "title_zh": study.label(name, "zh"),
        "title_en": study.label(name, "en"),
        "n": rows.height,
        "n_interviewers": rows["interviewer"].n_unique(),
        "n_communities": rows["community"].drop_nulls().n_unique(),
        "flagged": False,
    }
    if found is None:
        constant = rows["y"].n_unique() < 2  # noqa: PLR2004 - two answers
        return line | {"basis": "", "note": "constant" if constant else "too_few"}
    share = max(found.icc, 0.0)
    return line | {
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
        "design_effect": 1 + max(found.size - 1, 0.0) * share,
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
