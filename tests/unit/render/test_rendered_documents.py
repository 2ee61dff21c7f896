"""One page per language through the whole embedded renderer, seen from the reader's side."""

import io
import re
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import docx
import pytest
from pypdf import PdfReader

from liandong.render import Format, PageJob, RenderReport, render_pages

FORMATS: tuple[Format, ...] = ("html", "pdf", "docx")

ZH = '''---
title: 社区治理评估
subtitle: 居民调查
author: 评估组
date: 2026-03-01
---

```{python}
#| tags: [parameters]
bundle = "../../build/hubei"
lang = "en"
```

```{python}
#| output: asis
import pathlib
n = pathlib.Path(bundle, "tables/n.csv").read_text().split()[1]
print(f"""---
has-coverage: true
has-claims: false
running-note: 模拟数据
liandong:
  unit: 民政局
---""")
```

# 摘要 {.unnumbered}

共 `{python} n` 份（`{python} lang`）。**要点**见 @tbl-nested 与 @fig-coverage，方法见第 [-@sec-data] 节，另见
@sec-sampling。单位：{{< meta liandong.unit >}}。受访者写道 `{python} "<script>alert(1)</script>"`。[^1]

[^1]: 脚注文字。

::: {.callout-warning}
## 须知
只有七人未受服务。
:::

# 数据 {#sec-data}

## 抽样 {#sec-sampling}

::: {.content-visible when-meta="has-coverage"}
## 覆盖 {#sec-coverage}

```{python}
#| output: asis
print(f"""
::: {{#fig-coverage}}
::: {{.content-visible unless-format="docx"}}
![]({bundle}/figures/coverage.svg){{fig-alt="三条线" width=60%}}
:::

::: {{.content-visible when-format="docx"}}
![]({bundle}/figures/coverage.png){{fig-alt="三条线" width=60%}}
:::

覆盖率
:::
""")
```
:::

::::: {.content-visible when-meta="has-coverage"}
内外都成立。

::: {.content-visible when-meta="has-claims"}
内层不成立。
:::
:::::

::: {.content-visible when-meta="has-claims"}
## 主张 {#sec-claims}

见 @tbl-claims。
:::

```{python}
#| output: asis
tick = "`" * 3
raw = {
    "html": "<table><tr><td>只在网页</td></tr></table>",
    "typst": "#table(columns: 1, [只在 PDF])",
    "openxml": "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc><w:p><w:r><w:t>只在文档</w:t></w:r>"
    "</w:p></w:tc></w:tr></w:tbl><w:p/>",
}
blocks = "\\n\\n".join(f"{tick}{{={form}}}\\n{text}\\n{tick}" for form, text in raw.items())
print(f"::: {{#tbl-nested}}\\n{blocks}\\n\\n嵌套模型\\n:::")
```

| 甲 | 乙 |
|----|---:|
| 1  | 2  |

: 第二张 {#tbl-second}

见 [@tbl-nested; @tbl-second]。公式 $x_1 \\le 2$。

{{< pagebreak >}}

# 局限

::: {.panel-tabset}
## 甲法 {.unnumbered .unlisted}
甲法的结果。

## 乙法 {.unnumbered .unlisted}
乙法的结果。
:::

哈希 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef 不得越出页边。
'''

EN = """---
title: Community evaluation
---

# Data {#sec-data}

See @tbl-a, @fig-a and @sec-data of 五社联动.

::: {.callout-note}
Read this first.
:::

| a | b |
|---|---|
| 1 | 2 |

: A table {#tbl-a}

![A line](../bundle/figures/coverage.png){#fig-a fig-alt="a line"}
"""


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 — the base class's signature
        self.silent = tag in {"style", "script"}

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 — the base class's signature
        self.silent = False

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


class Rendered:
    """The files of the rendering, and their text without any blanks."""

    def __init__(self, report: RenderReport, project: Path, bundle: Path) -> None:
        self.report, self.project, self.bundle = report, project, bundle
        self.paths = {path.name: path for path in report.files}

    def html(self, lang: str) -> str:
        return self.paths[f"page.{lang}.html"].read_text(encoding="utf-8")

    def pdf(self, lang: str) -> PdfReader:
        return PdfReader(self.paths[f"page.{lang}.pdf"])

    def docx(self, lang: str) -> zipfile.ZipFile:
        return zipfile.ZipFile(io.BytesIO(self.paths[f"page.{lang}.docx"].read_bytes()))

    def text(self, lang: str, form: str) -> str:
        if form == "html":
            reader = _Text()
            reader.feed(self.html(lang))
            text = "".join(reader.parts)
        elif form == "pdf":
            text = "".join(page.extract_text() for page in self.pdf(lang).pages)
        else:
            with self.docx(lang) as archive:
                document = archive.read("word/document.xml").decode("utf-8")
            text = re.sub(r"<w:instrText.*?</w:instrText>|<[^>]+>", "", document)
            text = text.replace("&lt;", "<").replace("&gt;", ">")
        return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def rendered(
    tmp_path_factory: pytest.TempPathFactory,
    make_project: Callable[..., Path],
    make_bundle: Callable[[Path], Path],
) -> Rendered:
    root = tmp_path_factory.mktemp("rendered")
    project, bundle = make_project(root, {"zh/page.qmd": ZH, "en/page.qmd": EN}), make_bundle(root)
    jobs = [PageJob("zh/page.qmd", "page.zh", "zh", FORMATS), PageJob("en/page.qmd", "page.en", "en", FORMATS)]
    return Rendered(render_pages(project, jobs, bundle, root / "out", renderer="embedded"), project, bundle)


def test_the_report_names_files_renderer_and_times(rendered: Rendered) -> None:
    report = rendered.report
    assert [path.name for path in report.files] == [f"page.{lang}.{form}" for lang in ("zh", "en") for form in FORMATS]
    assert report.renderer == "embedded"
    assert re.fullmatch(r"pandoc [\d.]+, typst [\d.]+", report.version)
    assert set(report.seconds) == {"page.zh", "page.en"}


@pytest.mark.parametrize("form", FORMATS)
def test_chinese_references_and_captions_agree_in_every_format(rendered: Rendered, form: str) -> None:
    text = rendered.text("zh", form)
    assert "要点见表1与图1，方法见第1节，另见小节1.1。" in text
    assert "见表1,表2。" in text
    for caption in ("图1覆盖率", "表1嵌套模型", "表2第二张"):
        assert text.count(caption) == 1, caption
    for heading in ("1数据", "1.1抽样", "1.2覆盖", "2局限"):
        assert heading in text


@pytest.mark.parametrize("form", FORMATS)
def test_english_references_and_captions_agree_in_every_format(rendered: Rendered, form: str) -> None:
    text = rendered.text("en", form)
    assert "SeeTable1,Figure1andSection1of五社联动." in text
    assert "Table1:Atable" in text
    assert "Figure1:Aline" in text
    assert "NoteReadthisfirst." in text


@pytest.mark.parametrize("form", FORMATS)
def test_values_metadata_and_parameters_reach_the_text(rendered: Rendered, form: str) -> None:
    text = rendered.text("zh", form)
    assert "共618份（zh）" in text
    assert "单位：民政局。" in text
    assert "2026年3月1日" in text
    assert "模拟数据" in text
    assert "须知只有七人未受服务。" in text


@pytest.mark.parametrize("form", FORMATS)
def test_conditional_sections_follow_the_metadata(rendered: Rendered, form: str) -> None:
    text = rendered.text("zh", form)
    assert "主张" not in text
    assert "内外都成立" in text
    assert "内层不成立" not in text
    assert text.count("1.2覆盖") == 2, "in the contents and as a heading"


@pytest.mark.parametrize(("form", "own"), [("html", "只在网页"), ("pdf", "只在PDF"), ("docx", "只在文档")])
def test_a_table_shows_the_raw_block_of_its_format_only(rendered: Rendered, form: str, own: str) -> None:
    text = rendered.text("zh", form)
    assert [other in text for other in ("只在网页", "只在PDF", "只在文档")].count(True) == 1
    assert own in text


@pytest.mark.parametrize("form", FORMATS)
def test_the_panels_of_a_tabset_are_sections_outside_the_contents(rendered: Rendered, form: str) -> None:
    text = rendered.text("zh", form)
    assert [text.count(f"{name}法{name}法的结果。") for name in "甲乙"] == [1, 1]
    assert [text.count(f"{name}法") for name in "甲乙"] == [2, 2], "a heading in the contents"


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_text_stays_text(rendered: Rendered, form: str) -> None:
    assert "受访者写道<script>alert(1)</script>。" in rendered.text("zh", form)
    assert "<script>alert" not in rendered.html("zh")


def test_a_vector_figure_stands_in_the_html_as_text(rendered: Rendered) -> None:
    figure = (rendered.project.parent / "build/study/figures/coverage.svg").read_text(encoding="utf-8")
    found = re.findall(r'src="data:image/svg\+xml,([^"]*)"', rendered.html("zh"))
    assert [unquote(one) for one in found] == [figure]
    assert "<" not in found[0]


def test_html_needs_nothing_from_outside(rendered: Rendered) -> None:
    for lang in ("zh", "en"):
        page = rendered.html(lang)
        assert not re.search(r"""(?:src|href)=["'](?!#|data:)""", page)
        assert not re.search(r"url\((?!data:)", page)
        assert "@font-face" in page
        assert "<link" not in page


def test_html_has_language_contents_alternatives_and_math(rendered: Rendered) -> None:
    page = rendered.html("zh")
    assert '<html lang="zh-Hans">' in page
    assert 'href="#sec-coverage"' in page.split("<main")[0]
    assert 'alt="三条线"' in page
    assert "<math" in page
    assert 'class="callout callout-style-default callout-warning callout-titled"' in page


def test_pdf_embeds_its_fonts_and_numbers_its_pages(rendered: Rendered) -> None:
    pages = rendered.pdf("zh").pages
    fonts = {font["/BaseFont"].split("+")[1] for page in pages for font in _fonts(page)}
    assert {"NotoSerifCJKsc-Regular", "NotoSansCJKsc-Regular"} <= {name.split("-Identity")[0] for name in fonts}
    for number, page in enumerate(pages, start=1):
        text = re.sub(r"\s+", "", page.extract_text())
        assert f"{number}/{len(pages)}" in text
        assert "社区治理评估" in text, "the running header"
        assert "模拟数据" in text, "the running note"


def test_pdf_text_stays_inside_the_margins_and_a_hash_stays_whole(rendered: Rendered) -> None:
    page = rendered.pdf("zh").pages[-1]
    starts: list[float] = []
    page.extract_text(visitor_text=lambda text, _, matrix, *__: starts.append(matrix[4]) if text.strip() else None)
    assert max(starts) < float(page.mediabox.width) - 70.8, "the right margin is 2.5 cm"
    assert "0123456789abcdef" * 6 in rendered.text("zh", "pdf")


def _fonts(page: object) -> list[dict[str, str]]:
    resources = page["/Resources"]  # type: ignore[index]
    return [font.get_object() for font in resources.get("/Font", {}).values()]


def test_word_has_our_styles_a_filled_header_and_contents(rendered: Rendered) -> None:
    document = docx.Document(str(rendered.paths["page.zh.docx"]))
    styles = [paragraph.style.name for paragraph in document.paragraphs if paragraph.style]
    assert {"Title", "Running Note", "toc 1", "toc 2", "Heading 1", "Table Caption", "Image Caption"} <= set(styles)
    assert document.sections[0].header.paragraphs[0].text == "社区治理评估\t模拟数据"
    contents = [
        paragraph.text for paragraph in document.paragraphs if paragraph.style and paragraph.style.name == "toc 2"
    ]
    assert contents == ["1.1\t抽样", "1.2\t覆盖"]
    assert document.inline_shapes[0].width > 0


def test_word_sets_chinese_emphasis_by_family_not_by_false_bold(rendered: Rendered) -> None:
    with rendered.docx("zh") as archive:
        chinese = archive.read("word/document.xml").decode("utf-8")
    assert "<w:b/>" not in chinese.replace(" ", "")
    assert 'w:val="StrongText"' in chinese


def test_word_links_lead_to_bookmarks(rendered: Rendered) -> None:
    with rendered.docx("zh") as archive:
        document = archive.read("word/document.xml").decode("utf-8")
    anchors = set(re.findall(r'w:anchor="([^"]+)"', document))
    assert {"tbl-nested", "fig-coverage", "sec-data"} <= anchors
    assert anchors <= set(re.findall(r'<w:bookmarkStart [^>]*w:name="([^"]+)"', document))


def test_the_same_input_gives_the_same_bytes(rendered: Rendered, tmp_path: Path) -> None:
    job = PageJob("zh/page.qmd", "page.zh", "zh", FORMATS)
    again = render_pages(rendered.project, [job], rendered.bundle, tmp_path, renderer="embedded")
    for path in again.files:
        assert path.read_bytes() == rendered.paths[path.name].read_bytes(), path.name


def test_neither_project_nor_bundle_is_written_to(rendered: Rendered) -> None:
    given = [path for path in rendered.project.rglob("*") if path.parent.name != "styles"]
    assert [path for path in given if path.suffix in {".typ", ".html", ".json", ".pdf"}] == []
    assert sorted(path.name for path in rendered.bundle.iterdir()) == [
        "figures",
        "manifest.json",
        "restricted",
        "tables",
    ]
