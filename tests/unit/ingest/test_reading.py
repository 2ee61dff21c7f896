from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest

from liandong.errors import ExitCode, IngestError
from liandong.ingest import apply_codebook, child_readstat, read_table, readstat_source

ROWS = pl.DataFrame({"id": [1, 2, 3], "名": ["东湖", None, "a"], "x": [0.5, None, 2.0]})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.sav", "no such file"),
        ("folder.csv", "folder"),
        ("data.json", "'.json' cannot be read"),
        ("bare", "none"),
    ],
)
def test_a_path_that_is_no_data_file_is_one_clear_error(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "data.json").touch()
    (tmp_path / "bare").touch()
    with pytest.raises(IngestError, match=message) as caught:
        read_table(tmp_path / name)
    assert caught.value.exit_code == ExitCode.DATA
    assert caught.value.zh != IngestError.summary_zh


@pytest.mark.parametrize("suffix", ["sav", "zsav", "por", "dta", "sas7bdat", "xpt", "csv", "tsv", "xlsx", "parquet"])
def test_an_empty_file_is_an_error_in_every_format(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"empty.{suffix}"
    path.touch()
    with pytest.raises(IngestError, match="empty"):
        read_table(path)


def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.csv"
    path.write_text("a\n1\n", encoding="utf-8")

    def refuse(*_args: object) -> None:
        raise PermissionError(13, "Permission denied")

    # The superuser, as whom tests often run, may read every file: so the refusal is made up.
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(IngestError, match="cannot be opened: Permission denied"):
        read_table(path)


def test_the_table_carries_the_hash_of_the_bytes(tmp_path: Path) -> None:
    for name, content in {"a.csv": b"a\n1\n", "b.tsv": b"a\tb\n1\t2\n"}.items():
        path = tmp_path / name
        path.write_bytes(content)
        assert read_table(path).sha256 == hashlib.sha256(content).hexdigest()
        assert path.read_bytes() == content


def test_a_sav_without_rows_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "none.sav"
    pyreadstat.write_sav(pl.DataFrame({"a": pl.Series([], dtype=pl.Float64)}), path)
    with pytest.raises(IngestError, match="columns but no rows"):
        read_table(path)


def test_a_truncated_sav_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "cut.sav"
    pyreadstat.write_sav(pl.DataFrame({"a": [float(i) / 7 for i in range(500)]}), path)
    content = path.read_bytes()
    path.write_bytes(content[:-1_000])
    with pytest.raises(IngestError, match=r"cut short.*500 cases are announced, 37[0-9] whole ones"):
        read_table(path)


def test_a_file_name_may_hold_anything(tmp_path: Path) -> None:
    path = tmp_path / "问卷 [1] *'\"$(x).SAV"
    pyreadstat.write_sav(pl.DataFrame({"a": [1.0]}), path)
    assert read_table(path).frame["a"].to_list() == [1.0]


def test_parquet_is_read_lazily_with_its_own_types(tmp_path: Path, make_codebook: Any) -> None:
    path = tmp_path / "data [1].parquet"
    ROWS.write_parquet(path)
    table = read_table(path)
    assert "Parquet" in table.data.explain()
    assert table.schema == ROWS.schema
    assert table.row_count == 3
    ingested = apply_codebook(table, make_codebook(x="number", id="integer", 名="string"))
    assert ingested.frame.collect().equals(
        ROWS.select(pl.int_range(1, 4, dtype=pl.Int64).alias("_row"), "x", "id", "名"), null_equal=True
    )


def test_a_damaged_parquet_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    pl.concat([ROWS] * 1000).write_parquet(path, compression="zstd")
    content = path.read_bytes()
    page = bytearray(content)
    page[4:200] = bytes(196)
    footer = bytearray(content)
    footer[-60:-20] = b"\xff" * 40
    for broken in (bytes(page), bytes(footer), content[:-100], content[100:]):
        path.write_bytes(broken)
        with pytest.raises(IngestError):
            read_table(path)


def test_a_large_table_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readstat_source, "_CELLS_AT_ONCE", 20)
    path = tmp_path / "survey.dta"
    codes = [*range(99), "a"]
    frame = pl.DataFrame({"a": pl.Series(codes, dtype=pl.Object), "town": [f"社区{i}" for i in range(100)]})
    pyreadstat.write_dta(frame, path, missing_user_values={"a": ["a"]})
    request = {"path": str(path), "format": "dta", "encoding": None, "catalogue": None}
    found = child_readstat.read(request, tmp_path)
    table = pl.read_ipc(tmp_path / "table.arrow")
    assert found["rows"] == 100
    assert table["a"].to_list() == [*range(99), None]
    assert table["town"].to_list() == frame["town"].to_list()
    assert pl.read_ipc(tmp_path / "tags.arrow").rows() == [(99, "a", ".a")]


def test_the_child_starts_without_heavy_libraries() -> None:
    code = """
import sys
import liandong.ingest.child_readstat
print(*sorted({"polars", "pandas", "scipy"} & set(sys.modules)))
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(child_readstat.__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == ""
