"""The labels table: every name that a reader may meet, with its title in both languages and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from liandong.definitions import Scale, Source, Study, Text
from liandong.definitions.link_titles import lent
from liandong.indicators import level_text
from liandong.privacy import fields_behind, reads_personal
from liandong.weighting import WEIGHT
from liandong.workflow.tables import links_read

Row = dict[str, str]


def label_table(study: Study) -> pl.DataFrame:
    """Return table ``labels``: kind, name, level, zh, en, source; one row per named thing, and one per category."""
    rows = [*_measures(study), *_columns(study), *_levels(study)]
    return pl.DataFrame(rows, schema=dict.fromkeys(("kind", "name", "level", "zh", "en", "source"), pl.String))


def _measures(study: Study) -> Iterator[Row]:
    for indicator in study.indicators:
        yield _row("indicator", indicator.id, indicator.title, source=_citation(indicator.source))
    for scale in study.scales:
        yield _row("scale", scale.id, scale.title, source=_citation(scale.source))
        yield _row("scale_definition", scale.id, _scale_definition(scale), source=_citation(scale.source))
    for effect in study.spec.analysis.effects:
        yield _row("effect", effect.id, effect.title)
        for step in effect.steps:
            yield _row("step", effect.id, step.title or Text(zh=step.name, en=step.name), level=step.name)
    for family in study.spec.analysis.families:
        yield _row("family", family.id, family.title)
    for mediation in study.spec.analysis.mediations:
        yield _row("mediation", mediation.id, mediation.title)
    for multiverse in study.spec.analysis.multiverses:
        for rule in multiverse.samples:
            yield _row("sample", multiverse.effect, rule.title, level=rule.name)
        for block in multiverse.blocks or ():
            yield _row("block", multiverse.effect, block.title or Text(zh=block.name, en=block.name), level=block.name)


def _columns(study: Study) -> Iterator[Row]:
    if study.spec.design is not None and study.spec.design.weighting is not None:
        weights = Text(zh="按总体目标校准的权重", en="Weights brought to population targets")
        yield _row("derived", WEIGHT, weights)
    for column in study.spec.analysis.derived:
        # What a personal field is held against may be a person's number.
        source = "" if reads_personal(study, column.name) else column.expression.text
        yield _row("derived", column.name, column.title, source=source)
    if study.instrument is None:
        return
    for field in study.instrument.codebook.fields:
        yield _row("field", field.name, Text(zh=field.label("zh"), en=field.label("en")))
    for name, codebook in study.instrument.tables.items():
        yield _row("table", name, codebook.liandong.title)
        for field in codebook.fields:
            yield _row("field", f"{name}.{field.name}", Text(zh=field.label("zh"), en=field.label("en")))
    for name, one in lent(links_read(study), study.instrument.schemas).items():
        if one.link.name.aggregate is not None:
            yield _row("aggregate", name, one.title)


def _levels(study: Study) -> Iterator[Row]:
    fields = [field.name for field in study.instrument.codebook.fields] if study.instrument else []
    tables = study.instrument.tables if study.instrument else {}
    others = [f"{table}.{field.name}" for table, codebook in tables.items() for field in codebook.fields]
    for name in [*fields, *others, *(column.name for column in study.spec.analysis.derived)]:
        if any(field.liandong.pii for field in fields_behind(study, name)):
            continue  # a list of its values is a list of persons
        english = study.category_labels(name, "en")
        for value, label in study.category_labels(name, "zh").items():
            yield _row("level", name, Text(zh=label, en=english.get(value, label)), level=level_text(value))


def _scale_definition(scale: Scale) -> Text:
    """Say how a scale is scored, in one line per language."""
    low, high = scale.score_range
    how = {"mean": ("均值", "mean"), "sum": ("总分", "sum")}[scale.scoring]
    count, need, turned = len(scale.items), scale.minimum_answered, len(scale.reversed)
    return Text(
        zh=f"{count} 题{how[0]}{f'（反向 {turned} 题）' if turned else ''}，至少回答 {need} 题，"
        f"取值 {low:g}–{high:g}；得分越高，{scale.higher_means.zh}",
        en=f"{how[1]} of {count} items{f' ({turned} reversed)' if turned else ''}, at least {need} answered, "
        f"range {low:g}–{high:g}; a higher score means {scale.higher_means.en}",
    )


def _citation(source: Source) -> str:
    return source.citation + (f", {source.page}" if source.page else "")


def _row(kind: str, name: str, title: Text, *, level: str = "", source: str = "") -> Row:
    return {"kind": kind, "name": name, "level": level, "zh": title.zh, "en": title.en, "source": source}
