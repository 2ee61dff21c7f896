"""Each interviewer against all others, with tests that stay honest for few interviews and many interviewers.

Yes-or-no outcomes are compared by the exact conditional test: given how many interviews of a community show the sign,
those of one interviewer are a hypergeometric draw (Fisher); communities are added up by convolution, so that a
community where everybody shows it accuses nobody. Shares are turned into "in the upper quarter of all interviews"
first; numbers without many ties are ranked within communities (Wilcoxon's rank sums, added up). All tests ask whether
the interviewer has more, and are adjusted after Holm over the interviewers, and over the questions where there are
several.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.evidence import RESTRICTED_TABLES
from liandong.inference import holm

FEWEST = 5
ALPHA = 0.05
_NORMAL_FROM = 400  # interviews of one interviewer in one community, beyond which the sum is not worth its time

MEASURES = dict(RESTRICTED_TABLES["interviewer_measures"].columns)


def upper_quarter(values: pl.Expr) -> pl.Expr:
    """Express whether a value lies above the third quartile of all."""
    return values > values.quantile(0.75)


def compare_signs(measure: str, rows: pl.DataFrame, *, field: str = "") -> pl.DataFrame:
    """Compare how often a sign occurs among the interviews of each interviewer and of the others.

    Parameters
    ----------
    measure, field
        What is compared; they go into the table.
    rows
        ``interviewer``, ``community`` (may be null), ``sign`` (Boolean; null is left out).

    Returns
    -------
    polars.DataFrame
        Table interviewer_measures without adjustment (holm null, flagged false): see :func:`adjusted`. An interviewer
        with fewer than five interviews, or without others to be compared with, has no p-value.
    """
    known = rows.drop_nulls(["interviewer", "sign"]).with_columns(
        pl.col("community").fill_null(""), pl.col("sign").cast(pl.Int64)
    )
    cells = known.group_by("interviewer", "community").agg(n=pl.len().cast(pl.Int64), k=pl.col("sign").sum())
    places = cells.group_by("community").agg(n_all=pl.col("n").sum(), k_all=pl.col("k").sum(), people=pl.len())
    if places.filter(pl.col("people") > 1).is_empty():
        # Nobody shares a community: compare with the interviewers of other places, which is all there is.
        cells = cells.group_by("interviewer").agg(pl.col("n", "k").sum()).with_columns(community=pl.lit(""))
        places = cells.select(community=pl.lit(""), n_all=pl.col("n").sum(), k_all=pl.col("k").sum(), people=pl.len())
        places = places.unique()
    cells = cells.join(places, on="community").sort("interviewer", "community")
    totals = known.height, int(known["sign"].sum())
    people: dict[str, list[_Cell]] = {}
    for name, *cell in cells.select("interviewer", "n", "k", "n_all", "k_all", "people").iter_rows():
        people.setdefault(name, []).append(_Cell(*cell))
    lines = [_sign_line(measure, field, name, found, totals) for name, found in people.items()]
    return pl.DataFrame(lines, schema=MEASURES, orient="row")


def compare_ranks(measure: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Compare the numbers of each interviewer with those of the others by their ranks; as :func:`compare_signs`.

    `rows` has ``interviewer``, ``community`` and ``number``. Normal approximation with correction for ties.
    """
    known = rows.drop_nulls(["interviewer", "number"]).with_columns(pl.col("community").fill_null(""))
    shared = known.group_by("community").agg(pl.col("interviewer").n_unique() > 1).filter(pl.col("interviewer"))
    if shared.is_empty():
        known = known.with_columns(community=pl.lit(""))
    place = "community"
    n, total = pl.len().cast(pl.Float64), pl.len().over(place).cast(pl.Float64)
    ranked = known.with_columns(
        rank=pl.col("number").rank("average").over(place),
        total=total,
        ties=(
            pl.len().over(place, "number").cast(pl.Float64) ** 2 - 1
        ),  # Σ over rows of t² − 1 is Σ over ties of t³ − t
    ).with_columns(ties=pl.col("ties").sum().over(place))
    spread = pl.col("total").first()
    per_cell = ranked.group_by("interviewer", place).agg(
        n=n,
        over=pl.col("rank").sum() - n * (spread + 1) / 2,
        variance=n * (spread - n) / 12 * (spread + 1 - pl.col("ties").first() / (spread * (spread - 1)).clip(1.0)),
        sum=pl.col("number").sum(),
    )
    lines = per_cell.group_by("interviewer").agg(pl.col("n", "over", "variance", "sum").sum()).sort("interviewer")
    height, everything = known.height, float(known["number"].to_numpy().astype(float).sum())
    z = ((lines["over"] - 0.5) / lines["variance"].sqrt()).to_numpy()
    fits = (lines["n"] >= FEWEST).to_numpy() & (lines["variance"] > 0).to_numpy()
    return _table(
        measure,
        "",
        lines.with_columns(
            value=pl.col("sum") / pl.col("n"), others=(everything - pl.col("sum")) / (height - pl.col("n"))
        ),
        np.where(fits, _upper(z), np.nan),
        "rank",
        height,
    )


def adjusted(measures: pl.DataFrame) -> pl.DataFrame:
    """Fill in ``holm`` and ``flagged``, each measure being one family of tests."""
    if measures.is_empty():
        return measures
    families = []
    for (_,), family in measures.group_by("measure", maintain_order=True):
        p = holm(family["p_value"].fill_null(float("nan")).to_numpy())
        families.append(family.with_columns(pl.Series("holm", p).fill_nan(None)))
    return pl.concat(families).with_columns(flagged=(pl.col("holm") < ALPHA).fill_null(value=False))


def hypergeometric(k_all: int, n_all: int, n: int) -> NDArray[np.float64]:
    """Return the chances of 0 … min(k_all, n) marked ones among n drawn from n_all with k_all marked."""
    from scipy.special import gammaln

    most = min(k_all, n)
    j = np.arange(most + 1, dtype=float)
    least = max(0, n - (n_all - k_all))

    def choose(whole: float, part: NDArray[np.float64]) -> NDArray[np.float64]:
        inside = np.clip(part, 0, whole)
        return np.asarray(gammaln(whole + 1) - gammaln(inside + 1) - gammaln(whole - inside + 1))

    chances = np.exp(choose(k_all, j) + choose(n_all - k_all, n - j) - choose(n_all, np.array([float(n)])))
    chances[j < least] = 0.0
    return np.asarray(chances / chances.sum())


@dataclass(frozen=True, slots=True)
class _Cell:
    """Interviews n of one interviewer in one community, k of them with the sign; of all there, n_all and k_all."""

    n: int
    k: int
    n_all: int
    k_all: int
    people: int


def _sign_line(
    measure: str, field: str, name: str, cells: Sequence[_Cell], totals: tuple[int, int]
) -> tuple[object, ...]:
    n, k = sum(cell.n for cell in cells), sum(cell.k for cell in cells)
    others = totals[0] - n
    p = _exact(cells, k) if n >= FEWEST and any(cell.people > 1 for cell in cells) else None
    share_of_others = (totals[1] - k) / others if others else None
    return (measure, field, name, n, others, k / n if n else None, share_of_others, "exact", p, None, False)


def _exact(cells: Sequence[_Cell], k: int) -> float:
    """Return the chance that as many or more of the interviewer's interviews show the sign."""
    if k == 0:
        return 1.0
    distribution = np.ones(1)
    for cell in cells:
        if min(cell.n, cell.k_all) > _NORMAL_FROM:
            return _approximate(cells, k)
        distribution = np.convolve(distribution, hypergeometric(cell.k_all, cell.n_all, cell.n))
    return float(min(1.0, distribution[k:].sum()))


def _approximate(cells: Sequence[_Cell], k: int) -> float:
    mean = sum(cell.n * cell.k_all / cell.n_all for cell in cells)
    variance = sum(
        cell.n
        * (cell.n_all - cell.n)
        * cell.k_all
        * (cell.n_all - cell.k_all)
        / (cell.n_all**2 * max(cell.n_all - 1, 1))
        for cell in cells
    )
    return float(_upper(np.array([(k - 0.5 - mean) / max(variance, 1e-12) ** 0.5]))[0])


def _upper(z: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.special import ndtr

    return np.asarray(ndtr(-z), dtype=float)


def _table(
    measure: str, field: str, lines: pl.DataFrame, p: NDArray[np.float64], test: str, height: int
) -> pl.DataFrame:
    return lines.select(
        measure=pl.lit(measure),
        field=pl.lit(field),
        interviewer="interviewer",
        n=pl.col("n").cast(pl.Int64),
        n_others=height - pl.col("n").cast(pl.Int64),
        value="value",
        others=pl.when(height > pl.col("n")).then("others"),
        test=pl.lit(test),
        p_value=pl.Series(p).fill_nan(None),
        holm=pl.lit(None, dtype=pl.Float64),
        flagged=pl.lit(value=False),
    )
