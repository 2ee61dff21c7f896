"""Stata files of every release, long texts, extended missing values, dates, and Chinese of the time before Unicode."""

from __future__ import annotations

import re
import struct
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyreadstat
import pytest

from liandong.ingest import apply_codebook, read_table

LETTERS = {"b": ord("b"), "i": ord("i"), "l": ord("l"), "f": ord("f"), "d": ord("d")}
CODES = {"b": 251, "i": 252, "l": 253, "f": 254, "d": 255}
PACKED = {"b": "b", "i": "h", "l": "i", "f": "f", "d": "d"}
# The one missing value of the releases before 113.
OLD_MISSING = {"b": 127, "i": 32767, "l": 2**31 - 1, "f": 2.0**127, "d": 2.0**1023}
COLUMNS: dict[str, tuple[str | int, list[Any]]] = {
    "age": ("b", [31, None, 62]),
    "pay": ("l", [120_000, 7, None]),
    "share": ("d", [0.1, None, -2.5]),
    "town": (12, ["东湖", "", "西湖社区"]),
}
HAN = re.compile(rb"(?:[\xe3-\xef][\x80-\xbf]{2})+")


def old_dta(release: int, order: str = "<") -> bytes:
    """Write a Stata file by hand, in a layout that nothing writes any more, with GBK text."""
    name = 9 if release < 110 else 33
    label = 32 if release < 108 else 81
    shown = 7 if release < 105 else 12 if release < 114 else 49
    n, rows = len(COLUMNS), 3
    types = bytes(
        kind + (0x7F if release < 111 else 0) if isinstance(kind, int) else (LETTERS if release < 111 else CODES)[kind]
        for kind, _ in COLUMNS.values()
    )
    parts = [
        struct.pack(f"{order}BBBBHI", release, 1 if order == ">" else 2, 1, 0, n, rows),
        "试点".encode("gbk").ljust(label, b"\0"),
        b"" if release < 105 else b"01 Jan 2024 10:00".ljust(18, b"\0"),
        types,
        b"".join(column.encode().ljust(name, b"\0") for column in COLUMNS),
        bytes(2 * (n + 1)),
        b"".join(what.ljust(shown, b"\0") for what in (b"%8.0g", b"%d", b"%9.0g", b"%12s")),
        b"".join(what.ljust(name, b"\0") for what in (b"yesno", b"", b"", b"")),
        b"".join(what.encode("gbk").ljust(label, b"\0") for what in ("年龄", "收入", "", "社区")),
        b"" if release < 105 else bytes(3 if release < 110 else 5),
    ]
    for row in range(rows):
        for kind, values in COLUMNS.values():
            value = values[row]
            if isinstance(kind, int):
                parts.append(value.encode("gbk").ljust(kind, b"\0"))
            else:
                parts.append(struct.pack(order + PACKED[kind], OLD_MISSING[kind] if value is None else value))
    return b"".join([*parts, old_labels(release, order, name)])


def old_labels(release: int, order: str, name: int) -> bytes:
    """Write the labels of two codes; before release 108 they had eight bytes each."""
    texts = [label.encode("gbk") for label in ("青年", "老年")]
    if release < 108:
        head = struct.pack(order + "H", 2) + b"yesno".ljust(9, b"\0") + b"\0"
        return head + struct.pack(order + "HH", 31, 62) + b"".join(label.ljust(8, b"\0") for label in texts)
    joined = b"\0".join([*texts, b""])
    body = struct.pack(order + "6i", 2, len(joined), 0, len(texts[0]) + 1, 31, 62) + joined
    return struct.pack(order + "i", len(body)) + b"yesno".ljust(name, b"\0") + bytes(3) + body


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("release", [104, 105, 108, 110, 111])
def test_releases_that_nothing_writes_any_more_are_read(release: int, order: str, tmp_path: Path) -> None:
    path = tmp_path / "old.dta"
    path.write_bytes(old_dta(release, order))
    table = read_table(path)
    assert table.frame.to_dict(as_series=False) == {name: values for name, (_, values) in COLUMNS.items()}
    assert table.labels == {"age": "年龄", "pay": "收入", "town": "社区"}
    assert table.value_labels == {"age": {31: "青年", 62: "老年"}}
    assert table.documentation == ("试点",)
    assert table.temporal["pay"].unit == "days"
    assert table.encoding == "GB18030"


@pytest.mark.parametrize("version", [8, 10, 12, 13, 14, 15])
def test_releases_113_to_119_give_what_was_written(version: int, tmp_path: Path) -> None:
    path = tmp_path / "new.dta"
    frame = pl.DataFrame({"q1": [1, 2, 3], "town": ["东湖", "", "西湖"], "x": [0.5, None, 2.0]})
    labels = {"q1": {1: "是", 2: "否"}}
    pyreadstat.write_dta(frame, path, version=version, variable_value_labels=labels, column_labels=["题", "社区", None])
    table = read_table(path)
    assert table.frame.to_dict(as_series=False) == frame.to_dict(as_series=False)
    assert table.value_labels == labels
    assert table.labels == {"q1": "题", "town": "社区"}


@pytest.mark.parametrize("version", [117, 118, 119])
def test_long_texts_and_dates_come_back(version: int, tmp_path: Path) -> None:
    path = tmp_path / "essays.dta"
    essays = ["说明" * 4_000 if version > 117 else "x" * 8_000, "", "y"]
    moments = pd.to_datetime(["2024-03-01 10:20:30", "1959-12-31 00:00:00", None]).as_unit("us")
    frame = pd.DataFrame({"essay": essays, "m": moments, "d": moments.normalize()})
    frame.to_stata(
        path, version=version, convert_strl=["essay"], write_index=False, convert_dates={"m": "tc", "d": "td"}
    )
    table = read_table(path)
    assert table.frame["essay"].to_list() == essays
    assert (table.temporal["m"].unit, table.temporal["d"].unit) == ("milliseconds", "days")


def test_every_kind_of_date_is_known(awkward: Path, make_codebook: Any) -> None:
    table = read_table(awkward / "datareader" / "stata2_115.dta")
    units = {table.formats[name]: how.unit for name, how in table.temporal.items()}
    assert {shown[:3]: unit for shown, unit in units.items()} == {
        "%tc": "milliseconds",
        "%tC": "milliseconds",
        "%td": "days",
        "%tw": "weeks",
        "%tm": "months",
        "%tq": "quarters",
        "%th": "halves",
        "%ty": "years",
    }
    book = make_codebook(**{name: "date" for name, how in table.temporal.items() if how.kind == "date"})
    typed = apply_codebook(table, book).frame.collect().drop("_row")
    start = date(1960, 1, 1)
    # Counted by hand from Stata's definitions: weeks 1 to 52 of each year, months, quarters and halves since 1960.
    assert typed.rows()[:2] == [
        (
            start + timedelta(18_282),
            date(2010, 1, 8),
            date(2010, 1, 1),
            date(1974, 7, 1),
            date(2010, 1, 1),
            date(2010, 1, 1),
        ),
        (
            start - timedelta(2_282),
            date(1948, 6, 10),
            date(1955, 1, 1),
            date(1955, 7, 1),
            date(1955, 1, 1),
            date(2, 1, 1),
        ),
    ]


def test_extended_missing_values_are_kept_as_kinds(tmp_path: Path, make_codebook: Any) -> None:
    path = tmp_path / "tagged.dta"
    letters = [chr(ord("a") + i) for i in range(26)]
    frame = pl.DataFrame({"q1": pl.Series([1, *letters], dtype=pl.Object)})
    pyreadstat.write_dta(
        frame,
        path,
        missing_user_values={"q1": letters},
        variable_value_labels={"q1": {"a": "拒答", "b": "不知道", 1: "是"}},
    )
    table = read_table(path)
    assert table.frame["q1"].to_list() == [1, *[None] * 26]
    assert [tag for _, _, tag in table.tags.rows()] == [f".{letter}" for letter in letters]
    assert table.value_labels["q1"] == {".a": "拒答", ".b": "不知道", 1.0: "是"}
    book = make_codebook(q1={"type": "integer", "kinds": {".a": "refused", ".b": "dont_know"}})
    kinds = apply_codebook(table, book).missing.collect()["q1"].to_list()
    assert kinds[:4] == [None, "refused", "dont_know", "user_missing"]


def test_one_set_of_labels_serves_several_columns(awkward: Path) -> None:
    table = read_table(awkward / "datareader" / "stata10_117.dta")
    sets = [tuple(labels.items()) for labels in table.value_labels.values()]
    assert len(sets) == 6
    assert len(set(sets)) < len(sets)


@pytest.mark.parametrize("version", [10, 12, 13])
def test_gbk_of_before_unicode_is_found_in_every_part(version: int, tmp_path: Path) -> None:
    path = tmp_path / "gbk.dta"
    frame = pl.DataFrame({"q1": [1, 2], "town": ["东湖社区", "西湖社区"]})
    labels = {"q1": {1: "非常满意", 2: "不满意"}}
    pyreadstat.write_dta(
        frame,
        path,
        version=version,
        variable_value_labels=labels,
        column_labels=["您满意吗", "社区"],
        file_label="试点",
    )
    path.write_bytes(
        HAN.sub(lambda found: found.group().decode().encode("gbk").ljust(len(found.group())), path.read_bytes())
    )
    table = read_table(path)
    assert [text.strip() for text in table.frame["town"]] == ["东湖社区", "西湖社区"]
    assert {code: text.strip() for code, text in table.value_labels["q1"].items()} == labels["q1"]
    assert [text.strip() for text in table.labels.values()] == ["您满意吗", "社区"]
    assert [text.strip() for text in table.documentation] == ["试点"]
    assert table.encoding == "GB18030"
