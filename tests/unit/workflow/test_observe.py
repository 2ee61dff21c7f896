"""What is seen in a column: of every stored type, with the values that no field can hold left out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from liandong.ingest import read_table
from liandong.scaffold import SeenColumn
from liandong.workflow.observe import observe


def seen(frame: pl.DataFrame, path: Path) -> dict[str, SeenColumn]:
    frame.write_parquet(path) if path.suffix == ".parquet" else frame.write_csv(path)
    return {column.header: column for column in observe(read_table(path), [path.name]).columns}


def test_every_type_of_parquet_is_taken_or_left_out(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "whole": [1.0, 2.0, None],
            "value": [1.5, 2.5, 4.0],
            "n": ["a", " ", None],
            "yes": [True, None, True],
            "day": [dt.date(2024, 1, 1)] * 3,
            "kind": pl.Series(["a", "b", "a"], dtype=pl.Categorical),
            "list": [[1], [2], [3]],
            "span": [dt.timedelta(days=1)] * 3,
            "nothing": [None] * 3,
        }
    )
    found = seen(frame, tmp_path / "x.parquet")
    stored = {name: column.stored for name, column in found.items()}
    assert stored == {
        "whole": "whole", "value": "number", "n": "text", "yes": "truth", "day": "date", "kind": "text",
        "list": "other", "span": "other", "nothing": "text",
    }  # fmt: skip
    assert (found["n"].filled, found["n"].distinct) == (1, 1)
    assert found["whole"].values == ((1, 1), (2, 1))
    assert found["value"].mean == pytest.approx(8 / 3)
    assert found["kind"].values == (("a", 2), ("b", 1))
    assert (found["day"].low, found["nothing"].filled) == ("2024-01-01", 0)


@pytest.mark.parametrize(
    ("texts", "reads_as", "kept"),
    [
        (["１２", "3", "4"], "integer", (3, 4, 12)),
        (["1.5", "2", "3"], "number", (1.5, 2, 3)),
        (["60秒", "75秒", "90秒"], "", (60, 75, 90)),
        (["007", "12", "3"], "integer", ("007", "12", "3")),
        (["2024/3/1", "2024年3月2日", "2024-03-03"], "date", ()),
        (["2024-03-01 08:30:00", "2024-03-01 9:30", "2024-03-02T10:00:00+08:00"], "datetime", ()),
    ],
)
def test_texts_are_read_as_ingest_will_read_them(
    texts: list[str], reads_as: str, kept: tuple[object, ...], tmp_path: Path
) -> None:
    column = seen(pl.DataFrame({"a": texts}), tmp_path / "x.csv")["a"]
    if reads_as:
        assert column.reads_as[reads_as] == 3  # type: ignore[index]
    else:
        assert column.unit == "秒"
    if kept:
        assert tuple(value for value, _ in column.values) == kept


def test_texts_among_numbers_are_strangers_and_the_rest_is_numbers(tmp_path: Path) -> None:
    texts = [str(number) for number in range(100)] + ["不知道"] * 5
    column = seen(pl.DataFrame({"a": texts}), tmp_path / "x.csv")["a"]
    assert (column.filled, column.reads_as["integer"]) == (105, 100)
    assert column.strangers == (("不知道", 5),)
    assert (column.low, column.high, column.mean) == (0, 99, 49.5)
    assert column.extremes[:2] == (0, 1)
