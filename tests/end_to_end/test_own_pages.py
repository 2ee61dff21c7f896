"""A page of one's own is rendered with the data of the study at hand, and told its mistakes by line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
GUIDE = Path(__file__).resolve().parents[2] / "reports" / "README.md"


def _example() -> str:
    """Return the page that the guide prints."""
    section = GUIDE.read_text(encoding="utf-8").split("## A page of your own")[1]
    match = re.search(r"^````markdown\n(.*?)^````$", section, re.MULTILINE | re.DOTALL)
    assert match
    return match[1]


def test_the_page_of_the_guide_is_rendered_beside_the_report(small_study: Any, liandong: Run, tmp_path: Path) -> None:
    small_study.raw["report"] |= {"languages": ["zh", "en"], "pages": ["committee.qmd"]}
    study = small_study.write()
    page = _example().replace(
        'print(page.table("scales"))', 'print(page.table("design"))\nprint(len(page.facts.rows("design")))'
    )
    (study.parent / "committee.qmd").write_text(page + "\n{{< include _part.qmd >}}\n", encoding="utf-8")
    (study.parent / "_part.qmd").write_text("A part of it.\n", encoding="utf-8")
    outcome = liandong("report", study, "--out", tmp_path / "out", "--lang", "en", "--renderer", "embedded")
    assert outcome.code == 0, outcome.err
    assert [Path(line).name for line in outcome.out.splitlines()] == ["evaluation.en.html", "committee.en.html"]
    text = (tmp_path / "out" / "report" / "committee.en.html").read_text(encoding="utf-8")
    assert "What the committee asked</h1>" in text
    assert "Small study</p>" in text, "the title of the study stands below"
    assert "A part of it." in text
    assert "Structure of the estimation samples" in text
    assert "simulated" in text, "the notice comes with the page, whoever writes it"


def test_what_the_embedded_renderer_cannot_do_is_told_by_line(small_study: Any, liandong: Run, tmp_path: Path) -> None:
    study = small_study.write()
    page = study.parent / "mine.qmd"
    page.write_text("---\ntitle: Mine\n---\n\nText.\n\n::: {.column-margin}\nAside.\n:::\n", encoding="utf-8")
    outcome = liandong("report", study, "--out", tmp_path / "out", "--page", page, "--renderer", "embedded")
    assert outcome.code == 5, outcome.err
    assert "zh/mine.qmd:7" in outcome.err
    assert "column-margin" in outcome.err
    assert not (tmp_path / "out" / "report").exists()


@pytest.mark.parametrize(
    ("name", "text", "code", "told"),
    [
        ("mine.qmd", "---\nlang: en\n---\nText.\n", 5, "none of the pages is in one of the languages asked for: zh"),
        ("evaluation.qmd", "Text.\n", 2, "comes with liandong"),
        ("absent.qmd", None, 2, "there is no page"),
    ],
)
def test_a_page_that_cannot_be_rendered_is_refused(
    name: str, text: str | None, code: int, told: str, small_study: Any, liandong: Run, tmp_path: Path
) -> None:
    study = small_study.write()
    page = study.parent / name
    if text is not None:
        page.write_text(text, encoding="utf-8")
    outcome = liandong("report", study, "--out", tmp_path / "out", "--page", page, "--renderer", "embedded")
    assert outcome.code == code, outcome.err
    assert told in outcome.err


def test_pages_of_the_study_are_checked_with_its_definitions(small_study: Any, liandong: Run) -> None:
    small_study.raw["report"] |= {"pages": ["a.qmd", "../b.qmd", "a.qmd"]}
    study = small_study.write()
    (study.parent / "a.qmd").write_text("Text.\n", encoding="utf-8")
    outcome = liandong("check", study)
    assert outcome.code == 2
    assert "study.yaml: report.pages[1]: '../b.qmd' leaves the study's folder" in outcome.err
    assert "study.yaml: report.pages[2]: two pages are called 'a'" in outcome.err
