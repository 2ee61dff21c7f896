"""Move the published models' coefficients to their published values by changing a few answers.

The models are those of study.yaml: its steps, its derived columns, its scales. With the regressors fixed, the
coefficient of the treatment is linear in the outcome, b = a'y, where a is the treatment after community effects and
controls are taken out, over its sum of squares (Frisch, Waugh & Lovell). Changing one item by one step therefore moves
b by a known amount, large for one of the seven people without a social worker and small for their neighbours: the
search takes the step that comes closest to the published value, again and again, until it is there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from simulation.draws import Columns, Numbers
from simulation.missing import BLANK

from liandong.definitions import Effect, Scale, Study

PUBLISHED = {"belonging": 0.020, "trust": 0.018}
TOLERANCE = 0.0001  # well inside the third decimal, whatever the order of additions
EDITS_PER_PERSON = 2


@dataclass(frozen=True, slots=True)
class Edit:
    """One changed answer: `item` of the respondent in position `row` moves by `step`."""

    row: int
    item: str
    step: int


def calibrated(columns: Columns, study: Study) -> tuple[Columns, tuple[Edit, ...]]:
    """Return the columns with both coefficients at their published values, and the answers that were changed for it."""
    result = dict(columns)
    effect = study.spec.analysis.effects[0]
    edits: list[Edit] = []
    for outcome, target in PUBLISHED.items():
        scale = next(scale for scale in study.scales if scale.id == outcome)
        edits += _search(result, _answers(columns, study), scale, effect, target)
    return result, tuple(edits)


def _search(columns: Columns, answers: pl.DataFrame, scale: Scale, effect: Effect, target: float) -> list[Edit]:
    items = {item: columns[item].copy() for item in scale.items}
    score, answered = _score(answers, scale)
    weight = _treatment_weights(answers, effect, score)
    used = weight != 0
    coefficient = float(weight[used] @ score[used])
    low, high = scale.range
    candidates = [
        Edit(int(row), item, step)
        for row in np.flatnonzero(np.abs(weight) > np.abs(weight).max() / 100)
        for item in scale.items
        for step in (-1, 1)
        if low <= items[item][row] <= high and low <= items[item][row] + step <= high
    ]
    moves = np.array(
        [weight[edit.row] * _sign(edit, scale) / (answered[edit.row] * (high - low)) for edit in candidates]
    )
    edits: list[Edit] = []
    while abs(coefficient - target) > TOLERANCE:
        free = [k for k, edit in enumerate(candidates) if _is_free(edit, edits)]
        # Rounded, so that the last bits of another machine's arithmetic choose no other answer.
        best = min(free, key=lambda k: (round(abs(coefficient + float(moves[k]) - target), 9), k))
        edit = candidates[best]
        items[edit.item][edit.row] += edit.step
        coefficient += float(moves[best])
        edits.append(edit)
    columns.update(items)
    return edits


def _sign(edit: Edit, scale: Scale) -> int:
    return -edit.step if edit.item in scale.reversed else edit.step


def _is_free(edit: Edit, edits: list[Edit]) -> bool:
    same = [done for done in edits if done.row == edit.row]
    return len(same) < EDITS_PER_PERSON and all(done.item != edit.item for done in same)


def _answers(columns: Columns, study: Study) -> pl.DataFrame:
    """Return the frame as the analysis sees it: codes for missing answers are null, derived columns are there."""
    assert study.instrument is not None
    frame = pl.DataFrame(columns)
    for field in study.instrument.codebook.fields:
        if field.type == "integer":
            codes = [int(code) for code in field.liandong.missing_kinds]
            valid = ~pl.col(field.name).is_in([*codes, BLANK])
            frame = frame.with_columns(pl.when(valid).then(pl.col(field.name)))
    for derived in study.spec.analysis.derived:
        frame = frame.with_columns(derived.expression.polars().alias(derived.name))
    return frame


def _score(answers: pl.DataFrame, scale: Scale) -> tuple[Numbers, Numbers]:
    """Return the score on 0–1 (NaN with too few answers) and the number of items answered."""
    low, high = scale.range
    points = answers.select(scale.items).to_numpy().astype(np.float64)
    turned = [scale.items.index(item) for item in scale.reversed]
    points[:, turned] = low + high - points[:, turned]
    answered = np.isfinite(points).sum(axis=1).astype(np.float64)
    total = np.nansum(points, axis=1)
    enough = answered >= scale.minimum_answered
    score = np.full(len(points), np.nan)
    score[enough] = (total[enough] / answered[enough] - low) / (high - low)
    return score, answered


def _treatment_weights(answers: pl.DataFrame, effect: Effect, score: Numbers) -> Numbers:
    """Return a with b = a'y over the complete cases of the largest step, zero elsewhere."""
    controls = [name for step in effect.steps for name in step.add]
    values = answers.select([effect.treatment, *controls]).to_numpy().astype(np.float64)
    complete = np.isfinite(values).all(axis=1) & np.isfinite(score)
    group = answers.get_column(effect.absorb[0]).to_numpy()[complete]
    within = values[complete]
    for level in np.unique(group):
        within[group == level] -= within[group == level].mean(axis=0)
    treatment, others = within[:, 0], within[:, 1:]
    left = treatment - others @ np.linalg.lstsq(others, treatment, rcond=None)[0]
    weight = np.zeros(len(score))
    weight[complete] = left / (left @ left)
    return weight
