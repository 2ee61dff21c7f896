"""A table as HTML: semantic cells, rules above and below, numbers aligned on their decimal mark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from liandong.present.escaping import html_text
from liandong.present.layout import FONT_SIZES, Padding, column_shares, decimal_padding, details_below, font_size
from liandong.present.table import Head, Row, Table

_LONG: Final = 10
_LONG_IN_GROUPS: Final = 30


@cache
def table_style() -> str:
    """Return the CSS of all tables, to be printed once per page."""
    return files("liandong.present").joinpath("tables.css").read_text(encoding="utf-8")


def html_table(table: Table) -> str:
    """Return `table` as one HTML element with its notes; the caption is the renderer's."""
    paddings = [decimal_padding(table, column) for column in range(len(table.columns))]
    size = font_size(table) / max(FONT_SIZES)
    smaller = f' style="font-size: {0.9 * size:.2f}rem"' if size < 1 else ""
    columns = "".join(f'<col style="width: {share * 100:.1f}%">' for share in column_shares(table))
    hooks = 'data-quarto-disable-processing="true" data-quarto-bootstrap="false"' + " data-ld-sort" * is_sortable(table)
    lines = [
        f'<div class="ld-table" role="group" tabindex="0" aria-label="{html_text(table.caption)}">',
        f'<table class="ld-grid"{smaller} {hooks}>',
        f"<colgroup>{columns}</colgroup>",
        "<thead>",
        *(_header(table, number) for number in range(len(table.header))),
        "</thead>",
        *_bodies(table, paddings),
        "</table>",
        *(f'<p class="ld-note">{html_text(note)}</p>' for note in table.notes),
        "</div>",
    ]
    return "\n".join(lines)


def is_sortable(table: Table) -> bool:
    """Whether readers may sort the rows by a column: long tables, and those in groups only where they are very long.

    A row counts together with its details. Where columns stand in groups, a rule parts rows, or rows are set in below
    others that are no headings of a group, the order says something. A table that says of itself that its order says
    nothing sorts within groups and above its rule as soon as it is long.
    """
    foot = _foot(table)
    rows = [row for row in table.rows[:foot] if row.kind == "body"]
    groups = any(row.kind == "group" for row in table.rows)
    nested = any(row.indent > groups for row in table.rows) or (foot < len(table.rows) and not table.sortable)
    long = _LONG_IN_GROUPS if groups and not table.sortable else _LONG
    return len(table.header) == 1 and not nested and len(rows) >= long


def _foot(table: Table) -> int:
    """Return where the rows below a rule begin, such as n and R²; the number of rows if there is none."""
    return next((number for number, row in enumerate(table.rows) if row.rule and number), len(table.rows))


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
    """Yield a tbody per group, so that a group's heading is the heading of its rows, and one that sorting leaves."""
    foot = _foot(table) if is_sortable(table) else -1
    yield "<tbody>"
    for number, row in enumerate(table.rows):
        if number == foot:
            yield '</tbody>\n<tbody class="ld-foot">'
        elif row.kind == "group" and number:
            yield "</tbody>\n<tbody>"
        own = {column: padding[number] for column, padding in enumerate(paddings) if number in padding}
        yield _row(table, row, own, details_below(table, number))
    yield "</tbody>"


def _row(table: Table, row: Row, padding: Mapping[int, Padding], details: int) -> str:
    classes = [f"ld-{row.kind}"] * (row.kind != "body") + ["ld-lead"] * bool(details) + ["ld-rule"] * row.rule
    classes += [f"ld-in{row.indent}"] * bool(row.indent)
    opening = f'<tr class="{" ".join(classes)}">' if classes else "<tr>"
    if row.kind == "group":
        return f'{opening}<th scope="rowgroup" colspan="{len(table.columns)}">{html_text(row.text(0))}</th></tr>'
    # The name of a row also stands beside its details.
    columns = range(int(row.kind == "detail"), len(table.columns))
    cells = [_cell(table, row, column, padding.get(column, Padding()), details) for column in columns]
    return f"{opening}{''.join(cells)}</tr>"


def _cell(table: Table, row: Row, column: int, padding: Padding, details: int) -> str:
    text, align = html_text(row.text(column)), table.align(row, column)
    tone = table.tone(row, column)
    classes = [f"ld-{align}"] * (align in {"left", "right"}) + [f"ld-tone-{tone}"] * bool(tone)
    attributes = f' class="{" ".join(classes)}"' if classes else ""
    for name, characters in (("before", padding.before), ("after", padding.after)):
        attributes += f' data-{name}="{html_text(characters)}"' if characters else ""
    if column:
        return f"<td{attributes}>{text}</td>"
    attributes += f' rowspan="{details + 1}"' if details else ""
    return f'<th scope="row"{attributes}>{text}</th>' if text else f"<td{attributes}></td>"
