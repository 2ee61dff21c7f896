"""The cards of the audit: one per claim, with wording, source, verdict and every check with its calculation."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from liandong.definitions import Language
from liandong.present.claims_facts import OVERALL, Audited, Claim, source_text
from liandong.present.claims_formulas import steps_of
from liandong.present.claims_sentences import TONES, sentence, verdict_words
from liandong.present.claims_tables import check_table, checked_text, short
from liandong.present.claims_values import figure
from liandong.present.docx_table import docx_table
from liandong.present.escaping import html_text, markdown_text, typst_string, xml_text
from liandong.present.html_table import html_table
from liandong.present.layout import line_count, text_width
from liandong.present.markdown import Prose, heading, identifier
from liandong.present.marks import named
from liandong.present.numbers import count
from liandong.present.table import TONES as COLOURS
from liandong.present.table import Table
from liandong.present.typst_table import typst_table
from liandong.present.words import coded, sentences, word

_TITLE: Final = 60.0  # em of a wording in a heading
_LINE: Final = 42.0  # em of a line of text on paper
_WHOLE: Final = 30  # lines up to which a card stays on one page
_IMPLIES: Final = "arithmetic_implies"
_WEB: Final = re.compile(r"https?://[^\s<>\"'`{}\[\]()\\|^]+")
_SAFE: Final = "/:?&=#%~+,;@!$*-._"


def cards(page: Audited, level: int) -> Prose:
    """Return the cards below a heading of `level` per section."""
    parts: list[str] = []
    for at, (title, claims) in enumerate(page.sections, start=1):
        parts.append(heading(level, title or word(page.lang, "claim_section_other"), f"sec-claims-{at}"))
        parts += [_card(page, claim, level + 1) for claim in claims]
    return Prose("".join(parts))


def _card(page: Audited, claim: Claim, level: int) -> str:
    table = check_table(page, claim)
    title = word(page.lang, "claim_card_title", number=str(claim.number), title=_named(page, claim))
    parts = [
        f"\n{'#' * level} {markdown_text(title)} {{#{card_id(claim)} .unnumbered}}\n",
        _quotation(page, claim),
        _verdict(page, claim),
        "" if _is_said(page, claim) else unnumbered_table(table),
    ]
    text = "".join(parts)
    if line_count(table) + text_width(page.wording(claim)) / _LINE > _WHOLE:
        return text
    return (
        f"\n```{{=typst}}\n#block(breakable: false, width: 100%, above: 1.8em)[\n```\n{text}\n```{{=typst}}\n]\n```\n"
    )


def _named(page: Audited, claim: Claim) -> str:
    """Return the quantity and the figure where the bundle has a title for it, else the beginning of the wording."""
    title = page.title(claim)
    if title == claim.id or claim.is_derived:
        return short(page.wording(claim), _TITLE)
    return word(page.lang, "claim_card_named", title=short(title, _TITLE), figure=figure(page.lang, claim.overall))


def card_id(claim: Claim) -> str:
    """Return the identifier of a card: its number, for names of claims need not be Latin."""
    return identifier("sec", "claim", str(claim.number))


def unnumbered_table(table: Table) -> Prose:
    """Return a table in three formats without number and caption: it belongs to the heading above it."""
    apart = f"#block(width: 100%, above: 0.9em, below: 1.4em)[\n{typst_table(table)}\n]"
    web = f'<div class="ld-claim">\n{html_table(table)}\n</div>'
    parts = [("html", web), ("typst", apart), ("openxml", docx_table(table))]
    return Prose("".join(f"\n```{{={form}}}\n{text}\n```\n" for form, text in parts))


def judged(lang: Language, verdict: str) -> str:
    """Return a verdict for running text, with its colour in every format."""
    text, colour = verdict_words(lang, verdict), COLOURS[TONES[verdict]]
    bold = "<w:b/>" * (lang == "en")  # Chinese fonts have one weight
    return (
        f'`<strong class="ld-tone-{TONES[verdict]}">{html_text(text)}</strong>`{{=html}}'
        f'`#strong(text(fill: rgb("{colour}"), {typst_string(text)}))`{{=typst}}'
        f'`<w:r><w:rPr>{bold}<w:color w:val="{colour[1:].upper()}"/></w:rPr>'
        f'<w:t xml:space="preserve">{xml_text(text)}</w:t></w:r>`{{=openxml}}'
    )


def _quotation(page: Audited, claim: Claim) -> str:
    """Return the wording, where it was published, and what belongs to it: base, need, differences in definition."""
    lang = page.lang
    wording = page.wording(claim)  # of what nobody published it is ours, and no quotation
    said = markdown_text(wording if claim.is_derived else word(lang, "claim_card_quote", wording=wording))
    source = page.facts.own(source_text(page.facts, claim.about))
    if source:
        key = "claim_card_from" if claim.is_derived else "claim_card_source"
        said += " " * (lang == "en") + markdown_text(word(lang, key, source=source))
        said += _link(str((claim.about.get("source") or {}).get("url") or ""))
    base = _base(page, claim)
    return f"\n> {said}{' ' if base else ''}{markdown_text(base)}\n"


def _link(url: str) -> str:
    """Return a link to the publication; nothing for what is no address of the web."""
    if not _WEB.fullmatch(url):
        return ""
    return f" [{markdown_text(named(url))}]({quote(url, safe=_SAFE)})"


def _is_said(page: Audited, claim: Claim) -> bool:
    """Whether the sentence of the only check is all that there is to say: a table would repeat it."""
    if len(claim.shown) != 1 or claim.shown[0]["found_in"]:
        return False
    return claim.is_derived or claim.shown[0]["reason"] == _IMPLIES or not steps_of(page, claim, claim.shown[0])


def _verdict(page: Audited, claim: Claim) -> str:
    """Return the verdict, how many checks speak for or against the claim, and which one decides."""
    lang, deciding = page.lang, claim.deciding
    if _is_said(page, claim):
        said = [checked_text(page, claim, claim.shown[0])]
    else:
        said = [sentence(lang, claim.overall, claim.values.get(OVERALL, {}))]
        if len(claim.shown) > 1 and deciding is not claim.overall and claim.verdict != "not_checkable":
            said.append(word(lang, "claim_card_decides", check=coded(lang, "claim_check", deciding["check"])))
    gap = "\u3000" if lang == "zh" else " "
    return f"\n{judged(lang, claim.standing)}{gap}{markdown_text(sentences(lang, said))}\n"


def _base(page: Audited, claim: Claim) -> str:
    """Return what belongs to the claim beside its wording: base, whose need, how the figures behind it differ."""
    lang, about = page.lang, claim.about
    said = []
    if about.get("n"):
        universe = _in_language(page.lang, about.get("universe"))
        told = word(lang, "claim_card_universe", text=page.facts.own(universe)) if universe else ""
        said.append(word(lang, "claim_card_base", n=count(about["n"]), universe=told))
    for name, key in (("need", "claim_base_need"), ("operands_differ", "claim_base_differs")):
        if about.get(name):
            said.append(word(lang, key, text=page.facts.text(about[name]).rstrip("。.")))
    return sentences(lang, said)


def _in_language(lang: Language, text: str | None) -> str:
    """Return a text that definitions hold in one language only, empty where that is not the page's."""
    chinese = any("\u4e00" <= character <= "\u9fff" for character in text or "")
    return text if text and chinese == (lang == "zh") else ""
