"""A table as Typst: rules above and below, a header that repeats, numbers aligned on their decimal mark."""

from __future__ import annotations

from collections.abc import Iterator

from liandong.present.escaping import typst_string
from liandong.present.layout import Padding, column_shares, decimal_padding, font_size
from liandong.present.table import Head, Row, Table

_SANS = '("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei")'
# The minus sign of the sans family is as wide as a Chinese character; that of the serif family is as wide as a digit.
_MINUS = '#show "−": set text(font: ("Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "SimSun"))'
_SIDE, _ABOVE, _CLOSE = 3.5, 3.6, 0.6  # paddings of a cell in points; close: between a row and its detail
_THICK, _MIDDLE, _THIN = 1.0, 0.6, 0.4


def typst_table(table: Table) -> str:
    """Return `table` as markup that starts in content mode, notes included; the caption is the renderer's."""
    size = font_size(table)
    shares = ", ".join(f"{share * 100:.2f}fr" for share in column_shares(table))
    aligns = ", ".join(
        "left" if align == "left" else "right" if align == "right" else "center" for align in table.columns
    )
    lines = [
        "#[",
        f"#show table: set text(font: {_SANS}, size: {size}pt)",
        _MINUS,
        "#table(",
        f"  columns: ({shares},), align: ({aligns},), stroke: none, inset: (x: {_SIDE}pt, y: {_ABOVE}pt),",
        f"  table.hline(stroke: {_THICK}pt),",
        "  table.header(repeat: true,",
        *(f"    {cell}" for line in table.header for cell in _header_line(table, line)),
        f"    table.hline(stroke: {_MIDDLE}pt),",
        "  ),",
        *_rows(table),
        f"  table.hline(stroke: {_THICK}pt),",
        ")",
        *(_note(note) for note in table.notes),
        "]",
    ]
    return "\n".join(lines)


def _header_line(table: Table, line: tuple[Head, ...]) -> Iterator[str]:
    column = 0
    for head in line:
        text = typst_string(head.text)
        side = "left" if table.columns[column] == "left" else "center"
        if head.span == 1 or not head.text:
            yield f"table.cell(colspan: {head.span}, align: {side} + bottom)[#{text}],"
        else:
            yield (
                f"table.cell(colspan: {head.span}, align: {side} + bottom, "
                f"inset: (x: {_SIDE}pt, top: {_ABOVE}pt, bottom: 0pt))"
                f"[#block(width: 100%, inset: (bottom: {_ABOVE}pt), stroke: (bottom: {_THIN}pt))[#{text}]],"
            )
        column += head.span


def _rows(table: Table) -> Iterator[str]:
    paddings = [decimal_padding(table, column) for column in range(len(table.columns))]
    for number, row in enumerate(table.rows):
        following = table.rows[number + 1].kind if number + 1 < len(table.rows) else "body"
        if row.rule:
            yield f"  table.hline(stroke: {_THIN}pt),"
        if row.kind == "group":
            above = _ABOVE if number == 0 else 2.2 * _ABOVE
            inset = f"inset: (x: {_SIDE}pt, top: {above:.1f}pt, bottom: {_ABOVE}pt)"
            text = f'text(fill: rgb("#17565c"), {typst_string(row.text(0))})'
            yield f"  table.cell(colspan: {len(table.columns)}, align: left, breakable: false, {inset}, {text}),"
            continue
        cells = [_cell(table, row, c, paddings[c].get(number, Padding())) for c in range(len(table.columns))]
        above = _CLOSE if row.kind == "detail" else _ABOVE
        below = _CLOSE if following == "detail" else _ABOVE
        yield "  " + " ".join(f"{_opened(cell, above, below, row.indent * (not c))}," for c, cell in enumerate(cells))


def _opened(cell: tuple[str, str], above: float, below: float, indent: int) -> str:
    """Return a cell, with settings of its own only where they differ from the table's."""
    align, content = cell
    settings = [align] * bool(align)
    if (above, below, indent) != (_ABOVE, _ABOVE, 0):
        left = _SIDE + 9 * indent
        settings.append(f"inset: (left: {left}pt, right: {_SIDE}pt, top: {above}pt, bottom: {below}pt)")
    return f"table.cell({', '.join(settings)}){content}" if settings else content


def _cell(table: Table, row: Row, column: int, padding: Padding) -> tuple[str, str]:
    align = table.align(row, column)
    own = "" if align == table.columns[column] else f"align: {'center' if align == 'decimal' else align}"
    parts = [
        f"#hide({typst_string(padding.before)})" if padding.before else "",
        f"#{typst_string(row.text(column))}",
        f"#hide({typst_string(padding.after)})" if padding.after else "",
    ]
    return own, f"[{''.join(parts)}]"


def _note(text: str) -> str:
    return (
        f'#block(above: 0.7em, width: 100%)[#set text(font: {_SANS}, size: 7.8pt, fill: rgb("#5d6b70")); '
        f"#set par(justify: false, leading: 0.6em); #{typst_string(text)}]"
    )
