"""Which tables carry the hook of the script that sorts them."""

from __future__ import annotations

import pytest

from liandong.present.html_table import html_table
from liandong.present.table import Head, Row, Table, group, heads

ONE = (heads("Name", "Share"),)
TWO = ((Head("", 1), Head("Shares", 1)), *ONE)

N_AND_R2 = (Row(("N", "618"), rule=True), Row(("R²", "0.1")))


def _rows(count: int, **own: object) -> list[Row]:
    return [Row((f"row {number}", str(number)), **own) for number in range(count)]  # type: ignore[arg-type]


def _with_details(count: int) -> list[Row]:
    return [one for row in _rows(count) for one in (row, Row(("", "(1)"), kind="detail"))]


@pytest.mark.parametrize(
    ("header", "rows", "sorts"),
    [
        (ONE, _rows(10), True),
        (ONE, _rows(9), False),
        (ONE, _with_details(9), False),
        (ONE, _with_details(10), True),
        (TWO, _rows(10), False),
        (ONE, [*_rows(10), Row(("N", "618"), rule=True)], False),
        (ONE, [*_rows(10), *_rows(1, indent=1)], False),
        (ONE, [group("A"), *_rows(29, indent=1)], False),
        (ONE, [group("A"), *_rows(15, indent=1), group("B"), *_rows(15, indent=1)], True),
        (ONE, [group("A"), *_rows(29, indent=1), *_rows(1, indent=2)], False),
    ],
)
def test_only_long_tables_whose_order_says_nothing_sort(
    header: tuple[tuple[Head, ...], ...], rows: list[Row], *, sorts: bool
) -> None:
    table = Table("t", "A table", ("left", "decimal"), header, tuple(rows))
    assert ("data-ld-sort" in html_table(table)) is sorts
    assert "ld-foot" not in html_table(table)


@pytest.mark.parametrize(
    ("header", "rows", "sorts", "foot"),
    [
        (ONE, [*_with_details(10), *N_AND_R2], True, 1),
        (ONE, [*_rows(9), *N_AND_R2], False, 0),
        (ONE, [group("A"), *_rows(5, indent=1), group("B"), *_rows(5, indent=1)], True, 0),
        (ONE, [group("A"), *_rows(5, indent=1), group("B"), *_rows(4, indent=1)], False, 0),
        (ONE, [group("A"), *_rows(9, indent=1), *_rows(1, indent=2)], False, 0),
        (TWO, [*_rows(10), *N_AND_R2], False, 0),
    ],
)
def test_a_table_whose_order_says_nothing_sorts_within_groups_and_above_its_foot(
    header: tuple[tuple[Head, ...], ...], rows: list[Row], *, sorts: bool, foot: int
) -> None:
    written = html_table(Table("t", "A table", ("left", "decimal"), header, tuple(rows), sortable=True))
    assert ("data-ld-sort" in written) is sorts
    assert written.count('<tbody class="ld-foot">') == foot
    assert written.count("<tbody") == written.count("</tbody>") == max(1, written.count("ld-group")) + foot
    if foot:
        below = written.partition("ld-foot")[2]
        assert "618" in below
        assert "R²" in below
        assert "row 9" not in below
