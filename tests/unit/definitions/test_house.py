"""The house style: a colour that can be read, a logo that is a picture, pages that are pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from liandong.definitions.house import House, contrast, logo_file_name, logo_problems
from liandong.definitions.own_pages import page_problems

PNG, JPEG = b"\x89PNG\r\n\x1a\n" + b"0" * 20, b"\xff\xd8\xff\xe0" + b"0" * 20


@pytest.mark.parametrize(
    ("colour", "expected"),
    [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54), ("#777777", 4.48), ("#0000ff", 8.59)],  # WebAIM's checker
)
def test_contrast_is_that_of_wcag(colour: str, expected: float) -> None:
    assert contrast(colour) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("colour", ["#8A1C1C", "#767676", "#17565c"])
def test_a_dark_colour_is_taken(colour: str) -> None:
    assert House(colour=colour).colour == colour.lower()


@pytest.mark.parametrize(
    ("colour", "why"),
    [("#777777", "contrast of 4.48 to 1"), ("#ffcc00", "1.5. to 1"), ("red", "none"), ("#fff", "none")],
)
def test_a_colour_that_cannot_be_read_is_refused(colour: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        House(colour=colour)


@pytest.mark.parametrize(("content", "name"), [(PNG, "logo.png"), (JPEG, "logo.jpg")])
def test_the_logo_is_known_by_its_bytes(content: bytes, name: str, tmp_path: Path) -> None:
    file = tmp_path / "emblem.PNG"
    file.write_bytes(content)
    assert logo_problems(file, "here") == []
    assert logo_file_name(file) == name


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<svg onload='alert(1)'/>", "expected a PNG or JPEG file"),
        (b"", "expected a PNG or JPEG file"),
        (PNG + b"0" * 500_000, "at most 500,000"),
        (None, "cannot be read"),
    ],
)
def test_what_is_no_logo_is_refused(content: bytes | None, why: str, tmp_path: Path) -> None:
    file = tmp_path / "logo.png"
    if content is not None:
        file.write_bytes(content)
    (problem,) = logo_problems(file, "study.yaml: report.house.logo")
    assert why in str(problem)
    assert problem.where == "study.yaml: report.house.logo"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("notes.md", "expected a Quarto page"),
        ("absent.qmd", "there is no page"),
        ("evaluation.qmd", "comes with liandong"),
        ("two words.qmd", "letters, digits"),
        ("a.zh.qmd", "letters, digits"),
    ],
)
def test_what_cannot_be_a_page_is_refused(name: str, why: str, tmp_path: Path) -> None:
    if not name.startswith("absent"):
        (tmp_path / name).write_text("text")
    (problem,) = page_problems(tmp_path / name, "study.yaml: report.pages[0]")
    assert why in str(problem)


def test_a_page_may_have_a_chinese_name(tmp_path: Path) -> None:
    (tmp_path / "补充分析.qmd").write_text("正文")
    assert page_problems(tmp_path / "补充分析.qmd", "here") == []
