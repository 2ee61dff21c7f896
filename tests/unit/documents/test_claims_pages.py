"""docs/claims.md and its Chinese counterpart: every key of claims.yaml, every check and every verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from liandong.claims.arms import ALPHA, LARGE, POWER
from liandong.claims.form import ABOUT
from liandong.claims.granularity import attainable_shares, smallest_base
from liandong.claims.grim import WEAK
from liandong.claims.grimmer import MOST_STEPS
from liandong.claims.operations import WORDS
from liandong.claims.reason_type import Check, Verdict
from liandong.definitions.claims import Claim, ClaimKind, Relation, Rounding
from liandong.definitions.text import Text

ROOT = Path(__file__).resolve().parents[3]
PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("claims.md", "claims.zh-CN.md")}
BLOCKS = {name: re.findall(r"```yaml\n(.+?)```", text, flags=re.DOTALL) for name, text in PAGES.items()}


def _keys(annotation: Any, seen: set[type]) -> Iterator[str]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation in seen or annotation is Text:
            return
        seen.add(annotation)
        for name, field in annotation.model_fields.items():
            yield field.alias or name
            yield from _keys(field.annotation, seen)
    for argument in get_args(annotation):
        yield from _keys(argument, seen)


def _words(page: str) -> set[str]:
    text = re.sub(r"```.*?```", "", PAGES[page], flags=re.DOTALL)
    return {word for code in re.findall(r"`([^`]+)`", text) for word in re.findall(r"\w+", code)}


@pytest.mark.parametrize("page", PAGES)
def test_every_key_and_every_choice_is_explained(page: str) -> None:
    keys = set(_keys(Claim, set()))
    assert {"from", "to", "operands_differ", "minus"} <= keys
    choices = {choice for literal in (ClaimKind, Relation, Rounding, Check, Verdict) for choice in get_args(literal)}
    assert not (keys | choices) - _words(page)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("section", "choices"), [(2, Check), (3, Verdict)], ids=["checks", "verdicts"])
def test_checks_and_verdicts_have_a_row_that_says_what_they_never_say(page: str, section: int, choices: Any) -> None:
    rows = [line for line in PAGES[page].split("\n## ")[section].splitlines() if line.startswith("| `")]
    for choice in get_args(choices):
        (row,) = [line for line in rows if line.startswith(f"| `{choice}`")]
        assert row.count("|") == 4, row


def test_both_languages_show_the_same_examples() -> None:
    assert BLOCKS["claims.md"] == BLOCKS["claims.zh-CN.md"]
    assert len(BLOCKS["claims.md"]) == 2


@pytest.mark.parametrize("example", BLOCKS["claims.md"])
def test_examples_stand_in_the_claims_that_they_name(example: str) -> None:
    name = re.match(r"# examples/(\w+)\n", example)
    assert name is not None
    text = (ROOT / "examples" / name[1] / "claims.yaml").read_text(encoding="utf-8")
    claims = {claim["id"]: claim for claim in yaml.safe_load(text)["claims"]}
    shown = yaml.safe_load(example)["claims"]
    assert shown
    for claim in shown:
        assert claim.items() <= claims[claim["id"]].items(), claim["id"]


def test_numbers_in_words_are_those_of_the_rules() -> None:
    """The pages write these numbers out; whoever changes one has to change the pages."""
    assert (attainable_shares(618, 1000), attainable_shares(618, 10_000)) == (619, 619)
    assert (WEAK, LARGE, POWER, ALPHA, float(ABOUT), MOST_STEPS) == (1 / 3, 0.8, 0.8, 0.05, 0.1, 400)
    assert (smallest_base(100), smallest_base(5000)) == (90, 4900)
    meant = {name: (round(float(word.meant.low), 2), round(float(word.meant.high), 2)) for name, word in WORDS.items()}
    assert (meant["doubled"], meant["tripled"], meant["halved"]) == ((1.75, 2.25), (2.75, 3.25), (0.44, 0.57))
