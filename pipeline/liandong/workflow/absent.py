"""Expressions that read what the data files lack: an error where the analysis needs it, a note where a rule does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from liandong.definitions import Codebook, Expression, Study
from liandong.definitions.links import RESPONSES, linkable
from liandong.definitions.shape import nearest
from liandong.errors import ValidationError
from liandong.ingest import Ingested

Schemas = Mapping[str, Codebook]


@dataclass(frozen=True, slots=True)
class Lacking:
    """A column that no file has: the table, the column (None: the whole table is not there), the nearest header."""

    table: str
    column: str | None
    hint: str | None = None

    def __str__(self) -> str:
        """Return it in words, after "the data lack"."""
        if self.column is None:
            return f"the table {self.table}"
        where = "" if self.table == RESPONSES else f"the table {self.table} has no column "
        return f"{where}{self.column}" + (f" ({self.hint})" if self.hint else "")


def check_expressions(study: Study, schemas: Schemas, tables: Mapping[str, Ingested]) -> None:
    """Refuse data without the columns that derived columns and samples of the analysis are made of.

    Raises
    ------
    ValidationError
        Naming every such column, its table, what needs it, and the nearest header of the file.
    """
    lacking = _lacking(RESPONSES, schemas, tables)
    lines: dict[str, None] = {}
    columns: dict[str, None] = {}
    for place, expression in _of_the_analysis(study):
        for name in expression.names:
            if name in lacking:
                lines[f"  - {lacking[name]}, which {place} needs"] = None
                columns[name] = None
    if lines:
        raise ValidationError(
            "\n".join(["the data lack columns that the analysis needs:", *lines]),
            hint="add the columns to the file, list their headers under `columns` in the codebook, or take out what "
            "needs them",
            zh=f"数据缺少分析所需的列：{'、'.join(columns)}。",
        )


def unchecked(name: str, schemas: Schemas, tables: Mapping[str, Ingested]) -> tuple[str, ...]:
    """Return a note for each rule and condition of the table `name` that reads what the files lack."""
    lacking = _lacking(name, schemas, tables)
    codebook = schemas[name]
    conditions = [(f"{field.name}.skip", field.liandong.asked_if) for field in codebook.fields]
    rules = [*conditions, *((rule.id, rule.check) for rule in codebook.liandong.rules)]
    found = []
    for rule, expression in rules:
        missing = [] if expression is None else [str(lacking[one]) for one in expression.names if one in lacking]
        if missing:
            found.append(f"rule {rule} could not be checked: not in the data: {'; '.join(dict.fromkeys(missing))}")
    return tuple(found)


def uncounted(study: Study, schemas: Schemas, tables: Mapping[str, Ingested]) -> tuple[str, ...]:
    """Return a note for each indicator that reads what the files lack: its row of the table counts nobody."""
    lacking = _lacking(RESPONSES, schemas, tables)
    found = []
    for indicator in study.indicators:
        parts = [part for part in (indicator.numerator, indicator.universe, indicator.need) if part is not None]
        missing = dict.fromkeys(str(lacking[name]) for part in parts for name in part.names if name in lacking)
        if missing:
            found.append(f"indicator {indicator.id} counts nobody: not in the data: {'; '.join(missing)}")
    return tuple(found)


def _lacking(name: str, schemas: Schemas, tables: Mapping[str, Ingested]) -> dict[str, Lacking]:
    """Return what expressions of the table `name` may read by definition, and cannot in these files."""
    own = tables[name]
    found = {field: _column(name, field, own) for field in own.absent}
    for text, link in linkable(name, schemas).items():
        other = tables.get(link.name.table)
        if other is None:
            found[text] = Lacking(link.name.table, None)
            continue
        needed = [*link.key, *([] if link.field is None else [link.field.name])]
        for column in needed:
            if column in other.absent:
                found[text] = _column(link.name.table, column, other)
        for column in link.on:
            if column in own.absent:
                found[text] = _column(name, column, own)
    return found


def _column(table: str, column: str, ingested: Ingested) -> Lacking:
    return Lacking(table, column, nearest(column, ingested.unknown_columns))


def _of_the_analysis(study: Study) -> Iterator[tuple[str, Expression]]:
    """Yield the expressions that are computed after the gate, with their places."""
    analysis = study.spec.analysis
    yield from ((f"analysis.derived.{column.name}", column.expression) for column in analysis.derived)
    for mediation in analysis.mediations:
        if mediation.sample is not None:
            yield f"analysis.mediations.{mediation.id}.sample", mediation.sample
    for multiverse in analysis.multiverses:
        yield from (
            (f"analysis.multiverses.{multiverse.effect}.samples.{sample.name}", sample.where)
            for sample in multiverse.samples
        )
