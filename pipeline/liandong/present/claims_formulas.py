"""The calculation of a check that uses other published figures, written with those figures and their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from liandong.present.claims_facts import Audited, Claim
from liandong.present.claims_sentences import claim_calculation
from liandong.present.claims_units import in_singles, single_unit
from liandong.present.claims_values import figure, printed, rounded
from liandong.present.facts import Row
from liandong.present.marks import named
from liandong.present.words import joined, word


def steps_of(page: Audited, claim: Claim, row: Row) -> str:
    """Return the calculation of a check step by step, with the figures that it uses; empty where its sentence has it.

    Parameters
    ----------
    row
        One of the claim's checks.
    """
    values = claim.values.get(row["check"], {})
    own = claim_calculation(page.lang, row, values)
    formula = {"arithmetic": _arithmetic, "parts": _sum, "order": _order}.get(row["check"])
    lines = [formula(page, claim, row, values) if formula else "", own]
    return ("；" if page.lang == "zh" else "; ").join(line for line in lines if line)


def _arithmetic(page: Audited, claim: Claim, row: Row, values: Mapping[str, Any]) -> str:
    lang, about = page.lang, claim.about
    pair = about.get("of") or (about.get("end"), about.get("start"))
    if all(operand is None for operand in pair):
        return ""
    told = printed(lang, row, values)
    known = row["recomputed"] is not None or row["conf_low"] is not None or row["conf_high"] is not None
    # Of a quotient, a number in claims.yaml has no unit that anybody knows; in a difference it has the claim's.
    unit = None if about.get("of") else row["unit"]
    first, second = (_operand(page, operand, unit) for operand in pair)
    result = told["figure"]
    if known:
        result = told["found"] if row["recomputed"] is None else told["recomputed"]
    if claim.overall["kind"] == "growth":
        years = about.get("years")
        key = "claim_formula_yearly" if years and years != 1 else "claim_formula_growth"
        return word(lang, key, first=first, second=second, result=result, years=rounded(years))
    if not about.get("of") and not about.get("relation"):
        return word(lang, "claim_formula_difference", first=first, second=second, result=result)
    per = about.get("per")
    key = "claim_formula_per" if per and per != 1 else "claim_formula_ratio"
    return word(lang, key, first=first, second=second, result=result, per=rounded(per))


def _sum(page: Audited, claim: Claim, row: Row, values: Mapping[str, Any]) -> str:
    about = claim.about
    named_parts = about.get("parts") or about.get("of_which")
    if not named_parts and about.get("complements"):
        named_parts = [claim.id, *about["complements"]]
    sums = printed(page.lang, row, values).get("sums", "")
    if not named_parts or not sums:
        return ""
    plus = "+" if page.lang == "zh" else " + "
    added = plus.join(_operand(page, operand, row["unit"]) for operand in named_parts)
    return word(page.lang, "claim_formula_sum", sum=added, result=sums)


def _order(page: Audited, claim: Claim, row: Row, _: Mapping[str, Any]) -> str:
    """Return the figures in the order that is claimed; none for an order that was held against the data."""
    order = claim.about.get("order")
    if not order or row["found_in"]:
        return ""
    above = ">" if page.lang == "zh" else " > "
    return above.join(joined(page.lang, _group(page, entry)) for entry in order)


def _group(page: Audited, entry: str | Sequence[str]) -> list[str]:
    return [_operand(page, one) for one in ([entry] if isinstance(entry, str) else entry)]


def _operand(page: Audited, operand: str | float | None, unit: str | None = None) -> str:
    """Return a figure that a calculation uses, with the number of its claim; a number itself is one of `unit`."""
    if operand is None:
        return word(page.lang, "claim_operand_unknown")
    if not isinstance(operand, str):
        single = single_unit(page.lang, unit)
        return rounded(operand) if single is None else in_singles(Decimal(repr(operand)))
    other = page.claim(operand)
    if other is None:
        return named(operand)
    bare = figure(page.lang, other.overall, bare=True)
    return word(page.lang, "claim_operand", figure=bare, number=named(str(other.number)))
