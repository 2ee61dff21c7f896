"""SPSS portable files by way of our own reader; runs in the child process only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from liandong.ingest.chinese import is_garbled_chinese, look_chinese
from liandong.ingest.headers.cursor import DamagedFileError
from liandong.ingest.portable import Portable, PortableVariable, parse_portable
from liandong.ingest.protocol import TABLE, UnreadableError
from liandong.ingest.text import Decoder, decode, is_utf8

_WESTERN = "cp1252"
_NOT_UTF8 = b"\xff"


def read(request: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Write the table to `folder`; return everything that the file says about it."""
    try:
        portable = parse_portable(Path(request["path"]).read_bytes())
    except DamagedFileError as error:
        raise UnreadableError(f"the file {error}") from error
    ladder = _Ladder(portable, request["encoding"])
    text = ladder.text
    variables = portable.variables
    names = [text(variable.name) for variable in variables]
    arrays = [
        pa.array([None if cell is None else text(cell) for cell in cells], pa.string())  # type: ignore[arg-type]
        if variable.width
        else pa.array(cells, pa.float64())
        for variable, cells in zip(variables, portable.cells, strict=True)
    ]
    table = pa.Table.from_arrays(arrays, names=names)
    with pa.ipc.new_file(str(folder / TABLE), table.schema) as sink:
        sink.write_table(table)
    named = dict(zip(names, variables, strict=True))
    return {
        "rows": table.num_rows,
        "names": names,
        "labels": {name: text(variable.label) for name, variable in named.items() if variable.label},
        "value_labels": {
            name: [[_code(code, text), text(label)] for code, label in variable.labels.items()]
            for name, variable in named.items()
            if variable.labels
        },
        "missing": {
            name: {"values": [_code(code, text) for code in variable.missing], "ranges": variable.ranges}
            for name, variable in named.items()
            if variable.missing or variable.ranges
        },
        "formats": {name: variable.display for name, variable in named.items()},
        "documentation": [text(part) for part in (portable.title, *portable.documents) if part],
        "weight": _weight(portable, text),
        "encoding": ladder.encoding,
        "notes": [
            f"Value labels are given for a variable that the file does not have: {text(name)!r}."
            for name in portable.unknown
        ],
    }


class _Ladder:
    """Turns the bytes of one file into text: UTF-8 where they are, else Chinese where they look it, else Western."""

    def __init__(self, portable: Portable, given: str | None) -> None:
        texts = {raw for raw in _texts(portable) if not raw.isascii()}
        others = [raw for raw in texts if not is_utf8(raw)]
        self._given = given
        garbled = not others and is_garbled_chinese(decode(raw, "utf-8") for raw in texts)
        self._decoder = Decoder([*texts, _NOT_UTF8] if garbled else texts)
        self._is_western = bool(others) and not look_chinese(others)
        self._known: dict[bytes, str] = {}

    @property
    def encoding(self) -> str:
        """The encodings that were used so far."""
        return self._given or " and ".join(sorted(self._decoder.used)) or "ASCII"

    def text(self, raw: bytes) -> str:
        """Return `raw` as text; UnreadableError when that cannot be."""
        if raw not in self._known:
            try:
                self._known[raw] = self._decode(raw)
            except (UnicodeDecodeError, LookupError) as error:
                wanted = self._given or "UTF-8 nor GB18030"
                raise UnreadableError(f"a text of the file is not {wanted}: bytes {raw[:40]!r}") from error
        return self._known[raw]

    def _decode(self, raw: bytes) -> str:
        if self._given is not None:
            return decode(raw, self._given)
        if self._is_western and not is_utf8(raw):
            self._decoder.used.add(_WESTERN)
            return raw.decode(_WESTERN)
        return self._decoder(raw)


def _texts(portable: Portable) -> Iterator[bytes]:
    """Return every text of the file; those of the cells more than once."""
    yield portable.title
    yield from portable.documents
    for variable in portable.variables:
        yield from _texts_of(variable)
    for variable, cells in zip(portable.variables, portable.cells, strict=True):
        if variable.width:
            yield from cells  # type: ignore[misc]


def _texts_of(variable: PortableVariable) -> Iterator[bytes]:
    yield variable.name
    yield variable.label or b""
    yield from variable.labels.values()
    yield from (code for code in (*variable.labels, *variable.missing) if isinstance(code, bytes))


def _code(code: float | bytes, text: Callable[[bytes], str]) -> float | str:
    return text(code) if isinstance(code, bytes) else code


def _weight(portable: Portable, text: Callable[[bytes], str]) -> str | None:
    if portable.weight is None:
        return None
    variable = portable.named(portable.weight)
    if variable is None:
        raise UnreadableError(f"the file weights its cases by {text(portable.weight)!r}, a variable that it lacks")
    return text(variable.name)
