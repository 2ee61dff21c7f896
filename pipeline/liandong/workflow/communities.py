"""Communities side by side: what they are compared by, the two tables of the comparison, and their names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import polars as pl

from liandong.comparison import Communities, Measure, compare_communities
from liandong.definitions import Codebook, Indicator, Study
from liandong.definitions.codebook import Field
from liandong.disclose import Nest
from liandong.evidence import TABLES
from liandong.indicators import Line, level_text, lines_of, sample_design, without_zero_weights
from liandong.workflow.case import Write
from liandong.workflow.intake import Intake

_NAME: Final = re.compile(r"(?:^|_)name$", re.IGNORECASE)


def write_communities(study: Study, frame: pl.DataFrame, weight: str | None, write: Write) -> None:
    """Write the tables ``communities`` and ``community_spread`` of a study whose design names clusters.

    Compared are the scores that are outcomes of an effect, and every share and mean among the indicators, of all and of
    those in need. Distributions are left out: a category by itself says little; so is an indicator that is the mean of
    such a score, once more.

    Raises
    ------
    EstimationError
        For a design that cannot be used.
    """
    design = study.spec.design
    cluster = design.cluster if design else None
    if design is None or cluster is None or cluster not in frame.columns:
        return
    frame = without_zero_weights(frame, weight)
    sample = sample_design(frame, cluster, weight, design.strata)
    scores = [name for name in _outcome_scales(study) if name in frame.columns]
    found = lines_of(frame, _compared(study, scores), {})
    values = pl.DataFrame(
        [
            *(frame[name].alias(f"score:{name}") for name in scores),
            *(
                found.values[line.column] + line.origin if line.is_mean else found.values[line.column]
                for line in found.lines
            ),
        ]
    )
    measures = [*(Measure(name, "scale", "all", f"score:{name}") for name in scores), *_measures(found.lines)]
    if not measures:
        return
    names = [level_text(value) for value in frame[cluster].unique().sort()]
    communities = Communities(names, sample.cluster, sample.strata, sample.weight)
    table, spread = compare_communities(values, measures, communities)
    write("communities", table)
    write("community_spread", spread)


def community_nests(study: Study, frame: pl.DataFrame) -> tuple[Nest, ...]:
    """Return the levels that hold whole clusters, in the columns whose levels the tables count."""
    design = study.spec.design
    cluster = design.cluster if design else None
    if design is None or cluster is None or cluster not in frame.columns:
        return ()
    demographic = study.instrument.codebook.with_role("demographic") if study.instrument else ()
    counted = [*study.spec.analysis.subgroups, *(field.name for field in demographic if field.categories)]
    counted += [one.numerator.text for one in study.indicators if one.kind == "distribution"]
    for effect in study.spec.analysis.effects:
        counted += [effect.treatment, *effect.subgroups]
    found = []
    for column in dict.fromkeys(name for name in counted if name in frame.columns):
        levels = frame.group_by(cluster).agg(pl.col(column).n_unique().alias("count"), pl.col(column).first())
        whole = levels.filter((pl.col("count") == 1) & pl.col(column).is_not_null()) if column != cluster else levels
        for (level,), part in whole.partition_by(column, as_dict=True).items():
            found.append(Nest(column, level_text(level), frozenset(level_text(value) for value in part[cluster])))
    return tuple(found)


def community_labels(study: Study, intake: Intake) -> pl.DataFrame:
    """Return rows of the table labels: what the clusters of the design are called in the second table that lists them.

    That is the table which a foreign key of the responses leads to by the cluster alone, and in it the text called
    ``name`` (or ``…_name``), unless it is personal. Of equal names each carries its code. Without such a table there
    are no rows, and communities go by their codes.
    """
    found = TABLES["labels"].empty()
    design = study.spec.design
    cluster = design.cluster if design else None
    if cluster is None or study.instrument is None or study.category_labels(cluster, "zh"):
        return found
    for key in study.instrument.codebook.foreign_keys:
        table = intake.tables.get(key.reference.resource)
        named = None if table is None else _name_field(table.codebook, key.referenced)
        if key.columns != (cluster,) or table is None or named is None:
            continue
        if {named.name, key.referenced[0]} <= set(table.validated.passed.names):
            return _labels(cluster, table.validated.accepted, key.referenced[0], named.name)
    return found


def _name_field(codebook: Codebook, key: tuple[str, ...]) -> Field | None:
    fields = [field for field in codebook.fields if field.type == "string" and field.name not in key]
    plain = [field for field in fields if not field.liandong.pii and not field.categories]
    return next((field for field in plain if _NAME.search(field.name)), None)


def _labels(cluster: str, rows: pl.LazyFrame, key: str, name: str) -> pl.DataFrame:
    names = rows.select(level=pl.col(key).cast(pl.String), name=pl.col(name)).collect().drop_nulls()
    shared = names["name"].is_duplicated()
    coded = pl.when(shared).then(pl.format("{} ({})", "name", "level")).otherwise("name")
    columns = {"kind": pl.lit("level"), "name": pl.lit(cluster), "zh": coded, "en": coded, "source": pl.lit("")}
    return names.with_columns(**columns).select(*TABLES["labels"].columns)


def _compared(study: Study, scores: list[str]) -> list[Indicator]:
    return [
        one
        for one in study.indicators
        if one.kind != "distribution" and one.id not in scores and not (one.kind == "mean" and _is_score(one, scores))
    ]


def _is_score(indicator: Indicator, scores: list[str]) -> bool:
    return indicator.numerator.text.strip() in scores and indicator.universe is None and indicator.need is None


def _outcome_scales(study: Study) -> list[str]:
    outcomes = {outcome for effect in study.spec.analysis.effects for outcome in effect.outcomes}
    return [scale.id for scale in study.scales if scale.id in outcomes]


def _measures(lines: tuple[Line, ...]) -> Iterator[Measure]:
    for line in lines:
        yield Measure(line.indicator.id, "mean" if line.is_mean else "share", line.universe, line.column)
