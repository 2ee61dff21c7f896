"""Cases of the gate: short definitions and rows, written out as a codebook and the frames that ingest would give."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from liandong.definitions import Codebook
from liandong.evidence.typed_rows import TypedRows, typed_rows
from liandong.validate import Flow, validate

TYPES: dict[str, pl.DataType] = {
    "integer": pl.Int64(),
    "year": pl.Int64(),
    "number": pl.Float64(),
    "string": pl.String(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
    "time": pl.Time(),
}
TITLE = {"zh": "题", "en": "Title"}


@dataclass(frozen=True)
class Case:
    """A case of tests/cases/validate as ingest would give it."""

    codebook: Codebook
    frame: pl.DataFrame
    missing: pl.DataFrame
    type_problems: pl.DataFrame
    references: dict[str, pl.DataFrame]

    @property
    def table(self) -> TypedRows:
        return typed_rows(self.frame, self.missing, self.type_problems)

    def validate(self) -> Verdict:
        return verdict(self.table, self.codebook, self.references)


@dataclass(frozen=True)
class Verdict:
    """What `validate` returns, its lazy frames collected."""

    accepted: pl.DataFrame
    missing: pl.DataFrame
    rejected: pl.DataFrame
    rejected_missing: pl.DataFrame
    corrections: pl.DataFrame
    rules: pl.DataFrame
    flow: Flow
    absent: tuple[str, ...]


def verdict(table: TypedRows, codebook: Codebook, references: dict[str, pl.DataFrame]) -> Verdict:
    result = validate(table, codebook, references)
    return Verdict(
        accepted=result.accepted.collect(),
        missing=result.missing.collect(),
        rejected=result.rejected.collect(),
        rejected_missing=result.rejected_missing.collect(),
        corrections=result.corrections,
        rules=result.rules,
        flow=result.flow,
        absent=result.absent,
    )


@pytest.fixture
def build() -> Any:
    """Return the function that makes a `Case` of its description."""
    return _build


def _build(description: dict[str, Any]) -> Case:
    fields, rows = description["fields"], description["rows"]
    kinds = {
        name: [_kind(row.get(name)) for row in rows]
        for name in fields
        if any(_kind(row.get(name)) is not None for row in rows)
    }
    problems = [
        (number, name, row[name].removeprefix("?"))
        for number, row in enumerate(rows, start=1)
        for name in fields
        if isinstance(row.get(name), str) and row[name].startswith("?")
    ]
    columns = {
        name: pl.Series([_value(row.get(name), field["type"]) for row in rows], dtype=TYPES[field["type"]])
        for name, field in fields.items()
    }
    return Case(
        codebook=_codebook(description),
        frame=pl.DataFrame({"_row": pl.Series(range(1, len(rows) + 1), dtype=pl.Int64), **columns}),
        missing=pl.DataFrame(kinds, schema=dict.fromkeys(kinds, pl.String)),
        type_problems=pl.DataFrame(
            problems, schema={"row": pl.Int64, "field": pl.String, "value": pl.String}, orient="row"
        ),
        references={name: pl.DataFrame(table) for name, table in description.get("references", {}).items()},
    )


def _codebook(description: dict[str, Any]) -> Codebook:
    fields = [
        {
            "name": name,
            "title": name,
            "type": field["type"],
            "constraints": field.get("constraints", {}),
            "categories": field.get("categories"),
            "liandong": {
                "title_en": name,
                **{key: field[key] for key in ("asked_if", "on_failure", "pii") if key in field},
            },
        }
        for name, field in description["fields"].items()
    ]
    rules = [{"title": TITLE, **rule} for rule in description.get("rules", [])]
    return Codebook.model_validate(
        {
            "fields": fields,
            "primaryKey": description.get("key", []),
            "foreignKeys": description.get("foreign_keys", []),
            "liandong": {"title": TITLE, "version": "1", "rules": rules},
        }
    )


def _kind(cell: Any) -> str | None:
    return cell.strip("<>") if isinstance(cell, str) and cell.startswith("<") else None


def _value(cell: Any, field_type: str) -> Any:
    if isinstance(cell, str) and cell[:1] in {"<", "?"}:
        return None
    if field_type == "time" and isinstance(cell, str):
        return dt.time.fromisoformat(cell)
    return float(cell) if field_type == "number" and cell is not None else cell
