"""The house style on the page: title block, logo and document number, colour, the block where people sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from liandong.definitions.house import channels, contrast
from liandong.present.dates import long_date
from liandong.present.facts import Facts
from liandong.present.markdown import Prose, attribute, bare_table, prose
from liandong.present.table import Row, Table, heads
from liandong.present.words import word

_BLANK: Final = "＿" * 8
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
        "date": long_date(report.get("date"), facts),
        "running-note": word(facts.lang, "running_simulated") if study.get("simulated") else "",
        "document-number": _number(facts),
        "house-colour": (house.get("colour") or "").removeprefix("#"),
        "house-logo": f"{folder}/{house['logo']}" if house.get("logo") else "",
    }
    return {key: value for key, value in found.items() if value}


def letterhead(facts: Facts, folder: str) -> Prose:
    """Return logo and document number for HTML and Word, which have no place for them in their title blocks."""
    logo, number = _house(facts).get("logo"), _number(facts)
    if not logo and not number:
        return Prose("")
    alt = facts.text(_house(facts).get("logo_text")) or facts.text(_report(facts).get("unit"))
    picture = f'![]({folder}/{logo}){{fig-alt="{attribute(alt)}" height=1.4cm}}\n\n' if logo else ""
    text = f"{prose(facts.own(number))}\n" if number else ""
    return Prose(f'\n::: {{.content-visible unless-format="typst"}}\n{picture}{text}:::\n')


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
    table = Table(
        id="signatures",
        caption="",
        columns=("left", "left", "left", "left"),
        header=(heads(*(word(facts.lang, f"sign_{name}") for name in ("role", "name", "signature", "date"))),),
        rows=tuple(
            Row((facts.text(line["role"]), facts.text(line.get("name")) or _BLANK, _BLANK, _BLANK), rule=True)
            for line in lines
        ),
    )
    return bare_table(table)


def _number(facts: Facts) -> str:
    number = _report(facts).get("number")
    return word(facts.lang, "document_number", number=number) if number else ""


def _report(facts: Facts) -> Mapping[str, Any]:
    found: Mapping[str, Any] = facts.study.get("report") or {}
    return found


def _house(facts: Facts) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _report(facts).get("house") or {}
    return found
