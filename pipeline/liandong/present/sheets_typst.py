"""The table of a sheet as Typst, its pictures drawn by Typst itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from liandong.present.escaping import typst_string
from liandong.present.sheets_lines import BAND, OTHERS, OWN, STANDS_OUT, Grid, Line


def typst_sheet(grid: Grid) -> str:
    """Return the table as markup that starts in content mode."""
    shares = ", ".join(f"{share * 100:.1f}fr" for share in grid.shares)
    aligns = ", ".join(["left", "left", *["center"] * (len(grid.columns) - 1)])
    header = ", ".join(
        f"align(center + bottom)[#{typst_string(text)}]" for text in ("", *(text for _, text in grid.columns))
    )
    return "\n".join(
        [
            "#[",
            _pictures(),
            '#show table: set text(font: ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei"), size: 0.84em)',
            "#show table: set par(leading: 0.4em)",
            "#block(width: 100%, above: 0.9em, below: 0.7em, table(",
            f"  columns: ({shares}), align: ({aligns}), stroke: none, inset: (x: 3pt, y: 2.2pt),",
            "  table.hline(stroke: 1pt),",
            f"  table.header({header}),",
            "  table.hline(stroke: 0.6pt),",
            *(f"  {text}," for line in grid.lines for text in _typst_row(grid, line)),
            "  table.hline(stroke: 1pt),",
            "))",
            "]",
        ]
    )


def _typst_row(grid: Grid, line: Line) -> Iterator[str]:
    if line.kind == "group":
        title = f'text(fill: rgb("#17565c"), {typst_string(line.title)})'
        yield f"table.cell(colspan: {len(grid.shares)}, inset: (top: 4pt, bottom: 1.5pt, x: 3pt), {title})"
        return
    if line.kind == "axis":
        low, middle, high = (f'text(size: 0.85em, fill: rgb("{OTHERS}"), {typst_string(end)})' for end in line.ends)
        yield f'text(size: 0.85em, fill: rgb("{OTHERS}"), align(right, {typst_string(line.title)}))'
        yield f"grid(columns: (1fr, 1fr, 1fr), align: (left, center, right), {low}, {middle}, {high})"
        yield from ["[]"] * (len(grid.columns) - 1)
        return
    mark = line.mark
    places = () if mark is None else (mark.low, mark.at, mark.high, mark.rest_low, mark.rest, mark.rest_high)
    numbers = ", ".join("none" if place is None else f"{place:.4f}" for place in places)
    yield f"[#{typst_string(line.title)}]"
    yield f'table.cell(align: horizon, ld-ci({numbers}, "{mark.standing}"))' if mark else "[]"
    for number, text in enumerate(line.figures):
        shown = typst_string(text)
        last = number == len(line.figures) - 1
        stands_out = last and mark is not None and mark.standing
        yield f'text(fill: rgb("{STANDS_OUT}"), {shown})' if stands_out else f"[#{shown}]"


@cache
def _pictures() -> str:
    """Return the function that draws a picture, in the colours of all formats."""
    text = files("liandong.present").joinpath("sheets.typ").read_text(encoding="utf-8")
    for name, colour in (("OWN", OWN), ("STANDS_OUT", STANDS_OUT), ("BAND", BAND), ("OTHERS", OTHERS)):
        text = text.replace(f'"{name}"', f'"{colour}"')
    return text
