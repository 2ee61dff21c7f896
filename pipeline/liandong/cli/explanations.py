"""How ``liandong explain-se`` shows what it found: a table of 80 columns per model, what differs, what to believe."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from textwrap import fill
from typing import TYPE_CHECKING, Any

from liandong.present.numbers import decimals_for, fixed, interval, p_value, whole

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

    from liandong.audit import Spread
    from liandong.workflow import ExplainResult

_WIDTH = 80
_SHOWN = 0.01  # a relative difference between standard errors from which they count as different in words


def show_explanations(result: ExplainResult) -> None:
    """Print one table per headline model on stdout, ours marked, the spread of answers, the verdict, and who is who."""
    from rich.console import Console

    # Tables of large numbers may be wider than a terminal; cut off, they would be of no use.
    console = Console(file=sys.stdout, width=2 * _WIDTH, highlight=False, emoji=False, markup=False)
    found = {(spread.effect, spread.outcome): spread for spread in result.spreads}
    verdicts = {(row["effect"], row["outcome"]): row for row in result.verdicts.iter_rows(named=True)}
    for (effect, outcome), rows in result.table.group_by("effect", "outcome", maintain_order=True):
        first = rows.row(0, named=True)
        decimals = decimals_for(*rows["std_error"])
        console.print(f"{effect} on {outcome}, step {first['step']}", style="bold")
        console.print(f"coefficient of {first['term']}: {fixed(first['estimate'], decimals)}")
        console.print(_table(rows, decimals))
        for line in _formulas(rows):
            console.print(line, soft_wrap=True)
        spread = found.get((str(effect), str(outcome)))
        console.print(fill(_NOTHING if spread is None else in_words(spread), _WIDTH), soft_wrap=True)
        console.print(_whole_words(verdict_in_words(verdicts[str(effect), str(outcome)])), soft_wrap=True)
        console.print()
    for line in [*_who_is_who(result.table), *_unexplained(result, verdicts)]:
        console.print(line, soft_wrap=True)


def _table(rows: pl.DataFrame, decimals: int) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0)
    table.add_column("Convention", no_wrap=True)
    for heading in ("Std. error", "Factor", "Reference", "p", "95% interval"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows.iter_rows(named=True):
        table.add_row(
            f"{'→' if row['is_ours'] else ' '} {row['convention']}",
            fixed(row["std_error"], decimals + 1),
            fixed(row["factor"], 4),
            row["distribution"] or "—",
            p_value(row["p_value"]),
            interval(row["conf_low"], row["conf_high"], decimals),
            style="bold" if row["is_ours"] else None,
        )
    return table


def _formulas(rows: pl.DataFrame) -> Iterator[str]:
    yield "Small-sample factor (N rows, G clusters, k slopes, L levels of an effect)"
    for (formula,), sharing in rows.group_by("formula", maintain_order=True):
        yield f"  {formula}"
        yield fill(", ".join(sharing["convention"]), _WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)


def _who_is_who(table: pl.DataFrame) -> Iterator[str]:
    if not table.is_empty():
        yield "Conventions, and what they were held against"
    for row in table.unique("convention", maintain_order=True).iter_rows(named=True):
        text = f"  {row['convention']}: {row['software']} ({row['held_against']})"
        yield fill(text, _WIDTH, subsequent_indent=" " * 6, break_long_words=False, break_on_hyphens=False)


def _unexplained(result: ExplainResult, verdicts: Mapping[tuple[str, str], Mapping[str, Any]]) -> Iterator[str]:
    for effect, outcome in result.unexplained:
        text = f"{effect} on {outcome}: two fixed effects of many levels, estimated by AbsorbingLS, not from moments"
        yield fill(f"{text}; there is nothing to compare.", _WIDTH)
        yield _whole_words(verdict_in_words(verdicts[effect, outcome]))


def verdict_in_words(row: Mapping[str, Any]) -> str:
    """Return which inference the report believes, with its numbers and the reasons, from a row of table verdicts."""
    reasons = ", ".join(row["reasons"].split("+"))
    if row["verdict"] == "cannot_carry":
        return f"Verdict: this design cannot carry a conclusion: {reasons}."
    if not row["recommended"]:
        return f"Verdict: which inference to believe was not assessed: {reasons}."
    error = None if row["std_error"] is None else f"SE {fixed(row['std_error'], decimals_for(row['std_error']) + 1)}"
    reference = None if row["df"] is None else f"t({whole(row['df'])})"
    numbers = ", ".join(part for part in (error, reference, f"p {p_value(row['p_value'])}") if part)
    care = ", with reservations" if row["verdict"] == "limited" else ""
    return f"Verdict: believe {row['recommended']} ({numbers}){care}; reasons: {reasons}."


def _whole_words(text: str) -> str:
    return fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def in_words(spread: Spread) -> str:
    """Return how far the answers lie apart, what makes the difference, and whether it decides anything at 5 %."""
    low, high = p_value(spread.p_low), p_value(spread.p_high)
    if low == high:
        text = f"Every program's p-value rounds to {low}."
    else:
        text = (
            f"The p-value ranges from {low} ({spread.lowest}) to {high} ({spread.highest});"
            f" ours is {p_value(spread.own_p_value)}. {_difference(spread)}"
        )
    if spread.disputed():
        text += " Programs fall on both sides of 5 %: the convention decides, so nothing should rest on the star."
    return text


def _difference(spread: Spread) -> str:
    parts = []
    if spread.error_high - spread.error_low > _SHOWN:
        low, high = fixed(100 * spread.error_low, 0), fixed(100 * spread.error_high, 0)
        parts.append(
            f"the small-sample factor (standard errors are {low} to {high} % of ours; p {_span(spread.p_by_factor)})"
        )
    if len(spread.distributions) > 1:
        parts.append(
            f"the reference distribution ({', '.join(spread.distributions)}; p {_span(spread.p_by_distribution)})"
        )
    if not parts:
        return "What differs is the small-sample factor, by less than one per cent of the standard error."
    alone = " if each differed alone" if len(parts) > 1 else ""
    return f"What differs is {' and '.join(parts)}{alone}."


def _span(ends: tuple[float, float]) -> str:
    low, high = (p_value(end) for end in ends)
    return f"stays at {low}" if low == high else f"from {low} to {high}"


_NOTHING = "No program has a p-value: nothing is left to estimate a standard error from."
