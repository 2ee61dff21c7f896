"""The table of a sheet as OpenXML: a real table with pictures in VML, which Word, WPS and LibreOffice draw alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from liandong.present.escaping import xml_text
from liandong.present.sheets_lines import BAND, OTHERS, STANDS_OUT, Grid, Line, Mark

_WORD_WIDTH: Final = 9298  # twips between the margins of the Word template
_UNITS, _TALL, _MARGIN = 1000, 100, 22  # across and down a picture, and left and right in it
_CLOSE: Final = '<w:spacing w:before="12" w:after="12" w:line="240" w:lineRule="auto"/>'


def word_sheet(grid: Grid) -> str:
    """Return the table as a ``w:tbl`` and the paragraph that has to follow it."""
    widths = [round(share * _WORD_WIDTH) for share in grid.shares]
    border = 'w:val="single" w:sz="10" w:space="0" w:color="1D2A30"'
    rule = '<w:tcBorders><w:bottom w:val="single" w:sz="6" w:space="0" w:color="1D2A30"/></w:tcBorders>'
    titles = "".join(
        _word_cell(_word_text(text, "left" if not n else "center", "TableHeader"), widths[n], rule)
        for n, text in enumerate(("", *(text for _, text in grid.columns)))
    )
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    lines_of = "\n".join(_word_row(line, widths) for line in grid.lines)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f"<w:tblBorders><w:top {border}/><w:bottom {border}/></w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="50" w:type="dxa"/><w:right w:w="50" w:type="dxa"/>'
        f'</w:tblCellMar><w:tblCaption w:val="{xml_text(grid.caption)}"/></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>"
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{titles}</w:tr>\n{lines_of}</w:tbl>\n"
        '<w:p><w:pPr><w:pStyle w:val="TableNote"/></w:pPr></w:p>'
    )


def _word_row(line: Line, widths: Sequence[int]) -> str:
    if line.kind == "group":
        span = f'<w:gridSpan w:val="{len(widths)}"/>'
        cells = _word_cell(_word_text(line.title, "left", "TableHeader"), sum(widths), span)
    elif line.kind == "axis":
        cells = _word_cell(_word_text(line.title, "right"), widths[0]) + _word_cell(
            _word_ends(line, widths[1]), widths[1]
        )
        cells += "".join(_word_cell(_word_text("", "center"), width) for width in widths[2:])
    else:
        out = bool(line.mark and line.mark.standing)
        last = len(line.figures) - 1
        cells = _word_cell(_word_text(line.title, "left"), widths[0])
        cells += _word_cell(_word_picture(line.mark, widths[1]) if line.mark else "<w:p/>", widths[1])
        for number, text in enumerate(line.figures):
            paragraph = _word_text(text, "center", colour=STANDS_OUT[1:].upper() if out and number == last else "")
            cells += _word_cell(paragraph, widths[number + 2])
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"


def _word_cell(paragraph: str, width: int, extra: str = "") -> str:
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/>{extra}<w:vAlign w:val="center"/>'
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph}</w:tc>"


def _word_text(text: str, side: str, style: str = "TableText", colour: str = "", tabs: str = "") -> str:
    coloured = f'<w:color w:val="{colour}"/>' if colour else ""
    run = f'<w:rPr>{coloured}<w:sz w:val="15"/><w:szCs w:val="15"/></w:rPr>'
    words = "<w:r><w:tab/></w:r>".join(
        f'<w:r>{run}<w:t xml:space="preserve">{xml_text(part)}</w:t></w:r>' for part in text.split("\t")
    )
    properties = f'<w:pStyle w:val="{style}"/>{tabs}{_CLOSE}<w:jc w:val="{side}"/>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{words if text else ''}</w:p>"


def _word_ends(line: Line, width: int) -> str:
    room = width - 100
    tabs = f'<w:tabs><w:tab w:val="center" w:pos="{room // 2}"/><w:tab w:val="right" w:pos="{room}"/></w:tabs>'
    return _word_text("\t".join(line.ends), "left", colour=OTHERS[1:].upper(), tabs=tabs)


def _word_picture(mark: Mark, width: int) -> str:
    """Return the picture as VML, which Word, WPS and LibreOffice draw without any file beside it."""
    # LibreOffice stretches a group to what it holds: an unseen frame makes that the whole picture.
    shapes = [f'<v:rect style="position:absolute;width:{_UNITS};height:{_TALL}" filled="f" stroked="f"/>']
    if mark.rest_low is not None and mark.rest_high is not None:
        left, right = _across(mark.rest_low), _across(mark.rest_high)
        box = f"position:absolute;left:{left};top:0;width:{right - left};height:{_TALL}"
        shapes.append(f'<v:rect style="{box}" fillcolor="{BAND}" stroked="f"/>')
    if mark.rest is not None:
        shapes.append(_word_line(mark.rest, mark.rest, 0, _TALL, OTHERS, "1pt"))
    if mark.low is not None and mark.high is not None:
        shapes.append(_word_line(mark.low, mark.high, _TALL // 2, _TALL // 2, mark.colour, "1.5pt"))
    if mark.at is not None:
        shapes.append(_word_dot(mark, _across(mark.at)))
    points = (width - 100) / 20
    size = f"width:{points:.1f}pt;height:9pt"
    group = f'<v:group style="{size}" coordsize="{_UNITS},{_TALL}">{"".join(shapes)}</v:group>'
    return f'<w:p><w:pPr><w:pStyle w:val="TableText"/>{_CLOSE}</w:pPr><w:r><w:pict>{group}</w:pict></w:r></w:p>'


def _across(place: float) -> int:
    """Return where a place from 0 to 1 is in a picture, with room for half a dot at both ends."""
    return round(_MARGIN + place * (_UNITS - 2 * _MARGIN))


def _word_line(x1: float, x2: float, y1: int, y2: int, colour: str, weight: str) -> str:
    start, end = f"{_across(x1)},{y1}", f"{_across(x2)},{y2}"
    return f'<v:line from="{start}" to="{end}" strokecolor="{colour}" strokeweight="{weight}"/>'


def _word_dot(mark: Mark, at: int) -> str:
    """Return a dot, or a triangle that points to where the community stands out."""
    fill = f'fillcolor="{mark.colour}" stroked="f"'
    if not mark.standing:
        return f'<v:oval style="position:absolute;left:{at - 18};top:24;width:36;height:52" {fill}/>'
    left, tip = (at - 22, "0,0l100,50,0,100") if mark.standing == "higher" else (at - 36, "100,0l0,50,100,100")
    box = f"position:absolute;left:{left};top:10;width:58;height:80"
    return f'<v:shape style="{box}" coordsize="100,100" path="m{tip}xe" {fill}/>'
