"""What a file of SPSS, Stata or SAS says about its columns, as plain values for the parent; in the child only."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from liandong.ingest.headers.cursor import Cursor, DamagedFileError
from liandong.ingest.headers.sav import Declarations, read_declarations
from liandong.ingest.headers.sav_sets import StoredSet, parse_sets
from liandong.ingest.protocol import BLAMED, UnreadableError
from liandong.ingest.readstat_source import MistakenError, Source

Recode = Callable[[str], str]


def describe(meta: Any, recode: Recode) -> dict[str, Any]:
    """Return labels, value labels, declared missing codes, formats and documentation."""
    is_text = {name: meta.readstat_variable_types[name] == "string" for name in meta.column_names}
    return {
        "labels": {
            recode(name): recode(label)
            for name, label in zip(meta.column_names, meta.column_labels, strict=True)
            if label
        },
        "value_labels": {
            recode(name): _labels(labels, recode, is_text=is_text[name])
            for name, labels in meta.variable_value_labels.items()
        },
        "missing": {
            recode(name): _declared(entries, recode) for name, entries in meta.missing_ranges.items() if entries
        },
        "formats": {recode(name): kind for name, kind in meta.original_variable_types.items() if kind},
        "documentation": [recode(text) for text in (meta.file_label, *(meta.notes or ())) if text],
    }


def declarations(source: Source, meta: Any) -> dict[str, Any]:
    """Return the weight and the multiple-response sets of an SPSS file, and notes on what makes no sense of them."""
    path = Path(source.path)
    with path.open("rb") as file:
        try:
            declared = read_declarations(Cursor(file, path.stat().st_size))
        except DamagedFileError as error:
            raise UnreadableError(f"the file {error}") from error
    if len(declared.short_names) != len(meta.column_names):
        raise UnreadableError("the columns that were read are not those of the header")
    columns = {short.upper(): name for short, name in zip(declared.short_names, meta.column_names, strict=True)}
    sets, notes = _response_sets(declared, columns, source, meta)
    weight = None if declared.weight is None else columns.get(declared.weight.upper())
    return {"response_sets": sets, "weight": None if weight is None else source.text(weight), "notes": notes}


def _response_sets(
    declared: Declarations, columns: Mapping[bytes, str], source: Source, meta: Any
) -> tuple[list[list[Any]], list[str]]:
    sets: list[list[Any]] = []
    notes: list[str] = []
    for record in declared.sets:
        try:
            stored_sets = parse_sets(record)
        except DamagedFileError as error:
            notes.append(f"The file {error}; it was left out.")
            continue
        for stored in stored_sets:
            name = source.bytes_as_text(stored.name)
            lost = [source.bytes_as_text(short) for short in stored.variables if short.upper() not in columns]
            if lost:
                notes.append(f"The multiple-response set {name!r} was left out: the file has no {', '.join(lost)}.")
                continue
            names = [columns[short.upper()] for short in stored.variables]
            counted = _counted(stored, source, is_text=meta.readstat_variable_types[names[0]] == "string")
            label = source.bytes_as_text(stored.label)
            sets.append([name, label, [source.text(column) for column in names], counted])
    return sets, notes


def _counted(stored: StoredSet, source: Source, *, is_text: bool) -> float | str | None:
    if stored.counted is None:
        return None
    text = source.bytes_as_text(stored.counted).rstrip(" ")
    if is_text:
        return text
    try:
        return float(text)
    except ValueError:
        return text


def catalogue_labels(request: Mapping[str, Any], folder: Path, meta: Any, recode: Recode) -> dict[str, Any]:
    """Return the value labels that a SAS catalogue holds for the formats of the columns.

    While the catalogue is read, a file says so: should this process die, the parent knows which file is to blame.
    """
    blamed = folder / BLAMED
    blamed.touch()
    catalogue = Source(request["catalogue"], "sas7bcat", request["encoding"])
    try:
        _, found = catalogue.first()
    except MistakenError as error:
        catalogue.read_bytes(error)
        _, found = catalogue.first()
    if not found.value_labels:
        raise UnreadableError("the catalogue holds no value labels that can be read")
    by_format = {catalogue.text(name): labels for name, labels in found.value_labels.items()}
    shown = {name: recode(text) for name, text in meta.variable_to_label.items()}
    labels = {
        recode(name): _labels(
            by_format[shown[name]], catalogue.text, is_text=meta.readstat_variable_types[name] == "string"
        )
        for name in meta.column_names
        if shown.get(name) in by_format
    }
    blamed.unlink()
    return labels


def _labels(labels: Mapping[Any, str], recode: Recode, *, is_text: bool) -> list[list[Any]]:
    return [[_code(code, recode, is_text=is_text), recode(label)] for code, label in labels.items()]


def _code(code: float | str, recode: Recode, *, is_text: bool) -> float | str:
    if isinstance(code, str):
        # In a column of numbers a letter is the name of an extended missing value.
        return recode(code) if is_text else f".{code.lower()}"
    return code


def _declared(entries: Iterable[Mapping[str, Any]], recode: Recode) -> dict[str, list[Any]]:
    values: list[Any] = []
    ranges: list[list[float]] = []
    for entry in entries:
        low, high = entry["lo"], entry["hi"]
        if isinstance(low, str):
            values.append(recode(low))
        elif low == high:
            values.append(low)
        else:
            ranges.append([_open_end(low), _open_end(high)])
    return {"values": values, "ranges": ranges}


def _open_end(bound: float) -> float:
    """Return infinity for the largest numbers, by which SPSS means LOWEST and HIGHEST."""
    largest = 1.7e308
    return math.copysign(math.inf, bound) if abs(bound) > largest else bound
