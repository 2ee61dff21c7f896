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
        "claim": "anxiety", "published": ("31.1%",), "found": ("31.07%",), "verdict": "supported",
        "argument": "The data give it.",
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


def test_a_unit_that_has_no_room_goes(capsys: pytest.CaptureFixture[str]) -> None:
    long = ("364,000 yuan per project", "364,000")
    (row,) = [line for line in shown(capsys, verdict(found=long)) if "anxiety" in line]
    assert row.split()[1:4] == ["anxiety", "31.1%", "364,000"]


def test_what_is_calculated_here_is_not_counted_among_the_figures_checked(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, verdict(), verdict(claim="ours", verdict="derived", published=("—",)))
    assert lines[:2] == ["s: 1 published figure: 1 supported.",
                         "Calculated here from them, and published nowhere: 1, marked =."]  # fmt: skip
    (row,) = [line for line in lines if line.startswith("=")]
    assert row.endswith("calculated here")


@pytest.mark.parametrize("published", ["\x1b[31mred", "a\u202eb", "two\nlines", "x" * 500, "约三至五成，没有给出数字"])
def test_hostile_figures_stay_in_their_column(capsys: pytest.CaptureFixture[str], published: str) -> None:
    lines = shown(
        capsys,
        verdict(
            published=(published,),
            found=(published, published),
            claim="一个很长很长很长很长很长很长的名字",
            argument=published,
        ),
    )
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
