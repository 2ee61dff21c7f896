from pathlib import Path

import pytest

from liandong.errors import RenderError
from liandong.render.source import Cell, Page, Prose, outside_fences, read_page


def _page(folder: Path, text: str, **parts: str) -> Page:
    for name, part in parts.items():
        (folder / f"{name}.qmd").write_text(part, encoding="utf-8")
    (folder / "page.qmd").write_text(text, encoding="utf-8")
    return read_page(folder, "page.qmd")


def _text(page: Page) -> list[str]:
    return [line.text for part in page.parts if isinstance(part, Prose) for line in part.lines]


def test_a_page_is_front_matter_prose_and_cells_with_their_lines(tmp_path: Path) -> None:
    page = _page(tmp_path, "---\ntitle: 报告\n---\n\n文字\n\n```{python}\n#| output: asis\nprint(1)\n```\n尾\n")
    assert page.front == {"title": "报告"}
    prose, cell, rest = page.parts
    assert isinstance(cell, Cell)
    assert cell.fence.where == "page.qmd:7"
    assert cell.options == {"output": "asis"}
    assert cell.line(2) == "page.qmd:9"
    assert isinstance(prose, Prose)
    assert [line.where for line in prose.lines if line.text == "文字"] == ["page.qmd:5"]
    assert isinstance(rest, Prose)
    assert [(line.text, line.number) for line in rest.lines] == [("尾", 11)]


def test_cells_shown_inside_other_fences_are_not_run(tmp_path: Path) -> None:
    page = _page(tmp_path, "````markdown\n```{python}\n1\n```\n````\n")
    assert all(isinstance(part, Prose) for part in page.parts)


def test_included_lines_keep_their_own_place(tmp_path: Path) -> None:
    page = _page(tmp_path, "前\n\n{{< include _part.qmd >}}\n\n后\n", _part="一\n\n```{python}\nx = 1\n```\n")
    cell = next(part for part in page.parts if isinstance(part, Cell))
    assert cell.line(1) == "_part.qmd:4"
    assert [text for text in _text(page) if text] == ["前", "一", "后"]


def test_comments_vanish_and_lines_stay(tmp_path: Path) -> None:
    page = _page(tmp_path, "甲<!-- 一 -->乙\n<!-- 起\n中\n止 -->丙\n\n```\n<!-- 留 -->\n```\n")
    assert _text(page) == ["甲乙", "", "", "丙", "", "```", "<!-- 留 -->", "```"]


def test_a_fence_inside_a_fence_is_code_until_the_outer_one_ends() -> None:
    from liandong.render.source import Line

    lines = [Line(text, "p", i) for i, text in enumerate(["a", "````", "```", "x", "````", "b"], start=1)]
    assert [markdown for _, markdown in outside_fences(lines)] == [True, False, False, False, False, True]


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("---\ntitle: a\n", "page.qmd:1", "does not end"),
        ("---\ntitle: [a\n---\n", "page.qmd:2", "not YAML"),
        ("---\n- a\n---\n", "page.qmd:2", "key: value"),
        ("\n```{r}\n1\n```\n", "page.qmd:2", "cells are Python, this one is r"),
        ("```{python echo=FALSE}\n1\n```\n", "page.qmd:1", "`#|` lines"),
        ("- a\n\n  ```{python}\n  1\n  ```\n", "page.qmd:3", "left margin"),
        ("a\n```{python}\n1\n", "page.qmd:2", "does not end"),
        ("```{python}\n#| echo: true\n#| fig-width: 3\n1\n```\n", "page.qmd:3", "'fig-width' is not supported"),
        ("{{< include _missing.qmd >}}\n", "page.qmd:1", "'_missing.qmd' does not exist"),
        ("{{< include ../outside.qmd >}}\n", "page.qmd:1", "does not exist in the project"),
    ],
)
def test_what_cannot_be_read_names_its_line(tmp_path: Path, text: str, where: str, message: str) -> None:
    (tmp_path / "outside.qmd").write_text("x", encoding="utf-8")
    folder = tmp_path / "project"
    folder.mkdir()
    with pytest.raises(RenderError, match=message) as caught:
        _page(folder, text)
    assert caught.value.where == where


def test_a_part_that_includes_another_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="includes another") as caught:
        _page(tmp_path, "{{< include _a.qmd >}}\n", _a="x\n{{< include _b.qmd >}}\n", _b="y\n")
    assert caught.value.where == "_a.qmd:2"


def test_a_page_must_exist_and_be_utf8(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="does not exist"):
        read_page(tmp_path, "none.qmd")
    (tmp_path / "gbk.qmd").write_bytes("中文".encode("gb18030"))
    with pytest.raises(RenderError, match="UTF-8"):
        read_page(tmp_path, "gbk.qmd")
