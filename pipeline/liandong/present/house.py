"""The house style on the page: title block, logo and document number, colour, the block where people sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from liandong.definitions.house import channels, contrast
from liandong.present.dates import long_date
from liandong.present.facts import Facts
from liandong.present.markdown import Prose, attribute, prose
from liandong.present.marks import unmarked
from liandong.present.signing import docx_form, html_form, typst_form
from liandong.present.words import word

LETTERHEAD: Final = ('<w:bookmarkStart w:id="90001" w:name="letterhead"/>', '<w:bookmarkEnd w:id="90001"/>')
"""What stands before and after the letterhead in a Word document."""
_ON_DARK: Final = 4.0
"""Contrast with white that leaves a colour at 4.5 or more on the dark ground of the page."""


def title_block(facts: Facts, folder: str, title: str | None = None) -> dict[str, str | bool]:
    """Return the metadata of title, running head and cover; `folder` is the bundle's, as the page sees it.

    With a `title` of a page's own, the study's becomes the subtitle.
    """
    study, report = facts.study, _report(facts)
    house = _house(facts)
    found: dict[str, str | bool] = {
        "title": title or facts.text(study["title"]),
        "subtitle": facts.text(study["title"] if title else study.get("subtitle")),
        "author": facts.text(report.get("unit")),
        "author-title": word(facts.lang, "unit_title") if report.get("unit") else "",
        "date": long_date(report.get("date"), facts),
        "running-note": word(facts.lang, "running_simulated") if study.get("simulated") else "",
        "document-number": _number(facts),
        "house-colour": (house.get("colour") or "").removeprefix("#"),
        "house-logo": f"{folder}/{house['logo']}" if house.get("logo") else "",
    }
    return {key: value for key, value in found.items() if value}


def letterhead(facts: Facts, folder: str) -> Prose:
    """Return logo and document number for HTML and Word, which have no place for them in their title blocks.

    The renderer moves them to the top of the first page of a Word document; in HTML they stand below the title.
    """
    logo, number = _house(facts).get("logo"), _number(facts)
    if not logo and not number:
        return Prose("")
    alt = facts.text(_house(facts).get("logo_text")) or facts.text(_report(facts).get("unit"))
    picture = f'![]({folder}/{logo}){{fig-alt="{attribute(alt)}" height=1.4cm}}\n\n' if logo else ""
    text = f"{prose(facts.own(number))}\n" if number else ""
    return Prose(f'\n::: {{.content-visible unless-format="typst"}}\n{_at_the_top(f"{picture}{text}")}:::\n')


def small_letterhead(facts: Facts, folder: str) -> Prose:
    """Return logo and document number in one line, for a page that has to stay one page, in every format."""
    logo, number = _house(facts).get("logo"), _number(facts)
    if not logo and not number:
        return Prose("")
    alt = facts.text(_house(facts).get("logo_text")) or facts.text(_report(facts).get("unit"))
    picture = f'![]({folder}/{logo}){{fig-alt="{attribute(alt)}" height=0.8cm}} ' if logo else ""
    text = prose(facts.own(number)).strip() if number else "\\ "
    return Prose(_at_the_top(f"{picture}{text}\n"))


def house_css(facts: Facts) -> str:
    """Return the CSS of the house colour, for light and for dark pages; empty without one."""
    colour = _house(facts).get("colour")
    if not colour:
        return ""
    return f':root {{ --teal: {colour}; }}\n:root[data-theme="dark"] {{ --teal: {lighter(colour)}; }}\n'


def lighter(colour: str) -> str:
    """Return ``#rrggbb`` mixed with as little white as makes it readable on a dark page."""
    red, green, blue = channels(colour)
    for share in range(0, 100, 5):
        mixed = "#" + "".join(f"{round(part + (255 - part) * share / 100):02x}" for part in (red, green, blue))
        if contrast(mixed) <= _ON_DARK:
            return mixed
    return "#ffffff"


def signatures(facts: Facts) -> Prose:
    """Return the block where people sign, a line for each role; nothing where the study names none."""
    lines: list[Mapping[str, Any]] = list(_report(facts).get("signatures") or ())
    if not lines:
        return Prose("")
    heads = [word(facts.lang, f"sign_{name}") for name in ("role", "name", "signature", "seal", "date")]
    people = [(unmarked(facts.text(line["role"])), unmarked(facts.text(line.get("name")))) for line in lines]
    forms = {
        "html": html_form(heads, people, word(facts.lang, "sign_form")),
        "typst": typst_form(heads, people),
        "openxml": docx_form(heads, people),
    }
    return Prose("".join(f"\n```{{={form}}}\n{text}\n```\n" for form, text in forms.items()))


def _at_the_top(body: str) -> str:
    """Return Markdown between bookmarks, by which the renderer finds what belongs on top of a Word document."""
    start, end = (f"\n```{{=openxml}}\n{mark}\n```\n" for mark in LETTERHEAD)
    return f"{start}\n{body}{end}"


def _number(facts: Facts) -> str:
    number = _report(facts).get("number")
    return word(facts.lang, "document_number", number=number) if number else ""


def _report(facts: Facts) -> Mapping[str, Any]:
    found: Mapping[str, Any] = facts.study.get("report") or {}
    return found


def _house(facts: Facts) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _report(facts).get("house") or {}
    return found
