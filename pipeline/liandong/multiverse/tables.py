"""Specifications as rows of the tables specifications and multiverse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from liandong.definitions import Effect
from liandong.evidence import TABLES
from liandong.multiverse.answers import Answer, Failure
from liandong.multiverse.choices import Model


@dataclass(frozen=True, slots=True)
class Specification:
    """One specification with its answer."""

    model: Model
    absorbed: tuple[str, ...]
    kind: str
    answer: Answer | Failure
    is_headline: bool


def specification_table(effect: Effect, found: Sequence[Specification]) -> pl.DataFrame:
    """Return the table specifications, numbered from 1 within each outcome."""
    rows = [
        _row(effect, number, specification, headline)
        for own in _by_outcome(effect, found)
        for headline in [_headline(own)]
        for number, specification in enumerate(own, start=1)
    ]
    return pl.DataFrame(rows, schema=dict(TABLES["specifications"].columns))


def summary_table(effect: Effect, found: Sequence[Specification]) -> pl.DataFrame:
    """Return the table multiverse: one row per outcome."""
    rows = [_summary(effect, own) for own in _by_outcome(effect, found)]
    return pl.DataFrame(rows, schema=dict(TABLES["multiverse"].columns))


def _by_outcome(effect: Effect, found: Sequence[Specification]) -> Iterator[list[Specification]]:
    for outcome in effect.outcomes:
        yield [specification for specification in found if specification.model.outcome == outcome]


def _headline(own: Sequence[Specification]) -> Answer | None:
    (found,) = (specification for specification in own if specification.is_headline)
    return _answer(found)


def _answer(specification: Specification) -> Answer | None:
    return specification.answer if isinstance(specification.answer, Answer) else None


def _row(effect: Effect, number: int, found: Specification, headline: Answer | None) -> dict[str, Any]:
    model, answer = found.model, found.answer
    shared = {
        "effect": effect.id,
        "outcome": model.outcome,
        "specification": number,
        "scoring": model.scoring,
        "controls": "+".join(model.controls),
        "sample": model.sample,
        "absorbed": "+".join(found.absorbed),
        "vcov": found.kind,
        "n_obs": answer.n_obs,
        "n_clusters": answer.n_clusters,
        "is_headline": found.is_headline,
    }
    if isinstance(answer, Failure):
        return shared | {"flag": answer.flag}
    numbers = {name: getattr(answer, name) for name in _NUMBERS}
    return shared | numbers | {"estimate_sd": answer.estimate_sd, "agrees": _agrees(answer, headline), "flag": ""}


_NUMBERS = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")


def _agrees(answer: Answer, headline: Answer | None) -> bool | None:
    return None if headline is None else answer.conclusion == headline.conclusion


def _summary(effect: Effect, own: Sequence[Specification]) -> dict[str, Any]:
    headline = _headline(own)
    valid = [answer for answer in map(_answer, own) if answer is not None]
    in_sd = np.array([answer.estimate_sd for answer in valid])
    counts = {
        "effect": effect.id,
        "outcome": own[0].model.outcome,
        "n_specifications": len(own),
        "n_failed": len(own) - len(valid),
        "headline": None if headline is None else headline.estimate,
        "headline_sd": None if headline is None else headline.estimate_sd,
    }
    if not valid:
        return counts
    sides = [answer.conclusion for answer in valid]
    shares = {
        "median_sd": float(np.median(in_sd)),
        "low_sd": float(in_sd.min()),
        "high_sd": float(in_sd.max()),
        "share_positive_clear": sides.count("positive") / len(valid),
        "share_negative_clear": sides.count("negative") / len(valid),
    }
    if headline is None:
        return counts | shares
    signs = np.sign(in_sd) == np.sign(headline.estimate)
    return (
        counts
        | shares
        | {
            "share_same_sign": float(signs.mean()),
            "share_agrees": sides.count(headline.conclusion) / len(valid),
        }
    )
