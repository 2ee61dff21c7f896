"""The table of ``liandong claims`` on a terminal of 80 columns."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from liandong.cli.claiming import show_claims
from liandong.workflow import ClaimsResult, ClaimVerdict


def verdict(**own: Any) -> ClaimVerdict:
    given = {
        "claim": "anxiety", "kind": "percent", "published": "31.1", "unit": "percent", "found": 31.067961165,
        "low": 24.3, "high": 38.5, "verdict": "supported", "argument": "The data give it.",
    }  # fmt: skip
    return ClaimVerdict(**{**given, **own})


def shown(capsys: pytest.CaptureFixture[str], *verdicts: ClaimVerdict, **own: Any) -> list[str]:
    given = {"study_id": "s", "bundle": Path("b"), "verdicts": verdicts, "without_data": False, "simulated": False}
    show_claims(ClaimsResult(**{**given, **own}))
    lines = capsys.readouterr().out.splitlines()
    for line in lines:
        assert sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line) <= 80, line
    return lines


def test_a_verdict_is_told_by_sign_and_word_without_colour(capsys: pytest.CaptureFixture[str]) -> None:
    kinds = ("supported", "consistent", "not_checkable", "doubtful", "contradicted")
    lines = shown(capsys, *(verdict(verdict=kind) for kind in kinds))
    rows = [line for line in lines if "anxiety" in line]
    assert len({row[0] for row in rows}) == len(kinds)
    assert [row.split("  ")[-1].strip() for row in rows] == [kind.replace("_", " ") for kind in kinds]
    assert not any("\x1b" in line for line in lines)


def test_what_was_found_has_one_decimal_more(capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = [line for line in shown(capsys, verdict()) if "anxiety" in line]
    assert "31.1 %" in row
    assert "31.07 %" in row
    (count,) = [
        line
        for line in shown(capsys, verdict(kind="count", published="618", unit="people", found=618.0))
        if "618" in line
    ]
    assert "618.0" not in count


def test_nothing_found_is_a_dash_and_a_range_its_bounds(capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = [line for line in shown(capsys, verdict(found=None, low=None, high=None)) if "anxiety" in line]
    assert " – " in row
    (row,) = [line for line in shown(capsys, verdict(found=None, low=30.0, high=50.0)) if "anxiety" in line]
    assert "30.00–50.00 %" in row


@pytest.mark.parametrize("published", ["\x1b[31mred", "a\u202eb", "two\nlines", "x" * 500, "约三至五成，没有给出数字"])
def test_hostile_figures_stay_in_their_column(capsys: pytest.CaptureFixture[str], published: str) -> None:
    lines = shown(capsys, verdict(published=published, claim="一个很长很长很长很长很长很长的名字", argument=published))
    text = "\n".join(lines)
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    ("own", "said"),
    [({"without_data": True}, "There are no data"), ({"simulated": True}, "support no figure"), ({}, "Held against")],
)
def test_what_the_verdicts_rest_on_is_said_first(
    capsys: pytest.CaptureFixture[str], own: dict[str, bool], said: str
) -> None:
    lines = shown(capsys, verdict(), **own)
    assert said in lines[1]
    assert lines[0] == "s: 1 published figure: 1 supported."
