"""A table as Typst: rules above and below, a header that repeats, numbers aligned on their decimal mark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from liandong.present.escaping import typst_string
from liandong.present.layout import Padding, column_shares, decimal_padding, details_below, font_size, line_count
from liandong.present.table import TONES, Head, Table

_SANS = '("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei")'
# The minus sign of the sans family is as wide as a Chinese character; that of the serif family is as wide as a digit.
_MINUS = '#show "−": set text(font: ("Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "SimSun"))'
_SIDE, _ABOVE, _INDENT = 3.5, 3.8, 9.0  # paddings of a cell in points
_SHORT = 22  # lines up to which a table stays on one page
# From Typst 0.14 on a group's heading is a header of its own, which never ends a page and is repeated on the next one.
_GROUP = f"""#let group-of-rows(above, text-of) = {{
  let inset = (x: {_SIDE}pt, top: above, bottom: {_ABOVE}pt)
  let cell = table.cell(colspan: COLUMNS, align: left, inset: inset, text(fill: rgb("#17565c"), text-of))
  if sys.version >= version(0, 14, 0) {{ table.header(level: 2, repeat: true, cell) }} else {{ cell }}
}}"""
_THICK, _MIDDLE, _THIN = 1.0, 0.6, 0.4


def typst_table(table: Table) -> str:
    """Return `table` as markup that starts in content mode, notes included; the caption is the renderer's."""
    size = font_size(table)
    shares = ", ".join(f"{share * 100:.2f}fr" for share in column_shares(table))
    aligns = ", ".join(
        "left" if align == "left" else "right" if align == "right" else "center" for align in table.columns
    )
    breakable = "true" if line_count(table) > _SHORT else "false"
    lines = [
        "#[",
        f"#show table: set text(font: {_SANS}, size: {size}pt)",
        _MINUS,
        "#set table.cell(breakable: false)",
        _GROUP.replace("COLUMNS", str(len(table.columns))),
        f"#block(width: 100%, above: 0pt, breakable: {breakable})[#block(width: 100%, above: 0pt, below: 0.6em, table(",
        f"  columns: ({shares},), align: ({aligns},), stroke: none, inset: (x: {_SIDE}pt, y: {_ABOVE}pt),",
        f"  table.hline(stroke: {_THICK}pt),",
        "  table.header(repeat: true,",
        *(f"    {cell}" for line in table.header for cell in _header_line(table, line)),
        f"    table.hline(stroke: {_MIDDLE}pt),",
        "  ),",
        *_rows(table),
        f"  table.hline(stroke: {_THICK}pt),",
        "))",
        *(_note(note) for note in table.notes),
        "]",
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
    """Yield the rows; one with its details is a single row of several lines, which no page break can part."""
    paddings = [decimal_padding(table, column) for column in range(len(table.columns))]
    for number, row in enumerate(table.rows):
        if row.kind == "detail":
            continue
        if row.rule:
            yield f"  table.hline(stroke: {_THIN}pt),"
        if row.kind == "group":
            above = 1.3 * _ABOVE if number == 0 else 2.2 * _ABOVE
            yield f"  group-of-rows({above:.1f}pt, {typst_string(row.text(0))}),"
            continue
        last = number + details_below(table, number)
        cells = (_cell(table, range(number, last + 1), c, paddings[c]) for c in range(len(table.columns)))
        yield "  " + " ".join(f"{cell}," for cell in cells)


def _cell(table: Table, numbers: range, column: int, padding: Mapping[int, Padding]) -> str:
    """Return a cell with a line for each of the rows `numbers`, and settings where they differ from the table's."""
    row = table.rows[numbers[0]]
    align = table.align(row, column)
    settings = [] if align == table.columns[column] else [f"align: {'center' if align == 'decimal' else align}"]
    if not column and row.indent:
        left = _SIDE + _INDENT * row.indent
        settings.append(f"inset: (left: {left}pt, right: {_SIDE}pt, y: {_ABOVE}pt)")
    lines = [_line(table.rows[number].text(column), padding.get(number, Padding())) for number in numbers]
    while len(lines) > 1 and lines[-1] == _line("", Padding()):
        lines.pop()
    content = f"[{'#linebreak()'.join(lines)}]"
    tone = table.tone(row, column)
    if tone:
        content = f'[#text(fill: rgb("{TONES[tone]}")){content}]'
    return f"table.cell({', '.join(settings)}){content}" if settings else content


def _line(text: str, padding: Padding) -> str:
    before, after = (f"#hide({typst_string(part)})" if part else "" for part in (padding.before, padding.after))
    return f"{before}#{typst_string(text)}{after}"


def _note(text: str) -> str:
    return (
        f'#block(width: 100%, above: 0.6em, below: 0.6em)[#set text(font: {_SANS}, size: 7.8pt, fill: rgb("#5d6b70")); '
        f"#set par(justify: false, leading: 0.6em); #{typst_string(text)}]"
    )
