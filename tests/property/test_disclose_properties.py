"""No small cell can be read from the tables, nor be found by subtraction within one or across several."""

from __future__ import annotations

from itertools import product

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from liandong.definitions import Disclosure, Indicator
from liandong.disclose import Outline, disclose, suppress_small_cells
from liandong.evidence import TABLES

# A shared machine may be slow for a moment; that is no failure.
unhurried = settings(max_examples=40, deadline=None)

CATEGORIES = ("p", "q", "r")
LEVELS = ("x", "y", "z")
COUNTS = st.lists(st.integers(0, 40), min_size=9, max_size=9)
MINIMUM = st.integers(1, 15)


def crossed(counts: list[int]) -> pl.DataFrame:
    """Return a distribution of three categories in the total and in three levels, from the nine inner cells."""
    inner = dict(zip(product(LEVELS, CATEGORIES), counts, strict=True))
    rows = []
    for level, category in product(("", *LEVELS), CATEGORIES):
        inside = [level] if level else list(LEVELS)
        rows.append(
            {
                "indicator": "edu",
                "category": category,
                "universe": "all",
                "subgroup": "gender" if level else "",
                "level": level,
                "numerator_n": sum(inner[each, category] for each in inside),
                "denominator_n": sum(inner[each, other] for each in inside for other in CATEGORIES),
                "estimate": 0.5,
                "suppressed": False,
                "kind": "distribution",
            }
        )
    return pl.DataFrame(rows, schema=dict(TABLES["indicators"].columns))


def is_safe(count: int, universe: int, minimum: int) -> bool:
    return all(people == 0 or people >= minimum for people in (count, universe - count, universe))


@unhurried
@given(counts=COUNTS, minimum=MINIMUM)
def test_no_shown_cell_is_small(counts: list[int], minimum: int) -> None:
    shown = suppress_small_cells("indicators", crossed(counts), minimum).filter(~pl.col("suppressed"))
    for row in shown.rows(named=True):
        assert is_safe(row["numerator_n"], row["denominator_n"], minimum)


@unhurried
@given(counts=COUNTS, minimum=MINIMUM)
def test_what_subtraction_gives_is_safe_or_everything(counts: list[int], minimum: int) -> None:
    table = crossed(counts)
    hidden = suppress_small_cells("indicators", table, minimum)["suppressed"]
    marked = table.with_columns(suppressed=hidden)
    levels = marked.filter(pl.col("subgroup") != "")
    for _, rows in marked.group_by("level"):
        inside = rows.filter("suppressed")
        count, universe = int(inside["numerator_n"].sum()), int(rows["denominator_n"][0])
        if 0 < count < universe:
            assert inside.height > 1
            assert is_safe(count, universe, minimum)
    for _, rows in levels.group_by("category"):
        inside, rest = rows.filter("suppressed"), rows.filter(~pl.col("suppressed"))
        if inside.height and rest["denominator_n"].sum():
            assert inside.height > 1
            assert is_safe(int(inside["numerator_n"].sum()), int(inside["denominator_n"].sum()), minimum)


@unhurried
@given(counts=COUNTS, minimum=MINIMUM)
def test_hiding_twice_hides_no_more(counts: list[int], minimum: int) -> None:
    once = suppress_small_cells("indicators", crossed(counts), minimum)
    assert suppress_small_cells("indicators", once, minimum).equals(once)


# Everything together: an attacker who knows all tables, and that counts are whole and add up.


def bundle(cells: list[int], missing: list[int]) -> tuple[dict[str, pl.DataFrame], Outline]:
    """Return tables that count the same people in several ways.

    Parameters
    ----------
    cells
        Education (p, q, r) within gender (x, y): six counts of people who answered both.
    missing
        Who refused education, within gender.
    """
    inner = dict(zip(product("xy", "pqr"), cells, strict=True))
    refused = dict(zip("xy", missing, strict=True))
    everybody = sum(cells) + sum(missing)
    answered = sum(cells)

    def row(level: str, category: str) -> dict[str, object]:
        inside = [level] if level else ["x", "y"]
        base = sum(inner[each, other] for each in inside for other in "pqr")
        count = sum(inner[each, category] for each in inside)
        return {
            "indicator": "edu", "category": category, "subgroup": "gender" if level else "", "level": level,
            "numerator_n": count, "denominator_n": base, "estimate": count / base if base else None,
        }  # fmt: skip

    shared = {"universe": "all", "kind": "distribution", "suppressed": False, "group": "profile", "unit": "percent"}
    genders = [
        {**shared, "indicator": "gender", "category": level, "subgroup": "", "level": "", "estimate": 0.5,
         "numerator_n": sum(inner[level, other] for other in "pqr") + refused[level], "denominator_n": everybody}
        for level in "xy"
    ]  # fmt: skip
    indicators = [*genders, *({**shared, **row(level, category)} for level, category in product(("", "x", "y"), "pqr"))]
    edu, half = {"field": "education", "n_rows": everybody}, {"share": 0.5, "suppressed": False}
    tables = {
        "sample_flow": [
            {"stage": "accepted", "effect": "", "outcome": "", "rows": everybody, "detail": "", "order": 1}
        ],
        "missingness": [
            {**edu, **half, "kind": "answered", "n": answered},
            {**edu, **half, "kind": "refused", "n": everybody - answered},
            {**edu, **half, "field": "gender", "kind": "answered", "n": everybody},
        ],
        "distributions": [
            {**half, "variable": "education", "level": other, "n": inner["x", other] + inner["y", other]}
            for other in "pqr"
        ],
        "indicators": indicators,
        "items": [{"scale": "s", "item": "education", "n_obs": answered, "mean": 2.0, "reversed": False}],
    }
    named = {"edu": "education", "gender": "gender"}
    definitions = {
        name: Indicator.model_validate(
            {"id": name, "group": "profile", "title": {"zh": "一", "en": "One"}, "kind": "distribution",
             "numerator": column, "source": {"citation": "own"}}
        )
        for name, column in named.items()
    }  # fmt: skip
    frames = {
        name: pl.DataFrame(rows, schema=dict(TABLES[name].columns), orient="row") for name, rows in tables.items()
    }
    return frames, Outline(indicators=definitions)


def known_sums(shown: dict[str, pl.DataFrame]) -> dict[tuple[int, ...], int]:
    """Return what the tables say, as sums over the eight smallest cells: x p, x q, x r, x refused, y p, …"""
    at = {cell: place for place, cell in enumerate(product("xy", ["p", "q", "r", "refused"]))}

    def members(genders: str, answers: list[str]) -> tuple[int, ...]:
        chosen = {at[gender, answer] for gender in genders for answer in answers}
        return tuple(int(place in chosen) for place in range(len(at)))

    answers = ["p", "q", "r"]
    refusals = shown["missingness"].filter(pl.col("field") == "education").rows(named=True)
    facts: list[tuple[tuple[int, ...], int | None]] = [
        *((members("xy", [*answers, "refused"]), row["rows"]) for row in shown["sample_flow"].rows(named=True)),
        *((members("xy", answers if row["kind"] == "answered" else ["refused"]), row["n"]) for row in refusals),
        *((members("xy", [row["level"]]), row["n"]) for row in shown["distributions"].rows(named=True)),
        *((members("xy", answers), row["n_obs"]) for row in shown["items"].rows(named=True)),
    ]
    for row in shown["indicators"].rows(named=True):
        if row["indicator"] == "gender":
            facts.append((members(row["category"], [*answers, "refused"]), row["numerator_n"]))
        else:
            genders = row["level"] or "xy"
            facts.append((members(genders, [row["category"]]), row["numerator_n"]))
            facts.append((members(genders, answers), row["denominator_n"]))
    return {group: size for group, size in facts if size is not None}


def largest(wanted: tuple[int, ...], facts: dict[tuple[int, ...], int]) -> float:
    """Return how many people a group may have at most, given all that is known."""
    answer = linprog(
        [-one for one in wanted], A_eq=list(facts), b_eq=list(facts.values()), bounds=(0, None), method="highs"
    )
    assert answer.status == 0  # what is published can be true
    return float(-answer.fun)


CELL = st.one_of(st.integers(0, 12), st.integers(20, 90))


@unhurried
@given(cells=st.lists(CELL, min_size=6, max_size=6), missing=st.lists(st.integers(0, 12), min_size=2, max_size=2))
def test_nobody_can_bound_a_small_group_below_the_minimum(cells: list[int], missing: list[int]) -> None:
    # The smallest minimum at which the accepted alone are enough to hide behind.
    minimum = 10
    assume(sum(cells) + sum(missing) >= 4 * minimum)
    tables, outline = bundle(cells, missing)
    shown = disclose(tables, Disclosure(minimum_cell=minimum), outline)
    facts = known_sums(shown)
    truth = [*cells[:3], missing[0], *cells[3:], missing[1]]
    places = len(truth)
    atoms = {tuple(int(place == at) for place in range(places)) for at in range(places)}
    genders = {(1, 1, 1, 0, 0, 0, 0, 0), (0, 0, 0, 0, 1, 1, 1, 0), (1, 1, 1, 0, 1, 1, 1, 0), (0, 0, 0, 1, 0, 0, 0, 1)}
    answers = {tuple(int(at % 4 == answer) for at in range(places)) for answer in range(3)}
    for group in atoms | genders | answers:
        size = sum(one for one, inside in zip(truth, group, strict=True) if inside)
        if 0 < size < minimum:
            assert largest(group, facts) >= minimum - 1e-6, (group, size)


@unhurried
@given(cells=st.lists(CELL, min_size=6, max_size=6), missing=st.lists(st.integers(0, 12), min_size=2, max_size=2))
def test_releasing_twice_changes_nothing_and_large_bundles_lose_nothing(cells: list[int], missing: list[int]) -> None:
    tables, outline = bundle(cells, missing)
    once = disclose(tables, Disclosure(), outline)
    again = disclose({name: once[name] for name in tables}, Disclosure(), outline)
    assert all(again[name].equals(once[name]) for name in tables)
    large, outline = bundle([cell + 100 for cell in cells], [0, 0])
    assert disclose(large, Disclosure(), outline)["suppressions"].is_empty()
