"""The five numbers of the first page, and the shares of its sentences, chosen by a rule that is written down once.

Comparisons are taken in the order of the plan, whatever came out of them. Shares have no such order: they are taken by
their rank, and so that nobody sees only the best, the lowest stands beside the highest. Highest and lowest coverage
come first, then the most frequent improvement of all respondents, then the first comparisons of the plan. What a study
lacks is filled up, in order, by the same improvement among those in need, the highest of participation, needs, service,
outcomes and profile, and by further comparisons. Where the primary comparisons are assigned by lot these come first.
What a lot assigned is no coverage: indicators that are a treatment assigned by lot are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from liandong.present.detectable import is_proportion, scale_of
from liandong.present.facts import Facts, Row, believed_row, fullest_row
from liandong.present.first_page_grades import Judgement, judge_effect, judge_share
from liandong.present.numbers import decimals_for, fixed, hundredths, interval, percent_interval
from liandong.present.roles import effects_by_role
from liandong.present.tables_appendix import ranked, withheld
from liandong.present.tables_indicators import interval_text, people, value_text
from liandong.present.words import word

HOW_MANY: Final = 5
COMPARED: Final = 2
"""Comparisons among the five numbers, before anything is filled up."""
_FILLING: Final = ("participation", "needs", "service", "outcomes", "profile")
_IMPROVEMENTS: Final = ("wellbeing", "relations")
_NAME: Final = re.compile(r"[A-Za-z_]\w*")
_LOGIC: Final = frozenset({"and", "or", "not"})


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """A number as the first page prints it: what it is, its value, interval and base, and how far to lean on it."""

    title: str
    value: str
    interval: str
    base: str
    judgement: Judgement


def key_numbers(facts: Facts) -> list[KeyNumber]:
    """Return at most five numbers, in the order of the rule."""
    compared, secondary = ([*compared_models(facts, role)] for role in ("primary", "secondary"))
    effects = [_effect(facts, *model) for model in compared[:COMPARED]]
    others = [_effect(facts, *model) for model in [*compared[COMPARED:], *secondary]]
    improved = improvements(facts)
    shares = [*ends(found_shares(facts, "coverage")), *improved[:1]]
    needed = [] if not improved else [row for row in [in_need(facts, improved[0])] if row is not None]
    filling = [*needed, *(row for name in _FILLING for row in found_shares(facts, name)[:1])]
    first, rest = ([_share(facts, row) for row in rows] for rows in (shares, filling))
    chosen = [*effects, *others, *first, *rest] if by_lot(facts) else [*first, *effects, *rest, *others]
    return chosen[:HOW_MANY]


def compared_models(facts: Facts, role: str) -> Iterator[tuple[Row, str]]:
    """Yield effect and outcome of the comparisons of a role that have estimates, in the order of the plan."""
    for effect in effects_by_role(facts):
        if effect["role"] == role:
            for outcome in effect["outcomes"]:
                if facts.rows("estimates", effect=effect["id"], outcome=outcome, is_treatment=True):
                    yield effect, outcome


def by_lot(facts: Facts) -> bool:
    """Whether the first comparison of the plan is one that a lot assigned."""
    first = next(iter(effects_by_role(facts)), None)
    return first is not None and facts.assignment(first)["kind"] == "randomised"


def found_shares(facts: Facts, name: str, universe: str = "all") -> list[Row]:
    """Return the shares of a group, the largest first, without what is only how a lot fell."""
    drawn = {effect["treatment"] for effect in facts.effects if facts.assignment(effect)["kind"] == "randomised"}
    rows = ranked(facts, name, universe)
    return [row for row in rows if not (names := _names(facts, row["indicator"])) or not names <= drawn]


def ends(rows: list[Row]) -> list[Row]:
    """Return the first row and the last, where there are several."""
    return rows if len(rows) < 2 else [rows[0], rows[-1]]  # noqa: PLR2004 — a first and a last


def improvements(facts: Facts) -> list[Row]:
    """Return the improvements of all respondents, the most frequent first; personal ones before those of relations."""
    return next((rows for name in _IMPROVEMENTS if (rows := ranked(facts, name))), [])


def in_need(facts: Facts, row: Row) -> Row | None:
    """Return the same indicator among those who had the need, None where that is not known."""
    found = ranked(facts, row["group"], "in_need")
    return next((other for other in found if other["indicator"] == row["indicator"]), None)


def _names(facts: Facts, indicator: str) -> set[str]:
    """Return the columns that an indicator counts by."""
    return {*_NAME.findall(facts.indicator(indicator).get("numerator") or "")} - _LOGIC


def _share(facts: Facts, row: Row) -> KeyNumber:
    sign = "" if row["kind"] == "mean" else "%"
    return KeyNumber(
        _ranked_title(facts, row),
        f"{value_text(row)}{sign}",
        interval_text(row),
        people(facts, row["denominator_n"]),
        judge_share(facts, row),
    )


def _ranked_title(facts: Facts, row: Row) -> str:
    """Return the title of a share, with its denominator where there are two, and the rank that it was chosen by."""
    title = facts.title(row["indicator"])
    if row["universe"] == "in_need":
        return word(facts.lang, "first_of_need", title=title)
    if in_need(facts, row) is not None:
        title = word(facts.lang, "first_of_all", title=title)
    rows = found_shares(facts, row["group"])
    places = {end["indicator"]: place for end, place in zip(ends(rows), ("highest", "lowest"), strict=False)}
    if len(rows) == 1 or row["indicator"] not in places:
        return title
    hidden = "_published" if withheld(facts, row["group"]) else ""
    return word(facts.lang, f"first_{places[row['indicator']]}{hidden}", title=title)


def _effect(facts: Facts, effect: Row, outcome: str) -> KeyNumber:
    row, usual = believed_row(facts, effect["id"], outcome), fullest_row(facts, effect["id"], outcome)
    key = "first_effect" if facts.assignment(effect)["kind"] == "randomised" else "first_difference"
    named = {"treatment": facts.title(effect["treatment"]), "outcome": facts.title(outcome)}
    decimals = decimals_for(row["std_error"], usual["std_error"])
    value, bounds, unit = fixed(row["estimate"], decimals), interval(row["conf_low"], row["conf_high"], decimals), ""
    if is_proportion(facts, effect, outcome):
        if row["estimate"] is not None:
            value = word(facts.lang, "first_points", value=hundredths(row["estimate"]))
        bounds = percent_interval(row["conf_low"], row["conf_high"])
    elif scale := scale_of(facts, effect, outcome):
        unit = word(facts.lang, "first_title_scale", **scale)
    title = word(facts.lang, key, unit=unit, **named)
    return KeyNumber(title, value, bounds, people(facts, row["n_obs"]), judge_effect(facts, effect, outcome))
