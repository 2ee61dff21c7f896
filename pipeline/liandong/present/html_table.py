"""A table as HTML: semantic cells, rules above and below, numbers aligned on their decimal mark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import pairwise

from liandong.present.escaping import html_text
from liandong.present.layout import Padding, decimal_padding
from liandong.present.table import Head, Row, Table


@cache
def table_style() -> str:
    """Return the CSS of all tables, to be printed once per page."""
    return files("liandong.present").joinpath("tables.css").read_text(encoding="utf-8")


def html_table(table: Table) -> str:
    """Return `table` as one HTML element with its notes; the caption is the renderer's."""
    paddings = [decimal_padding(table, column) for column in range(len(table.columns))]
    lines = [
        f'<div class="ld-table" role="region" tabindex="0" aria-label="{html_text(table.caption)}">',
        '<table class="ld-grid" data-quarto-disable-processing="true" data-quarto-bootstrap="false">',
        "<thead>",
        *(_header(table, number) for number in range(len(table.header))),
        "</thead>",
        *_bodies(table, paddings),
        "</table>",
        *(f'<p class="ld-note">{html_text(note)}</p>' for note in table.notes),
        "</div>",
    ]
    return "\n".join(lines)


def _header(table: Table, number: int) -> str:
    cells = []
    column = 0
    for head in table.header[number]:
        cells.append(_head(head, left=table.columns[column] == "left"))
        column += head.span
    return f"<tr>{''.join(cells)}</tr>"


def _head(head: Head, *, left: bool) -> str:
    classes = ["ld-left"] * left + ["ld-span"] * (head.span > 1 and bool(head.text))
    attributes = f' class="{" ".join(classes)}"' if classes else ""
    attributes += f' colspan="{head.span}"' if head.span > 1 else ""
    if not head.text:
        return f"<td{attributes}></td>"
    scope = "colgroup" if head.span > 1 else "col"
    return f'<th scope="{scope}"{attributes}><span>{html_text(head.text)}</span></th>'


def _bodies(table: Table, paddings: list[dict[int, Padding]]) -> Iterator[str]:
    """Yield a tbody per group, so that a group's heading is the heading of its rows."""
    followed = {number for number, pair in enumerate(pairwise(table.rows)) if pair[1].kind == "detail"}
    yield "<tbody>"
    for number, row in enumerate(table.rows):
        if row.kind == "group" and number:
            yield "</tbody>\n<tbody>"
        own = {column: padding[number] for column, padding in enumerate(paddings) if number in padding}
        yield _row(table, row, own, lead=number in followed)
    yield "</tbody>"


def _row(table: Table, row: Row, padding: Mapping[int, Padding], *, lead: bool) -> str:
    classes = [f"ld-{row.kind}"] * (row.kind != "body") + ["ld-lead"] * lead + ["ld-rule"] * row.rule
    classes += [f"ld-in{row.indent}"] * bool(row.indent)
    opening = f'<tr class="{" ".join(classes)}">' if classes else "<tr>"
    if row.kind == "group":
        return f'{opening}<th scope="rowgroup" colspan="{len(table.columns)}">{html_text(row.text(0))}</th></tr>'
    cells = [_cell(table, row, column, padding.get(column, Padding())) for column in range(len(table.columns))]
    return f"{opening}{''.join(cells)}</tr>"


def _cell(table: Table, row: Row, column: int, padding: Padding) -> str:
    text, align = html_text(row.text(column)), table.align(row, column)
    attributes = f' class="ld-{align}"' if align in {"left", "right"} else ""
    for name, characters in (("before", padding.before), ("after", padding.after)):
        attributes += f' data-{name}="{html_text(characters)}"' if characters else ""
    if not column and text:
        return f'<th scope="row"{attributes}>{text}</th>'
    return f"<td{attributes}>{text}</td>"
