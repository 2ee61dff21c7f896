"""Tables, figures and sentences of a report: from the rows of a bundle to what a page prints."""

from liandong.present.claims import AuditPage, open_audit
from liandong.present.claims_sentences import claim_sentence
from liandong.present.figures import draw_figures, figures_of
from liandong.present.formatters import count, fixed, interval, p_value, percent, percent_interval, points
from liandong.present.markdown import Prose
from liandong.present.page import Page, open_page
from liandong.present.sheets import SheetPage, open_sheet
from liandong.present.supervision import SupervisionPage, open_supervision
from liandong.present.table import Align, Cell, Head, Row, Table, aligned, group, heads

__all__ = [
    "Align",
    "AuditPage",
    "Cell",
    "Head",
    "Page",
    "Prose",
    "Row",
    "SheetPage",
    "SupervisionPage",
    "Table",
    "aligned",
    "claim_sentence",
    "count",
    "draw_figures",
    "figures_of",
    "fixed",
    "group",
    "heads",
    "interval",
    "open_audit",
    "open_page",
    "open_sheet",
    "open_supervision",
    "p_value",
    "percent",
    "percent_interval",
    "points",
]
