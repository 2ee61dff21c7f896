"""Tables of the audit: the traffic lights, what each verdict means, the checks, what could not be checked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from liandong.present.claims_facts import OVERALL, VERDICTS, Audited, Claim
from liandong.present.claims_formulas import steps_of
from liandong.present.claims_sentences import brief, claim_need, sentence, verdict_cell
from liandong.present.claims_values import figure, number, published_decimals
from liandong.present.facts import Row as Record
from liandong.present.layout import text_width
from liandong.present.marks import unmarked
from liandong.present.numbers import NOT_APPLICABLE, count, interval, p_value
from liandong.present.table import Align, Row, Table, group, heads
from liandong.present.words import coded, joined, word

_SHORT: Final = 42.0  # em: a wording longer than this is cut in tables, and given in full by its card
_TEXTS: Final[tuple[Align, ...]] = ("left", "left", "left")
_WIDEST_GAP: Final = 1e-9


def verdict_table(page: Audited) -> Table:
    """Return the five verdicts with sign, word and colour: how many claims have each, what it means and never means."""
    lang = page.lang
    rows = [
        Row(
            (
                verdict_cell(lang, verdict),
                count(number_of(page, verdict)),
                word(lang, f"claim_means_{verdict}"),
                word(lang, f"claim_never_{verdict}"),
            )
        )
        for verdict in VERDICTS
    ]
    header = heads(*(word(lang, f"claim_head_{name}") for name in ("verdict", "count", "means", "never")))
    notes = (word(lang, "claim_note_verdicts"),)
    return Table(
        "claim-verdicts", word(lang, "claim_caption_verdicts"), ("left", "decimal", "left", "left"), (header,),
        tuple(rows), notes,
    )  # fmt: skip


def number_of(page: Audited, verdict: str) -> int:
    """Return how many claims have a verdict."""
    rows = [claim.overall for claim in page.claims if claim.verdict == verdict]
    return page.facts.counted("claims", rows, check=OVERALL, verdict=verdict)


def summary_table(page: Audited) -> Table:
    """Return one row per claim: in short, published, found, verdict, why; section by section."""
    lang = page.lang
    rows: list[Row] = []
    for title, claims in page.sections:
        rows += [group(title)] if title else []
        rows += [_summary_row(page, claim) for claim in claims]
    header = heads(*(word(lang, f"claim_head_{name}") for name in ("claim", "published", "found", "verdict", "why")))
    notes = [word(lang, "claim_note_summary")]
    notes += [word(lang, "claim_note_simulated")] if page.facts.study.get("simulated") else []
    columns: tuple[Align, ...] = ("left",) * 5
    return Table("claims", word(lang, "claim_caption_summary"), columns, (header,), tuple(rows), tuple(notes))


def short(text: str, most: float = _SHORT) -> str:
    """Return a wording for a narrow place: cut with "…" where it is longer than `most` em."""
    text = unmarked(text)
    ends = accumulate(map(text_width, text))
    kept = sum(end <= most - 1 for end in ends)
    return text if text_width(text) <= most else f"{text[:kept].rstrip()}…"


def found_text(page: Audited, claim: Claim) -> str:
    """Return what was found beside the published figure: a number and its interval, "—" where there is none."""
    row, lang = claim.overall, page.lang
    value, low, high = (row[name] for name in ("recomputed", "conf_low", "conf_high"))
    if value is None and (low is None or high is None):
        return NOT_APPLICABLE
    if row["kind"] == "p_value":
        return p_value(value)
    held = claim.row("reproduction")
    name = "estimate" if held is not None and held["recomputed"] is not None else "recomputed"
    point = number(lang, row, name, value) if value is not None else ""
    if low is None or high is None or abs(high - low) < _WIDEST_GAP:
        return point
    decimals = published_decimals(row)
    bounds = interval(low, high, 1 if decimals is None else decimals + (name != "estimate"))
    return f"{point} {bounds}" if point else bounds


def check_table(page: Audited, claim: Claim) -> Table:
    """Return the checks of one claim with sentence and calculation, for its card."""
    lang = page.lang
    rows = [
        Row(
            (
                coded(lang, "claim_check", row["check"]),
                checked_text(page, claim, row),
                verdict_cell(lang, row["verdict"]),
            )
        )
        for row in claim.shown
    ]
    header = heads(*(word(lang, f"claim_head_{name}") for name in ("check", "result", "verdict")))
    caption = word(lang, "claim_card_table", number=str(claim.number))
    return Table(f"claim-{claim.number}", caption, _TEXTS, (header,), tuple(rows))


def checked_text(page: Audited, claim: Claim, row: Record) -> str:
    """Return the sentence of a check, its calculation, and the row of the bundle that it was read from."""
    lang, values = page.lang, claim.values.get(row["check"], {})
    said = sentence(lang, row, values)
    steps = steps_of(page, claim, row)
    if steps:
        said = word(lang, "claim_steps", sentence=said, steps=steps)
    if row["found_in"]:
        said = word(lang, "claim_read_from", sentence=said, place=row["found_in"])
    return said


def method_table(page: Audited) -> Table:
    """Return the checks that were made: what each does, where it ends, and for how many claims."""
    lang = page.lang
    rows = []
    for check in page.made:
        with_it = [row for claim in page.claims for row in claim.checks if row["check"] == check]
        made = page.facts.counted("claims", with_it, check=check)
        told = (word(lang, f"claim_does_{check}"), word(lang, f"claim_limit_{check}"), count(made))
        rows.append(Row((coded(lang, "claim_check", check), *told)))
    header = heads(*(word(lang, f"claim_head_{name}") for name in ("check", "does", "limit", "made")))
    notes = (word(lang, "claim_note_checks"),)
    return Table(
        "claim-checks", word(lang, "claim_caption_checks"), ("left", "left", "left", "decimal"), (header,),
        tuple(rows), notes,
    )  # fmt: skip


def needed_table(page: Audited) -> Table:
    """Return what could not be checked, by what would be needed: the list for whoever writes to the authors."""
    lang = page.lang
    asked: dict[str, dict[int, Claim]] = {}
    reasons: dict[str, list[str]] = {}
    for claim in page.claims:
        for row in claim.shown:
            need = unmarked(claim_need(lang, row, claim.values.get(row["check"], {})))
            if need:
                asked.setdefault(need, {})[claim.number] = claim
                reasons.setdefault(need, []).append(coded(lang, "claim_check", row["check"]))
    rows = [
        Row((need, joined(lang, [*dict.fromkeys(reasons[need])]), _numbers(page, [*claims])))
        for need, claims in asked.items()
    ]
    header = heads(*(word(lang, f"claim_head_{name}") for name in ("needed", "check", "concerns")))
    notes = (word(lang, "claim_note_needed"),)
    return Table("claim-needed", word(lang, "claim_caption_needed"), _TEXTS, (header,), tuple(rows), notes)


def _summary_row(page: Audited, claim: Claim) -> Row:
    lang, deciding = page.lang, claim.deciding
    why = brief(lang, deciding, claim.values.get(deciding["check"], {}))
    return Row(
        (
            word(lang, "claim_numbered", number=str(claim.number), text=short(page.wording(claim))),
            figure(lang, claim.overall),
            found_text(page, claim),
            verdict_cell(lang, claim.verdict),
            why,
        )
    )


def _numbers(page: Audited, numbers: Sequence[int]) -> str:
    """Return numbers of claims, runs of three and more as "4–7"."""
    runs: list[list[int]] = []
    for at in numbers:
        if runs and at == runs[-1][-1] + 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    told = [
        text
        for run in runs
        for text in ([f"{run[0]}–{run[-1]}"] if len(run) > 2 else [str(at) for at in run])  # noqa: PLR2004
    ]
    return joined(page.lang, told)
