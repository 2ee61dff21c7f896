"""Pieces of a page as the Markdown that Quarto documents: what a cell with ``output: asis`` prints."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Literal

from liandong.present.docx_table import docx_table
from liandong.present.escaping import markdown_spans, markdown_text, plain
from liandong.present.html_table import html_table
from liandong.present.marks import unmarked
from liandong.present.table import Table
from liandong.present.typst_table import typst_table

CalloutKind = Literal["note", "warning", "important"]


class Prose(str):
    """Markdown for inline expressions: a notebook shows it as it is, without quotation marks or escapes."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return str(self)


def prose(text: str) -> Prose:
    """Return plain text, whose numbers may be marked, as Markdown."""
    return Prose(markdown_text(text))


def table_block(table: Table) -> Prose:
    """Return `table` as a numbered float that holds it in three output formats."""
    return Prose(f"\n::: {{#{table.label}}}\n{bare_table(table)}\n{markdown_text(unmarked(table.caption))}\n\n:::\n")


def bare_table(table: Table) -> Prose:
    """Return `table` in three output formats, without number and caption: a form to fill in."""
    parts = [("html", html_table(table)), ("typst", typst_table(table)), ("openxml", docx_table(table))]
    return Prose("".join(f"\n```{{={form}}}\n{text}\n```\n" for form, text in parts))


def figure_block(label: str, vector: str, picture: str, alt: str, caption: str, width: str = "100%") -> Prose:
    """Return a numbered figure: `vector` everywhere but in Word, which gets `picture`; never wider than the page."""
    text = attribute(alt)
    return Prose(
        f"\n::: {{#{label}}}\n\n"
        f'::: {{.content-visible unless-format="docx"}}\n![]({vector}){{fig-alt="{text}" width={width}}}\n:::\n\n'
        f'::: {{.content-visible when-format="docx"}}\n![]({picture}){{fig-alt="{text}" width={width}}}\n:::\n\n'
        f"{markdown_text(unmarked(caption))}\n\n:::\n"
    )


def metadata_block(values: Mapping[str, str | bool]) -> Prose:
    """Return a YAML block: texts are data and lose their markup, truth values switch conditional content."""
    lines = [f"{key}: {_yaml(value)}" for key, value in values.items()]
    return Prose("\n---\n" + "\n".join(lines) + "\n---\n")


def callout(kind: CalloutKind, title: str, text: str) -> Prose:
    """Return a callout of plain text."""
    return Prose(f'\n::: {{.callout-{kind} title="{attribute(title)}"}}\n{markdown_text(text)}\n:::\n')


def heading(level: int, text: str, identifier: str) -> Prose:
    """Return a heading of plain text that can be referred to."""
    return Prose(f"\n{'#' * level} {markdown_text(unmarked(text))} {{#{identifier}}}\n")


def paragraphs(texts: Iterable[str]) -> Prose:
    """Return plain texts as paragraphs."""
    return Prose("".join(f"\n{markdown_text(text)}\n" for text in texts if text))


def pointer(text: str) -> Prose:
    """Return a paragraph of the program's own words, whose ``@tbl-…`` and ``@fig-…`` are references."""
    return Prose(f"\n{markdown_spans(text, lambda seen: seen)}\n")


def bullets(items: Iterable[tuple[str, str]]) -> Prose:
    """Return a list of items, each led by words that stand out."""
    return Prose("".join(f"\n- **{markdown_text(lead)}**{_gap(lead)}{markdown_text(text)}\n" for lead, text in items))


def _gap(lead: str) -> str:
    """Return what parts a lead from its text: nothing behind a full-width mark, which is as wide as one and a blank."""
    return "" if unmarked(lead).endswith(("。", "：", "）", "”")) else " "


def identifier(*parts: str) -> str:
    """Return names joined to an identifier that Quarto accepts: lower case letters, digits and hyphens."""
    return "-".join("".join(c if c.isascii() and c.isalnum() else "-" for c in part.lower()) for part in parts)


def _yaml(value: str | bool) -> str:  # noqa: FBT001 — a value of YAML, not a switch
    return (
        str(value).lower()
        if isinstance(value, bool)
        else json.dumps(markdown_text(unmarked(value)), ensure_ascii=False)
    )


_HARMLESS = str.maketrans('"\\{}<>`$[]', "”/()‹›’＄()")


def attribute(text: str) -> str:
    """Return text for a quoted attribute, in which no escape is understood by every reader."""
    return plain(text.translate(_HARMLESS))
