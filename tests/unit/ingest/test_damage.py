"""Real and made files with a few bytes changed: an error, or the table that the header announces; never a crash.

`test_damaged_files_...` is a small sample of what a longer fuzz run does: the seed fixes which bytes change.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest

from liandong.errors import IngestError
from liandong.ingest import read_table
from liandong.ingest.headers import read_header

SEED = 20_240_601
VARIANTS = 5
START = 2_000  # half of the damage goes to the first bytes, where the dictionary stands


@pytest.fixture
def whole_files(tmp_path: Path, write_workbook: Any) -> list[Path]:
    frame = pl.DataFrame(
        {
            "q1": [float(i % 5) for i in range(60)],
            "社区": [f"社区{i % 7}" for i in range(60)],
            "x": [None if i % 9 == 0 else i / 7 for i in range(60)],
        }
    )
    ascii_frame = frame.rename({"社区": "town"})
    pyreadstat.write_sav(frame, tmp_path / "a.sav", variable_value_labels={"q1": {0.0: "否", 1.0: "是"}})
    pyreadstat.write_sav(frame, tmp_path / "b.zsav", compress=True)
    pyreadstat.write_dta(ascii_frame, tmp_path / "c.dta")
    pyreadstat.write_xport(ascii_frame, tmp_path / "d.xpt", file_format_version=8)
    write_workbook(tmp_path / "e.xlsx", {"s": [frame.columns, *frame.rows()]})
    return [tmp_path / name for name in ("a.sav", "b.zsav", "c.dta", "d.xpt", "e.xlsx")]


def damaged(files: list[Path], folder: Path) -> Iterator[Path]:
    chance = random.Random(SEED)  # noqa: S311 (a repeatable choice of bytes, no secret)
    for file in files:
        content = file.read_bytes()
        for variant in range(VARIANTS):
            broken = bytearray(content)
            reach = len(broken) if variant % 2 else min(len(broken), START)
            for _ in range(chance.choice([1, 2, 8])):
                broken[chance.randrange(reach)] = chance.randrange(256)
            path = folder / f"{file.stem}-{variant}{file.suffix}"
            path.write_bytes(broken)
            yield path


def outcome(path: Path) -> str | None:
    """Return what is wrong with the answer, None when nothing is."""
    try:
        table = read_table(path, timeout_seconds=60)
    except IngestError as error:
        return None if error.where == path.name else f"the error does not name the file: {error}"
    header = read_header(path, table.format)
    if header.rows is not None and header.rows != table.frame.height:
        return f"{table.frame.height} rows instead of {header.rows}"
    is_text = tuple(kind == pl.String for kind in table.schema.dtypes())
    if header.names is not None and (len(header.names), header.is_text) != (len(table.columns), is_text):
        return f"columns {table.columns} instead of {header.names!r}"
    return None


def test_damaged_files_give_an_error_or_what_their_header_announces(whole_files: list[Path], tmp_path: Path) -> None:
    place = tmp_path / "damaged"
    place.mkdir()
    paths = list(damaged(whole_files, place))
    with ThreadPoolExecutor(2) as pool:
        wrong = {path.name: found for path, found in zip(paths, pool.map(outcome, paths), strict=True) if found}
    assert len(paths) == len(whole_files) * VARIANTS
    assert wrong == {}


def test_damaged_sas_files_give_an_error_or_their_table(awkward: Path, tmp_path: Path) -> None:
    content = (awkward / "pyreadstat" / "sample.sas7bdat").read_bytes()
    for name, place in {"magic": 5, "pages": 204, "rows": 131_000}.items():
        broken = bytearray(content)
        broken[place] ^= 0xFF
        path = tmp_path / f"{name}.sas7bdat"
        path.write_bytes(broken)
        assert outcome(path) is None
