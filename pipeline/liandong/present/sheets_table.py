"""The table of a sheet in three formats, a small picture in every row: dot and interval over the band of all others.

The pictures are drawn by each format itself, in a handful of elements: they stay sharp, follow dark mode, and 32 sheets
take no time. Figures stand beside them, so nobody has to see a picture.
"""

from __future__ import annotations

from liandong.present.markdown import Prose
from liandong.present.sheets_html import html_sheet
from liandong.present.sheets_lines import Grid
from liandong.present.sheets_typst import typst_sheet
from liandong.present.sheets_word import word_sheet


def table_blocks(grid: Grid) -> Prose:
    """Return the table as one raw block per format."""
    parts = {"html": html_sheet(grid), "typst": typst_sheet(grid), "openxml": word_sheet(grid)}
    return Prose("".join(f"\n```{{={form}}}\n{text}\n```\n" for form, text in parts.items()))
