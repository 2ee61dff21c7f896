"""How the files of one table differ, column by column, and which differences nobody but a person can settle."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from liandong.errors import IngestError
from liandong.ingest.alignment import Aligned, is_empty, stored_column
from liandong.ingest.raw import DIFFERENCE_KINDS, NO_DIFFERENCES, DifferenceKind, RawTable

Difference = tuple[str, DifferenceKind, str, str]
Labels = Mapping[float | str, str]

_SHOWN = 8
_SAID: Mapping[DifferenceKind, str] = {
    "absent": "does not have the columns",
    "name": "names columns in another way",
    "type": "holds columns in another type",
    "label": "labels columns in another way",
    "value_label": "labels codes in other words, which somebody has to compare",
    "missing": "declares other codes missing",
    "order": "has the columns in another order",
}


def find_differences(
    tables: Sequence[RawTable], columns: Sequence[Aligned], further: Sequence[Difference] = ()
) -> pl.DataFrame:
    """Return one row per column, kind of difference and file: column, kind, file, detail; `further` ones among them.

    A file is compared with the first one that has the column.

    Raises
    ------
    IngestError
        When a code of one file has the label of another code in another file: the answers would be mixed up.
    """
    rows = [row for column in columns for row in _of_column(tables, column)]
    rows += [*further, *_orders(tables, columns)]
    if not rows:
        return NO_DIFFERENCES
    found = pl.DataFrame(rows, schema=NO_DIFFERENCES.schema, orient="row")
    return found.sort(pl.col("kind").cast(pl.Enum(DIFFERENCE_KINDS)), maintain_order=True)


def difference_notes(differences: pl.DataFrame) -> list[str]:
    """Return one sentence per file and kind of difference."""
    grouped = differences.group_by("file", "kind", maintain_order=True).agg("column", "detail")
    notes = []
    for file, kind, names, details in grouped.iter_rows():
        shown = [f"{name!r} ({detail})" if detail else repr(name) for name, detail in zip(names, details, strict=True)]
        listed = ", ".join(shown[:_SHOWN]) + (f" and {len(shown) - _SHOWN:,} more" if len(shown) > _SHOWN else "")
        notes.append(f"{file} {_SAID[kind]}: {listed}." if kind != "order" else f"{file} {_SAID[kind]}.")
    return notes


def _of_column(tables: Sequence[RawTable], column: Aligned) -> Iterator[Difference]:
    held = column.held(tables)
    _, first, name = held[0]
    for table, source in zip(tables, column.sources, strict=True):
        if source is None:
            yield column.name, "absent", table.name, ""
    labelled = [(table, source) for _, table, source in held if table.value_labels.get(source)]
    for table, source in labelled[1:]:
        yield from _value_labels(column.name, labelled[0], (table, source))
    labels = [(table, table.labels[source]) for _, table, source in held if table.labels.get(source)]
    for table, label in labels[1:]:
        if _plain(label) != _plain(labels[0][1]):
            yield column.name, "label", table.name, f"{label!r}, not {labels[0][1]!r}"
    kinds = {(stored_column(table, source).dtype, table.temporal.get(source)) for _, table, source in held}
    # What a column holds is looked at only where types differ: an empty one is of no type.
    stored = _type_in_words(first, name) if len(kinds) > 1 else ""
    for _, table, source in held[1:]:
        if source != name:
            yield column.name, "name", table.name, repr(source)
        other = _type_in_words(table, source) if stored else ""
        if other and other != stored:
            yield column.name, "type", table.name, f"{other}, not {stored}"


def _type_in_words(table: RawTable, name: str) -> str:
    """Return the type of a column in words, nothing where it says nothing: in a text file, or of an empty column."""
    if table.format in {"csv", "tsv"} or is_empty(table, name):
        return ""
    stored = stored_column(table, name)
    if stored.temporal is not None:
        return f"{stored.temporal.kind} in {stored.temporal.unit} since {stored.temporal.origin[0]}"
    if stored.is_text:
        return "text"
    if stored.dtype.is_integer() or stored.dtype.is_float():
        return "number"
    return str(stored.dtype).lower()


def _value_labels(column: str, one: tuple[RawTable, str], other: tuple[RawTable, str]) -> Iterator[Difference]:
    before, after = one[0].value_labels[one[1]], other[0].value_labels[other[1]]
    swapped = contradiction(before, after)
    if swapped is not None:
        label, code, instead = swapped
        raise IngestError(
            f"the column {column!r}: {label!r} is the code {code} in {one[0].name}, but {instead} in {other[0].name}",
            where=f"{one[0].name} + {other[0].name}",
            hint="Below one another the answers would be mixed up. Recode one of the files, or name its column apart.",
            zh=f"列“{column}”中，“{label}”在“{one[0].name}”里的代码是 {code}，在“{other[0].name}”里是 {instead}。",
        )
    worded = [
        f"{code_text(code)} is {label!r}, not {before[code]!r}"
        for code, label in after.items()
        if code in before and _plain(before[code]) != _plain(label)
    ]
    worded += [
        f"{code_text(code)} is labelled {label!r} only here" for code, label in after.items() if code not in before
    ]
    worded += [f"{code_text(code)} has no label" for code in before if code not in after]
    if worded:
        yield column, "value_label", other[0].name, "; ".join(worded)


def contradiction(before: Labels, after: Labels) -> tuple[str, str, str] | None:
    """Return a label that stands for one code before and for another after: the label and both codes.

    A label that several codes share, such as "other", says nothing.
    """
    codes = _by_label(before)
    for label, code in _by_label(after).items():
        if label in codes and codes[label] != code and code in before and _plain(before[code]) != label:
            return after[code], code_text(codes[label]), code_text(code)
    return None


def _by_label(labels: Labels) -> dict[str, float | str]:
    plain = [_plain(label) for label in labels.values()]
    return {text: code for text, code in zip(plain, labels, strict=True) if text and plain.count(text) == 1}


def _plain(label: str) -> str:
    """Return a label without what makes no difference: width of characters, case, white space, a final stop."""
    return "".join(unicodedata.normalize("NFKC", label).casefold().split()).rstrip(".。")


def code_text(code: float | str) -> str:
    """Return a code as a person writes it; texts in quotation marks."""
    return f"{code:g}" if isinstance(code, float | int) else repr(code)


def _orders(tables: Sequence[RawTable], columns: Sequence[Aligned]) -> Iterator[Difference]:
    places = [{column.sources[i]: place for place, column in enumerate(columns)} for i in range(len(tables))]
    for table, of in zip(tables[1:], places[1:], strict=True):
        shared = [of[name] for name in table.columns if columns[of[name]].sources[0] is not None]
        if shared != sorted(shared):
            yield "", "order", table.name, ""
