"""Whole files of every binary format, damaged copies of them, and what is wrong with the answer to one.

Used by the tests (30 copies of each format) and by `fuzz.py` (hundreds). An answer is right when it is an IngestError
that names the file, or a table whose rows, names and types are those of the file's header, read independently.
"""

from __future__ import annotations

import gzip
import random
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import polars as pl

from liandong.errors import IngestError
from liandong.ingest import RawTable, read_table
from liandong.ingest.headers import read_header

AWKWARD = Path(__file__).resolve().parents[2] / "shared" / "data" / "awkward"
REFERENCE = Path(__file__).resolve().parents[1] / "tests" / "reference" / "ingest"  # files of PSPP and R
MADE_BY_R = REFERENCE / "survey.sas7bdat.gz"
FORMATS = ("sav", "zsav", "por", "dta", "sas7bdat", "xpt", "xlsx", "parquet", "sas7bcat")
CATALOGUES = {
    "formats.sas7bcat": "haven/hadley.sas7bdat",
    "test_formats_linux.sas7bcat": "pyreadstat/test_data_linux.sas7bdat",
    "test_formats_win.sas7bcat": "pyreadstat/test_data_win.sas7bdat",
    "missing_formats.sas7bcat": "pyreadstat/missing_test.sas7bdat",
}
_START = 2_000  # where the dictionaries stand
_LARGEST = 300_000  # larger files only cost time
_TEXTS = (pl.String, pl.Categorical, pl.Enum)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole file, and for a catalogue the data file that it belongs to."""

    path: Path
    data: Path | None = None


def rows(n: int = 60) -> pl.DataFrame:
    """Return a small survey with Chinese text, missing answers and a long text."""
    return pl.DataFrame(
        {
            "q1": [float(i % 5) for i in range(n)],
            "town": [f"社区{i % 7}" for i in range(n)],
            "x": [None if i % 9 == 0 else i / 7 for i in range(n)],
            "essay": ["说明" * (i % 40) for i in range(n)],
        }
    )


def make_files(folder: Path) -> list[Path]:
    """Write whole files of every format but the SAS catalogue, which nothing writes; R wrote the SAS data file."""
    import pyreadstat

    survey = rows()
    ascii_survey = survey.with_columns(essay=pl.lit("text"), town=pl.col("town").str.replace("社区", "town"))
    labels = {"q1": {0.0: "否", 1.0: "是", 4.0: "不知道"}}
    missing = {"q1": [4.0, {"lo": 90.0, "hi": 99.0}]}
    spss = {"column_labels": ["满意度", None, "数", "说明"], "variable_value_labels": labels, "missing_ranges": missing}
    pyreadstat.write_sav(survey, folder / "plain.sav", **spss)
    pyreadstat.write_sav(survey, folder / "packed.sav", row_compress=True, **spss)
    pyreadstat.write_sav(survey, folder / "zipped.zsav", compress=True, **spss)
    pyreadstat.write_por(ascii_survey, folder / "old.por", column_labels=["a", "b", "c", "d"])
    for version in (10, 12, 13, 14):
        frame = survey if version > 12 else survey.drop("essay")
        pyreadstat.write_dta(frame, folder / f"v{version}.dta", version=version, variable_value_labels=labels)
    pyreadstat.write_xport(ascii_survey, folder / "v5.xpt", file_format_version=5)
    pyreadstat.write_xport(survey, folder / "v8.xpt", file_format_version=8)
    _write_workbook(folder / "packed.xlsx", survey, zipfile.ZIP_DEFLATED)
    _write_workbook(folder / "stored.xlsx", survey, zipfile.ZIP_STORED)
    (folder / "made.sas7bdat").write_bytes(gzip.decompress(MADE_BY_R.read_bytes()))
    survey.write_parquet(folder / "zstd.parquet")
    survey.write_parquet(folder / "plain.parquet", compression="uncompressed", row_group_size=20)
    return sorted(folder.iterdir())


def _write_workbook(path: Path, frame: pl.DataFrame, compression: int) -> None:
    spread = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    lines = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in [frame.columns, *frame.rows()])
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{content}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sheet1.xml" ContentType="{content}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}">'
        f'<Relationship Id="a" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{spread}" xmlns:r="{office}">'
        '<sheets><sheet name="survey" sheetId="1" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">'
        f'<Relationship Id="b" Type="{office}/worksheet" Target="sheet1.xml"/></Relationships>',
        "xl/sheet1.xml": f'<worksheet xmlns="{spread}"><sheetData>{lines}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')


def _cell(value: str | float | None) -> str:
    if value is None:
        return "<c/>"
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>' if isinstance(value, str) else f"<c><v>{value}</v></c>"


def whole_files(folder: Path, file_format: str) -> list[Whole]:
    """Return the made files of a format, those of other programs, and the real ones where they are at hand."""
    real = [path for path in sorted(AWKWARD.rglob(f"*.{file_format}")) if path.stat().st_size <= _LARGEST]
    if file_format == "sas7bcat":
        return [Whole(path, AWKWARD / CATALOGUES[path.name]) for path in real]
    made = sorted([*folder.glob(f"*.{file_format}"), *REFERENCE.glob(f"*.{file_format}")])
    return [Whole(path) for pair in zip_longest(made, real) for path in pair if path is not None]


def variants(wholes: list[Whole], folder: Path, count: int, seed: int) -> Iterator[Whole]:
    """Write `count` damaged copies, file by file and kind by kind in turn."""
    for number in range(count):
        whole = wholes[number % len(wholes)]
        chance = random.Random(f"{seed}:{whole.path.name}:{number}")  # noqa: S311 (a repeatable choice, no secret)
        kind = list(_KINDS)[(number + number // len(wholes)) % len(_KINDS)]
        content = bytearray(whole.path.read_bytes())
        _KINDS[kind](content, chance)
        path = folder / f"{number:04d}-{kind}-{whole.path.stem}{whole.path.suffix}"
        path.write_bytes(content)
        yield Whole(path, whole.data)


def _flip_anywhere(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 2, 8))):
        content[chance.randrange(len(content))] = chance.randrange(256)


def _flip_at_the_start(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 2, 8))):
        content[chance.randrange(min(len(content), _START))] = chance.randrange(256)


def _flip_bits_at_the_end(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 2, 8))):
        content[-1 - chance.randrange(min(len(content), _START))] ^= 1 << chance.randrange(8)


def _number_at_the_start(content: bytearray, chance: random.Random) -> None:
    """Put a telling number where a count or a length may stand."""
    at = 4 * chance.randrange(min(len(content), _START) // 4 - 1)
    value = chance.choice((0, 1, -1, 2**31 - 1, -(2**31), 2**16, 255, 10**6))
    content[at : at + 4] = struct.pack(chance.choice("<>") + "i", value)


def _cut(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content)) :]


def _cut_a_little(content: bytearray, chance: random.Random) -> None:
    del content[-chance.choice((1, 2, 7, 8, 79, 80, 81, 512)) :]


def _take_out(content: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(content))
    del content[at : at + chance.choice((1, 4, 8, 80, 500))]


def _put_in(content: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(content))
    length = chance.choice((1, 4, 8, 80, 500))
    content[at:at] = chance.choice((bytes(length), b"\xff" * length, chance.randbytes(length)))


def _repeat(content: bytearray, chance: random.Random) -> None:
    """Write a block of the file over another place of it."""
    length = chance.choice((8, 64, 256))
    source, target = (chance.randrange(max(1, len(content) - length)) for _ in range(2))
    content[target : target + length] = content[source : source + length]


_KINDS: Mapping[str, Callable[[bytearray, random.Random], None]] = {
    "flip": _flip_anywhere,
    "start": _flip_at_the_start,
    "number": _number_at_the_start,
    "cut": _cut,
    "end": _flip_bits_at_the_end,
    "taken": _take_out,
    "put": _put_in,
    "short": _cut_a_little,
    "repeat": _repeat,
}


def judge(damaged: Whole) -> tuple[str, str]:
    """Read a damaged file; return "refused", "read" or "WRONG", and what was said or what is wrong."""
    try:
        table = read_table(damaged.path) if damaged.data is None else read_table(damaged.data, catalogue=damaged.path)
    except IngestError as error:
        if error.where == damaged.path.name and error.zh:
            return "refused", error.message
        return "WRONG", f"the error does not name the file: {error}"
    except Exception as error:  # noqa: BLE001 (whatever else is raised is what this looks for)
        return "WRONG", f"{type(error).__name__}: {error}"
    return _agrees(damaged.data or damaged.path, table)


def _agrees(path: Path, table: RawTable) -> tuple[str, str]:
    """Hold a table against the header of its file, which is read anew."""
    frame = table.frame
    header = read_header(path, table.format)
    if table.row_count != frame.height or header.rows not in {None, frame.height}:
        return "WRONG", f"{frame.height} rows, {table.row_count} told, {header.rows} in the header"
    if header.names is not None and len(header.names) != frame.width:
        return "WRONG", f"columns {frame.columns} instead of {header.names!r}"
    if header.names is not None and not all(map(_same_name, header.names, frame.columns)):
        return "WRONG", f"columns {frame.columns} instead of {header.names!r}"
    is_text = tuple(kind in _TEXTS for kind in frame.dtypes)
    if header.is_text is not None and header.is_text != is_text:
        return "WRONG", f"types {frame.dtypes} instead of text where {header.is_text}"
    return "read", f"{frame.height} × {frame.width}"


def _same_name(stored: bytes, name: str) -> bool:
    return any(stored.decode(encoding, "ignore") == name for encoding in ("utf-8", "gb18030", "cp1252", "latin-1"))
