"""Tabs, sorting, cards of numbers and the bar, on a small page whose every row is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PHONE = (390, 844)
HASH = "0123456789abcdef" * 4
ORDER = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta", "Iota", "Kappa"]


@pytest.fixture(scope="module")
def page_file(render_page: Callable[[str, str], Path], chromium: Any) -> Path:
    """The page; without a browser it is not rendered."""
    return render_page((Path(__file__).parent / "controls.qmd").read_text(encoding="utf-8"), "en")


@pytest.fixture
def page(page_file: Path, visit: Any) -> Any:
    with visit(page_file) as opened:
        yield opened
        assert opened.said == []


def _names(page: Any) -> list[str]:
    return page.locator("#tbl-long tbody tr:not(.ld-detail) th").all_inner_texts()


def _sorted(page: Any, column: str, times: int) -> list[str]:
    for _ in range(times):
        page.locator("#tbl-long").get_by_role("button", name=column).click()
    return _names(page)


# ---- sorting --------------------------------------------------------------------------------


def test_numbers_sort_as_numbers_and_what_is_missing_stays_last(page: Any) -> None:
    up = ["Delta", "Zeta", "Eta", "Kappa", "Gamma", "Alpha", "Theta", "Epsilon"]  # −2, <0.1, 0.1, 2, 9.5, 31.1 ×2, 100
    assert _sorted(page, "Share", 1) == [*up, "Beta", "Iota"]
    assert _sorted(page, "Share", 1) == ["Epsilon", "Alpha", "Theta", *up[4::-1], "Beta", "Iota"]
    assert _sorted(page, "Share", 1) == ORDER


def test_intervals_sort_by_their_lower_end(page: Any) -> None:
    found = _sorted(page, "Interval", 1)
    assert found == ["Epsilon", "Alpha", "Zeta", "Gamma", "Kappa", "Eta", "Iota", "Theta", "Beta", "Delta"]


def test_infinity_is_beyond_every_number_and_what_is_hidden_stays_last(page: Any) -> None:
    head = page.locator("#tbl-bounds").get_by_role("button", name="Bound")
    cells = page.locator("#tbl-bounds tbody tr td")
    head.click()
    up = ["−∞", "−0.5", "0", "3e-12", "2e-5", "1", "∞", "∞"]
    rest, foot = ["hidden", "隐去", "—"], ["618", "0.1"]
    assert cells.all_inner_texts() == [*up, *rest, *foot]
    head.click()
    assert cells.all_inner_texts() == [*up[::-1], *rest, *foot]


def test_details_stay_with_their_row(page: Any) -> None:
    _sorted(page, "Name", 2)
    details = page.locator("#tbl-long tbody tr.ld-detail td:last-child").all_inner_texts()
    assert details == [name.lower() for name in _names(page)] == sorted(map(str.lower, ORDER), reverse=True)


def test_sorting_is_told_to_everybody_and_works_from_the_keyboard(page: Any) -> None:
    head = page.locator("#tbl-long thead th").nth(1)
    head.get_by_role("button").focus()
    for state, word in (("ascending", "ascending"), ("descending", "descending"), (None, "original")):
        page.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") == state
        assert word in page.locator("[role=status]").inner_text()


def test_groups_keep_their_heading_and_short_tables_do_not_sort(page: Any) -> None:
    page.locator("#tbl-grouped").get_by_role("button", name="Share").click()
    rows = page.locator("#tbl-grouped tbody tr th").all_inner_texts()
    assert rows[:2] == ["One", "One 14"]
    assert rows[16:18] == ["Two", "Two 14"]
    assert page.locator("#tbl-short button").count() == 0
    assert page.locator("#tbl-long thead button").count() == 3


# ---- tables that scroll -----------------------------------------------------------------------


def test_only_a_table_that_scrolls_is_a_stop_of_the_keyboard(page_file: Path, visit: Any) -> None:
    with visit(page_file, size=PHONE) as page:
        assert page.locator("#tbl-wide [tabindex='0']").get_attribute("aria-label") == "Wide"
        assert (
            page.get_by_text("scroll sideways").locator("visible=true").count()
            == page.locator("[data-scrolls]").count()
        )
        assert page.locator("#tbl-short [tabindex]").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]


# ---- tabs -------------------------------------------------------------------------------------


def _shown(page: Any) -> list[str]:
    return [text for text in ("First panel.", "Second panel.", "Third panel.") if page.get_by_text(text).is_visible()]


def test_tabs_show_one_panel_and_follow_the_arrows(page: Any) -> None:
    tabs = page.get_by_role("tab")
    assert _shown(page) == ["First panel."]
    tabs.nth(1).click()
    assert _shown(page) == ["Second panel."]
    for key, at in (("ArrowRight", 2), ("ArrowRight", 0), ("ArrowLeft", 2), ("Home", 0), ("End", 2)):
        page.keyboard.press(key)
        assert [tab.get_attribute("aria-selected") for tab in tabs.all()].index("true") == at
        assert [tab.get_attribute("tabindex") for tab in tabs.all()].index("0") == at
        assert tabs.nth(at).evaluate("tab => tab === document.activeElement")
    assert page.get_by_role("tabpanel", name="Three").is_visible()
    assert page.locator(".ld-panel-title").nth(2).bounding_box()["width"] <= 1, "the heading stands there twice"


def test_a_reference_into_a_hidden_panel_opens_it(page: Any) -> None:
    page.evaluate("location.hash = '#two'")
    page.wait_for_function("!document.getElementById('two').classList.contains('is-hidden')")
    assert _shown(page) == ["Second panel."]


def test_paper_shows_every_panel_and_no_control(page: Any) -> None:
    page.locator("#ld-theme").click()
    page.emulate_media(media="print")
    assert len(_shown(page)) == 3
    assert page.locator(".ld-panel-title").first.bounding_box()["width"] > 10
    assert page.locator("button:visible").all_inner_texts() == page.locator("th button").all_inner_texts()
    colours = "[document.body].map(b => [getComputedStyle(b).backgroundColor, getComputedStyle(b).color])[0]"
    assert page.evaluate(colours) == ["rgb(255, 255, 255)", "rgb(29, 42, 48)"], "dark colours on paper"


def _listed(page: Any) -> list[list[str]]:
    rows = page.locator(".ld-listing tbody tr:visible")
    return [rows.nth(number).locator("td").all_inner_texts() for number in range(rows.count())]


def test_the_list_of_numbers_and_hashes_folds_on_the_screen_only(page_file: Path, page: Any, visit: Any) -> None:
    button = page.get_by_role("button", name="Show where all 3 numbers come from")
    assert button.get_attribute("aria-expanded") == "false"
    assert _listed(page) == []
    button.click()
    whole = _listed(page)
    rate = "indicators: indicator=anxiety; universe=all → estimate"
    assert whole[0] == ["31.1%", "1", rate, "0.310679611650 (×100)", "618"]
    assert whole[3:] == [["tables/indicators.csv", HASH], ["data responses", HASH[::-1]]]
    page.get_by_role("button", name="Hide").click()
    assert _listed(page) == []
    page.emulate_media(media="print")
    assert _listed(page) == whole
    with visit(page_file, java_script_enabled=False) as bare:
        assert _listed(bare) == whole


def test_without_scripts_everything_is_there(page_file: Path, visit: Any) -> None:
    with visit(page_file, java_script_enabled=False) as page:
        assert len(_shown(page)) == 3
        assert page.locator("button").count() == 0
        assert page.locator("#TOC a").first.is_visible()
        style = page.locator(".ld-number").first.evaluate("n => getComputedStyle(n).textDecorationLine")
        assert style == "none", "a number looks as if it could be opened"


# ---- numbers ----------------------------------------------------------------------------------


def test_a_number_opens_its_card_at_a_click_and_gives_the_focus_back(page: Any) -> None:
    number, card = page.locator(".ld-number").first, page.get_by_role("dialog")
    assert number.get_attribute("role") is None
    number.click()
    text = card.inner_text()
    for said in (
        "31.1%",
        "0.310679611650",
        "618",
        "tables/indicators.csv",
        "indicator=anxiety",
        "universe=all",
        "estimate",
    ):
        assert said in text
    assert HASH in text
    assert f"responses: {HASH[::-1]}" in text
    assert "times 100" in text
    assert "Empty in the key\ncategory, subgroup\n" in text
    assert card.evaluate("card => card === document.activeElement")
    page.keyboard.press("Escape")
    assert card.count() == 0
    assert number.evaluate("number => number === document.activeElement")


def test_the_card_of_a_count_names_no_empty_columns(page: Any) -> None:
    page.locator(".ld-number[data-form=counted]").click()
    text = page.get_by_role("dialog").inner_text()
    assert "how many rows agree" in text
    assert "Empty in the key" not in text


@pytest.mark.parametrize("how", ["elsewhere", "close", "again", "other"])
def test_a_card_closes(page: Any, how: str) -> None:
    numbers = page.locator(".ld-number")
    numbers.first.click()
    if how == "elsewhere":
        page.locator("h1.title").click()
    elif how == "close":
        page.get_by_role("button", name="Close").click()
    else:
        numbers.nth(int(how == "other")).click()
    dialogs = page.get_by_role("dialog")
    assert dialogs.count() == (how == "other")
    if how == "other":
        assert "M4, CR2" in dialogs.inner_text()
        assert "0.310679611650" not in dialogs.inner_text()


def test_for_the_keyboard_numbers_are_text_until_the_switch_is_on(page: Any) -> None:
    assert page.locator(".ld-number[tabindex]").count() == 0
    page.get_by_role("button", name="Sources").focus()
    page.keyboard.press("Enter")
    buttons = page.get_by_role("button", name="0.020")
    assert buttons.get_attribute("aria-expanded") == "false"
    page.locator(".ld-number").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press(" ")
    assert buttons.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.get_by_role("dialog").count() == 0, "the card stays open when the reader goes on"
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#tbl-long", (
        "reading does not go on after it"
    )
    page.get_by_role("button", name="Sources").click()
    assert page.locator(".ld-number[role]").count() == page.locator(".ld-number[tabindex='0']").count() == 0


def test_copied_text_is_the_text(page: Any) -> None:
    paragraph = page.locator("#sec-first p").first
    before = paragraph.inner_text()
    page.get_by_role("button", name="Sources").click()
    paragraph.evaluate("p => getSelection().selectAllChildren(p)")
    page.locator(".ld-number").first.dispatch_event("click")
    assert page.get_by_role("dialog").count() == 0, "a card over a selection"
    assert page.evaluate("getSelection().toString()") == before
    assert "31.1% and, at 95% confidence, 0.020;" in before


def test_a_finger_opens_the_card_at_the_foot_of_the_screen(page_file: Path, visit: Any) -> None:
    with visit(page_file, size=PHONE, has_touch=True, is_mobile=True) as page:
        page.locator(".ld-number").first.tap()
        box = page.get_by_role("dialog").bounding_box()
        assert (round(box["x"]), round(box["width"]), round(box["y"] + box["height"])) == (0, PHONE[0], PHONE[1])
        page.locator("h1.title").tap()
        assert page.get_by_role("dialog").count() == 0


def test_a_card_is_not_printed(page: Any) -> None:
    page.locator(".ld-number").first.click()
    page.emulate_media(media="print")
    assert not page.locator(".ld-card").is_visible()
    assert page.locator(".ld-number").first.evaluate("n => getComputedStyle(n).textDecorationLine") == "none"


# ---- the bar ----------------------------------------------------------------------------------


def test_dark_follows_the_system_until_the_switch_is_used_and_is_remembered(page_file: Path, visit: Any) -> None:
    theme = "document.documentElement.dataset.theme"
    with visit(page_file, color_scheme="dark") as page:
        switch = page.get_by_role("button", name="Dark")
        assert (page.evaluate(theme), switch.get_attribute("aria-pressed")) == ("dark", "true")
        page.emulate_media(color_scheme="light")
        page.wait_for_function(f"{theme} === 'light'")
        switch.click()
        page.reload()
        assert (page.evaluate(theme), switch.get_attribute("aria-pressed")) == ("dark", "true")
        page.emulate_media(color_scheme="dark")
        switch.click()
        page.reload()
        assert page.evaluate(theme) == "light"


def test_the_contents_mark_the_section_that_is_read(page: Any) -> None:
    for section in ("sec-inner", "sec-first"):
        page.evaluate(f"document.getElementById('{section}').scrollIntoView()")
        page.wait_for_function(f"document.querySelector('#TOC [aria-current]')?.hash === '#{section}'")
    assert page.locator("#TOC [aria-current=location]").count() == 1


def test_on_a_telephone_the_contents_fold(page_file: Path, visit: Any) -> None:
    with visit(page_file, size=PHONE) as page:
        fold, first = page.get_by_role("button", name="Contents"), page.locator("#TOC a").first
        assert not first.is_visible()
        fold.click()
        assert first.is_visible()
        page.keyboard.press("Escape")
        assert (first.is_visible(), fold.get_attribute("aria-expanded")) == (False, "false")
        fold.click()
        page.locator("#TOC a").nth(1).click()
        assert not first.is_visible()
        assert fold.is_visible(), "the bar does not stay in view"
        top = page.locator("#sec-second").bounding_box()["y"]
        assert top >= fold.bounding_box()["y"] + fold.bounding_box()["height"] - 2, "the heading is below the bar"


def test_the_first_stop_leads_to_the_text(page: Any) -> None:
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to the text")
    assert link.evaluate("a => a === document.activeElement && a.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_while_everything_is_open(page_file: Path, visit: Any, violations: Any, scheme: str) -> None:
    with visit(page_file, color_scheme=scheme) as page:
        page.get_by_role("button", name="Sources").click()
        page.get_by_role("tab").nth(1).click()
        page.locator("#tbl-long thead button").first.click()
        page.locator(".ld-unfold").click()
        page.locator(".ld-number").first.click()
        assert violations(page) == []
