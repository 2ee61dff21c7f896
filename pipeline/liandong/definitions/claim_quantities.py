"""What a claim is an estimate of: the indicators, scales and models of a study that it may name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from liandong.definitions.study import Instrument
from liandong.definitions.vocabulary import Use, at, items, names_in, texts, unknown_names
from liandong.errors import Problem

STAGES = (
    "invited",
    "received",
    "rejected",
    "dropped_by_hand",
    "accepted",
    "outcome_known",
    "complete_cases",
    "without_singletons",
    "estimation_sample",
)
"""The rows of table sample_flow that a claim may name; the last four belong to a model."""
_OWNERS = ("indicator", "scale", "variable", "stage", "effect")
_STATISTICS = {"scale": ("mean", "sd", "alpha", "omega"), "stage": ("rows", "clusters")}
_GOES_WITH = {
    "outcome": {"effect", "stage"},
    "step": {"effect"},
    "term": {"effect"},
    "metric": {"effect"},
    "category": {"indicator"},
    "subgroup": {"indicator"},
    "level": {"indicator", "variable"},
    "statistic": {"scale", "stage"},
}


def check_quantities(claims: Any, file: str, raw: dict[str, Any], instrument: Instrument | None) -> list[Problem]:
    """Return the names under `quantity` of raw claims that neither the instrument nor the plan in `raw` defines."""
    problems: list[Problem] = []
    for i, claim in enumerate(items(claims)):
        where = f"{file}: claims[{i}] ({at(claim, 'id')}).quantity"
        for place, quantity in ((where, at(claim, "quantity")), (f"{where}.minus", at(claim, "quantity", "minus"))):
            if isinstance(quantity, dict):
                problems += _one_thing(place, quantity)
                problems += _measures(place, quantity, raw, instrument)
                problems += _term(place, quantity, items(at(raw, "analysis", "effects")))
        if isinstance(at(claim, "quantity", "minus", "minus"), dict):
            problems.append(Problem(f"{where}.minus.minus", "a difference is of two quantities"))
    return problems


def _one_thing(where: str, quantity: dict[str, Any]) -> Iterator[Problem]:
    """Yield quantities that name nothing, or several things, and keys that go with another one."""
    # The sample of a model is a stage of the flow: there the model is no quantity of its own.
    owners = [key for key in _OWNERS if key != "effect" or quantity.get("stage") is None]
    named = [key for key in owners if quantity.get(key) is not None]
    if len(named) != 1:
        listed = " and ".join(named) or "none"
        yield Problem(where, f"must name one of {', '.join(_OWNERS[:-1])} or {_OWNERS[-1]}; got {listed}")
    for key, allowed in _GOES_WITH.items():
        if quantity.get(key) is not None and not allowed & set(named):
            yield Problem(f"{where}.{key}", f"goes with {' or '.join(sorted(allowed))}")
    statistics = {name for owner in named for name in _STATISTICS.get(owner, ())}
    if statistics and quantity.get("statistic") is not None:
        yield from unknown_names(
            [Use(f"{where}.statistic", quantity["statistic"], f"statistic of a {named[0]}", statistics)]
        )
    yield from unknown_names([Use(f"{where}.stage", quantity.get("stage"), "stage of the sample flow", STAGES)])
    if quantity.get("effect") is not None and quantity.get("outcome") is None:
        yield Problem(f"{where}.outcome", "is required with effect")


def _measures(
    where: str, quantity: dict[str, Any], raw: dict[str, Any], instrument: Instrument | None
) -> Iterator[Problem]:
    if instrument is None:
        if raw.get("instrument") is None:  # a broken one has its own problems
            for key in ("indicator", "scale", "variable"):
                if quantity.get(key) is not None:
                    yield Problem(f"{where}.{key}", "the study has no instrument that could define it")
        return
    indicators = {indicator.id: indicator for indicator in instrument.indicators.indicators}
    yield from unknown_names([Use(f"{where}.indicator", quantity.get("indicator"), "indicator", indicators)])
    yield from unknown_names(
        [Use(f"{where}.scale", quantity.get("scale"), "scale", {scale.id for scale in instrument.scales})]
    )
    coded = {field.name for field in instrument.codebook.with_role("demographic") if field.categories}
    bars = {*coded, *(scale.id for scale in instrument.scales)}
    yield from unknown_names(
        [Use(f"{where}.variable", quantity.get("variable"), "variable of the distributions", bars)]
    )
    subgroups = names_in(at(raw, "analysis", "subgroups"))
    yield from unknown_names([Use(f"{where}.subgroup", quantity.get("subgroup"), "subgroup", subgroups)])


def _term(where: str, quantity: dict[str, Any], effects: list[Any]) -> Iterator[Problem]:
    """Yield the parts of a model's name that the plan does not have."""
    name = quantity.get("effect")
    if name is None:
        return
    yield from unknown_names([Use(f"{where}.effect", name, "effect", list(texts(effects, "id")))])
    effect = next((effect for effect in effects if at(effect, "id") == name), None)
    if effect is None:
        return
    steps = items(at(effect, "steps"))
    terms = [at(effect, "treatment"), *(column for step in steps for column in names_in(at(step, "add")))]
    known = {
        "outcome": names_in(at(effect, "outcomes")),
        "step": list(texts(steps, "name")),
        "term": [term for term in terms if isinstance(term, str)],
    }
    for key, valid in known.items():
        value = quantity.get(key)
        if key == "term" and isinstance(value, str) and value.partition("[")[0] in valid:
            continue  # one category of a control
        yield from unknown_names([Use(f"{where}.{key}", value, key, valid)])
