from __future__ import annotations

import pytest

from liandong.present import Cell, Row, Table, aligned, group, heads
from liandong.present.layout import (
    Padding,
    column_shares,
    decimal_padding,
    details_below,
    font_size,
    line_count,
    text_width,
)


def column(*cells: str) -> Table:
    return Table("t", "", ("left", "decimal"), (heads("", "n"),), tuple(Row(("a", cell)) for cell in cells))


def padded(table: Table) -> list[str]:
    padding = decimal_padding(table, 1)
    own = [padding.get(number, Padding()) for number in range(len(table.rows))]
    return [p.before + row.text(1) + p.after for p, row in zip(own, table.rows, strict=True)]


def test_numbers_are_padded_to_the_same_length_on_both_sides_of_the_mark() -> None:
    texts = padded(column("0.020", "(0.044)", "−12.5", "3"))
    assert {text.index(".") for text in texts} == {3}
    assert {len(text) for text in texts} == {8}


def test_what_is_no_number_is_not_padded() -> None:
    table = column("0.02", "—", "[0.1, 0.2]", "hidden")
    assert list(decimal_padding(table, 1)) == [0]


def test_cells_aligned_otherwise_and_groups_are_left_alone() -> None:
    rows = (group("1,000.00"), Row(("a", Cell("1000.00", "center"))), Row(("b", "1.5")))
    table = Table("t", "", ("left", "decimal"), (heads("", "n"),), rows)
    assert decimal_padding(table, 1) == {2: Padding("", "")}


def test_chinese_is_wider_than_latin() -> None:
    assert text_width("社区") == pytest.approx(2)
    assert text_width("ab") < text_width("社区")


def test_shares_of_columns_add_up() -> None:
    table = column("0.020", "1")
    assert sum(column_shares(table)) == pytest.approx(1)


def test_a_wide_table_gets_smaller_type() -> None:
    narrow = column("1")
    cells = ("name", *("[−0.123, 0.163]" for _ in range(7)))
    wide = Table("t", "", aligned("left", "center", 7), (heads(*[""] * 8),), (Row(cells),))
    assert font_size(wide) < font_size(narrow)


def test_details_belong_to_the_row_above() -> None:
    rows = (Row(("a", "1")), Row(("", "(2)"), kind="detail"), Row(("", "[3]"), kind="detail"), Row(("b", "4")))
    table = Table("t", "", ("left", "decimal"), (heads("", "n"),), rows)
    assert [details_below(table, number) for number in range(4)] == [2, 1, 0, 0]


def test_wrapped_text_counts_its_lines() -> None:
    long = Table("t", "", ("left", "decimal"), (heads("", "n"),), (Row(("很长的名称" * 30, "1")),))
    assert line_count(long) > line_count(column("1"))
