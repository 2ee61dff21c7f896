"""Reference checks of multiverses: names, roles that clash, and factors that multiply to more than can be run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from liandong.definitions.analysis import MOST_SPECIFICATIONS, Multiverse
from liandong.definitions.expression_types import Kind
from liandong.definitions.vocabulary import (
    Use,
    at,
    check_condition,
    column_list,
    items,
    names_in,
    repeated_names,
    texts,
    unknown_names,
)
from liandong.errors import Problem

_MULTIVERSES = "study.yaml: analysis.multiverses"
_MOST_ABSORBED = 2
_ALWAYS = ("common", "complete")
Columns = Mapping[str, Kind | None]


def check_multiverses(
    multiverses: list[Any], effects: list[Any], columns: Columns, linked: Columns
) -> Iterator[Problem]:
    """Yield what is wrong with raw multiverses, given the raw effects that they may name.

    Conditions may read `linked` values of other tables beside the columns.
    """
    yield from repeated_names(_MULTIVERSES, texts(multiverses, "effect"))
    known = {effect["id"]: effect for effect in effects if isinstance(at(effect, "id"), str)}
    for i, multiverse in enumerate(multiverses):
        where, name = f"{_MULTIVERSES}[{i}]", at(multiverse, "effect")
        yield from unknown_names([Use(f"{where}.effect", name, "effect", known)])
        effect = known.get(name) if isinstance(name, str) else None
        yield from _blocks(where, multiverse, columns)
        yield from _scorings(where, multiverse, effect, columns)
        yield from _samples(where, multiverse, {**columns, **linked})
        yield from _absorb(where, multiverse, columns)
        if effect is not None:
            yield from _clashes(where, multiverse, effect)
            yield from _too_many(where, multiverse, effect)


def _blocks(where: str, multiverse: Any, columns: Columns) -> Iterator[Problem]:
    blocks = items(at(multiverse, "blocks"))
    yield from repeated_names(f"{where}.blocks", texts(blocks, "name"))
    for j, block in enumerate(blocks):
        yield from column_list(f"{where}.blocks[{j}].add", at(block, "add"), columns)


def _scorings(where: str, multiverse: Any, effect: Any, columns: Columns) -> Iterator[Problem]:
    for j, scoring in enumerate(items(at(multiverse, "scorings"))):
        if effect is not None:
            outcomes = names_in(at(effect, "outcomes"))
            use = Use(f"{where}.scorings[{j}].outcome", at(scoring, "outcome"), "outcome of the effect", outcomes)
            yield from unknown_names([use])
        yield from column_list(f"{where}.scorings[{j}].columns", at(scoring, "columns"), columns)


def _samples(where: str, multiverse: Any, columns: Columns) -> Iterator[Problem]:
    rules = items(at(multiverse, "samples"))
    yield from repeated_names(f"{where}.samples", texts(rules, "name"))
    for j, rule in enumerate(rules):
        if at(rule, "name") in _ALWAYS:
            yield Problem(f"{where}.samples[{j}].name", f"{rule['name']!r} is always among the samples; choose another")
        yield from check_condition(f"{where}.samples[{j}].where", rule, "where", columns)


def _absorb(where: str, multiverse: Any, columns: Columns) -> Iterator[Problem]:
    for j, absorbed in enumerate(items(at(multiverse, "absorb"))):
        yield from column_list(f"{where}.absorb[{j}]", absorbed, columns)
        if len(items(absorbed)) > _MOST_ABSORBED:
            hint = "take one out of the set, or join two columns into one by a derived column"
            yield Problem(f"{where}.absorb[{j}]", f"{len(absorbed)} fixed effects at once; at most two work", hint)


def _clashes(where: str, multiverse: Any, effect: Any) -> Iterator[Problem]:
    """Yield columns that would explain themselves: an outcome, or what stands for one, as treatment or control."""
    outcomes = names_in(at(effect, "outcomes"))
    scorings = [
        (j, names_in(at(scoring, "columns")))
        for j, scoring in enumerate(items(at(multiverse, "scorings")))
        if at(scoring, "outcome") in outcomes
    ]
    roles = dict.fromkeys([name for _, columns in scorings for name in columns], "the score of an outcome")
    roles |= dict.fromkeys(outcomes, "an outcome of the effect")
    treatment = at(effect, "treatment")
    if isinstance(treatment, str):
        roles[treatment] = "the treatment"
    for j, block in enumerate(items(at(multiverse, "blocks"))):
        for k, name in enumerate(items(at(block, "add"))):
            if isinstance(name, str) and name in roles:
                yield Problem(f"{where}.blocks[{j}].add[{k}]", f"{name!r} is already {roles[name]}")
    controls = {name for step in items(at(effect, "steps")) for name in names_in(at(step, "add"))}
    for j, columns in scorings:
        for k, name in enumerate(columns):
            if name == treatment or name in controls:
                already = "the treatment" if name == treatment else "a control in the steps of the effect"
                yield Problem(f"{where}.scorings[{j}].columns[{k}]", f"{name!r} is already {already}")


def _too_many(where: str, multiverse: Any, effect: Any) -> Iterator[Problem]:
    """Yield that the factors multiply to too many specifications; the product needs no data."""
    outcomes = dict.fromkeys(names_in(at(effect, "outcomes")))
    scores = {(name, name) for name in outcomes} | {
        (at(scoring, "outcome"), name)
        for scoring in items(at(multiverse, "scorings"))
        if at(scoring, "outcome") in outcomes
        for name in names_in(at(scoring, "columns"))
    }
    blocks = at(effect, "steps") if at(multiverse, "blocks") is None else at(multiverse, "blocks")
    full = sum(bool(names_in(at(block, "add"))) for block in items(blocks))
    absorbed = {frozenset(names_in(names)) for names in [at(effect, "absorb"), *items(at(multiverse, "absorb"))]}
    kinds = set(names_in(at(multiverse, "inference"))) or Multiverse.model_fields["inference"].default
    samples = len(_ALWAYS) + len(items(at(multiverse, "samples")))
    factors = {
        f"{len(scores)} outcomes and scorings": len(scores),
        f"2^{full} subsets of control blocks": 2**full,
        f"{samples} samples": samples,
        f"{len(absorbed)} sets of fixed effects": len(absorbed),
        f"{len(kinds)} inferences": len(kinds),
    }
    number = math.prod(factors.values())
    if number > MOST_SPECIFICATIONS:
        made = f"{' × '.join(factors)} make {number:,} specifications; at most {MOST_SPECIFICATIONS:,} are run"
        yield Problem(where, made, "join control blocks (key blocks), or leave out scorings, samples or inferences")
