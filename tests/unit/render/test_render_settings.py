import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from liandong.errors import RenderError
from liandong.render.settings import page_settings
from liandong.render.source import read_page
from liandong.render.words import long_date, words_of


def test_page_over_folder_over_project_and_format_over_all(tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "_quarto.yml").write_text(
        "toc: true\ntoc-depth: 2\nformat:\n  html:\n    css: a.css\n  docx:\n    toc: false\n", encoding="utf-8"
    )
    (tmp_path / "zh/_metadata.yml").write_text("lang: zh-Hans\ntoc-depth: 3\n", encoding="utf-8")
    (tmp_path / "zh/p.qmd").write_text("---\ntitle: 题\nformat:\n  html:\n    toc-depth: 4\n---\n", encoding="utf-8")
    settings = page_settings(tmp_path, read_page(tmp_path, "zh/p.qmd"))
    html = settings.of("html")
    assert (html["lang"], html["title"], html["toc"], html["toc-depth"], html["css"]) == (
        "zh-Hans",
        "题",
        True,
        4,
        "a.css",
    )
    assert (settings.of("docx")["toc"], settings.of("pdf")["toc-depth"]) == (False, 3)


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("bibliography: x.bib", "option 'bibliography'"),
        ("format: {revealjs: {toc: true}}", "format 'revealjs'"),
        ("format: {html: {code-fold: true}}", "option of format html 'code-fold'"),
        ("execute: {cache: true}", "execute option 'cache'"),
        ("crossref: {chapters: true}", "crossref option 'chapters'"),
        ("filters: [x.lua]", "option 'filters'"),
        ("execute: {echo: fenced}", "echo is true or false"),
        ("date: today", "would give another document every day"),
        ("author: [{name: A}]", "author is a name or a list of names"),
        ("lang: zh-CN", "lang: zh-CN is not supported"),
    ],
)
def test_an_option_that_would_be_lost_is_an_error(tmp_path: Path, front: str, message: str) -> None:
    (tmp_path / "p.qmd").write_text(f"---\n{front}\n---\n", encoding="utf-8")
    with pytest.raises(RenderError, match=message) as caught:
        page_settings(tmp_path, read_page(tmp_path, "p.qmd"))
    assert caught.value.where == "p.qmd:2"


def test_the_projects_own_settings_are_on_the_list(tmp_path: Path, make_project: Callable[..., Path]) -> None:
    project = make_project(tmp_path, {"zh/p.qmd": "---\ntitle: 题\n---\n"})
    settings = page_settings(project, read_page(project, "zh/p.qmd"))
    assert settings.filters == ("filters/numbers.lua", "filters/paths.lua", "filters/cjk.lua"), (
        "those at: pre-ast first"
    )
    assert settings.execute["echo"] is False


def test_words_follow_the_language_and_the_page() -> None:
    assert words_of("zh", {})["tbl-title"] == "表"
    assert words_of("en", {})["sec-prefix"] == "Section"
    assert words_of("zh", {"title-delim": ""})["title-delim"] == ""


@pytest.mark.parametrize(
    ("value", "lang", "expected"),
    [
        (dt.date(2026, 3, 1), "zh", "2026年3月1日"),
        ("2026-03-01", "en", "March 1, 2026"),
        ("二〇二六年春", "zh", "二〇二六年春"),
    ],
)
def test_iso_dates_are_written_out(value: object, lang: str, expected: str) -> None:
    assert long_date(value, "zh" if lang == "zh" else "en") == expected
