"""Tables of the audit: the traffic lights, what each verdict means, the checks, what could not be checked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from liandong.present.claims_facts import DERIVED, NO_DATA, OVERALL, VERDICTS, Audited, Claim
from liandong.present.claims_formulas import steps_of
from liandong.present.claims_sentences import brief, claim_need, sentence, verdict_cell
from liandong.present.claims_values import figure, in_its_unit, number, published_decimals, span
from liandong.present.facts import Row as Record
from liandong.present.layout import text_width
from liandong.present.marks import unmarked
from liandong.present.numbers import NOT_APPLICABLE, count, interval, p_value
from liandong.present.table import Align, Row, Table, group, heads
from liandong.present.words import coded, joined, word

_SHORT: Final = 60.0  # em: a wording longer than this is cut in tables, and given in full by its card
_TEXTS: Final[tuple[Align, ...]] = ("left", "left", "left")
_PUBLISHED: Final = f"reason <> '{OVERALL}_{DERIVED}'"  # of a row that carries a verdict


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
        for verdict in (*VERDICTS, *([DERIVED] if len(page.checked) < len(page.claims) else []))
    ]
    header = heads(*(word(lang, f"claim_head_{name}") for name in ("verdict", "count", "means", "never")))
    notes = (word(lang, "claim_note_verdicts"),)
    return Table(
        "claim-verdicts", word(lang, "claim_caption_verdicts"), ("left", "decimal", "left", "left"), (header,),
        tuple(rows), notes,
    )  # fmt: skip


def number_of(page: Audited, verdict: str) -> int:
    """Return how many claims have a verdict, or, for :data:`DERIVED`, were never published."""
    rows = [claim.overall for claim in page.claims if claim.standing == verdict]
    if verdict == DERIVED:
        return page.facts.counted("claims", rows, check=OVERALL, reason=f"{OVERALL}_{DERIVED}")
    if verdict == "not_checkable":  # the verdict of both in the table
        return page.facts.counted("claims", rows, _PUBLISHED, check=OVERALL, verdict=verdict)
    return page.facts.counted("claims", rows, check=OVERALL, verdict=verdict)


def number_checked(page: Audited) -> int:
    """Return how many published figures were checked."""
    return page.facts.counted("claims", [claim.overall for claim in page.checked], _PUBLISHED, check=OVERALL)


def summary_table(page: Audited) -> Table:
    """Return one row per claim: in short, published, found, verdict, why; section by section."""
    lang = page.lang
    rows: list[Row] = []
    for title, claims in page.sections:
        rows += [group(title)] if title else []
        rows += [_summary_row(page, claim) for claim in claims]
    header = heads(*(word(lang, f"claim_head_{name}") for name in ("claim", "published", "found", "verdict", "why")))
    notes = [word(lang, "claim_note_summary")]
    notes += [word(lang, "claim_note_derived")] if len(page.checked) < len(page.claims) else []
    notes += [word(lang, "claim_note_simulated")] if page.facts.study.get("simulated") else []
    columns: tuple[Align, ...] = ("left",) * 5
    return Table("claims", word(lang, "claim_caption_summary"), columns, (header,), tuple(rows), tuple(notes))


def short(text: str, most: float = _SHORT) -> str:
    """Return a wording for a narrow place: cut with "…" where it is longer than `most` em."""
    text = unmarked(text)
    ends = accumulate(map(text_width, text))
    kept = sum(end <= most - 1 for end in ends)
    return text if text_width(text) <= most else f"{text[:kept].rstrip()}…"


def found_text(page: Audited, claim: Claim, *, without_unit: bool = False) -> str:
    """Return what was found, in the claim's unit: by the data, or by other published figures.

    With the 95 % interval where the data give one; of other figures, the range that they leave where they give no one
    value, or what a figure that is not published must have been.
    """
    lang = page.lang
    held = claim.row("reproduction")
    by_data = held is not None and held["recomputed"] is not None and claim.overall["recomputed"] is not None
    row = in_its_unit(claim.overall, claim.values.get("reproduction", {}) if by_data else {})
    value, low, high = (claim.overall[name] for name in ("recomputed", "conf_low", "conf_high"))
    if row["kind"] == "p_value" and value is not None:
        return word(lang, "claim_p", value=p_value(value))
    if value is not None:
        point = number(lang, row, "estimate" if by_data else "recomputed", value, without_unit=without_unit)
        if not by_data or low is None or high is None or low == high:
            return point
        decimals = published_decimals(row)
        return f"{point} {interval(low, high, 1 if decimals is None else decimals)}"
    if low is not None or high is not None:
        return span(lang, row, "conf_low", low, high, without_unit=without_unit)
    missing = claim.values.get("arithmetic", {}).get("missing")
    if missing is None or claim.deciding["reason"] != "arithmetic_implies":
        return NOT_APPLICABLE
    return word(lang, "claim_found_implied", value=number(lang, row, "missing", missing))


def check_table(page: Audited, claim: Claim) -> Table:
    """Return the checks of one claim with sentence and calculation, for its card."""
    lang = page.lang
    rows = [
        Row(
            (
                coded(lang, "claim_check", row["check"]),
                checked_text(page, claim, row),
                verdict_cell(lang, claim.standing if claim.is_derived else row["verdict"]),
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
    said = sentence(lang, page.row(claim, row), values)
    steps = steps_of(page, claim, row)
    if steps:
        said = word(lang, "claim_steps", sentence=said, steps=steps)
    if row["found_in"]:
        said = word(lang, "claim_read_from", sentence=said, place=_place(page, row["found_in"]))
    return said


def _place(page: Audited, found_in: str) -> str:
    """Return where a number was read, with the stage of the sample, whose place in the table tells a reader nothing."""
    table, _, key = found_in.partition(": ")
    if table != "sample_flow":
        return found_in
    row = next((row for row in page.facts.rows(table) if key == f"order={row['order']}"), None)
    return found_in if row is None else f"{found_in} ({coded(page.lang, 'stage', row['stage'])})"


def method_table(page: Audited) -> Table:
    """Return the checks that were made: what each does, where it ends, and for how many claims."""
    lang = page.lang
    rows = []
    for check in page.made:
        with_it = [
            row for claim in page.claims for row in claim.checks if row["check"] == check and row["reason"] != NO_DATA
        ]
        made = page.facts.counted("claims", with_it, f"reason <> '{NO_DATA}'", check=check)
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
    for claim in page.checked:
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
    lang = page.lang
    return Row(
        (
            word(lang, "claim_numbered", number=str(claim.number), text=short(page.wording(claim))),
            NOT_APPLICABLE if claim.is_derived else figure(lang, claim.overall),
            found_text(page, claim),
            verdict_cell(lang, claim.standing),
            brief_argument(page, claim),
        )
    )


def brief_argument(page: Audited, claim: Claim) -> str:
    """Return why a claim has its verdict, in one line: the sentence of the check that decides, or the calculation."""
    deciding = claim.deciding
    steps = steps_of(page, claim, deciding) if claim.is_derived else ""
    if steps:
        return steps
    return brief(page.lang, page.row(claim, deciding), claim.values.get(deciding["check"], {}))


def argument_of(page: Audited, claim: Claim) -> str:
    """Return the same in full."""
    deciding = claim.deciding
    return sentence(page.lang, page.row(claim, deciding), claim.values.get(deciding["check"], {}))


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
