from pathlib import Path

import pytest

from liandong.errors import RenderError
from liandong.render import dialect
from liandong.render.check import check_dialect, resolve_shortcodes
from liandong.render.source import Line

README = Path(__file__).parents[3] / "reports" / "README.md"


def _lines(text: str) -> list[Line]:
    return [Line(line, "p.qmd", number) for number, line in enumerate(text.splitlines(), start=1)]


ACCEPTED = [
    '::: {.callout-note title="标题"}\n内容\n:::',
    "::: callout-tip\n内容\n:::",
    '::: {.content-visible when-meta="has-coverage"}\n## 标题 {#sec-a .unnumbered}\n:::',
    '::: {.content-hidden unless-format="docx"}\n正文\n:::',
    "::: {.panel-tabset}\n## 甲 {.unnumbered .unlisted}\n正文\n:::",
    '::: {#fig-a}\n![](a.svg){fig-alt="说明" width=80%}\n\n题注\n:::',
    "见 @tbl-a 与 [-@sec-b]，<https://example.org>，x < y，{{< meta title >}}，{{< pagebreak >}}",
    "```{=html}\n<b>raw</b>\n::: {.anything}\n```",
    "代码 `<b>{{< video x >}}</b>` 与 `raw`{=html}",
    r"根 $\sqrt[3]{x}$ 与 $a <b> c$，价 5$",
    "$$\n\\sqrt[3]{x} <b>\n$$",
    "标题 {-}",
    r"转义 \<script\> 之后",
    r"转义 \\textbf 之后，`\newpage` 与 $\alpha$",
    "```python\nx\n```\n\n``` {.r}\n1\n```\n\n    \n```{=openxml}\n<w:p/>\n```",
    "::: {.callout-note}\n\n## 标题\n\n正文\n:::",
    "![说明](a.png){#fig-a}\n\n行内 ![图](a.png) 文字\n\n![](a.png)",
    "| a |\n|---|\n| 1 |\n\n: 说明 {#tbl-a}\n\n术语\n: 解释",
    "::: {#tbl-a}\n| a |\n|---|\n| 1 |\n\n: 题注\n:::",
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_is_on_the_list_passes(text: str) -> None:
    check_dialect(_lines(text), written=frozenset())


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("a\n\n::: {.panel-sidebar}\n:::", "p.qmd:3", r"unknown div '\{\.panel-sidebar\}'"),
        ("::: {.column-margin}\n:::", "p.qmd:1", "unknown div"),
        ("::: {.callout-note collapse=true}\n:::", "p.qmd:1", "unknown attribute 'collapse'"),
        ('::: {.content-visible when-format="latex"}\n:::', "p.qmd:1", "expected one of html, typst, docx"),
        ("::: {.content-visible}\n:::", "p.qmd:1", "needs when-meta"),
        ("::: {#fig-a .large}\nx\n:::", "p.qmd:1", "has no class"),
        ("::: {.callout-note}\nx", "p.qmd:1", "not closed"),
        ("x\n:::", "p.qmd:2", "closes nothing"),
        ("{{< video https://example.org/a >}}", "p.qmd:1", "shortcode"),
        ("文字 {{< include _a.qmd >}}", "p.qmd:1", "not supported here"),
        ("# 标题 {.appendix}", "p.qmd:1", "unknown appendix on a heading"),
        ("[文字]{.mark}", "p.qmd:1", r"unknown mark in \{\.mark\}"),
        ("![](a.svg){fig-pos='H'}", "p.qmd:1", "unknown fig-pos"),
        ("$$\nx\n$$\n换行<hr>", "p.qmd:4", "<hr>"),
        ("换行<br>文字", "p.qmd:1", "<br>"),
        ("```{.python filename='a.py'}\nx\n```", "p.qmd:1", "by its language alone"),
        ("```{#lst-a .python lst-cap='L'}\nx\n```", "p.qmd:1", "by its language alone"),
        ("```{.python .content-visible when-format='html'}\nx\n```", "p.qmd:1", "by its language alone"),
        ("```{=latex}\nx\n```", "p.qmd:1", "=latex"),
        ("`x`{=latex}", "p.qmd:1", "raw latex reaches no format"),
        ("```python\nx = 1 # <1>\n```\n\n1. One", "p.qmd:2", "annotations of code"),
        ("a\n\n\\newpage\n\nb", "p.qmd:3", r"TeX in the text \(\\newpage\)"),
        ("a \\textbf{x}", "p.qmd:1", "TeX in the text"),
        ("$$ a=b $$ {#eq-x}", "p.qmd:1", "equations have no numbers"),
        ("$$\na=b\n$$ {#eq-x}", "p.qmd:3", "equations have no numbers"),
        ("::: {#nte-a .callout-note}\nx\n:::", "p.qmd:1", "has no label"),
        ("::: {.callout-note\nx\n:::", "p.qmd:1", "are not closed"),
        ('::: {.callout-note title="T"}\n## Inner\n:::', "p.qmd:2", "a heading inside a callout"),
        ("::: {.callout-note}\n## T\n\nx\n\n## Inner\n:::", "p.qmd:6", "a heading inside a callout"),
        ("> ## Quoted", "p.qmd:1", "inside a block quote"),
        ("- ## Listed", "p.qmd:1", "inside a list"),
        ("a\n\n![Caption](a.png)\n\nb", "p.qmd:3", "needs a label"),
        ("[![Caption](a.png)](https://example.org)", "p.qmd:1", "needs a label"),
        ("| a |\n|---|\n| 1 |\n\n: Caption", "p.qmd:5", "ends with its label"),
        ("| a |\n|---|\n| 1 |\n\n: Caption {#tbl-a .striped}", "p.qmd:5", "ends with its label"),
        ("[other](other.qmd#x)", "p.qmd:1", "leads nowhere"),
    ],
)
def test_anything_else_is_an_error_with_its_line(text: str, where: str, message: str) -> None:
    with pytest.raises(RenderError, match=message) as caught:
        check_dialect(_lines(text), written=frozenset())
    assert caught.value.where == where


def test_every_problem_is_reported_at_once() -> None:
    with pytest.raises(RenderError) as caught:
        check_dialect(_lines("::: {.aside}\n:::\n\n{{< kbd X >}}"), written=frozenset())
    assert "p.qmd:4" in str(caught.value)
    assert "aside" in str(caught.value)


def test_tags_that_a_cell_prints_are_text_not_a_mistake() -> None:
    check_dialect(_lines("<script>"), written=frozenset({"p.qmd:1"}))


def test_shortcodes_become_what_the_filter_resolves_and_code_stays() -> None:
    text = [line.text for line in resolve_shortcodes(_lines("{{< meta liandong.unit >}} `{{< meta a >}}`"))]
    assert text == ['[]{liandong-meta="liandong.unit"} `{{< meta a >}}`']


def test_the_authors_guide_names_everything_on_the_list() -> None:
    guide = README.read_text(encoding="utf-8")
    names = [
        *dialect.CELL_OPTIONS,
        *dialect.DIV_CLASSES,
        *dialect.CONDITIONS,
        *dialect.SHORTCODES,
        *dialect.METADATA,
        *dialect.CROSSREF,
        *dialect.HEADING_CLASSES,
        *dialect.INLINE_ATTRIBUTES,
        *dialect.OUTPUT_TYPES,
        *(option for options in dialect.FORMAT_OPTIONS.values() for option in options),
    ]
    assert [name for name in names if f"`{name}`" not in guide] == []
