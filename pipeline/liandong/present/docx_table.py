"""A table as OpenXML: a real Word table with repeating header, rules, and numbers on decimal tab stops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from liandong.present.escaping import xml_text
from liandong.present.layout import Padding, column_shares, decimal_padding, details_below, font_size, text_width
from liandong.present.table import TONES, Align, Head, Row, Table, Tone

_TEXT_WIDTH = 9298  # twips between the margins of the Word template
_MARGIN = 80  # twips left and right in a cell
_STYLE_SIZE = 8.8  # font size of the style Table Text: no need to repeat it
_SHORT = 12  # rows up to which a table is kept on one page: kept longer, it leaves white space above it
_ENDS = 3  # rows at either end of a longer table that stay together
_PANEL = 9  # rows up to which the rows below a heading stay with it
_SPACE, _SPACE_ABOVE_GROUP = 30, 100  # twips above and below the text of a cell
_INDENT = 180  # twips per step
_INK = "1D2A30"


@dataclass(frozen=True, slots=True)
class _Grid:
    """Measures that all cells share."""

    widths: tuple[int, ...]
    size: float
    paddings: tuple[Mapping[int, Padding], ...]
    stops: tuple[int, ...]


def docx_table(table: Table) -> str:
    """Return `table` as a ``w:tbl`` and a paragraph per note; the caption is the renderer's.

    The paragraphs name the styles TableText, TableHeader and TableNote; where a template lacks them, Word takes its
    default. A number stands on the decimal tab stop of its column: Word and LibreOffice align it without a tab
    character, so that the cell holds the number alone.
    """
    grid = _grid(table)
    border = f'w:val="single" w:sz="10" w:space="0" w:color="{_INK}"'
    properties = (
        f'<w:tblPr><w:tblW w:w="{sum(grid.widths)}" w:type="dxa"/>'
        f"<w:tblBorders><w:top {border}/><w:bottom {border}/></w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="{_MARGIN}" w:type="dxa"/>'
        f'<w:right w:w="{_MARGIN}" w:type="dxa"/></w:tblCellMar>'
        '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" '
        f'w:noVBand="1"/><w:tblCaption w:val="{xml_text(table.caption)}"/>{_description(table)}</w:tblPr>'
    )
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in grid.widths)
    lines = [
        f"<w:tbl>{properties}<w:tblGrid>{columns}</w:tblGrid>",
        *(_header(table, number, grid) for number in range(len(table.header))),
        *(_row(table, number, grid, keep=_kept(table, number)) for number in range(len(table.rows))),
        "</w:tbl>",
        # Without a paragraph after it, a table would merge with the next one.
        *(_note(note) for note in table.notes or ("",)),
    ]
    return "\n".join(lines)


def _grid(table: Table) -> _Grid:
    widths = tuple(round(share * _TEXT_WIDTH) for share in column_shares(table))
    size = font_size(table)
    paddings = tuple(decimal_padding(table, column) for column in range(len(table.columns)))
    stops = tuple(_decimal_stop(table, c, widths[c], size, padding) for c, padding in enumerate(paddings))
    return _Grid(widths, size, paddings, stops)


def _kept(table: Table, number: int) -> bool:
    """Whether a row stays on the page of the next one; the last row takes the note along."""
    last = len(table.rows) - 1
    if number == last:
        return bool(table.notes)
    return last < _SHORT or number < _ENDS - 1 or number > last - _ENDS or _inside_panel(table, number)


def _inside_panel(table: Table, number: int) -> bool:
    """Whether a row that is not the last of a short panel stands below a heading."""
    headings = [at for at, row in enumerate(table.rows) if row.kind == "group"]
    start = max((at for at in headings if at <= number), default=None)
    if start is None:
        return False
    end = min((at for at in headings if at > number), default=len(table.rows))
    return end - start <= _PANEL and number < end - 1


def _description(table: Table) -> str:
    """Return the names of the columns, read out to those who cannot see the table."""
    names = [head.text for head in table.header[-1] if head.text]
    return f'<w:tblDescription w:val="{xml_text(" | ".join(names))}"/>' if names else ""


def _decimal_stop(table: Table, column: int, width: int, size: float, padding: Mapping[int, Padding]) -> int:
    """Return where the decimal mark stands so that the numbers of a column, as a block, are centred in it."""
    if not padding:
        return 0
    number, own = next(iter(padding.items()))
    text = own.before + table.rows[number].text(column) + own.after
    left, mark, right = text.partition(".")
    shift = (text_width(left) - text_width(mark + right)) / 2 * size * 20
    return round((width - 2 * _MARGIN) / 2 + shift)


def _header(table: Table, number: int, grid: _Grid) -> str:
    ruled = number == len(table.header) - 1
    cells, column = [], 0
    for head in table.header[number]:
        width = sum(grid.widths[column : column + head.span])
        align: Align = "left" if table.columns[column] == "left" else "center"
        cells.append(_header_cell(head, width, align, grid.size, ruled=ruled))
        column += head.span
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{''.join(cells)}</w:tr>"


def _header_cell(head: Head, width: int, align: Align, size: float, *, ruled: bool) -> str:
    borders = f'<w:tcBorders><w:bottom w:val="single" w:sz="6" w:space="0" w:color="{_INK}"/></w:tcBorders>' * ruled
    span = f'<w:gridSpan w:val="{head.span}"/>' if head.span > 1 else ""
    below = f'<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="2" w:color="{_INK}"/></w:pBdr>'
    extra = below if head.span > 1 and head.text else ""
    paragraph = _paragraph(head.text, "TableHeader", align, size, extra=extra, keep=True)
    cell = f'<w:tcW w:w="{width}" w:type="dxa"/>{span}{borders}<w:vAlign w:val="bottom"/>'
    return f"<w:tc><w:tcPr>{cell}</w:tcPr>{paragraph}</w:tc>"


def _row(table: Table, number: int, grid: _Grid, *, keep: bool) -> str:
    row = table.rows[number]
    following = table.rows[number + 1].kind if number + 1 < len(table.rows) else "body"
    if row.kind == "group":
        spacing = _spacing(_SPACE if number == 0 else _SPACE_ABOVE_GROUP, _SPACE)
        width = f'<w:tcW w:w="{sum(grid.widths)}" w:type="dxa"/><w:gridSpan w:val="{len(grid.widths)}"/>'
        paragraph = _paragraph(row.text(0), "TableHeader", "left", grid.size, extra=spacing, keep=True)
        cells = f"<w:tc><w:tcPr>{width}{_rule(row)}</w:tcPr>{paragraph}</w:tc>"
    else:
        spacing = _spacing(0 if row.kind == "detail" else _SPACE, 0 if following == "detail" else _SPACE)
        cells = "".join(_cells(table, number, grid, spacing, keep=keep or following == "detail"))
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"


def _cells(table: Table, number: int, grid: _Grid, spacing: str, *, keep: bool) -> Iterator[str]:
    row = table.rows[number]
    for column, width in enumerate(grid.widths):
        align, extra = table.align(row, column), spacing
        if align == "decimal" and number in grid.paddings[column]:
            extra = f'<w:tabs><w:tab w:val="decimal" w:pos="{grid.stops[column]}"/></w:tabs>{spacing}'
        elif align == "decimal":
            align = "center"
        if not column and row.indent:
            extra += f'<w:ind w:left="{_INDENT * row.indent}"/>'
        tone = table.tone(row, column)
        paragraph = _paragraph(row.text(column), "TableText", align, grid.size, extra=extra, keep=keep, tone=tone)
        merge = "" if column else _merge(table, number)
        yield f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{merge}{_rule(row)}</w:tcPr>{paragraph}</w:tc>'


def _merge(table: Table, number: int) -> str:
    """Return what joins the name of a row with the empty cells of its details."""
    if table.rows[number].kind == "detail":
        return "<w:vMerge/>"
    return '<w:vMerge w:val="restart"/>' if details_below(table, number) else ""


def _rule(row: Row) -> str:
    return f'<w:tcBorders><w:top w:val="single" w:sz="4" w:space="0" w:color="{_INK}"/></w:tcBorders>' * row.rule


def _spacing(above: int, below: int) -> str:
    return f'<w:spacing w:before="{above}" w:after="{below}"/>'


def _paragraph(
    text: str, style: str, align: Align, size: float, *, extra: str = "", keep: bool = False, tone: Tone = ""
) -> str:
    side = "left" if align == "decimal" else align
    halves = round(size * 2)
    colour = f'<w:color w:val="{TONES[tone][1:].upper()}"/>' if tone else ""
    smaller = "" if size >= _STYLE_SIZE else f'<w:sz w:val="{halves}"/><w:szCs w:val="{halves}"/>'
    run = f"<w:rPr>{colour}{smaller}</w:rPr>" if colour or smaller else ""
    properties = f'<w:pStyle w:val="{style}"/>{"<w:keepNext/>" * keep}{extra}<w:jc w:val="{side}"/>'
    words = f'<w:r>{run}<w:t xml:space="preserve">{xml_text(text)}</w:t></w:r>' if text else ""
    return f"<w:p><w:pPr>{properties}</w:pPr>{words}</w:p>"


def _note(text: str) -> str:
    return (
        '<w:p><w:pPr><w:pStyle w:val="TableNote"/></w:pPr>'
        f'<w:r><w:t xml:space="preserve">{xml_text(text)}</w:t></w:r></w:p>'
    )
