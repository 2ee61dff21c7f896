"""What holds two renderers against each other is tried on documents whose difference is known."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.cases.render.finished import differences, read_finished, text_units

from liandong.render import PageJob, render_pages

PAGE = """---
title: A page
author: A team
lang: en
---

# Sample {#sec-sample}

Of [618]{.ld-number data-table="n" data-row="" data-column="n" data-value="618"} people,
see @tbl-n and @fig-c in @sec-sample.

A paragraph that might get lost.

```python
import liandong
```

::: {#tbl-n}
| Provider | n |
|----------|---|
| Charity  | 41 |

People by provider
:::

::: {#fig-c}
![](../bundle/figures/coverage.png){fig-alt="A rising line"}

Coverage over time
:::

::: {.callout-note title="Mind"}
Simulated.
:::

# Other {.unnumbered}

::: {.panel-tabset}
#### One {.unnumbered .unlisted}

First.

#### Two {.unnumbered .unlisted}

Second.
:::
"""
WITHOUT_PARAGRAPH = PAGE.replace("A paragraph that might get lost.\n\n", "")
OTHER_NUMBER = PAGE.replace("[618]", "[681]")
Made = Callable[[str], Mapping[str, Path]]


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory,
    make_project: Callable[..., Path],
    make_bundle: Callable[..., Path],
) -> Mapping[str, Mapping[str, Path]]:
    """Return the files of a page and of pages that differ from it, by the name of the page and the format."""
    root = tmp_path_factory.mktemp("compared")
    pages = {"page": PAGE, "again": PAGE, "shorter": WITHOUT_PARAGRAPH, "other": OTHER_NUMBER}
    project = make_project(root, {f"en/{name}.qmd": text for name, text in pages.items()})
    jobs = [PageJob(f"en/{name}.qmd", name, "en", ("html", "pdf", "docx")) for name in pages]
    report = render_pages(project, jobs, make_bundle(root), root / "out", renderer="embedded")
    files = {file.name: file for file in report.files}
    return {name: {form: files[f"{name}.{form}"] for form in ("html", "pdf", "docx")} for name in pages}


def _compared(one: Mapping[str, Path], other: Mapping[str, Path], form: str) -> str:
    units = [*text_units(read_finished(one["html"])), *text_units(read_finished(other["html"]))]
    return differences(read_finished(one[form]), read_finished(other[form]), units)


@pytest.mark.parametrize("form", ["html", "pdf", "docx"])
def test_two_renderings_of_one_page_agree(made: Mapping[str, Mapping[str, Path]], form: str) -> None:
    assert _compared(made["page"], made["again"], form) == ""


def test_everything_of_the_page_is_read(made: Mapping[str, Mapping[str, Path]]) -> None:
    page, word = read_finished(made["page"]["html"]).parts, read_finished(made["page"]["docx"]).parts
    assert "importliandong" in read_finished(made["page"]["pdf"]).stream
    assert page["title block"] == ["A page", "A team"]
    assert page["headings"] == ["1 Sample", "Other"]
    assert page["captions"] == ["tbl-n: Table 1: People by provider", "fig-c: Figure 1: Coverage over time"]
    assert page["references"] == ["Table 1 → #tbl-n", "Figure 1 → #fig-c", "Section 1 → #sec-sample"]
    assert page["figures"] == word["figures"] == ["A rising line"]
    assert page["cells"] == word["cells"] == ["table", "Provider | n", "Charity | 41"]
    assert page["callouts"] == ["note: Mind Simulated."]
    assert page["numbers"] == ["618 [data-column=n; data-row=; data-table=n; data-value=618]"]
    assert page["tabs"] == ["One", "Two"]
    assert page["dead references"] == word["dead references"] == []
    assert word["headings"] == ["1 1 Sample", "1 Other", "4 One", "4 Two"]
    assert word["captions"] == ["Table 1: People by provider", "Figure 1: Coverage over time"]
    assert word["references"] == ["Table 1", "Figure 1", "Section 1"]


@pytest.mark.parametrize(
    ("name", "form", "told"),
    [
        ("shorter", "html", ["html, text: ", "-A paragraph that might get lost."]),
        ("shorter", "docx", ["docx, text: ", "-A paragraph that might get lost."]),
        ("shorter", "pdf", ["pdf, text that the other lacks: 1\n  A paragraph that might get lost."]),
        ("other", "html", ["html, numbers: 1 and 1\n  @@", "-618 [data-column=n", "+681 [data-column=n"]),
        ("other", "docx", ["-Of 618 people", "+Of 681 people"]),
        ("other", "pdf", ["that the other lacks: 1\n  Of 618", "that the one lacks: 1\n  Of 681"]),
    ],
)
def test_a_lost_paragraph_and_another_number_are_shown(
    made: Mapping[str, Mapping[str, Path]], name: str, form: str, told: list[str]
) -> None:
    found = _compared(made["page"], made[name], form)
    for words in told:
        assert words in found


HTML_CHANGES = {
    "cells": (r"<table.*?</table>", ""),
    "figures": (r'alt="A rising line"', 'alt="A line"'),
    "captions": (r"Table\xa01", "Table 2"),
    "references": (r'href="#fig-c"', 'href="#fig-d"'),
    "dead references": (r'id="fig-c"', 'id="fig-x"'),
    "callouts": (r"callout-note", "callout-tip"),
    "numbers": (r'data-value="618"', 'data-value="617"'),
    "tabs": (r'(class="ld-panel-title">)\s*Two', r"\1Zwei"),
    "headings": (r'(<span class="header-section-number">)1', r"\g<1>2"),
    "title block": (r"<p>A team</p>", "<p>B team</p>"),
    "language": (r'<html lang="en"', '<html lang="zh"'),
}


@pytest.mark.parametrize("part", HTML_CHANGES)
def test_a_doctored_html_is_found_out(made: Mapping[str, Mapping[str, Path]], tmp_path: Path, part: str) -> None:
    text = made["page"]["html"].read_text(encoding="utf-8")
    pattern, replacement = HTML_CHANGES[part]
    doctored, count = re.subn(pattern, replacement, text, flags=re.DOTALL)
    assert count, "the change is made"
    (tmp_path / "doctored.html").write_text(doctored, encoding="utf-8")
    found = differences(read_finished(made["page"]["html"]), read_finished(tmp_path / "doctored.html"))
    assert f"html, {part}: " in found


DOCX_CHANGES = {
    "cells": (r"<w:tbl>(?:(?!</w:tbl>).)*Charity.*?</w:tbl>", ""),
    "figures": (r'descr="A rising line"', 'descr="A line"'),
    "captions": (r"People by provider", "People by service"),
    "references": (r"(<w:hyperlink (?:(?!<w:hyperlink ).)*?>)Figure", r"\1Picture"),
    "dead references": (r'w:name="fig-c"', 'w:name="fig-x"'),
    "headings": (r'w:val="Heading4"', 'w:val="Heading3"'),
    "title block": (r">A team<", ">B team<"),
}


@pytest.mark.parametrize("part", DOCX_CHANGES)
def test_a_doctored_word_file_is_found_out(made: Mapping[str, Mapping[str, Path]], tmp_path: Path, part: str) -> None:
    pattern, replacement = DOCX_CHANGES[part]
    target = tmp_path / "doctored.docx"
    with zipfile.ZipFile(made["page"]["docx"]) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            data = source.read(name)
            if name == "word/document.xml":
                text, count = re.subn(pattern, replacement, data.decode("utf-8"), flags=re.DOTALL)
                assert count, "the change is made"
                data = text.encode("utf-8")
            archive.writestr(name, data)
    assert f"docx, {part}: " in differences(read_finished(made["page"]["docx"]), read_finished(target))
