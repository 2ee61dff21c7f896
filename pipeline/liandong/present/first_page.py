"""The first page: three leads, one picture, five numbers; a reader who stops there is not misled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from liandong.present.canvas import CHOSEN, SHEET, Dot, Mark, dot_rows
from liandong.present.charts import QUIET, in_style
from liandong.present.charts_flow import flow_chart
from liandong.present.charts_indicators import both_chart, dot_chart
from liandong.present.facts import Facts, Row, believed_row
from liandong.present.figure_words import alt_both, alt_dots, base_of, base_of_group
from liandong.present.first_page_numbers import KeyNumber, compared_models, found_shares, key_numbers
from liandong.present.first_page_words import done_sentence, found_sentence, leaning_sentence
from liandong.present.markdown import Prose, bullets, figure_block, table_block
from liandong.present.numbers import NOT_APPLICABLE, fixed, percent
from liandong.present.phrases import unbroken
from liandong.present.phrases_verdict import cannot_carry
from liandong.present.table import Align, Table, heads
from liandong.present.table import Row as Line
from liandong.present.tables_indicators import group_rows, group_title, has_both
from liandong.present.words import word

NAME: Final = "first"
_GROUPS: Final = ("coverage", "wellbeing", "relations", "participation", "needs", "service", "outcomes")
_FEWEST: Final = 2  # shares that make a picture
_MOST: Final = 6  # comparisons in the picture
_STUCK: Final = Mark(QUIET, "o", filled=False)
_SEMICOLON: Final = {"zh": "；", "en": "; "}


@dataclass(frozen=True, slots=True)
class Picture:
    """The one picture: what stands below it, what a blind reader hears, and the function that gives the plot."""

    caption: str
    alt: str
    plot: Callable[[], Any]


def first_page(facts: Facts, folder: str) -> Prose:
    """Return the sentences, the picture of the bundle in `folder`, and the numbers."""
    leads = ("done", "found", "leaning")
    said = (done_sentence(facts), found_sentence(facts), leaning_sentence(facts))
    texts = [(word(facts.lang, f"first_lead_{lead}"), text) for lead, text in zip(leads, said, strict=True)]
    picture = first_picture(facts)
    vector, drawing = (f"{folder}/figures/{NAME}.{facts.lang}.{kind}" for kind in ("svg", "png"))
    figure = figure_block(f"fig-{NAME}", vector, drawing, picture.alt, picture.caption, f"{SHEET}in")
    numbers = first_table(facts)
    return Prose(bullets(texts) + figure + (table_block(numbers) if numbers.rows else ""))


def first_table(facts: Facts) -> Table:
    """Return the five numbers with interval, base, confidence in words and marks, and what took steps away."""
    lang = facts.lang
    names = ("quantity", "first_value", "base", "first_confidence", "first_because")
    columns: tuple[Align, ...] = ("left", "left", "decimal", "left", "left")
    simulated = word(lang, "first_note_simulated") if facts.study.get("simulated") else ""
    note = word(lang, "note", text=word(lang, "first_note", simulated=simulated))
    rows = tuple(_line(facts, number) for number in key_numbers(facts))
    header = heads(*(word(lang, name) for name in names))
    return Table(NAME, word(lang, "first_caption"), columns, (header,), rows, (note,))


def first_picture(facts: Facts) -> Picture:
    """Return the picture that carries the main message.

    It is that of the primary comparisons against the smallest difference that the design detects; without such
    comparisons the shares of the first group that has some; without these, the flow of the sample.
    """
    shown = [(e, o, row) for e, o in compared_models(facts, "primary") if (row := _in_sd(facts, e, o)) is not None]
    if shown:
        shown = shown[:_MOST]
        return Picture(_effects_caption(facts, shown), _effects_alt(facts, shown), partial(_effects, facts, shown))
    for name in _GROUPS:
        if len(found_shares(facts, name)) >= _FEWEST:
            return _group_picture(facts, name)
    caption = word(facts.lang, "first_picture_flow")
    return Picture(caption, done_sentence(facts), partial(flow_chart, facts))


def _line(facts: Facts, number: KeyNumber) -> Line:
    judgement = number.judgement
    reasons = [word(facts.lang, f"first_why_{code}") for code in judgement.reasons]
    because = _SEMICOLON[facts.lang].join(reasons) or word(facts.lang, "first_why_nothing")
    grade = word(facts.lang, f"first_{judgement.confidence}")
    value = number.value if number.interval == NOT_APPLICABLE else f"{number.value} {unbroken(number.interval)}"
    return Line((number.title, value, number.base, grade, because))


def _in_sd(facts: Facts, effect: Row, outcome: str) -> Row | None:
    """Return the comparison in standard deviations, by the inference of the text; None where that is not known."""
    if not facts.rows("estimates", effect=effect["id"], outcome=outcome, metric="sd", is_treatment=True):
        return None
    row = believed_row(facts, effect["id"], outcome, "sd")
    return row if row["estimate"] is not None else None


@in_style()
def _effects(facts: Facts, shown: list[tuple[Row, str, Row]]) -> Any:
    several = len({effect["treatment"] for effect, *_ in shown}) > 1
    names, dots, bands = [], [], {}
    for at, (effect, outcome, row) in enumerate(shown):
        stuck = cannot_carry(facts, effect, outcome)
        title = facts.title(outcome)
        names.append(f"{facts.title(effect['treatment'])} → {title}" if several else title)
        dots.append(Dot(0, at, row["estimate"], row["conf_low"], row["conf_high"], int(stuck), text=_sd(row)))
        mde = _mde(facts, effect, outcome)
        if mde is not None:
            bands[0, at] = mde
    found = sorted({dot.kind for dot in dots})
    dots = [replace(dot, kind=found.index(dot.kind)) for dot in dots]
    return dot_rows(
        names,
        dots,
        axis="",
        kinds=[word(facts.lang, ("first_legend_carries", "first_legend_cannot")[kind]) for kind in found],
        marks=[(CHOSEN, _STUCK)[kind] for kind in found],
        bands=bands,
        band=word(facts.lang, "first_legend_band", power=_power(facts, shown)) if bands else "",
    )


def _effects_caption(facts: Facts, shown: list[tuple[Row, str, Row]]) -> str:
    base = base_of(facts, [row["n_obs"] for *_, row in shown], "base_models")
    treatments = {effect["treatment"] for effect, *_ in shown}
    of = word(facts.lang, "first_of", treatment=facts.title(*treatments)) if len(treatments) == 1 else ""
    known = any(_mde(facts, effect, outcome) is not None for effect, outcome, _ in shown)
    band = word(facts.lang, "first_picture_band", power=_power(facts, shown)) if known else ""
    return word(facts.lang, "first_picture_effects", of=of, band=band, n=base)


def _effects_alt(facts: Facts, shown: list[tuple[Row, str, Row]]) -> str:
    told = []
    for effect, outcome, row in shown:
        values = {"value": _sd(row), "low": fixed(row["conf_low"], 2), "high": fixed(row["conf_high"], 2)}
        least = _mde(facts, effect, outcome)
        mde = "" if least is None else word(facts.lang, "first_alt_mde", mde=fixed(least, 2))
        told.append(word(facts.lang, "first_alt_one", outcome=facts.title(outcome), mde=mde, **values))
    return word(facts.lang, "first_alt", list=_SEMICOLON[facts.lang].join(told))


def _group_picture(facts: Facts, name: str) -> Picture:
    chart = both_chart if has_both(group_rows(facts, name)) else dot_chart
    caption = word(facts.lang, "first_picture_group", title=group_title(facts, name), n=base_of_group(facts, name))
    alt = alt_both if chart is both_chart else alt_dots
    return Picture(caption, alt(facts, name), partial(chart, facts, name))


def _sd(row: Row) -> str:
    return fixed(row["estimate"], 2)


def _power(facts: Facts, shown: list[tuple[Row, str, Row]]) -> str:
    """Return the probability with which the smallest detectable difference is found."""
    verdicts = (facts.verdict(effect["id"], outcome) for effect, outcome, _ in shown)
    return next((percent(row["power"], 0) for row in verdicts if row and row["mde_sd"] is not None), "")


def _mde(facts: Facts, effect: Row, outcome: str) -> float | None:
    verdict = facts.verdict(effect["id"], outcome)
    return None if verdict is None else verdict["mde_sd"]
