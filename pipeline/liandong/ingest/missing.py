"""Which cells are missing for a reason that the respondent or the interviewer gave, and which reason."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from liandong.definitions import Codebook, Field
from liandong.evidence.typed_rows import UNNAMED, kinds_type
from liandong.ingest.columns import Stored, as_text
from liandong.ingest.raw import DeclaredMissing
from liandong.ingest.typed import text_as_number

_TAGGED = "\0tag:"
_NONE = DeclaredMissing()
_BRACKETS = str.maketrans("()（）", "（）()")  # some write (跳过), others （跳过）
_Match = tuple[pl.Expr, str]  # where a cell carries a code, and of which kind


@dataclass(frozen=True, slots=True)
class MissingCodes:
    """Codes of one field: code as text → kind, and what the file declares beyond them."""

    kinds: Mapping[str, str]
    declared: DeclaredMissing
    unnamed: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Whether the field has any code at all."""
        return bool(self.kinds or self.declared.values or self.declared.ranges or self.declared.tags)


def missing_codes(field: Field, codebook: Codebook, declared: DeclaredMissing | None) -> MissingCodes:
    """Return the codes of `field`: its own, else the codebook's, and those that the file declares."""
    entries = codebook.missing_values if field.missing_values is None else field.missing_values
    codes = [entry.value for entry in entries if entry.value]
    kinds = {code: field.liandong.missing_kinds.get(code, UNNAMED) for code in codes}
    kinds |= {code: kind for code, kind in field.liandong.missing_kinds.items() if code}
    # A file with the words of the answers has the label of a missing code where another has the code.
    words = {entry.label: kinds[entry.value] for entry in entries if entry.label and entry.value}
    answers = {label for lang in ("zh", "en") for label in field.category_labels(lang).values()}
    kinds |= {word: kind for word, kind in words.items() if word not in kinds and word not in answers}
    kinds |= {wide: kinds[code] for code in [*kinds] if (wide := code.translate(_BRACKETS)) not in kinds}
    declared = declared or _NONE
    named = _numbers(kinds)
    unnamed = [
        f"{value:g}" if isinstance(value, float | int) else value
        for value in declared.values
        if (value not in named if isinstance(value, float | int) else value.strip() not in kinds)
    ]
    unnamed += [f"{low:g} to {high:g}" for low, high in declared.ranges]
    unnamed += [tag for tag in declared.tags if tag not in kinds]
    return MissingCodes(kinds, declared, tuple(unnamed))


def kinds_of(codebook: Codebook) -> pl.Enum:
    """Return the type of all columns of kinds: whatever the codebook calls a missing answer."""
    return kinds_type(kind for field in codebook.fields for kind in field.liandong.missing_kinds.values())


def kind_of_missing(column: Stored, codes: MissingCodes, field: Field, kinds: pl.Enum, tagged: str) -> pl.Expr:
    """Return the kind of missing for each cell, null where it holds a value or nothing at all.

    A code matches as text and, unless the field is one of texts, as a number however it is written (97, 97.0, ９７).
    The column `tagged` holds the extended missing values, where there are any.
    """
    found = [*_by_text(column, codes.kinds)]
    if field.type != "string" or not column.is_text:
        found += _by_number(column, codes.kinds)
    if codes.declared.tags:
        tag = pl.col(tagged)
        found += [*_matches(tag, codes.kinds), (tag.is_not_null(), UNNAMED)]
    found += [(hit, UNNAMED) for hit in _declared(column, codes.declared)]
    kind = pl.lit(None, dtype=kinds)
    for hit, name in reversed(found):
        kind = pl.when(hit).then(pl.lit(name, dtype=kinds)).otherwise(kind)
    return kind


def tag_column(name: str) -> str:
    """Return the name of the column that carries the extended missing values of column `name`."""
    return _TAGGED + name


def with_tags(data: pl.LazyFrame, tags: pl.DataFrame, height: int) -> pl.LazyFrame:
    """Add one column per raw column that has extended missing values: the tag where a cell carries one."""
    columns = []
    for name in tags["column"].unique(maintain_order=True):
        cells = tags.filter(pl.col("column") == name)
        column = pl.Series(tag_column(name), [None], dtype=pl.String).new_from_index(0, height)
        columns.append(column.scatter(cells["row"], cells["tag"]))
    return data.with_columns(columns) if columns else data


def _numbers(kinds: Mapping[str, str]) -> dict[float, str]:
    numbers: dict[float, str] = {}
    for code, kind in kinds.items():
        try:
            number = float(code)
        except ValueError:
            continue
        if math.isfinite(number):
            numbers[number] = kind
    return numbers


def _matches(values: pl.Expr, kinds: Mapping[Any, str]) -> list[_Match]:
    """Return for each kind whether a value is one of its codes."""
    by_kind: dict[str, list[Any]] = {}
    for code, kind in kinds.items():
        by_kind.setdefault(kind, []).append(code)
    return [(_is_any(values, codes), kind) for kind, codes in by_kind.items()]


def _is_any(values: pl.Expr, codes: Sequence[Any]) -> pl.Expr:
    return values == codes[0] if len(codes) == 1 else values.is_in(list(codes))


def _by_text(column: Stored, kinds: Mapping[str, str]) -> list[_Match]:
    if column.is_text:
        return _matches(column.value.str.strip_chars(), kinds)
    shows_time = column.dtype.is_temporal() or column.temporal is not None
    return _matches(as_text(column), kinds) if shows_time else []


def _by_number(column: Stored, kinds: Mapping[str, str]) -> list[_Match]:
    if column.is_text:
        return _matches(text_as_number(column.value), _numbers(kinds))
    return _matches(column.value, _numbers(kinds)) if column.dtype.is_numeric() else []


def _declared(column: Stored, declared: DeclaredMissing) -> list[pl.Expr]:
    """Return whether a cell holds one of the values, or lies in one of the ranges, that the file declares missing."""
    texts = [value.strip() for value in declared.values if isinstance(value, str)]
    if column.is_text:
        return [_is_any(column.value.str.strip_chars(), texts)] if texts else []
    numbers = [float(value) for value in declared.values if not isinstance(value, str)]
    hits = [column.value.is_between(low, high) for low, high in declared.ranges]
    return [_is_any(column.value, numbers), *hits] if numbers else hits
