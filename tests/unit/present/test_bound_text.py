"""The finished text of the evaluation: every number in it is a row of the bundle, a literal or part of a name."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl
import pytest
from tests.cases.present.in_process import REPORTS, html_of
from tests.cases.present.walking import Books, Number, Walk, walked

from liandong.definitions import Language
from liandong.evidence import Bundle
from liandong.present import words


@pytest.fixture(scope="module", params=["survey", "trial", "audited"])
def kind(request: pytest.FixtureRequest) -> str:
    value: str = request.param
    return value


@pytest.fixture(scope="module")
def walks(kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[Language, Walk]:
    path = request.getfixturevalue(kind).path
    languages: tuple[Language, ...] = ("zh", "en")
    return {lang: walked(html_of("evaluation", path, lang, tmp_path_factory.mktemp(kind))) for lang in languages}


def test_no_digit_of_the_text_stands_alone(walks: dict[Language, Walk]) -> None:
    assert {lang: walk.loose for lang, walk in walks.items()} == {"zh": [], "en": []}
    assert all(len(walk.numbers) > 20 for walk in walks.values())


def test_every_number_is_what_its_row_of_the_bundle_says(
    kind: str, walks: dict[Language, Walk], request: pytest.FixtureRequest
) -> None:
    books = Books.of(request.getfixturevalue(kind).path)
    assert [*filter(None, (books.fault(number) for walk in walks.values() for number in walk.numbers))] == []


def test_both_languages_print_the_same_numbers(walks: dict[Language, Walk]) -> None:
    zh, en = ({tuple(sorted(number.said.items())) for number in walk.numbers} for walk in walks.values())
    assert zh == en


def test_a_number_of_the_wordings_own_is_found(survey: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = words.catalogue()
    said = {lang: f"{text} 42." for lang, text in known["said_accepted"].items()}
    changed = MappingProxyType({**known, "said_accepted": said})
    monkeypatch.setattr(words, "catalogue", lambda: changed)
    walk = walked(html_of("evaluation", survey.path, "en", tmp_path))
    assert {digits for digits, _ in walk.loose} == {"42."}


def test_a_number_that_the_bundle_does_not_hold_is_found(survey: Bundle, tmp_path: Path) -> None:
    walk, books = walked(html_of("evaluation", survey.path, "en", tmp_path)), Books.of(survey.path)
    other = books.tables["indicators"].with_columns(pl.col("estimate") + 0.01)
    moved = dataclasses.replace(books, tables={**books.tables, "indicators": other})
    faults = [*filter(None, (moved.fault(number) for number in walk.numbers))]
    assert faults
    assert all("indicators" in fault for fault in faults)


@pytest.mark.parametrize(
    ("text", "change", "fault"),
    [
        ("9.9", {}, "is printed"),
        ("", {"value": "0.1"}, "stands there"),
        ("", {"row": "indicator=nothing"}, "0 rows agree"),
        ("", {"table": "nothing"}, "no such table"),
        ("1.0 2.0", {}, "prints 2 numbers"),
    ],
)
def test_the_check_of_a_number_sees_what_is_wrong(
    survey: Bundle, text: str, change: dict[str, Any], fault: str
) -> None:
    row = survey.table("indicators").filter(pl.col("kind") == "share").row(0, named=True)
    said = {
        "table": "indicators",
        "row": f"indicator={row['indicator']}; universe={row['universe']}",
        "column": "estimate",
        "value": f"{row['estimate']:.12g}",
        "form": "percent",
    }
    number = Number(f"{row['estimate'] * 100:.1f}%", said)
    assert Books.of(survey.path).fault(number) == ""
    assert fault in Books.of(survey.path).fault(Number(text or number.text, {**said, **change}))


def test_names_and_own_words_with_digits_are_no_loose_numbers(survey: Bundle, make_bundle: Any, tmp_path: Path) -> None:
    tables = {name: survey.table(name).rows(named=True) for name in ("labels", "indicators", "sample_flow")}
    tables["labels"] = [
        {**row, "zh": f"2021年{row['zh']}18–34", "en": f"2021 {row['en']} 18–34"} for row in tables["labels"]
    ]
    study = dict(survey.manifest["study"])
    own = {"zh": "自2020年起，投入3.5万元。", "en": "Since 2020, at a cost of 35,000 yuan."}
    study |= {"title": own, "notice": own, "report": {**(study.get("report") or {}), "programme": own}}
    bundle = make_bundle("digits", {**survey.manifest, "study": study}, tables)
    for lang in ("zh", "en"):
        folder = tmp_path / lang
        folder.mkdir()
        walk = walked(html_of("evaluation", bundle.path, lang, folder))  # type: ignore[arg-type]
        assert walk.loose == []


_NOT_IN_SENTENCES = ("note_", "caption_", "figure_", "alt_", "axis_", "legend_", "vcov_")
_OF_TABLES = {"interval", "hash", "robustness_value_alpha", "positive_clear", "negative_clear", "linear_p"}
_PLACES = re.compile(r"⟦[^⟧]*⟧|\{[^{}]*\}")


@pytest.mark.parametrize("name", ["phrases", "audit", "words", "numbers"])
def test_numbers_of_sentences_stand_between_double_brackets(name: str) -> None:
    """The reports of the tests show only some of the sentences; this holds for all of them."""
    entries = tomllib.loads(files("liandong.present").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    loose = {
        key
        for key, texts in entries.items()
        if not key.startswith(_NOT_IN_SENTENCES) and key not in _OF_TABLES
        if any(re.search(r"\d", _PLACES.sub("", text)) for text in texts.values())
    }
    assert loose == set()
    assert all(text.count("⟦") == text.count("⟧") for texts in entries.values() for text in texts.values())


@pytest.mark.parametrize("page", ["evaluation", "audit", "community"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_numbers_of_the_prose_of_pages_are_literals(page: str, lang: Language) -> None:
    text = (REPORTS / lang / f"{page}.qmd").read_text(encoding="utf-8").split("---\n", 2)[2]
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^(#|:::).*$|`[^`]*`|\[[^\[\]]*\]\{\.ld-(?:literal|name)\}|@[\w-]+", "", prose, flags=re.MULTILINE)
    assert [line for line in prose.splitlines() if re.search(r"\d", line)] == []
