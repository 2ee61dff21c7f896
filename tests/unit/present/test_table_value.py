from __future__ import annotations

import dataclasses

import pytest

from liandong.present import Cell, Row, Table, group, heads


def small(rows: tuple[Row, ...], header: tuple[str, ...] = ("", "n")) -> Table:
    return Table("t", "caption", ("left", "decimal"), (heads(*header),), rows)


def test_a_table_cannot_be_changed() -> None:
    table = small((Row(("a", "1")),))
    with pytest.raises(dataclasses.FrozenInstanceError):
        table.caption = "other"  # type: ignore[misc]


@pytest.mark.parametrize("cells", [("a",), ("a", "1", "2")])
def test_a_row_fills_the_columns(cells: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="2 columns"):
        small((Row(cells),))


def test_a_header_line_fills_the_columns() -> None:
    with pytest.raises(ValueError, match="spans 3 of 2"):
        Table("t", "", ("left", "decimal"), (heads("", ("wide", 2)),), ())


def test_a_cell_can_be_aligned_otherwise_than_its_column() -> None:
    table = small((group("all"), Row(("a", Cell("[1, 2]", "center"))), Row(("b", "1"))))
    assert table.align(table.rows[1], 1) == "center"
    assert table.align(table.rows[2], 1) == "decimal"
    assert table.rows[1].text(1) == "[1, 2]"
