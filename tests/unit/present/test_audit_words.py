"""The words of the audit: a sentence for every reason in both languages, numbers in the form that they deserve."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from tests.cases.present.claimed import NUMBERS, claim_row

from liandong.claims.reasons import REASONS
from liandong.definitions import Language
from liandong.present import claim_sentence
from liandong.present.claims_sentences import claim_calculation
from liandong.present.claims_values import ROW_VALUES, SPANS, decimals_needed, figure, printed
from liandong.present.marks import CLOSE, OPEN_LITERAL, unmarked
from liandong.present.words import catalogue, known

LANGUAGES: tuple[Language, ...] = ("zh", "en")
PRESENT = Path(__file__).resolve().parents[3] / "pipeline" / "liandong" / "present"
DERIVED = {"figure", "result", "precision", *ROW_VALUES}  # what a sentence may name beyond the values of its reason


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_has_a_sentence_whose_values_its_check_provides(code: str) -> None:
    given = {
        *REASONS[code].values,
        *DERIVED,
        *(name for name, ends in SPANS.items() if {*ends} <= {*REASONS[code].values}),
    }
    given |= {name for name, ends in SPANS.items() if {*ends} <= {*ROW_VALUES}}
    words = catalogue()[f"claim_why_{code}"]
    places = [{name for _, name, _, _ in Formatter().parse(words[lang]) if name} for lang in LANGUAGES]
    assert places[0] == places[1], "the two languages name other values"
    assert places[0] <= given


@pytest.mark.parametrize("code", [code for code, reason in REASONS.items() if reason.verdict == "not_checkable"])
def test_what_is_open_says_what_would_be_needed(code: str) -> None:
    assert known(f"claim_needs_{code}")


def test_no_words_belong_to_a_reason_that_there_is_not() -> None:
    keys = [
        key for key in catalogue() if key.startswith(("claim_why_", "claim_needs_", "claim_shown_", "claim_brief_"))
    ]
    codes = {re.sub(r"(_[23]|_of_mean|_of_p_value|_of_comparison)$", "", key.split("_", 2)[2]) for key in keys}
    assert codes - REASONS.keys() == set()


@pytest.mark.parametrize("kind", ["check", "does", "limit"])
def test_every_check_has_a_name_a_method_and_limits(kind: str) -> None:
    checks = {reason.check for reason in REASONS.values()} - {"overall"}
    assert {check for check in checks if not known(f"claim_{kind}_{check}")} == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_called_proved_and_nothing_significant_without_a_level(lang: Language) -> None:
    words = {key: entry[lang] for key, entry in catalogue().items() if key.startswith("claim_")}
    accused = re.compile(r"证明了|证实了|造假|捏造|\bprove[ds]?\b|fabricat|fraud")
    assert [key for key, said in words.items() if accused.search(said)] == []
    called = [key for key, said in words.items() if re.search(r"显著|significant", said)]
    assert {key for key in called if not key.startswith("claim_word_")} == set()  # those quote what was published


@pytest.mark.parametrize("lang", LANGUAGES)
def test_places_between_marks_are_the_only_digits_of_the_wording(lang: Language) -> None:
    for key, entry in catalogue().items():
        if key.startswith("claim_") and "unit" not in key:
            bare = re.sub(rf"{OPEN_LITERAL}[^{CLOSE}]*{CLOSE}|\{{\w+\}}", "", entry[lang])
            assert not re.search(r"\d", bare), key


def test_all_words_are_in_both_languages_and_in_use() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in PRESENT.glob("*claims*.py"))
    computed = re.compile(
        r"claim_(why|needs|shown|brief|check|does|limit|sign|verdict|means|never|unit|word|form|precision|head|caption|figure)_"
    )
    for key, entry in catalogue().items():
        if key.startswith("claim_"):
            assert set(entry) == {"zh", "en"}, key
            assert f'"{key}"' in sources or computed.match(key), f"{key} is not used"


def test_grim_is_shown_step_by_step() -> None:
    row = claim_row("a", "grim", "grim_possible_weak", chance=0.6183816, conf_low=31.067961165, conf_high=31.067961165)
    full = {column: row.get(column) for column in ("recomputed", "difference", "base")} | row
    told = claim_sentence("en", full, NUMBERS)
    assert told == (
        "192 of 618 people are 31.068%, which rounds to 31.1%, so the figure is possible; "
        "but an arbitrary figure with one decimal passes "
        "as well with a probability of 62%, so this is weak evidence."
    )
    assert unmarked(claim_calculation("en", full, NUMBERS)) == (
        "192 ÷ 618 = 31.068% → 31.1%; 619 figures that are possible ÷ 1,001 that can be printed = 62%"
    )


@pytest.mark.parametrize(
    ("published", "unit", "zh", "en"),
    [
        ("31.1", "percent", "31.1%", "31.1%"),
        ("0.020", "points", "0.020分", "0.020 points"),
        ("30–50", "percent", "30–50%", "30–50%"),
        (">10,000", "people", "超过10,000人", "over 10,000 people"),
        ("~400", None, "约400", "about 400"),
        ("<0.05", None, "小于0.05", "below 0.05"),
        ("significant", None, "“显著”", "“significant”"),
        ("n.s.", None, "“不显著”", "“not significant”"),
        ("no figure", "10,000 yuan", "未公布", "not published"),
        ("很多", None, "很多", "in words"),
        ("510", "10,000 yuan", "510万元", "5.1 million yuan"),
        ("1,008", "10,000 yuan", "1,008万元", "10.08 million yuan"),
        (">8.4", "10,000 yuan", "超过8.4万元", "over 84,000 yuan"),
        ("30–150", "10,000 yuan", "30–150万元", "300,000 to 1.5 million yuan"),
        ("5335", "households", "5,335户", "5,335 households"),
        ("24706291", "people", "24,706,291人", "24,706,291 people"),
        ("0.1234", None, "0.1234", "0.1234"),
        ("12", "sheep", "12 sheep", "12 sheep"),
    ],
)
def test_published_figures_keep_their_digits_and_get_their_unit(
    published: str, unit: str | None, zh: str, en: str
) -> None:
    row = {"published": published, "unit": unit}
    assert unmarked(figure("zh", row)) == zh
    assert unmarked(figure("en", row)) == en


@pytest.mark.parametrize(
    ("value", "least", "most", "decimals"),
    [(31.067961, 1, 3, 3), (31.05, 1, 3, 2), (100.0, 1, 3, 1), (0.02, 3, 5, 3), (2334.0, 0, 2, 0), (1e300, 0, 2, 0)],
)
def test_numbers_get_the_decimals_that_they_need(value: float, least: int, most: int, decimals: int) -> None:
    assert decimals_needed(value, least, most) == decimals


def test_differences_of_percentages_are_percentage_points_and_open_ends_say_so() -> None:
    row = {**dict.fromkeys(ROW_VALUES), **claim_row("a", "arithmetic", "arithmetic_unpublished")}
    told = {
        name: unmarked(said)
        for name, said in printed("en", {**row, "difference": -0.2, "conf_high": 36.64}, {}).items()
    }
    assert told["difference"] == "−0.2 percentage points"
    assert told["result"] == "36.64% or less"
    assert unmarked(printed("en", {**row, "conf_low": 2.0}, {})["found"]) == "2.0% or more"
