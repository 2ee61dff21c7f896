"""The page of field supervision says what its tables say, whatever they hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.cases.present.rows import Rows
from tests.cases.present.supervised import (
    case_rows,
    check_rows,
    community_rows,
    day_rows,
    interviewer_rows,
    label_rows,
    supervised_manifest,
)

from liandong.definitions import Language
from liandong.errors import RenderError
from liandong.evidence import RESTRICTED_TABLES, TABLES, writing_bundle
from liandong.present import open_supervision
from liandong.present.supervision import SupervisionPage
from liandong.present.words import catalogue, known

MakePage = Callable[..., SupervisionPage]
CASES = [
    ("speeders", 5, "w2", "c1", "4.0"),
    ("speeders", 6, "w1", "c1", "3.5"),
    ("speeders", 9, "w1", "c2", "2.0"),
    *(("straight_lining", 20 + i, "w3", "c2", "5") for i in range(30)),
    ("target", None, "", "", "150/200"),
]


@pytest.fixture
def make_page(tmp_path: Path) -> MakePage:
    def make(lang: Language = "en", manifest: dict[str, Any] | None = None, **restricted: Rows) -> SupervisionPage:
        path = tmp_path / f"bundle-{lang}"
        public = {"checks": restricted.pop("checks", check_rows()), "labels": label_rows()}
        with writing_bundle(path) as writer:
            for name, rows in public.items():
                writer.table(name, _frame(rows, TABLES[name].columns))
            for name, rows in restricted.items():
                writer.restricted_table(name, _frame(rows, RESTRICTED_TABLES[name].columns))
            writer.manifest(manifest or supervised_manifest())
        return open_supervision(str(path), lang)

    return make


def _frame(rows: Rows, columns: Any) -> pl.DataFrame:
    assert all(set(row) <= set(columns) for row in rows)
    defaults = {name: {pl.Boolean: False, pl.String: ""}.get(kind) for name, kind in columns.items()}
    return pl.DataFrame([{**defaults, **row} for row in rows], schema=dict(columns))


def _html(prose: str) -> str:
    return "\n".join(re.findall(r"```\{=html\}\n(.*?)\n```", prose, re.DOTALL))


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def test_a_check_says_once_what_to_do_and_then_its_cases(make_page: MakePage) -> None:
    text = _text(_html(make_page(**case_rows(CASES)).to_do(1)))
    assert text.count("listen to the recording") == 1
    assert "Speeders (3): listen to the recording w2 c1 East Lake 2026-03-02 5 Took 4.0 minutes only" in text
    assert "w1 Mr A c2 2026-03-02 9 Took 2.0 minutes only" in text


def test_what_ends_in_numbers_is_no_instruction(make_page: MakePage) -> None:
    assert "Still missing (1) Accepted / planned: 150/200" in _text(_html(make_page(**case_rows(CASES)).to_do(3)))


def test_long_lists_of_one_check_are_cut_and_counted(make_page: MakePage) -> None:
    text = _text(_html(make_page(**case_rows(CASES)).to_do(2)))
    assert "Straight-lining (first 5 of 30): ask the interviewer" in text
    assert text.count("All answered 5") == 5


def test_behind_a_line_are_all_cases_also_those_that_are_not_listed(make_page: MakePage) -> None:
    page = make_page(**case_rows(CASES), interviewers=interviewer_rows(3), clusters=community_rows(2))
    html = _html(page.drill("interviewers"))
    assert re.findall(r"<summary>(.*?)</summary>", html) == [
        "w1 Mr A · interviews 11 · today 2 · to ask 0",
        "w2 · interviews 12 · today 1 · to ask 0",
        "w3 · interviews 13 · today 0 · to ask 30",
    ]
    assert html.count('<td class="ld-left">ask the interviewer</td>') == 30
    assert _text(_html(page.drill("communities"))).startswith("Open a line to see all its cases. c1 East Lake")
    assert "Straight-lining (30)" in _html(page.drill("checks"))


def test_the_summary_counts_cases_and_names_where_today_s_are(make_page: MakePage) -> None:
    page = make_page(**case_rows(CASES), interviewers=interviewer_rows(3, {"w3": "variability; short"}))
    said = page.summary().replace("\\", "")
    assert "To call back about or correct today: 3. To ask the interviewer: 30. To keep an eye on: 1." in said
    assert "Interviewers with most cases for today: w1 Mr A (2) and w2 (1)." in said
    assert "Communities with most: c1 East Lake (2) and c2 (1)." in said
    assert "clearly differ from others in the same communities: w3." in said
    assert "proves nothing" in said


def test_labels_of_a_column_that_is_personal_are_not_used(make_page: MakePage) -> None:
    page = make_page(manifest=supervised_manifest(interviewer=None), **case_rows(CASES))
    assert "Mr A" not in page.summary() + page.to_do(1)


def test_a_bundle_without_models_says_so(make_page: MakePage) -> None:
    assert "cannot be estimated" not in make_page().summary()
    assert "cannot be estimated" in make_page(manifest=supervised_manifest(complete=False)).summary()


def test_nothing_to_do_and_nobody_named_is_said(make_page: MakePage) -> None:
    page = make_page()
    said = page.summary().replace("\\", "")
    assert "no interview that needs attention" in said
    assert "no field for the interviewer" in said
    opening = page.opening()
    for switch in ("to-do", "to-do-1", "findings", "interviewers", "communities", "progress", "answers"):
        assert f"has-{switch}: false" in opening
    for name in ("interviewers", "communities", "checks"):
        assert page.drill(name) == ""
    assert [page.figure(name) for name in ("progress", "minutes", "icc", "caterpillar", "digits")] == [""] * 5


def test_hundreds_of_interviewers_are_cut_on_paper_and_open_in_html(make_page: MakePage) -> None:
    cases = [("speeders", i, f"w{i}", f"c{i}", "3.0") for i in range(1, 501)]
    page = make_page(**case_rows(cases), interviewers=interviewer_rows(500), clusters=community_rows(300))
    printed = page.table("interviewers")
    typst = re.search(r"```\{=typst\}\n(.*?)\n```", printed, re.DOTALL)
    assert typst is not None
    assert "w30" in typst[1]
    assert "w31" not in typst[1]
    assert "The first 30 of 500 rows" in typst[1]
    assert "Interviewers at a glance: all 500 rows" in _html(printed)
    assert _html(printed).count('<th scope="row"') >= 530
    opened = _html(page.drill("interviewers"))
    assert opened.count("<details") == 400
    assert "first 400 of 500 lines" in opened
    assert _html(page.drill("communities")).count("<details") == 300


def test_one_interviewer_is_no_figure(make_page: MakePage) -> None:
    page = make_page(interviewers=interviewer_rows(1))
    assert "w1" in page.table("interviewers")
    assert page.figure("minutes") == ""


def test_the_last_days_come_first_and_the_figure_says_where_it_ends(make_page: MakePage) -> None:
    page = make_page(progress=day_rows(20))
    days = re.findall(r"2026-03-\d\d", _html(page.table("days")))
    assert days[:2] == ["2026-03-20", "2026-03-19"]
    assert "The first 14 of 20 rows" in page.table("days")
    assert "10 on 1 March 2026, 200 on 20 March 2026" in page.figure("progress")


def test_alt_texts_carry_the_finding(make_page: MakePage) -> None:
    digits = [{"field": "age", "digit": digit, "n": 10, "share": 0.4 if digit == 0 else 0.06} for digit in range(10)]
    questions = [
        {"field": f"q{i}", "title_zh": f"题{i}", "title_en": f"Question {i}", "icc": i / 100, "icc_low": i / 100 - 0.02,
         "icc_high": i / 100 + 0.02, "flagged": i == 4, "basis": "all"}
        for i in range(1, 5)
    ]  # fmt: skip
    effects = [
        {"field": "q4", "interviewer": f"w{i}", "n": 9, "shrunk": i / 10, "shrunk_low": i / 10 - 0.25,
         "shrunk_high": i / 10 + 0.25, "clear": i == 3}
        for i in range(1, 4)
    ]  # fmt: skip
    rows = {"last_digits": digits, "interviewer_icc": questions, "interviewer_effects": effects}
    page = make_page(interviewers=interviewer_rows(40), **rows)
    assert "the shortest is 21 (w1 Mr A), the longest 60 (w40)" in page.figure("minutes")
    assert "15 shortest and 15 longest of 40" in page.figure("minutes").replace("\\", "")
    assert "0 in Age (40%)" in page.figure("digits")
    assert "the largest is 0.040, for “Question 4”; the intervals of 2 leave zero out" in page.figure("icc").replace(
        "”", "”"
    )
    assert "the intervals of 1 leave zero out: w3" in page.figure("caterpillar")


def test_unknown_names_are_errors_that_list_the_known(make_page: MakePage) -> None:
    page = make_page()
    with pytest.raises(RenderError, match="interviewer"):
        page.table("interviewer")
    with pytest.raises(RenderError, match="check"):
        page.drill("check")


def test_a_missing_bundle_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RenderError) as caught:
        open_supervision(str(tmp_path / "none"), "zh")
    assert "liandong quality" in str(caught.value)


# Codes that evidence/declared_quality.py names, by the words that stand for them.
MEASURES = "short straight missing closed heaping outliers duplicates match breaches contradictions variability"
CODES = {
    "dq_unit": "interviews pairs answers questions interviewers communities days blocks",
    "dq_state": "too_few not_made",
    "dq_measure": MEASURES,
    "dq_compared": MEASURES,
    "dq_basis": "within_communities all confounded",
    "dq_pair": "identical same_key near",
    "dq_type": "stable checked",
    "dq_plan": "done open over unplanned no_target",
    "action": "reject blank warn",
}


@pytest.mark.parametrize("prefix", CODES)
def test_every_code_has_words(prefix: str) -> None:
    assert [code for code in CODES[prefix].split() if not known(f"{prefix}_{code}")] == []


def test_units_of_all_checks_have_words() -> None:
    from liandong.quality.catalogue import catalogue as checks

    assert {check.unit for check in checks().values()} <= set(CODES["dq_unit"].split())


def test_words_are_in_both_languages_with_the_same_places_and_all_in_use() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in _SOURCES.glob("*superv*.py"))
    computed = ("dq_caption_", "dq_said_first_", *(f"{prefix}_" for prefix in CODES))
    for key, words in catalogue().items():
        if not key.startswith("dq_"):
            continue
        assert set(words) == {"zh", "en"}, key
        assert set(re.findall(r"\{(\w+)\}", words["zh"])) == set(re.findall(r"\{(\w+)\}", words["en"])), key
        assert re.search(rf"[\"']{key}[\"']", sources) or key.startswith(computed), f"{key} is not used"


def test_every_word_that_is_asked_for_is_there() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in _SOURCES.glob("*superv*.py"))
    prefixes = {*CODES, "dq_caption_to_do", "dq_compared"}
    asked = set(re.findall(r'"(dq_[a-z0-9_]+)"', sources)) - prefixes
    assert {key for key in asked if not known(key)} == set()


_SOURCES = Path(__file__).resolve().parents[3] / "pipeline" / "liandong" / "present"
_REPORTS = _SOURCES.parents[2] / "reports"


def test_both_pages_have_the_same_cells_and_switches_and_the_readme_names_every_table(make_page: MakePage) -> None:
    pages = [(_REPORTS / lang / "data_quality.qmd").read_text(encoding="utf-8") for lang in ("zh", "en")]
    zh, en = (re.findall(r"page\.\w+\(.*?\)|when-\w+=\"[\w-]+\"|\{#sec-[\w-]+\}|@tbl-[\w-]+", page) for page in pages)
    assert zh == en
    switches = set(re.findall(r"^(has-[\w-]+): ", make_page().opening(), re.MULTILINE))
    assert set(re.findall(r'when-meta="([\w-]+)"', pages[0])) <= switches
    readme = (_REPORTS / "README.md").read_text(encoding="utf-8")
    tables = set(re.findall(r'page\.table\("([\w-]+)"\)', pages[0]))
    assert {name for name in tables if name not in readme} == set()
    assert {f"has-{name}" for name in tables} <= switches
