"""What a page may use: the one list behind every check, printed for authors in reports/README.md.

All of it is documented Quarto. Whatever a page uses beyond it would be rendered by Quarto and silently
lost by the embedded renderer, so it is an error instead, with its line.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, Literal

Format = Literal["html", "pdf", "docx"]
Language = Literal["zh", "en"]

PANDOC_FORMATS: Final = MappingProxyType({"html": "html5", "pdf": "typst", "docx": "docx"})
"""Output format → pandoc's writer."""

RAW_FORMATS: Final = ("html", "typst", "openxml")
"""Formats of raw blocks and raw text, each of which reaches its own document only."""

QUARTO_FORMATS: Final = MappingProxyType({"html": "html", "pdf": "typst", "docx": "docx"})
"""Output format → Quarto's name of it, as in `format:` and `when-format=`."""

CELL_OPTIONS: Final = MappingProxyType(
    {
        "tags": "list; `[parameters]` marks the cell after which the parameters are set",
        "label": "`fig-…` or `tbl-…` together with a caption; any other name is only a name",
        "echo": "true or false",
        "eval": "true or false",
        "include": "true or false",
        "output": "true, false or asis",
        "warning": "true or false",
        "fig-cap": "caption of the figure that the cell displays",
        "fig-alt": "its alternative text",
        "tbl-cap": "caption of the table that the cell prints",
    }
)
CELL_SWITCHES: Final = ("echo", "eval", "include", "warning")
"""Options that are true or false and nothing else."""
CELL_DEFAULTS: Final = MappingProxyType({"echo": True, "eval": True, "include": True, "output": True, "warning": True})
OUTPUT_TYPES: Final = ("text/markdown", "image/svg+xml", "image/png", "text/html", "text/plain")
"""Display data that a cell may produce, best first."""

CALLOUTS: Final = ("note", "tip", "warning", "important", "caution")
CONDITIONS: Final = ("when-meta", "unless-meta", "when-format", "unless-format")
DIV_CLASSES: Final = MappingProxyType(
    {
        "content-visible": CONDITIONS,
        "content-hidden": CONDITIONS,
        **{f"callout-{kind}": ("title",) for kind in CALLOUTS},
        "panel-tabset": (),
        "ld-numbers": (),
    }
)
"""Class of a fenced div → the attributes it may have."""
FLOATS: Final = ("fig", "tbl")
HEADING_CLASSES: Final = ("unnumbered", "unlisted")
INLINE_ATTRIBUTES: Final = ("width", "height", "fig-alt", "lang")
"""Attributes of images, links and bracketed spans."""
SPAN_CLASSES: Final = MappingProxyType(
    {
        "ld-number": tuple(f"data-{name}" for name in ("table", "row", "column", "value", "n", "model", "form")),
        "ld-literal": (),
        "ld-name": (),
    }
)
"""Class of a bracketed span → the attributes it may have: numbers of the bundle, of the wording, of names."""
SHORTCODES: Final = MappingProxyType(
    {
        "include": "`{{< include _part.qmd >}}` on a line of its own; parts do not include others",
        "meta": "`{{< meta key >}}`, with `key.sub` for nested keys",
        "pagebreak": "`{{< pagebreak >}}` on a line of its own",
    }
)
METADATA: Final = MappingProxyType(
    {
        "title": "",
        "subtitle": "",
        "author": "a name or a list of names",
        "date": "an ISO date, printed in the page's language; anything else is printed as it is",
        "abstract": "",
        "lang": "zh-Hans or en",
        "running-note": "printed on every page of PDF and DOCX and under the title in HTML",
        "toc": "true or false",
        "toc-depth": "1 to 6",
        "toc-title": "",
        "number-sections": "true or false",
        "number-depth": "1 to 6",
        "crossref": "fig-title, tbl-title, fig-prefix, tbl-prefix, sec-prefix, title-delim, ref-delim",
        "execute": "the cell options above, for all cells",
        "format": "html, typst, docx with options below",
        "liandong": "free; read by `{{< meta liandong.… >}}`",
    }
)
CROSSREF: Final = ("fig-title", "tbl-title", "fig-prefix", "tbl-prefix", "sec-prefix", "title-delim", "ref-delim")
MOVING_DATES: Final = ("today", "now", "last-modified")
"""Dates that Quarto would fill in; the same input would give another document tomorrow."""
PROJECT_ONLY: Final = ("project", "filters", "html-table-processing")
"""Keys that `_quarto.yml` may have beyond those of a page."""
_EVERY_FORMAT: Final = ("toc", "toc-depth", "toc-title", "number-sections", "number-depth")
FORMAT_OPTIONS: Final = MappingProxyType(
    {
        "html": (
            *_EVERY_FORMAT,
            "theme",
            "css",
            "include-after-body",
            "toc-location",
            "embed-resources",
            "html-math-method",
            "link-external-newwindow",
        ),
        "typst": (*_EVERY_FORMAT, "papersize", "template-partials", "font-paths"),
        "docx": (*_EVERY_FORMAT, "reference-doc"),
    }
)

READER: Final = "markdown-raw_html-raw_tex"
"""pandoc's reader: its Markdown without HTML and TeX in the middle of the text, so that `<script>` is text."""
