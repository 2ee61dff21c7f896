"""SPSS, Stata and SAS files by way of pyreadstat; runs in the child process only."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyreadstat._readstat_parser import PyreadstatError, ReadstatError, parser_entry_point

from liandong.ingest.protocol import TABLE, TAGS, UnreadableError
from liandong.ingest.text import Decoder, is_utf8, looks_chinese

# The reader makes one Python object per cell; so many of them are held at a time.
_CELLS_AT_ONCE = 4_000_000
_PARSERS = {"sav": "sav/zsav", "zsav": "sav/zsav", "por": "por", "dta": "dta", "sas7bdat": "sas7bdat", "xpt": "xport"}
_BYTE_FOR_BYTE = "LATIN1"
_REPLACEMENT = "\ufffd"
_MULTIBYTE = ("UTF", "GB", "CP936", "EUC", "BIG5", "CP950", "SHIFT", "CP932", "CP949")
_NUMERIC = {"int8": pa.int64(), "int16": pa.int64(), "int32": pa.int64(), "float": pa.float64(), "double": pa.float64()}

Columns = Mapping[str, list[Any]]
Recode = Callable[[str], str]


def read(request: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Write the table and its extended missing values to `folder`; return everything that the file says about them."""
    source = _Source(request["path"], _PARSERS[request["format"]], request["encoding"])
    columns, meta, recode = source.open()
    names = [recode(name) for name in meta.column_names]
    types = [_arrow_type(meta.readstat_variable_types[name]) for name in meta.column_names]
    schema = pa.schema(list(zip(names, types, strict=True)))
    tags: dict[str, list[Any]] = {"row": [], "column": [], "tag": []}
    first_row = 0
    with pa.ipc.new_file(str(folder / TABLE), schema) as sink:
        while True:
            height = len(next(iter(columns.values()), ()))
            _collect_tags(columns, meta, first_row, tags)
            arrays = [
                _array(columns[original], kind, recode) for original, kind in zip(meta.column_names, types, strict=True)
            ]
            sink.write_batch(pa.record_batch(arrays, schema=schema))
            first_row += height
            if height < source.rows_at_once:
                break
            columns, meta = source.parse(first_row)
    renamed = dict(zip(meta.column_names, names, strict=True))
    tags["column"] = [renamed[column] for column in tags["column"]]
    tag_schema = pa.schema([("row", pa.int64()), ("column", pa.string()), ("tag", pa.string())])
    with pa.ipc.new_file(str(folder / TAGS), tag_schema) as sink:
        sink.write_table(pa.table(tags, schema=tag_schema))
    return {"rows": first_row, "names": names, **_describe(meta, renamed, recode), **source.findings}


class _Source:
    """The file, parsed part by part, with the encoding that turned out to be needed."""

    def __init__(self, path: str, parser: str, encoding: str | None) -> None:
        self.path = path
        self.parser = parser
        self.encoding = encoding
        self.rows_at_once = 0
        self.findings: dict[str, Any] = {"encoding": None, "notes": []}

    def open(self) -> tuple[Columns, Any, Recode]:
        """Return the first rows, the metadata, and what to do with each text."""
        given = self.encoding
        try:
            columns, meta = self._first()
        except (ReadstatError, PyreadstatError, UnicodeDecodeError) as error:
            if given is not None or not _is_about_text(error):
                raise
            return self._byte_for_byte("the encoding that the file claims does not fit its text")
        if self.parser == "por":
            self.findings["notes"] += _lost_characters(columns, meta)
        declared = meta.file_encoding
        self.findings["encoding"] = given or declared
        texts = [text for text in _texts(columns, meta) if not text.isascii()]
        claims_multibyte = (declared or "").upper().startswith(_MULTIBYTE)
        if given is None and texts and not claims_multibyte and _is_mistaken(texts):
            return self._byte_for_byte(f"the file claims {declared or 'a Western encoding'}, its text says otherwise")
        return columns, meta, str

    def parse(self, first_row: int) -> tuple[Columns, Any]:
        """Return the rows from `first_row` on, and the metadata."""
        return self._parse(row_limit=self.rows_at_once, row_offset=first_row)

    def _first(self) -> tuple[Columns, Any]:
        _, meta = self._parse(metadataonly=True)
        self.rows_at_once = max(1, _CELLS_AT_ONCE // max(1, len(meta.column_names)))
        return self.parse(0)

    def _parse(self, **options: Any) -> tuple[Columns, Any]:
        columns, meta = parser_entry_point(
            self.path,
            self.parser,
            encoding=self.encoding,
            user_missing=True,
            disable_datetime_conversion=True,
            output_format="dict",
            **options,
        )
        return columns, meta

    def _byte_for_byte(self, why: str) -> tuple[Columns, Any, Recode]:
        """Read bytes as Latin-1, which keeps every one of them, and decode them here."""
        self.encoding = _BYTE_FOR_BYTE
        columns, meta = self._first()
        decoder = Decoder([text.encode("latin-1") for text in _texts(columns, meta) if not text.isascii()])
        known: dict[str, str] = {}

        def recode(text: str) -> str:
            if text not in known:
                try:
                    known[text] = decoder(text.encode("latin-1"))
                except UnicodeDecodeError as error:
                    raise UnreadableError(
                        f"a text of the file is neither UTF-8 nor GB18030: bytes {text[:40].encode('latin-1')!r}"
                    ) from error
            return known[text]

        for text in _texts(columns, meta):
            recode(text)
        used = " and ".join(sorted(decoder.used)) or "ASCII"
        self.findings = {"encoding": used, "notes": [f"Text was read as {used}: {why}."]}
        return columns, meta, recode


def _lost_characters(columns: Columns, meta: Any) -> list[str]:
    """Return a note when labels of a portable file lost characters; refuse the file when its answers did.

    The library reads portable files byte by byte and puts U+FFFD for every byte beyond ASCII, so that two Chinese names
    of one length become the same name.
    """
    cells = (value for values in columns.values() for value in values if isinstance(value, str))
    if any(_REPLACEMENT in value for value in cells):
        raise UnreadableError("answers in Chinese cannot be read from a .por file; save it as .sav in SPSS")
    if any(_REPLACEMENT in text for text in _texts(columns, meta)):
        return ["Labels in Chinese cannot be read from a .por file: they are garbled, the answers are whole."]
    return []


def _is_about_text(error: Exception) -> bool:
    message = str(error).lower()
    return isinstance(error, UnicodeDecodeError) or any(
        word in message for word in ("convert", "encoding", "character set", "charset")
    )


def _is_mistaken(texts: list[str]) -> bool:
    """Whether text read in a one-byte encoding is rather UTF-8 or Chinese."""
    try:
        raws = [text.encode("cp1252") for text in texts]
    except UnicodeEncodeError:
        try:
            raws = [text.encode("latin-1") for text in texts]
        except UnicodeEncodeError:
            return False
    return all(map(is_utf8, raws)) or looks_chinese(b"\n".join(raws))


def _texts(columns: Columns, meta: Any) -> Iterable[str]:
    """Return every text of the file once."""
    found = {name for name in meta.column_names if name}
    found.update(label for label in meta.column_labels if label)
    found.update(part for part in (meta.file_label, *(meta.notes or ())) if part)
    for labels in meta.variable_value_labels.values():
        found.update(labels.values())
        found.update(code for code in labels if isinstance(code, str))
    for ranges in meta.missing_ranges.values():
        found.update(bound for entry in ranges for bound in entry.values() if isinstance(bound, str))
    for name, values in columns.items():
        if meta.readstat_variable_types[name] == "string":
            found.update(value for value in set(values) if value)
    return found


def _arrow_type(readstat_type: str) -> pa.DataType:
    return _NUMERIC.get(readstat_type, pa.string())


def _array(values: list[Any], kind: pa.DataType, recode: Recode) -> pa.Array:
    if pa.types.is_string(kind):
        return pa.array([None if value is None else recode(value) for value in values], type=kind)
    return pa.array(values, type=kind)


def _collect_tags(columns: Columns, meta: Any, first_row: int, tags: dict[str, list[Any]]) -> None:
    """Move extended missing values, which stand as letters among the numbers, from `columns` to `tags`."""
    for name in meta.missing_user_values:
        values = columns[name]
        for row, value in enumerate(values):
            if isinstance(value, str):
                tags["row"].append(first_row + row)
                tags["column"].append(name)
                tags["tag"].append(f".{value}")
                values[row] = None


def _describe(meta: Any, renamed: Mapping[str, str], recode: Recode) -> dict[str, Any]:
    is_text = {renamed[name]: meta.readstat_variable_types[name] == "string" for name in meta.column_names}
    return {
        "is_text": list(is_text.values()),
        "labels": {
            renamed[name]: recode(label)
            for name, label in zip(meta.column_names, meta.column_labels, strict=True)
            if label
        },
        "value_labels": {
            renamed[name]: [
                [_code(code, is_text[renamed[name]], recode), recode(label)] for code, label in labels.items()
            ]
            for name, labels in meta.variable_value_labels.items()
        },
        "missing": {
            renamed[name]: _declared(entries, recode) for name, entries in meta.missing_ranges.items() if entries
        },
        "formats": {renamed[name]: kind for name, kind in meta.original_variable_types.items() if kind},
        "documentation": [recode(text) for text in (meta.file_label, *(meta.notes or ())) if text],
    }


def _code(code: float | str, is_text: bool, recode: Recode) -> float | str:  # noqa: FBT001 (a property of the column)
    if isinstance(code, str):
        # In a column of numbers a letter is the name of an extended missing value.
        return recode(code) if is_text else f".{code}"
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
