from __future__ import annotations

import csv
import io
import re
import tempfile
from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from liandong.evidence import read_csv, write_csv

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0")) | st.text(
    "'=+-@＝－\t\r\n ,\"\u3000\ufeff5.eE a"
)
FORMULA = re.compile(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠]")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def _written(header: str, cells: list[str], folder: str) -> Path:
    path = Path(folder) / "table.csv"
    columns = {header: pl.Series(cells, dtype=pl.String), "n": range(len(cells))}
    write_csv(pl.DataFrame(columns), path)
    return path


@given(st.lists(CELLS, min_size=1))
def test_every_text_comes_back_as_it_was(cells: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        back = read_csv(_written("text", cells, folder), {"text": pl.String(), "n": pl.Int64()})
    assert back["text"].to_list() == cells


@given(CELLS.filter(lambda text: text not in {"", "n"}), CELLS)
def test_no_cell_and_no_header_starts_a_formula(header: str, cell: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        written = _written(header, [cell], folder).read_bytes().decode()
    seen = list(csv.reader(io.StringIO(written, newline="")))
    for text in (seen[0][0], seen[1][0]):
        assert not FORMULA.match(text) or NUMBER.fullmatch(text)
        assert not text.startswith(("\t", "\r", "\n"))
