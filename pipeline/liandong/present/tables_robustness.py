"""Tables of robustness: omitted variables, all specifications, the smallest difference that the design detects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from liandong.present.facts import Facts, believed_row, fullest_row
from liandong.present.facts import Row as Record
from liandong.present.numbers import NOT_APPLICABLE, count, decimals_for, fixed, hundredths, interval, percent, whole
from liandong.present.phrases import is_clear
from liandong.present.phrases_verdict import cannot_carry
from liandong.present.roles import headline_effects, marked_note, model_title, models, outcome_title, treatment_title
from liandong.present.table import Align, Row, Table, group, heads
from liandong.present.tables_scales import noted_table
from liandong.present.words import joined, known, word

_MOST_NAMES: Final = 3
_LEVEL: Final = 0.95
_FEW: Final = 0.05  # a share that is better given as a count
_SHARES: Final = {"same_sign": "same", "positive_clear": "positive", "negative_clear": "negative", "agrees": "agrees"}


def sensitivity_table(facts: Facts) -> Table:
    """Return robustness values and Oster's δ, a row per model that the design can carry."""
    lang = facts.lang
    rows: list[Row] = []
    headed: set[str] = set()
    for effect, outcome, (row, *_) in models(facts, "sensitivity"):
        if cannot_carry(facts, effect, outcome):
            continue  # nothing is claimed that an omitted variable could overturn
        rows += _head(facts, effect, headed)
        decimals = decimals_for(row["std_error"])
        shares = (hundredths(row[name]) for name in ("partial_r2", "robustness_value", "robustness_value_alpha"))
        numbers = (fixed(row["estimate"], decimals), *shares, *_oster(facts, effect, outcome, row, decimals))
        rows.append(Row((outcome_title(facts, effect, outcome), *numbers), indent=1))
    names = ("outcome", "estimate", "partial_r2", "robustness_value", "robustness_value_alpha", "oster_delta")
    header = heads(*(word(lang, name) for name in (*names, "oster_bounds")))
    columns: tuple[Align, ...] = ("left", *(("decimal",) * 5), "center")
    note = marked_note(facts, word(lang, "note_sensitivity"))
    return noted_table(facts, "sensitivity", word(lang, "caption_sensitivity"), columns, (header,), rows, note)


def has_delta(facts: Facts, effect: Record, outcome: str) -> bool:
    """Whether Oster's δ speaks of a result: what would overturn a finding, where people were not drawn by lot."""
    return facts.assignment(effect)["kind"] != "randomised" and is_clear(believed_row(facts, effect["id"], outcome))


def benchmark_table(facts: Facts) -> Table:
    """Return what an omitted variable as strong as observed ones would leave of each estimate."""
    lang = facts.lang
    rows: list[Row] = []
    headline = headline_effects(facts)
    for effect, outcome, found in models(facts, "benchmarks"):
        if effect not in headline or cannot_carry(facts, effect, outcome):
            continue
        rows.append(group(model_title(facts, effect, outcome)))
        rows += [_benchmark(facts, effect, row) for row in _blocks(effect, found)]
    names = ("strength", "r2_treatment", "r2_outcome", "adjusted", "interval")
    header = heads(*(word(lang, name) for name in names))
    columns: tuple[Align, ...] = ("left", "decimal", "decimal", "decimal", "center")
    note = marked_note(facts, word(lang, "note_benchmarks"))
    return noted_table(facts, "benchmarks", word(lang, "caption_benchmarks"), columns, (header,), rows, note)


def multiverse_table(facts: Facts) -> Table:
    """Return how far all specifications agree with the headline, a row per model."""
    lang = facts.lang
    rows: list[Row] = []
    headed: set[str] = set()
    failed = 0
    for effect, outcome, (row, *_) in models(facts, "multiverse"):
        rows += _head(facts, effect, headed)
        failed += row["n_failed"] or 0
        decimals = size_decimals(row)
        sizes = (fixed(row[name], decimals) for name in ("headline_sd", "median_sd"))
        found = specification_counts(facts, effect["id"], outcome)
        shares = (_share(row, column, found[name]) for column, name in _SHARES.items())
        spread = interval(row["low_sd"], row["high_sd"], decimals)
        numbers = (count(row["n_specifications"]), *sizes, spread, *shares)
        rows.append(Row((outcome_title(facts, effect, outcome), *numbers), indent=1))
    names = ("outcome", "specifications", "headline_sd", "median", "lowest_highest")
    shares_named = ("same_sign", "positive_clear", "negative_clear", "agree_headline")
    header = heads(*(word(lang, name) for name in (*names, *shares_named)))
    columns: tuple[Align, ...] = ("left", "decimal", "decimal", "decimal", "center", *(("decimal",) * 4))
    lost = word(lang, "note_multiverse_failed", failed=count(failed)) if failed else ""
    note = marked_note(facts, word(lang, "note_multiverse", failed=lost).strip())
    return noted_table(facts, "multiverse", word(lang, "caption_multiverse"), columns, (header,), rows, note)


def specification_counts(facts: Facts, effect: str, outcome: str) -> dict[str, int]:
    """Return how many specifications lie above and below 0, and how many intervals do, hold 0 or read alike."""
    rows = [row for row in facts.rows("specifications", effect=effect, outcome=outcome) if row["estimate"] is not None]
    bounded = [row for row in rows if row["conf_low"] is not None and row["conf_high"] is not None]
    headline = next((row["estimate"] for row in rows if row["is_headline"]), 0.0)
    found = {
        "above": (sum(row["estimate"] > 0 for row in rows), "estimate > 0"),
        "below": (sum(row["estimate"] < 0 for row in rows), "estimate < 0"),
        "same": (sum(row["estimate"] * headline > 0 for row in rows), f"estimate * {headline:.12g} > 0"),
        "positive": (sum(row["conf_low"] > 0 for row in bounded), "conf_low > 0"),
        "negative": (sum(row["conf_high"] < 0 for row in bounded), "conf_high < 0"),
        "holds": (
            sum(row["conf_low"] <= 0 <= row["conf_high"] for row in bounded),
            "conf_low <= 0 AND conf_high >= 0",
        ),
        "agrees": (sum(bool(row["agrees"]) for row in rows), "agrees AND estimate IS NOT NULL"),
    }
    key = {"effect": effect, "outcome": outcome}
    return {name: facts.counted("specifications", number, where, **key) for name, (number, where) in found.items()}


def size_decimals(row: Record) -> int:
    """Return decimals at which neither the headline nor the median of a multiverse is rounded to nothing."""
    return decimals_for(*(abs(row[name] or 0.0) for name in ("headline_sd", "median_sd")))


def power_table(facts: Facts) -> Table:
    """Return the smallest difference that the design at hand detects, a row per model."""
    lang = facts.lang
    rows: list[Row] = []
    headed: set[str] = set()
    actual = [*_actual(facts)]
    for effect, outcome, row in actual:
        rows += _head(facts, effect, headed)
        decimals = max(2, decimals_for(row["mde"]) - 1)
        assigned = f"assigned_by_{row['assignment']}"
        numbers = (
            count(row["n_clusters"]),
            whole(row["cluster_size"]),
            fixed(row["icc"], 3),
            hundredths(row["share_treated"]),
            word(lang, assigned) if known(assigned) else row["assignment"],
            fixed(row["mde_sd"], 2),
            fixed(row["mde"], decimals),
        )
        rows.append(Row((outcome_title(facts, effect, outcome), *numbers), indent=1))
    names = ("outcome", "clusters", "cluster_size", "icc", "share_treated", "assignment", "mde_sd", "mde")
    header = heads(*(word(lang, name) for name in names))
    columns: tuple[Align, ...] = (*("left", "decimal", "decimal", "decimal", "decimal"), "left", "decimal", "decimal")
    power = percent(actual[0][2]["power"], 0) if actual else NOT_APPLICABLE
    alpha = percent(round(1 - (actual[0][2]["level"] or _LEVEL), 6), 0) if actual else NOT_APPLICABLE
    note = marked_note(facts, word(lang, "note_power", power=power, alpha=alpha))
    return noted_table(facts, "power", word(lang, "caption_power"), columns, (header,), rows, note)


def block_name(facts: Facts, effect: Record, covariates: str) -> str:
    """Return the name of a set of columns: the title of the step that adds them, or the columns' own."""
    columns = [column for column in covariates.split("+") if column]
    for step in effect["steps"]:
        if len(columns) > 1 and set(columns) == set(step["add"]):
            return facts.step(effect["id"], step["name"])
    titles = [facts.term(column) for column in columns]
    if len(titles) <= _MOST_NAMES:
        return joined(facts.lang, titles)
    return joined(facts.lang, [*titles[:_MOST_NAMES], "…"])


def _oster(facts: Facts, effect: Record, outcome: str, row: Record, decimals: int) -> tuple[str, str]:
    if not has_delta(facts, effect, outcome):
        return NOT_APPLICABLE, NOT_APPLICABLE
    return fixed(row["oster_delta"], 2), interval(row["oster_bound_low"], row["oster_bound_high"], decimals)


def _share(row: Record, column: str, number: int) -> str:
    """Return a share of the specifications in percent, a small one as a count."""
    share = row[f"share_{column}"]
    if share is not None and 0 < share <= _FEW and number:
        return f"{count(number)}/{count(row['n_specifications'])}"
    return hundredths(share, 0)


def _head(facts: Facts, effect: Record, headed: set[str]) -> Iterator[Row]:
    """Yield the row that heads those of an effect, once."""
    if effect["id"] not in headed:
        headed.add(effect["id"])
        yield group(treatment_title(facts, effect))


def _blocks(effect: Record, found: list[Record]) -> list[Record]:
    """Return the rows of whole blocks of controls where there are any: single ones are in the bundle."""
    steps = [set(step["add"]) for step in effect["steps"] if step["add"]]
    blocks = [row for row in found if set(row["covariates"].split("+")) in steps]
    return blocks or found


def _benchmark(facts: Facts, effect: Record, row: Record) -> Row:
    decimals = decimals_for(row["adjusted_std_error"], fullest_row(facts, effect["id"], row["outcome"])["std_error"])
    names = block_name(facts, effect, row["covariates"])
    return Row(
        (
            word(facts.lang, "times_as_strong", times=f"{row['multiple']:g}", names=names),
            hundredths(row["r2_treatment"]),
            hundredths(row["r2_outcome"]),
            fixed(row["adjusted_estimate"], decimals),
            interval(row["adjusted_low"], row["adjusted_high"], decimals),
        ),
        indent=1,
    )


def _actual(facts: Facts) -> Iterator[tuple[Record, str, Record]]:
    for effect, outcome, rows in models(facts, "power"):
        for row in rows:
            if row["is_actual"]:
                yield effect, outcome, row
