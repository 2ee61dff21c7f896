"""The form where people sign, in three formats: rows as high as an official seal, to be filled in by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from liandong.present.escaping import html_text, typst_string, xml_text

SEAL: Final = 4.2
"""Height of a row in centimetres: the diameter of the seal of a county's bureau."""
_SHARES: Final = (0.18, 0.16, 0.2, 0.26, 0.2)
_WIDTH: Final = 9298  # twips between the margins of the Word template
_TWIPS: Final = 567  # to the centimetre

Line = tuple[str, str]
"""Role and name, the name empty where it is to be written."""


def html_form(heads: Sequence[str], lines: Sequence[Line], label: str) -> str:
    """Return the form as one element; `label` is what it is called where nobody sees it."""
    edge = "border: 1px solid currentColor; padding: 0.3rem 0.5rem; text-align: left; vertical-align: top"
    columns = "".join(f'<col style="width: {share * 100:.0f}%">' for share in _SHARES)
    titles = "".join(f'<th scope="col" style="{edge}">{html_text(head)}</th>' for head in heads)
    blank = f'<td style="{edge}"></td>' * (len(_SHARES) - 2)
    rows = "\n".join(
        f'<tr style="height: {SEAL}cm; break-inside: avoid"><th scope="row" style="{edge}">{html_text(role)}</th>'
        f'<td style="{edge}">{html_text(name)}</td>{blank}</tr>'
        for role, name in lines
    )
    return (
        f'<table class="ld-signatures" aria-label="{html_text(label)}" data-quarto-disable-processing="true" '
        'style="width: 100%; table-layout: fixed; border-collapse: collapse">\n'
        f"<colgroup>{columns}</colgroup>\n<thead><tr>{titles}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>"
    )


def typst_form(heads: Sequence[str], lines: Sequence[Line]) -> str:
    """Return the form as markup that starts in content mode; a row never parts at the end of a page."""
    shares = ", ".join(f"{share * 100:.0f}fr" for share in _SHARES)
    titles = ", ".join(f"[#{typst_string(head)}]" for head in heads)
    rows = "\n".join(
        f"  [#{typst_string(role)}], [#{typst_string(name)}], {'[], ' * (len(_SHARES) - 2)}" for role, name in lines
    )
    return (
        f"#block(width: 100%, above: 1em, table(columns: ({shares}), rows: (auto, ..range({len(lines)}).map(_ => "
        f"{SEAL}cm)), align: left + top, stroke: 0.5pt, inset: 5pt,\n"
        f"  table.header({titles}),\n{rows}\n))"
    )


def docx_form(heads: Sequence[str], lines: Sequence[Line]) -> str:
    """Return the form as a ``w:tbl`` and the paragraph that has to follow it."""
    widths = [round(share * _WIDTH) for share in _SHARES]
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="1D2A30"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    height = f'<w:trHeight w:val="{round(SEAL * _TWIPS)}" w:hRule="atLeast"/>'
    blanks = [""] * (len(_SHARES) - 2)
    rows = "\n".join(_docx_row([role, name, *blanks], widths, height) for role, name in lines)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{sides}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>\n'
        f"{_docx_row(heads, widths, '<w:tblHeader/>', 'TableHeader')}\n{rows}</w:tbl>\n"
        '<w:p><w:pPr><w:pStyle w:val="TableNote"/></w:pPr></w:p>'
    )


def _docx_row(texts: Sequence[str], widths: Sequence[int], properties: str, style: str = "TableText") -> str:
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/>'
        f'<w:jc w:val="left"/></w:pPr><w:r><w:t xml:space="preserve">{xml_text(text)}</w:t></w:r></w:p></w:tc>'
        for text, width in zip(texts, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{properties}</w:trPr>{cells}</w:tr>"
