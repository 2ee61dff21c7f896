"""The table of a sheet as HTML: one svg per row whose places are percentages, so that it is as wide as its cell."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from liandong.present.escaping import html_text
from liandong.present.sheets_lines import Grid, Line, Mark


@cache
def sheet_style() -> str:
    """Return the CSS of the table, to be printed once per page."""
    return files("liandong.present").joinpath("sheets.css").read_text(encoding="utf-8")


def html_sheet(grid: Grid) -> str:
    """Return the table as one element."""
    columns = "".join(f'<col style="width: {share * 100:.1f}%">' for share in grid.shares)
    titles = "".join(f'<th scope="col" data-col="{name}">{html_text(text)}</th>' for name, text in grid.columns)
    rows = [
        '<table class="ld-sheet" data-quarto-disable-processing="true" data-quarto-bootstrap="false">',
        f"<caption>{html_text(grid.caption)}</caption>",
        f"<colgroup>{columns}</colgroup>",
        f"<thead><tr><td></td>{titles}</tr></thead>",
        "<tbody>",
    ]
    for number, line in enumerate(grid.lines):
        if line.kind == "group" and number:
            rows.append("</tbody>\n<tbody>")
        rows.append(_html_row(grid, line))
    return "\n".join([*rows, "</tbody>", "</table>"])


def _html_row(grid: Grid, line: Line) -> str:
    title = html_text(line.title)
    if line.kind == "group":
        return f'<tr><th scope="rowgroup" colspan="{len(grid.shares)}" class="ld-sheet-group">{title}</th></tr>'
    if line.kind == "axis":
        ends = "".join(f"<span>{html_text(text)}</span>" for text in line.ends)
        rest = f'<td colspan="{len(grid.columns) - 1}"></td>'
        return (
            f'<tr class="ld-axis" aria-hidden="true"><td class="ld-ends-of">{title}</td>'
            f'<td data-col="picture"><div class="ld-ends">{ends}</div></td>{rest}</tr>'
        )
    out = ' class="ld-out"' if line.mark and line.mark.standing else ""
    cells = [f'<td data-col="picture">{_svg(line.mark) if line.mark else ""}</td>']
    for (name, label), text in zip(grid.columns[1:], line.figures, strict=True):
        shown = html_text(text)
        tone = out if name == "standing" else ""
        cells.append(f'<td data-col="{name}" data-label="{html_text(label)}"{tone}>{shown}</td>')
    return f'<tr><th scope="row">{title}</th>{"".join(cells)}</tr>'


def _svg(mark: Mark) -> str:
    """Return a picture whose places are percentages, so that it is as wide as its cell."""
    kind = "ld-ci-out" if mark.standing else "ld-ci-own"
    parts = []
    if mark.rest_low is not None and mark.rest_high is not None:
        wide = (mark.rest_high - mark.rest_low) * 100
        parts.append(f'<rect class="ld-ci-band" x="{mark.rest_low * 100:.2f}%" y="1" width="{wide:.2f}%" height="14"/>')
    if mark.rest is not None:
        at = f"{mark.rest * 100:.2f}%"
        parts.append(f'<line class="ld-ci-rest" x1="{at}" x2="{at}" y1="1" y2="15"/>')
    if mark.low is not None and mark.high is not None:
        ends = f'x1="{mark.low * 100:.2f}%" x2="{mark.high * 100:.2f}%"'
        parts.append(f'<line class="{kind}" {ends} y1="8" y2="8" stroke-width="2"/>')
    if mark.at is not None:
        at = f"{mark.at * 100:.2f}%"
        path = {"higher": "M-4 -5L6 0L-4 5Z", "lower": "M4 -5L-6 0L4 5Z"}.get(mark.standing)
        if path:
            parts.append(f'<svg x="{at}" y="8" width="1" height="1"><path class="{kind}" d="{path}"/></svg>')
        else:
            parts.append(f'<circle class="{kind}" cx="{at}" cy="8" r="3.6"/>')
    return f'<svg aria-hidden="true" focusable="false">{"".join(parts)}</svg>'
