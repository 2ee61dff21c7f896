"""The audit of published figures says what its tables say: every reason, every verdict, in both languages."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from tests.cases.present.claimed import (
    about,
    audit_claims,
    audit_tables,
    claim_row,
    every_reason,
    needed_values,
    overall_row,
    value_rows,
)
from tests.cases.present.in_process import html_of, run_page
from tests.cases.present.rows import Rows
from tests.cases.present.survey import survey_manifest, survey_tables
from tests.cases.present.walking import Books, walked

from liandong.definitions import Language
from liandong.errors import RenderError
from liandong.evidence import Bundle
from liandong.present import claim_sentence, open_audit
from liandong.present.charts_claims import claim_figures, draw_claims
from liandong.present.claims import AuditPage
from liandong.present.claims_facts import VERDICTS
from liandong.present.claims_tables import number_of

LANGUAGES: tuple[Language, ...] = ("zh", "en")
REPORTS = Path(__file__).resolve().parents[3] / "reports"


@pytest.fixture(scope="module")
def small(make_bundle: Any) -> Bundle:
    return make_bundle("audit", {**survey_manifest(), "claims": audit_claims()}, {**survey_tables(), **audit_tables()})


@pytest.fixture(scope="module")
def whole(make_bundle: Any) -> Bundle:
    told, tables = every_reason()
    return make_bundle("reasons", {**survey_manifest(), "claims": told}, {**survey_tables(), **tables})


def page_of(make_bundle: Any, told: list[dict[str, Any]], rows: Rows, lang: Language = "en") -> AuditPage:
    manifest = {**survey_manifest(), "claims": told}
    tables = {"claims": rows, "claim_values": [value for row in rows for value in needed_values(row)]}
    return open_audit(str(make_bundle("claimed", manifest, tables).path), lang)


def html(prose: str) -> str:
    return "\n".join(re.findall(r"```\{=html\}\n(.*?)\n```", prose, re.DOTALL))


def text(prose: str) -> str:
    return re.sub(r"[^\S\xa0]+", " ", unescape(re.sub(r"<[^>]+>", " ", html(prose)))).strip()


def prose_text(prose: str) -> str:
    """Return the running text: no raw blocks, spans as their words, no escapes."""
    kept = re.sub(r"```\{=\w+\}\n.*?\n```", "", prose, flags=re.DOTALL)
    kept = re.sub(r"`<strong[^>]*>(.*?)</strong>`\{=html\}(`[^`]*`\{=\w+\})*", r"\1", kept)
    kept = re.sub(r"\[((?:[^\[\]\\]|\\.)*)\]\{\.ld-[^}]*\}", r"\1", kept)
    return re.sub(r"\\(.)", r"\1", kept)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_verdicts_are_counted_and_shown_by_sign_word_and_colour(small: Bundle, lang: Language) -> None:
    page = open_audit(str(small.path), lang)
    assert [int(number_of(page.facts, verdict)) for verdict in VERDICTS] == [1] * 5
    table = page.table("verdicts")
    for sign, tone in zip("×△✓○□", ("bad", "doubt", "good", "weak", "open"), strict=True):
        assert re.search(rf'class="[^"]*ld-tone-{tone}">{sign}', html(table))
    assert table.count("#text(fill: rgb(") == 5
    assert table.count("<w:color w:val=") == 5


def test_the_summary_table_has_published_found_verdict_and_why(small: Bundle) -> None:
    rows = text(open_audit(str(small.path), "en").table("claims")).replace("\xa0", " ")
    assert "1. 98.87% were served by social workers 98.87% 98.867% ✓ Supported" in rows
    assert "2. 31.1% felt less anxious 31.1% 30.91% [27.3, 34.9] ○ Consistent" in rows
    assert "4. few had better family relations few — □ Not checkable" in rows
    assert rows.index("Improvement") < rows.index("1. ") < rows.index("Effects") < rows.index("5. belonging")


def test_cards_quote_give_source_verdict_and_every_check(small: Bundle) -> None:
    cards = open_audit(str(small.path), "en").cards(level=2)
    said = prose_text(cards)
    assert "## Improvement {#sec-claims-1}" in said
    assert "### No. 3: 30.35% slept better {#sec-claim-3 .unnumbered}" in said
    assert "> “31.1% felt less anxious” — 某课题组，《某刊》，2021-10-26, p. 58. [https://example.org/a?b=1]" in said
    assert "Of the checks that came to a conclusion (4), 1 spoke against the figure." in said
    assert "What decides: Recalculated from the data." in said
    assert text(cards).count("○\xa0Consistent") == 3
    assert "Table indicators: indicator=a" in text(cards)
    assert cards.count("#block(breakable: false") == cards.count("```{=typst}\n]\n```") == 5


def test_numbers_of_the_text_remember_their_row(small: Bundle) -> None:
    page = open_audit(str(small.path), "en")
    marked = page.summary() + page.cards()
    assert 'data-table="claims" data-row="check=overall; verdict=contradicted"' in marked
    assert 'data-table="claim_values" data-row="claim=sleep; check=overall; name=against"' in marked


def test_what_could_not_be_checked_is_a_list_of_requests(small: Bundle) -> None:
    said = text(open_audit(str(small.path), "zh").table("needed"))
    assert "系数的标准误、标准误的类型、聚类数和样本量 系数与检验 5" in said


def test_a_claim_without_data_or_partners_is_said_once_and_short(make_bundle: Any) -> None:
    rows = [
        claim_row("a", "reproduction", "reproduction_no_data"),
        overall_row("a", "overall_not_checkable", "reproduction"),
    ]
    page = page_of(make_bundle, [about("a", "甲", "a claim")], rows)
    cards = page.cards()
    assert "published as it stands" in cards
    assert "<table" not in cards
    assert "has-simulated: false" in page.opening()
    assert "no figure can be “supported”" in prose_text(page.summary())


def test_calculations_name_the_figures_that_they_use(make_bundle: Any) -> None:
    sums = [
        claim_row("total", "parts", "parts_add_up", kind="count", published="1,867", unit="places", recomputed=1867.0),
        overall_row("total", "overall_consistent", "parts", kind="count", published="1,867", unit="places"),
        overall_row("centres", "overall_not_checkable", "", kind="count", published="852", unit="places"),
        claim_row(
            "ratio", "arithmetic", "arithmetic_agrees", kind="ratio", published="2.19", unit=None, recomputed=2.191
        ),
        overall_row("ratio", "overall_consistent", "arithmetic", kind="ratio", published="2.19", unit=None),
    ]
    told = [
        about("total", "合计", "total", parts=["centres", 1015], published="1,867"),
        about("centres", "中心", "centres", published="852"),
        about("ratio", "比", "ratio", of=["total", "centres"], published="2.19"),
    ]
    said = text(page_of(make_bundle, told, sums).cards())
    assert "852 (no. 2) + 1,015 = " in said
    assert "1,867 (no. 1) ÷ 852 (no. 2) = 2.191" in said
    assert "852（第2条）+1,015=" in text(page_of(make_bundle, told, sums, "zh").cards())


def derived(make_bundle: Any, lang: Language) -> AuditPage:
    money = {"kind": "count", "published": "510", "unit": "10,000 yuan"}
    ours = {"kind": "ratio", "published": "no figure", "unit": "10,000 yuan per project", "recomputed": 510 / 14,
            "conf_low": 509.5 / 14, "conf_high": 510.5 / 14}  # fmt: skip
    rows = [
        claim_row("money", "reproduction", "reproduction_no_data", **money),
        overall_row("money", "overall_not_checkable", "reproduction", **money),
        claim_row("each", "arithmetic", "arithmetic_unpublished", **ours),
        claim_row("each", "reproduction", "reproduction_no_data", **ours | dict.fromkeys(("recomputed", "conf_low"))),
        overall_row("each", "overall_derived", "arithmetic", **ours),
    ]
    told = [about("money", "投入510万元", "5.1 million yuan", **money),
            about("each", "平均每个项目", "Money per project", of=["money", 14])]  # fmt: skip
    return page_of(make_bundle, told, rows, lang)


def test_what_nobody_published_is_a_class_of_its_own_with_its_result_first(make_bundle: Any) -> None:
    page = derived(make_bundle, "en")
    said = prose_text(page.summary())
    assert "Published figures checked: 1." in said
    assert "Not checkable 1" in said
    assert "not published themselves: 1 more" in said
    row = text(page.table("claims")).replace("\xa0", " ")
    assert "2. Money per project — 364,000 yuan per project = Calculated here 5.1 million (no. 1) ÷ 14 = 364,000" in row
    card = prose_text(page.cards())
    assert "> Money per project (Calculated from figures in" in card  # no quotation: nobody said so
    assert "Calculated here Calculated from other published figures: 364,000 yuan per project" in card.replace(
        "\xa0", " "
    )
    assert "No check comes to a conclusion" not in card
    assert "Calculated here" in text(page.table("verdicts")).replace("\xa0", " ")
    assert "2" not in text(page.table("needed"))  # nothing has to be asked of anybody
    zh = derived(make_bundle, "zh")
    assert "核查公布的数字1条" in prose_text(zh.summary())
    assert "510（第1条）÷14=每个项目36.4万元" in text(zh.table("claims"))


def test_checks_that_nobody_could_make_are_not_among_those_made(make_bundle: Any) -> None:
    assert "Recalculated from the data" not in text(derived(make_bundle, "en").table("checks"))


def test_the_gap_of_an_order_has_the_unit_of_the_figures_that_are_compared(make_bundle: Any) -> None:
    words = {"kind": "comparison", "published": "more", "unit": None}
    rows = [
        *(overall_row(name, "overall_not_checkable", "grim") for name in ("a", "b")),
        claim_row("c", "order", "order_follows", **words),
        overall_row("c", "overall_consistent", "order", **words),
    ]
    told = [about(name, name, name) for name in "ab"] + [about("c", "c", "c", order=["a", "b"], unit=None)]
    assert "at least 0.8 percentage points" in text(page_of(make_bundle, told, rows).table("claims"))


def test_a_row_of_the_sample_flow_is_told_with_its_stage(make_bundle: Any) -> None:
    count = {"kind": "count", "published": "618", "unit": "people"}
    rows = [
        claim_row("a", "reproduction", "reproduction_exact_count", found_in="sample_flow: order=3", **count),
        overall_row("a", "overall_supported", "reproduction", **count),
    ]
    manifest = {**survey_manifest(), "claims": [about("a", "甲", "a")]}
    flow = [{"order": 3, "stage": "accepted", "effect": "", "outcome": "", "rows": 618, "clusters": 32}]
    tables = {"claims": rows, "claim_values": needed_values(rows[0]) + needed_values(rows[1]), "sample_flow": flow}
    page = open_audit(str(make_bundle("flow", manifest, tables).path), "en")
    assert "sample_flow: order=3 (Accepted)" in text(page.cards()).replace("\u200b", "")


def test_the_chance_of_all_percentages_together_is_told_once(make_bundle: Any) -> None:
    rows = [row for name in "ab" for row in (
        claim_row(name, "grim", "grim_possible_weak", chance=0.62, base=618, conf_low=31.07, conf_high=31.07),
        overall_row(name, "overall_consistent", "grim"),
    )]  # fmt: skip
    values = [value for row in rows for value in needed_values(row)]
    values += [
        value for name in "ab" for value in value_rows(name, "grim", {"joint_chance": 8.2e-5, "joint_figures": 2})
    ]
    manifest = {**survey_manifest(), "claims": [about(name, name, name) for name in "ab"]}
    page = open_audit(str(make_bundle("joint", manifest, {"claims": rows, "claim_values": values}).path), "en")
    said = prose_text(page.summary())
    assert said.count("All 2 percentages of 618 people") == 1
    assert "with a probability of 0.000082" in said


def test_every_reason_stands_in_the_page_of_either_language(whole: Bundle) -> None:
    for lang in LANGUAGES:
        page = open_audit(str(whole.path), lang)
        cards = prose_text(page.cards()) + text(page.cards())
        for claim in page.facts.claims:
            row = claim.checks[0]
            told = claim_sentence(lang, row, claim.values.get(row["check"], {}))
            assert told != row["reason"]
            assert "{" not in told
            assert "  " not in told
            if claim.id != "reproduction_no_data":
                assert re.sub(r"\s+", " ", told) in cards.replace("\xa0", " "), claim.id
        assert {f"has-{name}" for name in ("claims", "needed", "figures")} <= set(
            re.findall(r"^(has-[\w-]+): true", page.opening(), re.MULTILINE)
        )


def test_hostile_wordings_stay_text(make_bundle: Any) -> None:
    evil = '<script>alert(1)</script> *a* {{< meta y >}} `x`{=html} "q" \u202e # ] {#sec-x}\n:::'
    rows = [claim_row("a", "grim", "grim_no_base"), overall_row("a", "overall_not_checkable", "grim")]
    source = {"title": evil, "page": evil, "url": "javascript:alert(1)"}
    told = about("a", evil, evil, universe=evil, source=source, section={"zh": evil, "en": evil})
    page = page_of(make_bundle, [told], rows)
    for prose in (page.cards(), page.summary(), page.table("claims"), page.opening()):
        running = re.sub(r"```\{=\w+\}\n.*?\n```", "", prose, flags=re.DOTALL)
        running = re.sub(r"(?<!\\)`[<#][^`]*`\{=\w+\}", "", running)
        assert "<script" not in running.replace("\\<script", "")
        assert "<script>" not in html(prose)
        assert "{{<" not in running
        assert "`" not in running.replace("\\`", "")
        assert "\u202e" not in prose
        assert "](javascript" not in prose
    assert page.cards().count("\n:::") == 0


def test_two_hundred_claims_with_long_wordings_are_quick_and_cut_in_tables(make_bundle: Any) -> None:
    import time

    long = "社区服务" * 200
    told = [about(f"c{i}", long, "word " * 200, n=618) for i in range(200)]
    rows = [row for i in range(200) for row in (
        claim_row(f"c{i}", "grim", "grim_possible_weak", chance=0.62, conf_low=31.07, conf_high=31.07),
        overall_row(f"c{i}", "overall_consistent", "grim"),
    )]  # fmt: skip
    started = time.perf_counter()
    page = page_of(make_bundle, told, rows, "zh")
    table, cards = page.table("claims"), page.cards()
    assert time.perf_counter() - started < 20  # a hundred times what it takes here on an idle machine
    assert "…" in text(table)
    assert long not in table
    assert cards.count(long) == 200
    assert cards.count("{#sec-claim-") == 200


def test_unknown_names_are_errors_that_list_the_known(small: Bundle, tmp_path: Path) -> None:
    page = open_audit(str(small.path), "en")
    with pytest.raises(RenderError, match="no table 'claim'") as caught:
        page.table("claim")
    assert "verdicts" in str(caught.value)
    with pytest.raises(RenderError, match="no figure 'x'"):
        page.figure("x")
    with pytest.raises(RenderError, match="liandong claims"):
        open_audit(str(tmp_path / "none"), "zh")


def test_figures_have_published_and_found_side_by_side(small: Bundle, tmp_path: Path) -> None:
    page = open_audit(str(small.path), "en")
    assert [*claim_figures(page.facts)] == ["percent"]
    shown = page.figure("percent")
    assert "2 published figures beside estimates from the data" in shown
    assert page.figure("coefficients") == ""
    written = draw_claims(small, tmp_path, ["zh"])
    assert [path.name for path in written] == ["claims-percent.zh.svg", "claims-percent.zh.png"]


def test_a_study_without_claims_has_a_page_that_says_so(survey: Bundle) -> None:
    page = open_audit(str(survey.path), "en")
    assert "no published figures" in page.summary()
    assert "has-claims: false" in page.opening()
    assert page.table("claims") == page.table("needed") == ""


def test_both_pages_show_the_same_and_every_reference_finds_its_target(small: Bundle) -> None:
    pages = {lang: run_page("audit", small.path, lang) for lang in LANGUAGES}
    labels = {lang: re.findall(r"\{#((?:tbl|fig|sec)-[a-z0-9-]+)", told) for lang, (told, _) in pages.items()}
    assert labels["zh"] == labels["en"]
    assert len(labels["zh"]) == len(set(labels["zh"]))
    for told, metadata in pages.values():
        running = re.sub(r"```\{=\w+\}\n.*?\n```", "", told, flags=re.DOTALL)
        assert set(re.findall(r"(?<!\\)@((?:tbl|fig|sec)-[a-z0-9-]+)", running)) <= set(labels["zh"])
        assert set(re.findall(r'when-meta="([\w-]+)"', told)) <= set(metadata)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_simulated_data_are_called_so_on_every_page_and_no_longer_without_them(
    small: Bundle, make_bundle: Any, lang: Language
) -> None:
    told, metadata = run_page("audit", small.path, lang)
    assert metadata["running-note"]
    assert 'class="ld-notice" role="note"' in told
    assert "callout-important" in told
    real = {**survey_manifest(), "claims": audit_claims()}
    real["study"] = {**real["study"], "simulated": False}
    told, metadata = run_page("audit", make_bundle("real", real, audit_tables()).path, lang)
    assert "running-note" not in metadata
    assert "callout-important" not in told


def test_the_readme_names_every_call_and_switch(small: Bundle) -> None:
    readme = (REPORTS / "README.md").read_text(encoding="utf-8")
    page = (REPORTS / "zh" / "audit.qmd").read_text(encoding="utf-8")
    for call in set(re.findall(r"page\.(\w+)\(", page)):
        assert f"page.{call}(" in readme
    for name in set(re.findall(r'page\.(?:table|figure)\("([\w-]+)"\)', page)):
        assert re.search(rf"\b{name}\b", readme), name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_of_the_text_is_a_row_of_the_bundle(
    small: Bundle, whole: Bundle, lang: Language, tmp_path: Path
) -> None:
    for name, bundle in {"small": small, "whole": whole}.items():
        (tmp_path / name).mkdir()
        books, walk = Books.of(bundle.path), walked(html_of("audit", bundle.path, lang, tmp_path / name))
        assert walk.loose == []
        assert [*filter(None, map(books.fault, walk.numbers))] == []
        assert len(walk.numbers) > 10
