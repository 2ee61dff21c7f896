"""Tables, figures and sentences of a report: from the rows of a bundle to what a page prints."""

from liandong.present.figures import draw_figures, figures_of
from liandong.present.markdown import Prose
from liandong.present.page import Page, open_page
from liandong.present.supervision import SupervisionPage, open_supervision
from liandong.present.table import Align, Cell, Head, Row, Table, aligned, group, heads

__all__ = [
    "Align",
    "Cell",
    "Head",
    "Page",
    "Prose",
    "Row",
    "SupervisionPage",
    "Table",
    "aligned",
    "draw_figures",
    "figures_of",
    "group",
    "heads",
    "open_page",
    "open_supervision",
]
