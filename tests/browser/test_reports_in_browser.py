"""The reports of the Hubei example as a reader has them: nothing from outside, every width, both themes, paper."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

WIDE, TABLET, PHONE, SMALL = (1280, 900), (768, 1024), (390, 844), (360, 740)
MOST_BYTES = 3_000_000
REPORTS = ("evaluation.zh", "evaluation.en", "audit.zh", "data_quality.en")
# All cells of a table look alike, and contrast is slow on a long page: the first rows of the first bodies speak for it.
SHORTEN = (
    "document.querySelectorAll('tbody > tr:nth-child(n + 4), tbody:nth-of-type(n + 3)').forEach(one => one.remove())"
)
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
ALL_ELSE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast": {"enabled": False}},
}
# What a narrower window can change; all else was asked at the desk.
NARROW = {
    "runOnly": {
        "type": "rule",
        "values": [
            *("target-size", "scrollable-region-focusable", "region", "aria-hidden-focus", "button-name", "link-name"),
            *(
                "aria-allowed-attr",
                "aria-required-children",
                "css-orientation-lock",
                "heading-order",
                "nested-interactive",
            ),
        ],
    },
}
BEYOND = """[...document.querySelectorAll('main *')].filter(one => {
    if (one.getBoundingClientRect().right <= innerWidth + 1 || one.closest('[data-scrolls], math')) return false;
    for (let box = one; box.localName !== 'main'; box = box.parentElement) {
        const style = getComputedStyle(box);
        if (style.clipPath !== 'none' || style.clip !== 'auto') return false;
    }
    return true;
}).map(one => one.outerHTML.slice(0, 120))"""
PIXEL = """() => {
    const image = document.querySelector('figure.quarto-float-fig img'), canvas = document.createElement('canvas');
    const pen = canvas.getContext('2d');
    [canvas.width, canvas.height] = [image.width, image.height];
    pen.drawImage(image, 0, 0, image.width, image.height);
    return [...pen.getImageData(2, 2, 1, 1).data].slice(0, 3);
}"""


@pytest.fixture(scope="module")
def files(chromium: Any, reports: Mapping[str, Path]) -> Mapping[str, Path]:
    """The reports; without a browser they are not rendered."""
    return reports


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_asks_for_nothing_and_complains_of_nothing(files: Mapping[str, Path], visit: Any, name: str) -> None:
    assert files[name].stat().st_size < MOST_BYTES
    with visit(files[name]) as page:
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        page.evaluate("document.querySelectorAll('.ld-sort, .ld-tool').forEach(one => one.click())")
        page.emulate_media(media="print")
        assert (page.said, page.asked) == ([], [])
        assert (
            page.evaluate("performance.getEntriesByType('resource').filter(e => !e.name.startsWith('data:')).length")
            == 0
        )
        broken = "[...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.alt)"
        assert page.evaluate(broken) == []
        assert page.evaluate("[...document.fonts].filter(f => f.status === 'error').length") == 0


@pytest.mark.parametrize("name", REPORTS)
def test_every_reference_leads_somewhere_and_no_id_stands_twice(
    files: Mapping[str, Path], visit: Any, name: str
) -> None:
    with visit(files[name]) as page:
        lost = "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => decodeURIComponent(a.hash.slice(1)))"
        assert page.evaluate(f"{lost}.filter(id => !document.getElementById(id))") == []
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", REPORTS)
def test_axe_finds_nothing_in_light_and_dark_at_a_desk_and_on_a_telephone(
    files: Mapping[str, Path], visit: Any, violations: Any, name: str
) -> None:
    with visit(files[name], color_scheme="light") as page:
        assert violations(page, **ALL_ELSE) == []
        page.evaluate(SHORTEN)
        assert violations(page, **CONTRAST) == []
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        page.emulate_media(color_scheme="dark")
        page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
        page.get_by_role("button", name=re.compile("目录|Contents")).click()
        assert violations(page, **NARROW) == []
        assert violations(page, **CONTRAST) == []


@pytest.mark.parametrize("name", REPORTS)
def test_no_page_is_wider_than_its_screen(files: Mapping[str, Path], visit: Any, name: str) -> None:
    with visit(files[name], size=SMALL) as page:
        for size in (SMALL, PHONE, TABLET, WIDE):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.wait_for_function(f"innerWidth === {size[0]}")
            assert page.evaluate("document.documentElement.scrollWidth") == size[0], page.evaluate(BEYOND)
            assert page.evaluate(BEYOND) == []


@pytest.mark.parametrize("name", ["evaluation.zh", "evaluation.en"])
@pytest.mark.parametrize("key", ["tbl-first", "tbl-key"])
def test_key_figures_need_no_scrolling_on_a_telephone(
    files: Mapping[str, Path], visit: Any, name: str, key: str
) -> None:
    with visit(files[name], size=PHONE) as page:
        table = page.locator(f"#{key} .ld-table")
        assert table.get_attribute("data-scrolls") is None
        sizes = table.locator("td, th").evaluate_all(
            "cells => cells.map(c => parseFloat(getComputedStyle(c).fontSize))"
        )
        assert min(sizes) >= 13
        # Every figure stands below the head of its column.
        heads, first = (table.locator(f"{part} tr").first.locator("th, td") for part in ("thead", "tbody"))
        middles = (
            "cells => cells.slice(1).map(c => { const b = c.getBoundingClientRect(); return b.left + b.width / 2 })"
        )
        above, below = heads.evaluate_all(middles), first.evaluate_all(middles)
        assert len(above) >= 3
        assert max(abs(one - other) for one, other in zip(above, below, strict=True)) < 12


def test_every_number_of_the_text_opens_a_card(files: Mapping[str, Path], visit: Any) -> None:
    with visit(files["evaluation.zh"]) as page:
        numbers = page.locator("main .ld-number[data-table]")
        assert numbers.count() > 100
        bare = """[...document.querySelectorAll('main .ld-number')].filter(n => !n.dataset.table || !n.dataset.column
            || !n.dataset.value).map(n => n.outerHTML)"""
        assert page.evaluate(bare) == []
        number = page.locator(".ld-number[data-column=estimate]", has_text="31.1%").first
        number.click()
        said = page.get_by_role("dialog").inner_text()
        assert "tables/indicators.csv" in said
        assert "0.31067961165" in said
        assert "618" in said
        assert "数据表 SHA-256" in said
        hashes = re.findall(r"[0-9a-f]{64}", said)
        assert len(hashes) >= 2, "the hash of the table and of the data"


def test_long_tables_sort_and_nested_ones_do_not(files: Mapping[str, Path], visit: Any) -> None:
    with visit(files["evaluation.en"]) as page:
        table = page.locator("#tbl-balance-social-work table")
        button = table.locator("thead button").nth(1)
        button.click()
        cells = table.locator("tbody tr td:nth-child(2)").all_inner_texts()
        numbers = [float(cell.replace("−", "-").rstrip("%")) for cell in cells if cell not in {"", "—"}]
        assert len(numbers) >= 10
        assert numbers == sorted(numbers)
        assert page.locator("[id^=tbl-nested-] button, #tbl-flow button").count() == 0


def test_switching_to_dark_changes_page_and_notice_and_leaves_figures_readable(
    files: Mapping[str, Path], visit: Any
) -> None:
    ground = "selector => getComputedStyle(document.querySelector(selector)).backgroundColor"
    with visit(files["evaluation.en"], color_scheme="light") as page:
        assert page.evaluate(ground, "body") == "rgb(255, 255, 255)"
        page.get_by_role("button", name="Dark").click()
        red, green, blue = map(int, re.findall(r"\d+", page.evaluate(ground, "body")))
        assert max(red, green, blue) < 60
        assert min(page.evaluate(PIXEL)) > 230, "a figure drawn for paper needs a light ground"


@pytest.mark.parametrize("name", ["evaluation.zh"])
def test_printed_pages_hold_everything_and_no_control(files: Mapping[str, Path], visit: Any, name: str) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    with visit(files[name], color_scheme="dark") as page:
        page.evaluate("scrollTo(0, 4000)")
        expected = {re.sub(r"\s", "", text) for text in page.locator("main h1, main h2, main h3").all_inner_texts()}
        document = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
        texts = [re.sub(r"\s", "", sheet.extract_text()) for sheet in document.pages]
        whole = "".join(texts)
        assert [heading for heading in expected if heading not in whole] == []
        assert "数字来源" not in texts[0]
        assert "⇄" not in whole
        unmarked = [number for number, text in enumerate(texts, 1) if "模拟数据，不得作为项目成效的证据" not in text]
        assert unmarked == [], "printed pages without the notice"
        assert f"2/{len(texts)}" in texts[1]
        sizes = {(round(float(sheet.mediabox.width)), round(float(sheet.mediabox.height))) for sheet in document.pages}
        assert sizes == {(595, 842)}
        sparse = [number for number, text in enumerate(texts, 1) if len(text) < 120 and not re.search(r"图\d", text)]
        assert sparse == [], "a page with neither a figure nor text"
