from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest

from liandong.errors import IngestError
from liandong.ingest.headers import read_header

FRAME = pl.DataFrame(
    {
        "age": [31.0, 47.0, 62.0],
        "社区": ["东湖", "西湖", None],
        "a_name_of_more_than_8_letters": [1.5, None, 2.5],
        "essay": ["x" * 600, "", "y"],
    }
)
ASCII = FRAME.rename({"社区": "town"})
SHORT = FRAME.select(age="age", town="社区").with_columns(town=pl.Series(["E", "W", ""]))
WRITERS: dict[str, Any] = {
    "plain.sav": lambda path: pyreadstat.write_sav(FRAME, path),
    "rows.sav": lambda path: pyreadstat.write_sav(FRAME, path, row_compress=True),
    "blocks.zsav": lambda path: pyreadstat.write_sav(FRAME, path, compress=True),
    "v114.dta": lambda path: pyreadstat.write_dta(ASCII.drop("essay"), path, version=10),
    "v117.dta": lambda path: pyreadstat.write_dta(ASCII, path, version=13),
    "v118.dta": lambda path: pyreadstat.write_dta(ASCII, path, version=14),
    "v5.xpt": lambda path: pyreadstat.write_xport(SHORT, path, file_format_version=5),
    "v8.xpt": lambda path: pyreadstat.write_xport(ASCII, path, file_format_version=8),
    "old.por": lambda path: pyreadstat.write_por(SHORT, path),
}


@pytest.fixture
def written(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    name: str = request.param
    path = tmp_path / name
    WRITERS[name](path)
    return path


def frame_of(path: Path) -> pl.DataFrame:
    if path.name == "v5.xpt":
        return SHORT
    if path.name == "old.por":
        return SHORT.rename(str.upper)
    if path.name == "v114.dta":
        return ASCII.drop("essay")
    return FRAME if "sav" in path.suffix else ASCII


@pytest.mark.parametrize("written", WRITERS, indirect=True)
def test_header_says_what_was_written(written: Path) -> None:
    frame = frame_of(written)
    header = read_header(written, written.suffix[1:])
    assert header.rows in {None, 3} if written.suffix == ".xpt" else header.rows == 3
    assert header.names is not None
    assert [name.decode() for name in header.names] == frame.columns
    assert header.is_text == tuple(kind == pl.String for kind in frame.dtypes)


@pytest.mark.parametrize("written", WRITERS, indirect=True)
def test_a_file_cut_short_is_known_by_its_header(written: Path) -> None:
    content = written.read_bytes()
    if written.suffix == ".por":
        # One Z ends the data, more of them fill the line up.
        content = content.rstrip(b"\r\nZ") + b"Z"
    # A transport file says no number of rows; whole records of 80 bytes taken off its end leave a whole file.
    for cut in (1, 5, 9, len(content) // 3, len(content) // 2, len(content) - 10):
        written.write_bytes(content[:-cut])
        with pytest.raises(IngestError, match=r"the file "):
            read_header(written, written.suffix[1:])


NESTED = pl.DataFrame(
    {
        "a": [1, 2, None],
        "社区": ["x", "y", None],
        "list": [[1], [2, 3], []],
        "record": [{"p": 1, "q": {"r": "z"}}] * 3,
        "category": pl.Series(["u", "v", "u"], dtype=pl.Categorical),
        "truth": [True, False, None],
    }
)


@pytest.mark.parametrize("use_pyarrow", [False, True])
def test_the_footer_of_a_parquet_file_names_its_columns(use_pyarrow: bool, tmp_path: Path) -> None:  # noqa: FBT001
    path = tmp_path / "table.parquet"
    NESTED.write_parquet(path, use_pyarrow=use_pyarrow)
    header = read_header(path, "parquet")
    assert header.rows == 3
    assert [name.decode() for name in header.names or ()] == NESTED.columns


def test_a_damaged_parquet_footer_is_an_error_or_says_something_else(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    NESTED.write_parquet(path)
    content = path.read_bytes()
    length = int.from_bytes(content[-8:-4], "little")
    refused = 0
    for place in range(len(content) - 8 - length, len(content) - 8):
        for value in (0x00, 0x5C, 0xFF):
            path.write_bytes(content[:place] + bytes([value]) + content[place + 1 :])
            try:
                header = read_header(path, "parquet")
            except IngestError:
                refused += 1
            else:
                assert header.names is not None
    assert refused > length / 10


@pytest.mark.parametrize("claimed", [2, 4, 2_000_000_000])
@pytest.mark.parametrize("name", ["plain.sav", "rows.sav", "blocks.zsav"])
def test_a_false_number_of_cases_is_known(name: str, claimed: int, tmp_path: Path) -> None:
    path = tmp_path / name
    WRITERS[name](path)
    content = bytearray(path.read_bytes())
    content[80:84] = struct.pack("<i", claimed)
    path.write_bytes(content)
    with pytest.raises(IngestError, match=f"{claimed:,} cases are announced, 3 whole ones are there"):
        read_header(path, path.suffix[1:])


def test_cases_are_counted_where_the_header_leaves_them_open(tmp_path: Path) -> None:
    path = tmp_path / "open.sav"
    WRITERS["rows.sav"](path)
    content = bytearray(path.read_bytes())
    content[80:84] = struct.pack("<i", -1)
    path.write_bytes(content)
    assert read_header(path, "sav").rows == 3


@pytest.mark.parametrize("suffix", ["sav", "zsav", "por", "dta", "sas7bdat", "xpt", "xlsx", "parquet"])
@pytest.mark.parametrize("content", [b"x", b"PK", b"id,name\n1,a\n" * 100, b"\0" * 5_000])
def test_a_file_of_another_format_is_refused(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"file.{suffix}"
    path.write_bytes(content)
    with pytest.raises(IngestError) as caught:
        read_header(path, suffix)
    assert caught.value.where == path.name
    assert path.name in caught.value.zh


def test_an_old_or_protected_workbook_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "old.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    with pytest.raises(IngestError, match="password"):
        read_header(path, "xlsx")
