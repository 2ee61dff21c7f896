"""Preferred last digits: numbers that were rounded or guessed.

Ages: Whipple's index, 100 without any preference and 500 where all end in 0 or 5, over the ages 23 to 62; over 125 is
rough on the scale of the United Nations (1955, Manual II, Methods of appraisal of quality of basic data). Myers'
blended index (Myers 1940, Transactions of the Actuarial Society of America 41, 395–415), 0 to 90, starts each count at
every digit in turn, so that a falling number of people by age does not look like a preference; here over the ages 10–89
or what of them the survey covers. Other numbers may be round by nature: of them only interviewers are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.evidence import RESTRICTED_TABLES
from liandong.evidence.typed_rows import ROW
from liandong.inference import holm
from liandong.quality.compare import ALPHA, MEASURES, compare_signs
from liandong.quality.outcome import FINDING, Outcome, made, not_made
from liandong.quality.received import Received

Ints = NDArray[np.int64]

ROUGH = 125.0
FEWEST = 50
_FIRST, _LAST = 23, 62
_VARIED = 20
_EXPECTED = 0.2
_TEN = 10


@dataclass(frozen=True, slots=True, eq=False)
class Heaping:
    """Tables heaping and last_digits, `measures` by interviewer (not adjusted), and ``row``, n_numbers, n_heaped."""

    outcome: Outcome
    table: pl.DataFrame
    digits: pl.DataFrame
    measures: pl.DataFrame
    rows: pl.DataFrame


def heaping(received: Received, visits: pl.DataFrame, ages: Sequence[str], numbers: Sequence[str]) -> Heaping:
    """Look at the last digits of ages and of other whole numbers of two digits and more.

    A field needs 50 such numbers, and one that is no age 20 different ones.
    """
    kinds = {**dict.fromkeys(numbers, "number"), **dict.fromkeys(ages, "age")}
    kinds = {name: kind for name, kind in kinds.items() if name in received.columns}
    lines, digits, measures, per_row = [], [], [], []
    for name, kind in kinds.items():
        whole = _whole(received, name, kind)
        if whole.height < FEWEST or (kind == "number" and whole["x"].n_unique() < _VARIED):
            continue
        values = whole["x"].to_numpy()
        lines.append(
            {"field": name, "kind": kind, **last_digits(values, is_age=kind == "age", every=_all(received, name))}
        )
        counts = np.bincount(values % _TEN, minlength=_TEN)
        digits += [(name, d, int(counts[d]), counts[d] / values.size) for d in range(_TEN)]
        signs = whole.select("row", sign=pl.col("x") % 5 == 0)
        per_row.append(signs)
        measures.append(compare_signs("heaping", visits.join(signs, on="row"), field=name))
    spec = RESTRICTED_TABLES["heaping"]
    table = _judged(pl.DataFrame(lines, schema=dict(spec.columns)))
    rows = pl.concat(per_row) if per_row else pl.DataFrame(schema={"row": pl.Int64, "sign": pl.Boolean})
    return Heaping(
        outcome=_outcome(table, [name for name, kind in kinds.items() if kind == "age"]),
        table=table,
        digits=pl.DataFrame(digits, schema=dict(RESTRICTED_TABLES["last_digits"].columns), orient="row"),
        measures=pl.concat(measures) if measures else pl.DataFrame(schema=MEASURES),
        rows=rows.group_by("row")
        .agg(n_numbers=pl.len().cast(pl.Int64), n_heaped=pl.col("sign").sum().cast(pl.Int64))
        .sort("row"),
    )


def last_digits(values: Ints, *, is_age: bool, every: Ints) -> dict[str, Any]:
    """Return the indices of `values`, whole numbers; of ages, those of 23 to 62, and `every` age for Myers' index."""
    from scipy.special import bdtrc, chdtrc

    n = values.size
    counts = np.bincount(values % _TEN, minlength=_TEN)
    heaped = int(counts[0] + counts[5])
    chi_square = float(((counts - n / _TEN) ** 2 / (n / _TEN)).sum())
    return {
        "n": n,
        "share_0": counts[0] / n,
        "share_5": counts[5] / n,
        "share_0_or_5": heaped / n,
        "whipple": 500 * heaped / n if is_age else None,
        "myers": myers(every) if is_age else None,
        "p_value": (float(bdtrc(heaped - 1, n, _EXPECTED)) if heaped else 1.0) if is_age else None,
        "holm": None,
        "chi_square": chi_square,
        "chi_p_value": float(chdtrc(_TEN - 1, chi_square)),
        "flagged": False,
    }


def myers(ages: Ints) -> float | None:
    """Return Myers' blended index over the ages 10–89, or the whole decades of them from the youngest age found.

    Ten windows that start a year apart and are equally long are added up: the first decade counts 1 … 10 times, the
    last 9 … 0 times. None where fewer than two decades are covered.
    """
    inside = ages[(ages >= _TEN) & (ages < 9 * _TEN)]
    if not inside.size:
        return None
    first = int(inside.min())
    decades = (min(int(inside.max()), 9 * _TEN - 1) + 1 - first) // _TEN
    if decades < 2:  # noqa: PLR2004 - the blend needs a first decade to leave out
        return None
    counts = np.bincount(inside[inside < first + _TEN * decades] - first, minlength=_TEN * decades)
    by_step = counts.reshape(decades, _TEN)
    weight = np.arange(1, _TEN + 1)
    blended = by_step[:-1].sum(axis=0) * weight + by_step[1:].sum(axis=0) * (_TEN - weight)
    return float(np.abs(100 * blended / blended.sum() - _TEN).sum() / 2)


def _whole(received: Received, name: str, kind: str) -> pl.DataFrame:
    frame = received.pick([name]).drop_nulls(name)
    x = pl.col(name).cast(pl.Float64)
    span = x.is_between(_FIRST, _LAST) if kind == "age" else x.is_between(_TEN, 1e15)
    kept = frame.filter(x.is_finite() & (x == x.floor()) & span)
    return kept.select(pl.col(ROW).cast(pl.Int64).alias("row"), pl.col(name).cast(pl.Int64).alias("x"))


def _all(received: Received, name: str) -> Ints:
    values = received.pick([name])[name].drop_nulls().cast(pl.Float64)
    return values.filter((values >= 0) & (values < 1e6)).cast(pl.Int64).to_numpy()  # noqa: PLR2004 - no age is near it


def _judged(table: pl.DataFrame) -> pl.DataFrame:
    p = holm(table["p_value"].fill_null(float("nan")).to_numpy()) if table.height else np.zeros(0)
    judged = table.with_columns(pl.Series("holm", p, dtype=pl.Float64).fill_nan(None))
    return judged.with_columns(flagged=((pl.col("whipple") > ROUGH) & (pl.col("holm") < ALPHA)).fill_null(value=False))


def _outcome(table: pl.DataFrame, ages: Sequence[str]) -> Outcome:
    if not ages:
        return not_made("heaping", "quality.ages")
    looked = table.filter(pl.col("kind") == "age")
    found = looked.filter("flagged").select(
        "field", value=pl.col("whipple").round(0).cast(pl.Int64).cast(pl.String), size="whipple"
    )
    return made("heaping", looked.height, found.cast({name: FINDING[name] for name in found.columns}))
