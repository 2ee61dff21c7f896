"""The same answer to every question of a block.

Straight-lining is satisficing (Krosnick 1991, Applied Cognitive Psychology 5, 213–236); the indices are those of
careless responding: the longest run of one answer and the spread of a person's answers (Curran 2016, Journal of
Experimental Social Psychology 66, 4–19). Where a block has reversed questions, one answer off the middle to all of them
contradicts itself; in a short block without any, it may be what somebody thinks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.definitions import Codebook, Study
from liandong.definitions.text import Text
from liandong.evidence import RESTRICTED_TABLES
from liandong.evidence.typed_rows import ROW
from liandong.quality.outcome import FINDING, Outcome, made, not_made
from liandong.quality.received import Received

_FEWEST_ITEMS = 3
_LONG = 5


@dataclass(frozen=True, slots=True)
class ItemBlock:
    """A block to look at: its items, and the middle of their answers where some are reversed (None without any)."""

    id: str
    title: Text
    items: tuple[str, ...]
    middle: float | None


@dataclass(frozen=True, slots=True, eq=False)
class StraightLining:
    """`rows`: row, n_blocks answered, n_straight, flagged (answered some block); `table`: table straight_lining."""

    outcome: Outcome
    rows: pl.DataFrame
    table: pl.DataFrame


def item_blocks(study: Study) -> list[ItemBlock]:
    """Return the blocks that the study names, or else its scales of three and more items."""
    assert study.instrument is not None
    codebook = study.instrument.codebook
    if study.spec.quality.blocks:
        return [
            ItemBlock(block.id, block.title, block.fields, _middle(codebook, block.fields) if block.reversed else None)
            for block in study.spec.quality.blocks
        ]
    return [
        ItemBlock(scale.id, scale.title, scale.items, sum(scale.range) / 2 if scale.reversed else None)
        for scale in study.scales
        if len(scale.items) >= _FEWEST_ITEMS
    ]


def straight_lining(received: Received, blocks: Sequence[ItemBlock]) -> StraightLining:
    """Look for interviews with one answer to all items of a block.

    Three items at least, and half of those of the block, have to be answered. An interview is flagged where such an
    answer contradicts itself, or where the blocks answered so have five items and more together; size is their number,
    plus 100 where one contradicts itself.
    """
    present = [(block, [name for name in block.items if name in received.columns]) for block in blocks]
    present = [(block, names) for block, names in present if len(names) >= _FEWEST_ITEMS]
    rows = received.pick([]).select(pl.col(ROW).cast(pl.Int64).alias("row"))
    spec = RESTRICTED_TABLES["straight_lining"]
    if not present:
        nothing = rows.with_columns(n_blocks=0, n_straight=0, flagged=pl.lit(None, dtype=pl.Boolean))
        return StraightLining(not_made("straight_lining", "quality.blocks, or scales"), nothing, spec.empty())
    looked = [_look(received, block, names) for block, names in present]
    enough = np.stack([one.enough for one in looked])
    straight = np.stack([one.straight for one in looked])
    against = np.stack([one.against for one in looked])
    items = (straight * np.array([len(names) for _, names in present])[:, None]).sum(axis=0)
    flagged = against.any(axis=0) | (items >= _LONG)
    result = rows.with_columns(
        pl.Series("n_blocks", enough.sum(axis=0), dtype=pl.Int64),
        pl.Series("n_straight", straight.sum(axis=0), dtype=pl.Int64),
        pl.when(pl.Series(enough.any(axis=0))).then(pl.Series(flagged)).alias("flagged"),
    )
    hit = np.flatnonzero(flagged)
    found = pl.DataFrame(
        {
            "row": result["row"].gather(hit),
            "field": ["; ".join(present[b][0].id for b in np.flatnonzero(straight[:, i])) for i in hit],
            "value": ["; ".join(f"{looked[b].answer[i]:g}" for b in np.flatnonzero(straight[:, i])) for i in hit],
            "size": items[hit] + 100.0 * against[:, hit].any(axis=0),
        },
        schema={name: FINDING[name] for name in ("row", "field", "value", "size")},
    )
    table = pl.DataFrame(
        [_line(block, len(names), one) for (block, names), one in zip(present, looked, strict=True)],
        schema=dict(spec.columns),
    )
    return StraightLining(made("straight_lining", int(enough.any(axis=0).sum()), found), result, table)


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """By row: whether enough was answered, whether straight, whether that contradicts itself, the answer, run, SD."""

    enough: NDArray[np.bool_]
    straight: NDArray[np.bool_]
    against: NDArray[np.bool_]
    answer: NDArray[np.float64]
    longest: NDArray[np.int64]
    spread: NDArray[np.float64]
    expected: float


def _look(received: Received, block: ItemBlock, names: Sequence[str]) -> _Looked:
    frame = received.pick(names)
    answers = np.stack([frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy() for name in names])
    given = ~np.isnan(answers)
    count = given.sum(axis=0)
    enough = count >= max(_FEWEST_ITEMS, len(names) / 2)
    low = np.fmin.reduce(answers, axis=0)
    high = np.fmax.reduce(answers, axis=0)
    straight = enough & (low == high)
    against = straight & (low != block.middle) if block.middle is not None else np.zeros_like(straight)
    mean = np.where(given, answers, 0).sum(axis=0) / np.maximum(count, 1)
    squares = np.where(given, (answers - mean) ** 2, 0).sum(axis=0) / np.maximum(count - 1, 1)
    return _Looked(
        enough, straight, against, low, _longest_run(answers, given), np.sqrt(squares), _expected(answers[:, enough])
    )


def _longest_run(answers: NDArray[np.float64], given: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the longest run of one answer in the order of the block; an unanswered item ends a run."""
    run = longest = given[0].astype(np.int64)
    for before, now, there in zip(answers[:-1], answers[1:], given[1:], strict=True):
        run = np.where(there, np.where(now == before, run + 1, 1), 0)
        longest = np.maximum(longest, run)
    return np.asarray(longest)


def _expected(answers: NDArray[np.float64]) -> float:
    """Return how many rows would be straight if the answers to each item were dealt by lot: n Σ_v Π_j p_j(v)."""
    if not answers.shape[1]:
        return 0.0
    values = np.unique(answers[~np.isnan(answers)])
    shares = np.stack(
        [[(item == value).sum() / max((~np.isnan(item)).sum(), 1) for value in values] for item in answers]
    )
    return float(answers.shape[1] * shares.prod(axis=0).sum())


def _line(block: ItemBlock, n_items: int, looked: _Looked) -> dict[str, Any]:
    n, n_straight = int(looked.enough.sum()), int(looked.straight.sum())
    runs, spread = looked.longest[looked.enough], looked.spread[looked.enough]
    return {
        "block": block.id,
        "title_zh": block.title.zh,
        "title_en": block.title.en,
        "n_items": n_items,
        "n": n,
        "n_straight": n_straight,
        "share": n_straight / n if n else None,
        "expected": looked.expected,
        "contradictory": block.middle is not None,
        "longest_median": float(np.median(runs)) if n else None,
        "longest_95": float(np.quantile(runs, 0.95)) if n else None,
        "sd_median": float(np.median(spread)) if n else None,
    }


def _middle(codebook: Codebook, names: Sequence[str]) -> float | None:
    """Return the middle of the codes that the fields may take; infinity, which nobody answers, where nothing says."""
    codes = [code for name in names if name in codebook.names for code in codebook.field(name).allowed or ()]
    numbers = [float(code) for code in codes if isinstance(code, int | float)]
    return (min(numbers) + max(numbers)) / 2 if numbers else float("inf")
