"""Which pairs of rows agree in nearly all answers: every pair for small tables, only promising ones for large.

Codes are whole numbers per question, 0 for no answer. Of two rows, E questions have equal answers, D differ (one of
them unanswered included), and U = E + D were answered by at least one; the share is E/U.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Codes = NDArray[np.uint16]
Ints = NDArray[np.int64]

_BLOCK = 128
_LEAST_ANSWERED = 0.5  # of the questions; a row that broke off early agrees with others too easily
_GROUP = 200
_CANDIDATES = 5_000_000
_PIECE = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs over the share: positions first < second, questions compared and equal; `match` by row if all were seen."""

    first: Ints
    second: Ints
    compared: Ints
    equal: Ints
    match: NDArray[np.float64] | None
    note: str = ""


def full_comparison(codes: Codes, share: float, *, most: int) -> Pairs:
    """Compare every pair of rows, in blocks.

    Parameters
    ----------
    codes
        Shape (questions, rows).
    share
        From which on a pair is kept.
    most
        The number of pairs to keep, those that agree most; the note says when there were more.

    Returns
    -------
    Pairs
        ``match`` (rows,): the largest share with any other row, NaN for rows that answered less than half as many
        questions as usual; these are not compared.
    """
    rows = codes.shape[1]
    eligible = np.flatnonzero(_answered_enough(codes))
    table = np.ascontiguousarray(codes[:, eligible])
    if table.size and table.max() <= np.iinfo(np.uint8).max:
        table = table.astype(np.uint8)
    answered = (table > 0).T.astype(np.float32)
    n_answered = answered.sum(axis=1)
    best = np.full(eligible.size, np.nan)
    kept: list[tuple[Ints, Ints, Ints, Ints]] = []
    for start in range(0, eligible.size, _BLOCK):
        stop = min(start + _BLOCK, eligible.size)
        both = answered[start:stop] @ answered[start:].T
        compared = n_answered[start:stop, None] + n_answered[None, start:] - both
        agree = _agreement(table, start, stop) - (table.shape[0] - compared)
        shares = agree / np.maximum(compared, 1)
        shares[np.tril_indices(stop - start, m=shares.shape[1])] = -1.0  # itself, and pairs already seen
        if shares.shape[1] > 1:
            best[start:stop] = np.fmax(best[start:stop], _none_below(shares.max(axis=1)))
            best[start:] = np.fmax(best[start:], _none_below(shares.max(axis=0)))
        left, right = np.nonzero(shares >= share - 1e-9)
        kept.append(
            (
                left + start,
                right + start,
                np.rint(compared[left, right]).astype(np.int64),
                np.rint(agree[left, right]).astype(np.int64),
            )
        )
    match = np.full(rows, np.nan)
    match[eligible] = best
    return _limited(kept, eligible, match, most, "")


def pairs_by_bands(codes: Codes, share: float, *, most: int) -> Pairs:
    """Find the pairs over `share` without comparing all of them.

    Two rows over the share differ in at most d = ⌊(1 − share) · questions⌋ places. Cut the questions into d + 1 bands:
    the two agree wholly in one of them, so only rows that share a band need comparing, and no pair is missed. A band in
    which more than 200 rows agree says too little and is passed over; then the note says so, and pairs that agree
    wholly in no other band are missed.
    """
    eligible = np.flatnonzero(_answered_enough(codes))
    table = codes[:, eligible]
    bands = int((1 - share) * table.shape[0] + 1e-9) + 1
    order = np.argsort([-_variety(question) for question in table], kind="stable")
    seen: list[Ints] = []
    crowded = total = 0
    for band in range(bands):
        pairs, passed_over = _alike(table[order[band::bands]])
        seen.append(pairs)
        crowded += passed_over
        total += pairs.size
        if total > _CANDIDATES:
            break
    codes_of = np.unique(np.concatenate(seen)) if seen else np.zeros(0, dtype=np.int64)
    kept = [_held(table, codes_of[i : i + _PIECE], eligible.size, share) for i in range(0, codes_of.size, _PIECE)]
    note = "some near duplicates may be missed: many rows agree in whole groups of questions" if crowded else ""
    if total > _CANDIDATES:
        note = "some near duplicates may be missed: too many pairs to compare"
    return _limited(kept, eligible, None, most, note)


def _alike(members: Codes) -> tuple[Ints, int]:
    """Return the pairs of rows that agree in all `members`, as first · rows + second, and the rows passed over."""
    rows = members.shape[1]
    frame = pl.DataFrame({f"q{i}": question for i, question in enumerate(members)})
    hashed = frame.select(h=pl.struct(pl.all()).hash(0)).with_row_index("at").sort("h", "at")
    sizes = hashed.select("at", "h", size=pl.len().over("h"))
    crowded = int((sizes["size"] > _GROUP).sum())
    shared = sizes.filter(pl.col("size").is_between(2, _GROUP))
    at, h = shared["at"].to_numpy().astype(np.int64), shared["h"].to_numpy()
    found: list[Ints] = []
    for lag in range(1, _GROUP):
        same = np.flatnonzero(h[lag:] == h[:-lag])
        if not same.size:
            break
        found.append(at[same] * rows + at[same + lag])
    return (np.concatenate(found) if found else np.zeros(0, dtype=np.int64)), crowded


def _held(table: Codes, pairs: Ints, size: int, share: float) -> tuple[Ints, Ints, Ints, Ints]:
    left, right = np.divmod(pairs, size)
    one, other = table[:, left], table[:, right]
    compared = ((one > 0) | (other > 0)).sum(axis=0)
    equal = ((one == other) & (one > 0)).sum(axis=0)
    over = equal >= (share - 1e-9) * np.maximum(compared, 1)
    return left[over], right[over], compared[over], equal[over]


def _answered_enough(codes: Codes) -> NDArray[np.bool_]:
    counts = (codes > 0).sum(axis=0)
    return np.asarray(counts >= _LEAST_ANSWERED * np.median(counts))


def _agreement(table: NDArray[np.unsignedinteger], start: int, stop: int) -> NDArray[np.float32]:
    """Count, for each row of the block and each row from `start` on, the questions in which their codes are equal."""
    small = table.shape[0] <= np.iinfo(np.uint8).max
    total = np.zeros((stop - start, table.shape[1] - start), dtype=np.uint8 if small else np.uint16)
    same = np.empty(total.shape, dtype=bool)
    for question in table:
        np.equal(question[start:stop, None], question[None, start:], out=same)
        total += same
    return total.astype(np.float32)


def _none_below(values: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.where(values < 0, np.nan, values).astype(np.float64)


def _variety(question: Codes) -> float:
    _, counts = np.unique(question, return_counts=True)
    shares = counts / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def _limited(
    kept: list[tuple[Ints, Ints, Ints, Ints]],
    eligible: NDArray[np.intp],
    match: NDArray[np.float64] | None,
    most: int,
    note: str,
) -> Pairs:
    columns = [np.concatenate(part) for part in zip(*kept, strict=True)] if kept else [np.zeros(0, dtype=np.int64)] * 4
    first, second, compared, equal = columns
    if first.size > most:
        best = np.lexsort((second, first, -equal / np.maximum(compared, 1)))[:most]
        note = f"{first.size:,} pairs agree that far; the {most:,} that agree most are kept"
        first, second, compared, equal = first[best], second[best], compared[best], equal[best]
    return Pairs(eligible[first], eligible[second], compared, equal, match, note)
