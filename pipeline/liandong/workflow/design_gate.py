"""What the design asks of the accepted rows: the columns of its roles, and a usable weight in every row."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from liandong.definitions import Study
from liandong.errors import ValidationError
from liandong.evidence.typed_rows import TypedRows


def check_design(study: Study, accepted: TypedRows) -> None:
    """Refuse data that the declared design cannot be analysed with; derived columns are left to the analysis.

    Raises
    ------
    ValidationError
        When the file lacks a field that the design names, or accepted rows have no weight, an infinite or a negative
        one, or none of them a weight above zero. Single weights of zero are counted exclusions: nobody's sample.
    """
    known = set(study.instrument.codebook.names) if study.instrument else set()
    absent = {place: name for place, name in _roles(study) if name in known and name not in accepted.schema}
    if absent:
        lines = [f"  - {name}, named under {place}" for place, name in absent.items()]
        raise ValidationError(
            "\n".join(["the data lack columns that the design needs:", *lines]),
            hint="add the columns to the file, or take them out of the design in study.yaml",
            zh=f"数据缺少研究设计所需的列：{'、'.join(dict.fromkeys(absent.values()))}。",
        )
    weight = study.spec.design.weight if study.spec.design else None
    if weight is not None and weight in accepted.schema and accepted.schema[weight].is_numeric():
        _check_weights(weight, accepted)


def _roles(study: Study) -> Iterator[tuple[str, str]]:
    """Yield every place of the definitions that gives a column a role in the design, and the column."""
    design = study.spec.design
    if design is not None:
        roles = {"cluster": design.cluster, "weight": design.weight, "strata": design.strata}
        roles |= {"assignment.unit": design.assignment.unit, "assignment.strata": design.assignment.strata}
        yield from ((f"design.{role}", name) for role, name in roles.items() if name is not None)
    for effect in study.spec.analysis.effects:
        yield from ((f"analysis.effects.{effect.id}.cluster", name) for name in effect.cluster)


def _check_weights(weight: str, accepted: TypedRows) -> None:
    value = pl.col(weight).cast(pl.Float64)
    counts = accepted.collect(
        accepted.rows.select(
            missing=value.is_null().sum(),
            infinite=(~value.is_finite()).sum(),
            negative=(value < 0).sum(),
            zero=(value == 0).sum(),
        )
    ).row(0, named=True)
    zero = int(counts.pop("zero"))
    if not any(counts.values()) and zero < accepted.height:
        return
    found = [f"{count:,} {what}" for what, count in counts.items() if count] + ([f"{zero:,} zero"] if zero else [])
    raise ValidationError(
        f"expected weights of zero or more, some of them above zero; of the {accepted.height:,} accepted rows' values"
        f" of {weight!r} are {', '.join(found)}",
        where="study.yaml: design.weight",
        hint="correct the weights, or reject such rows in codebook.yaml, so that they are counted: constraints"
        " {required: true, minimum: 0} with on_failure {required: reject, range: reject}",
        zh=f"权重列 {weight} 有 {sum(counts.values()) or zero} 个值缺失、无穷或为负（或全部为零）。",
    )
