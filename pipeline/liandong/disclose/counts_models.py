"""Whom the tables of models count: samples, their arms, and the levels and clusters that make them up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from liandong.disclose.groups import EVERYBODY, Count, Group, Whole
from liandong.disclose.outline import Outline

Row = dict[str, Any]
Found = Iterator[Count | Whole]

# What a reader would miss least goes first.
_STAGE, _FLOW_ARM, _CLUSTER, _SPECIFICATION, _COMPARED, _LEVEL, _FURTHER, _ARM, _SAMPLE = 1, 2, 3, 4, 5, 6, 7, 8, 10
_ARMS = {"treated": "1", "untreated": "0"}


@dataclass(frozen=True, slots=True)
class Samples:
    """Who is in the sample of an effect and an outcome, at every stage on the way to it."""

    stages: Mapping[tuple[str, str], Mapping[str, tuple[Group, int | None]]]

    def group(self, effect: str, outcome: str, size: int | None) -> Group:
        """Return the sample of `size` people: the model's own if it has as many, or if nobody knows how many."""
        own, people = self.stages.get((effect, outcome), {}).get("estimation_sample", (EVERYBODY, None))
        if people is not None and size in {people, None}:
            return own
        # The same number under the same name is the same sample: of steps, conventions and engines.
        return frozenset({f"sample {effect}: {outcome} ({size})"})

    def stage(self, effect: str, outcome: str, stage: str) -> Group:
        """Return who is left at a stage."""
        found = self.stages.get((effect, outcome), {}).get(stage)
        return found[0] if found else frozenset({f"{stage} {effect}: {outcome}"})


def samples_of(rows: Sequence[Row], outline: Outline) -> Samples:
    """Return the stages of every model. A stage at which nobody left holds the same people as the one before."""
    stages: dict[tuple[str, str], dict[str, tuple[Group, int | None]]] = {}
    for row in rows:
        if not row["effect"]:
            continue
        own = stages.setdefault((row["effect"], row["outcome"]), {})
        before, people = next(reversed(own.values()), (EVERYBODY, None))
        same = row["stage"] == "accepted" or (people is not None and people == row["rows"])
        group = before if same else before | _conditions(row, outline)
        own[row["stage"]] = (group, row["rows"])
    return Samples(stages)


def _conditions(row: Row, outline: Outline) -> Group:
    if row["stage"] == "outcome_known":
        return outline.known(row["outcome"])
    effect = outline.effects.get(row["effect"])
    if row["stage"] == "complete_cases" and effect is not None:
        return outline.known(effect.treatment, *(column for step in effect.steps for column in step.add))
    return frozenset({f"{row['stage']} {row['effect']}: {row['outcome']}"})


def flow_counts(rows: Sequence[Row], samples: Samples, outline: Outline) -> Found:
    """Yield the stages of every model; received and rejected questionnaires are no group of respondents."""
    del outline
    for at, row in enumerate(rows):
        if row["stage"] == "accepted":
            yield Count("sample_flow", at, "rows", EVERYBODY, row["rows"], _SAMPLE)
        elif row["effect"]:
            rank = _SAMPLE if row["stage"] == "estimation_sample" else _STAGE
            group = samples.stage(row["effect"], row["outcome"], row["stage"])
            yield Count("sample_flow", at, "rows", group, row["rows"], rank)


def _arms_of(
    name: str, at: int, row: Row, group: Group, treatment: str, rank: int = _ARM, known: Group = EVERYBODY
) -> Found:
    """Yield the arms of a group that has only treated and untreated people."""
    parts = []
    for arm, value in _ARMS.items():
        part = group | known | {f"{treatment}={value}"}
        parts.append(part)
        yield Count(name, at, f"n_{arm}", part, row[f"n_{arm}"], rank)
    if row["n_treated"] is not None:
        yield Whole(group, tuple(parts))


def _treatment(row: Row, outline: Outline) -> str:
    effect = outline.effects.get(row["effect"])
    return effect.treatment if effect else f"treatment of {row['effect']}"


def _plain(name: str, rows: Sequence[Row], samples: Samples, outline: Outline) -> Found:
    """Yield the sample of every row, and its arms where the table counts them."""
    for at, row in enumerate(rows):
        group = samples.group(row["effect"], row["outcome"], row["n_obs"])
        yield Count(name, at, "n_obs", group, row["n_obs"], _SAMPLE)
        if row.get("n_treated") is not None:
            treatment = _treatment(row, outline)
            yield from _arms_of(name, at, row, group, treatment, known=outline.known(treatment))


def _levels(name: str, rows: Sequence[Row], samples: Samples, outline: Outline) -> Found:
    """Yield the groups that make up a sample: the levels of a subgroup or of a dose, or clusters."""
    wholes: dict[tuple[Group, str], list[Group]] = {}
    for at, row in enumerate(rows):
        column, level = _cut(name, row, outline)
        sample = samples.group(row["effect"], row["outcome"], None)
        group = sample | outline.known(column) | {f"{column}={level}"}
        wholes.setdefault((sample | outline.known(column), column), []).append(group)
        yield Count(name, at, "n_obs", group, row["n_obs"], _CLUSTER if name == "influence" else _LEVEL)
        if name == "heterogeneity" and row["n_treated"] is not None:
            treatment = _treatment(row, outline)
            yield from _arms_of(name, at, row, group, treatment, _LEVEL)
            for value in _ARMS.values():
                arm = f"{treatment}={value}"
                wholes.setdefault((sample | outline.known(column) | {arm}, column), []).append(group | {arm})
    yield from (Whole(total, tuple(groups)) for (total, _), groups in wholes.items())


def _cut(name: str, row: Row, outline: Outline) -> tuple[str, str]:
    if name == "heterogeneity":
        return row["subgroup"], row["level"]
    if name == "dose":
        return _treatment(row, outline), f"{row['level']:g}"
    effect = outline.effects.get(row["effect"])
    return (effect.cluster[0] if effect else "cluster"), row["cluster"]


def _stages_by_arm(name: str, rows: Sequence[Row], samples: Samples, outline: Outline) -> Found:
    wholes: dict[Group, list[Group]] = {}
    for at, row in enumerate(rows):
        treatment = _treatment(row, outline)
        total = samples.stage(row["effect"], row["outcome"], row["stage"]) | outline.known(treatment)
        group = total | {f"{treatment}={_ARMS.get(row['arm'], row['arm'])}"}
        wholes.setdefault(total, []).append(group)
        yield Count(name, at, "rows", group, row["rows"], _FLOW_ARM)
    yield from (Whole(total, tuple(dict.fromkeys(groups))) for total, groups in wholes.items())


def _missing_by_arm(name: str, rows: Sequence[Row], samples: Samples, outline: Outline) -> Found:
    del samples
    for at, row in enumerate(rows):
        treatment = _treatment(row, outline)
        arm = outline.known(treatment) | {f"{treatment}={_ARMS.get(row['arm'], row['arm'])}"}
        yield Count(name, at, "n_rows", arm, row["n_rows"], _FLOW_ARM)
        yield Count(name, at, "n", arm | {f"!{row['field']}"}, row["n"], _STAGE, arm)


def _balance(name: str, rows: Sequence[Row], samples: Samples, outline: Outline) -> Found:
    del samples
    for at, row in enumerate(rows):
        treatment = _treatment(row, outline)
        group = outline.known(treatment, row["covariate"])
        yield from _arms_of(name, at, row, group, treatment, _COMPARED)


def _of_effect(name: str, rows: Sequence[Row], samples: Samples, outline: Outline) -> Found:
    """Yield samples that are those of no outcome: joint tests of balance, ordered answers, mediations."""
    del samples
    for at, row in enumerate(rows):
        if name == "mediation":
            mediation = outline.mediations.get(row["mediation"])
            columns = (row["treatment"], row["mediator"], row["outcome"], *(mediation.controls if mediation else ()))
            group = outline.known(*columns) | {f"mediation {row['mediation']}"}
            if mediation and mediation.sample:
                group |= outline.where(mediation.sample)
        else:
            effect = outline.effects.get(row["effect"])
            compared = effect.balanced if effect else ()
            controls = (column for step in effect.steps for column in step.add) if effect else ()
            columns = (row["item"], *controls) if name == "ordinal" else compared
            group = outline.known(_treatment(row, outline), *columns) | {f"{name} {row['effect']}"}
        yield Count(name, at, "n_obs", group, row["n_obs"], _FURTHER)
        if row.get("n_treated") is not None:
            yield from _arms_of(name, at, row, group, row["treatment"])


def _specifications(name: str, rows: Sequence[Row], samples: Samples, outline: Outline) -> Found:
    del samples
    for at, row in enumerate(rows):
        effect, multiverse = outline.effects.get(row["effect"]), outline.multiverses.get(row["effect"])
        blocks = () if effect is None else (multiverse.blocks if multiverse and multiverse.blocks else effect.steps)
        chosen = row["controls"].split("+") if row["sample"] == "complete" else [block.name for block in blocks]
        columns = [column for block in blocks if block.name in chosen for column in block.add]
        group = outline.known(_treatment(row, outline), row["scoring"], *columns)
        if row["sample"] not in {"common", "complete"}:
            group |= {f"sample {row['effect']}: {row['sample']}"}
        if effect is None:
            group |= {f"specification {row['effect']}: {row['controls']} {row['sample']}"}
        yield Count(name, at, "n_obs", group, row["n_obs"], _SPECIFICATION)


def _power(name: str, rows: Sequence[Row], samples: Samples, outline: Outline) -> Found:
    """Yield the sample that clusters × their mean size give back, and the arm that the share of treated people does."""
    for at, row in enumerate(rows):
        if row["is_actual"] and row["cluster_size"] is not None and row["n_clusters"] is not None:
            people = round(row["n_clusters"] * row["cluster_size"])
            group = samples.group(row["effect"], row["outcome"], people)
            yield Count(name, at, "cluster_size", group, people, _SAMPLE)
            if row["share_treated"] is not None:
                part = group | {f"{_treatment(row, outline)}=1"}
                yield Count(name, at, "share_treated", part, round(people * row["share_treated"]), _ARM)


MODEL_TABLES: Final[Mapping[str, Callable[[str, Sequence[Row], Samples, Outline], Found]]] = {
    "estimates": _plain,
    "design": _plain,
    "verdicts": _plain,
    "crosscheck": _plain,
    "interactions": _plain,
    "power": _power,
    "heterogeneity": _levels,
    "dose": _levels,
    "influence": _levels,
    "arms": _stages_by_arm,
    "missing_by_arm": _missing_by_arm,
    "balance": _balance,
    "balance_tests": _of_effect,
    "ordinal": _of_effect,
    "mediation": _of_effect,
    "specifications": _specifications,
}
