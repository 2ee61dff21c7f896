"""The files of an instrument: codebook, second tables, scales and indicators, read and checked together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from liandong.definitions.codebook import Codebook
from liandong.definitions.codebook_checks import check_codebook, with_stand_ins
from liandong.definitions.expression_types import Kind, field_kinds
from liandong.definitions.links import RESPONSES, linkable
from liandong.definitions.measures import IndicatorFile, ScaleFile
from liandong.definitions.references import check_measures
from liandong.definitions.shape import check_shape
from liandong.definitions.study import Instrument
from liandong.definitions.table_checks import check_links, check_table_name
from liandong.definitions.vocabulary import Vocabulary, anything_of, at, items, texts
from liandong.definitions.yaml_file import read_yaml
from liandong.errors import Problem

ModelT = TypeVar("ModelT", bound=BaseModel)
CODEBOOK = "codebook.yaml"
_NAMED = f"{CODEBOOK}: liandong.tables"


@dataclass(frozen=True, slots=True)
class _Schema:
    """The Table Schema of one table: whole, mended so that the rest can be checked, or None."""

    file: str
    codebook: Codebook | None
    kinds: Mapping[str, Kind | None]
    sound: bool


def read_instrument(folder: Path) -> tuple[Instrument | None, Vocabulary | None, list[Problem]]:
    """Return the instrument if it is sound, what its files define even if it is not, and all its problems."""
    raw, problems = read_yaml(folder / CODEBOOK)
    main, found = _schema(raw, CODEBOOK)
    second, complaints = _tables(folder, raw)
    tables = {RESPONSES: main, **second}
    problems = [*problems, *found, *complaints, *_check_tables(tables)]
    raw_scales, scales, more = _optional(ScaleFile, folder / "scales.yaml", ScaleFile(scales=()))
    raw_indicators, indicators, most = _optional(
        IndicatorFile, folder / "indicators.yaml", IndicatorFile(indicators=())
    )
    problems += [*more, *most]
    vocabulary = None
    if main.codebook is not None:
        ids = frozenset(texts(items(at(raw_scales, "scales")), "id"))
        vocabulary = Vocabulary(fields=main.kinds, scales=ids, linked=_linked(RESPONSES, tables))
        problems += check_measures(at(raw_scales, "scales"), at(raw_indicators, "indicators"), vocabulary)
    if main.codebook is None or not main.sound or scales is None or indicators is None:
        return None, vocabulary, problems
    codebooks = {name: table.codebook for name, table in second.items() if table.codebook is not None}
    return Instrument(folder, main.codebook, scales.scales, indicators, codebooks), vocabulary, problems


def instrument_files(instrument: Instrument) -> list[Path]:
    """Return every file that an instrument may consist of."""
    names = [CODEBOOK, *instrument.codebook.liandong.tables.values(), "scales.yaml", "indicators.yaml"]
    return [instrument.folder / name for name in names]


def _schema(raw: Any, file: str) -> tuple[_Schema, list[Problem]]:
    """Return a raw Table Schema as far as it can be understood, and the problems of its shape."""
    if raw is None:
        return _Schema(file, None, {}, sound=False), []
    codebook, problems = check_shape(Codebook, raw, file)
    if codebook is not None:
        return _Schema(file, codebook, field_kinds(codebook), sound=True), []
    mended, kinds = with_stand_ins(raw)
    rest, _ = check_shape(Codebook, mended, file)
    return _Schema(file, rest, kinds, sound=False), problems


def _tables(folder: Path, raw: Any) -> tuple[dict[str, _Schema], list[Problem]]:
    """Read the schemas of the second tables that a raw codebook names."""
    named = at(raw, "liandong", "tables")
    files = {name: file for name, file in named.items() if isinstance(name, str)} if isinstance(named, dict) else {}
    tables: dict[str, _Schema] = {}
    problems: list[Problem] = []
    for name, file in files.items():
        problems += check_table_name(f"{_NAMED}.{name}", name, files)
        content, found = _read_beside(folder, file, f"{_NAMED}.{name}")
        tables[name], more = _schema(content, str(file))
        problems += [*found, *more]
    return tables, problems


def _read_beside(folder: Path, file: Any, where: str) -> tuple[Any, list[Problem]]:
    """Read a file of the instrument's own folder; what is no text is said by the check of shapes."""
    if not isinstance(file, str):
        return None, []
    if file != Path(file).name or file in {CODEBOOK, "scales.yaml", "indicators.yaml"}:
        hint = "such as communities.yaml, a file of its own beside codebook.yaml"
        return None, [Problem(where, f"{file!r} cannot be the file of a second table", hint)]
    if not (folder / file).is_file():
        return None, [Problem(where, f"there is no file {file!r} beside codebook.yaml")]
    return read_yaml(folder / file)


def _check_tables(tables: Mapping[str, _Schema]) -> list[Problem]:
    """Check every schema by itself, then what lies between them."""
    problems = []
    known = {name: table.codebook for name, table in tables.items() if table.codebook is not None}
    for name, codebook in known.items():
        problems += check_codebook(codebook, tables[name].file, tables[name].kinds, _linked(name, tables))
    kinds = {name: tables[name].kinds for name in known}
    return [*problems, *check_links(known, kinds, {name: table.file for name, table in tables.items()})]


def _linked(name: str, tables: Mapping[str, _Schema]) -> dict[str, Kind | None]:
    """Return what expressions of the table `name` may read of the others; of unsound ones, anything."""
    unsound = [other for other, table in tables.items() if not (table.sound and tables[name].sound)]
    known = {other: table.codebook for other, table in tables.items() if table.codebook is not None}
    if name not in known:
        return {}
    sure = {column: link for column, link in linkable(name, known).items() if link.name.table not in unsound}
    return {**{column: link.kind for column, link in sure.items()}, **{anything_of(other): None for other in unsound}}


def _optional(model: type[ModelT], path: Path, default: ModelT) -> tuple[Any, ModelT | None, list[Problem]]:
    """Read a file that may be absent: its raw content, the model if its shape is right, and the problems."""
    if not path.exists():
        return None, default, []
    raw, problems = read_yaml(path)
    if raw is None:
        return None, None, problems
    return raw, *check_shape(model, raw, path.name)
