"""The log of corrections by hand: a table, made in Excel as a rule, with one correction in each line."""

from __future__ import annotations

import codecs
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from liandong.definitions.codebook import Field, FieldExtras, FieldType
from liandong.definitions.shape import nearest
from liandong.errors import IngestError
from liandong.ingest.agreement import check_names
from liandong.ingest.columns import Stored, as_text, prepared_text
from liandong.ingest.delimited import read_delimited
from liandong.ingest.reading import read_with_or_without_rows
from liandong.ingest.typed import as_field

WHOLE_ROW, DROP = "*", "drop"
RESPONSES = "responses"
_LINE = "\0line"
_TEXTS = ("csv", "tsv")
_PADDING = " \t\r\n\0\u3000\u00a0"
_NEEDED = ("field", "old", "new", "why", "who", "when")
_KNOWN = (*_NEEDED, "row", "file", "table")
_CHINESE: Mapping[str, str] = {
    "行": "row",
    "行号": "row",
    "字段": "field",
    "原值": "old",
    "新值": "new",
    "原因": "why",
    "修改人": "who",
    "日期": "when",
    "文件": "file",
    "表": "table",
}


@dataclass(frozen=True, slots=True)
class Correction:
    """One line of the log, as it was written.

    Attributes
    ----------
    line
        Where it stands in the log; the header is line 1.
    table, file
        The table (``responses`` where the log does not say), and the file of it, empty where it does not say.
    row
        The data row of the file, counted from 1; None where the line names the row by its key.
    key
        Column of the log → text, for all columns that are none of the log's own: the primary key is among them.
    field, old, new
        The field, what stands there, and what should. For a row that is to be dropped: ``*``, empty and ``drop``.
    why, who, when
        The reason, the person and the day (or the moment).
    """

    line: int
    table: str
    file: str
    row: int | None
    key: Mapping[str, str]
    field: str
    old: str
    new: str
    why: str
    who: str
    when: dt.datetime

    @property
    def drops(self) -> bool:
        """Whether the whole row goes."""
        return self.field == WHOLE_ROW


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one line of the log cannot be applied."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class CorrectionLog:
    """The lines of a log, and what is wrong with those that cannot be understood."""

    name: str
    entries: tuple[Correction, ...]
    problems: tuple[Refusal, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nobody has written anything into it yet."""
        return not self.entries and not self.problems


def read_corrections(path: Path) -> CorrectionLog:
    """Read the log at `path`: any table that `read_table` reads; it may be empty, with or without its header.

    Raises
    ------
    IngestError
        When there is no such file, it cannot be read as a table, or it lacks a column.
    """
    if not path.is_file():
        raise IngestError(
            "there is no such file",
            where=path.name,
            hint="Check `corrections` in study.yaml, or leave it out while there are none.",
            zh=f"找不到更正记录“{path.name}”。",
        )
    if _is_blank(path):
        return CorrectionLog(path.name, ())
    cells = _cells(path)
    places = _columns(path, cells.columns)
    plain = cells.rename({column: name for name, column in places.items()})
    plain = plain.with_row_index(_LINE, offset=2).filter(pl.any_horizontal(pl.exclude(_LINE) != ""))
    plain = plain.with_columns(pl.lit("").alias(name) for name in _KNOWN if name not in places)
    entries: list[Correction] = []
    problems: list[Refusal] = []
    lines = plain.iter_rows(named=True)
    for line, number, moment in zip(lines, _read(plain["row"], "integer"), _moments(plain["when"]), strict=True):
        found = _mistakes(line, number, moment)
        problems += [Refusal(line[_LINE], text) for text in found]
        if not found and moment is not None:
            entries.append(_entry(line, number, moment))
    return CorrectionLog(path.name, tuple(entries), tuple(problems))


def _is_blank(path: Path) -> bool:
    """Return whether a file of text holds nothing at all, not even a header."""
    return not path.stat().st_size or (
        path.suffix.lower().removeprefix(".") in _TEXTS and not path.read_bytes().removeprefix(codecs.BOM_UTF8).strip()
    )


def _cells(path: Path) -> pl.DataFrame:
    """Return the log as texts without the spaces around them."""
    if path.suffix.lower().removeprefix(".") in _TEXTS:
        data = read_delimited(path, path.suffix.lower().removeprefix("."), None, check_names).data.collect()
    else:
        raw = read_with_or_without_rows(path)
        stored = [Stored(name, raw.schema[name], raw.formats.get(name), raw.temporal.get(name)) for name in raw.columns]
        data = raw.data.select(as_text(column).alias(column.name) for column in stored).collect()
    return data.select(pl.all().fill_null("").str.strip_chars(_PADDING))


def _columns(path: Path, columns: Sequence[str]) -> dict[str, str]:
    """Return name → column for the columns of the log's own."""
    places: dict[str, str] = {}
    for column in columns:
        folded = column.strip(_PADDING).casefold()
        name = _CHINESE.get(folded, folded)
        if name in _KNOWN and name not in places:
            places[name] = column
    lacking = [name for name in _NEEDED if name not in places]
    if lacking:
        hints = [hint for name in lacking if (hint := nearest(name, set(columns) - set(places.values())))]
        raise IngestError(
            f"the log of corrections lacks the column{'s' if len(lacking) > 1 else ''} {', '.join(lacking)}; "
            f"it has {', '.join(columns)}",
            where=path.name,
            hint=hints[0] if hints else "Its first row names the columns: row, field, old, new, why, who, when.",
            zh=f"更正记录“{path.name}”缺少列：{'、'.join(lacking)}。",
        )
    return places


def _mistakes(line: Mapping[str, str], number: int | None, moment: dt.datetime | None) -> list[str]:
    """Return what cannot be understood in one line."""
    found = [f"{name!r} is empty" for name in ("why", "who", "when") if not line[name]]
    if line["when"] and moment is None:
        found.append(f"'when' is no date: {line['when']!r}; write 2021-07-03")
    if line["row"] and (number is None or number < 1):
        found.append(f"'row' is no row number: {line['row']!r}; rows of data are counted from 1")
    if not line["field"]:
        found.append(f"'field' is empty; a whole row is dropped with {WHOLE_ROW} under field and {DROP} under new")
    elif line["field"] == WHOLE_ROW and (line["old"] or line["new"].casefold() != DROP):
        found.append(f"a whole row ({WHOLE_ROW}) can only be dropped: nothing under old, {DROP} under new")
    return found


def _entry(line: Mapping[str, str], number: int | None, moment: dt.datetime) -> Correction:
    return Correction(
        line=int(line[_LINE]),
        table=line["table"] or RESPONSES,
        file=line["file"],
        row=number,
        key={name: text for name, text in line.items() if name not in (*_KNOWN, _LINE)},
        field=line["field"],
        old=line["old"],
        new=line["new"],
        why=line["why"],
        who=line["who"],
        when=moment,
    )


def _moments(texts: pl.Series) -> list[dt.datetime | None]:
    days = [None if day is None else dt.datetime.combine(day, dt.time()) for day in _read(texts, "date")]
    return [moment or day for moment, day in zip(_read(texts, "datetime"), days, strict=True)]


def _read(texts: pl.Series, field_type: FieldType) -> list[Any]:
    """Read texts as the codebook would read a field of that type; None where they cannot be read so."""
    field = Field(name=texts.name, title=texts.name, type=field_type, liandong=FieldExtras(title_en=texts.name))
    column = Stored(texts.name, pl.String())
    frame = texts.to_frame().with_columns(prepared_text(column, field, is_ascii=False))
    return frame.select(as_field(column, field)).to_series().to_list()
