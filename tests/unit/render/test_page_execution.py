from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from liandong.errors import RenderError
from liandong.render.execute import escape_markdown, execute_page
from liandong.render.kernel import Kernels
from liandong.render.source import read_page


class Recorder:
    """Stands in for a kernel: remembers what it is given and answers from a table."""

    def __init__(self, outputs: Mapping[str, list[Any]] | None = None, values: Mapping[str, Any] | None = None) -> None:
        self.outputs = outputs or {}
        self.values = values or {}
        self.ran: list[str] = []

    def run(self, code: str) -> list[Mapping[str, Any]]:
        self.ran.append(code)
        return next((answer for needle, answer in self.outputs.items() if needle in code), [])

    def evaluate(self, expressions: Sequence[str]) -> list[Mapping[str, Any]]:
        return [self.values[expression] for expression in expressions]


def _printed(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def _shown(**data: str) -> dict[str, Any]:
    kinds = {"plain": "text/plain", "markdown": "text/markdown", "html": "text/html", "svg": "image/svg+xml"}
    return {"output_type": "display_data", "data": {kinds[key]: value for key, value in data.items()}, "metadata": {}}


def _run(folder: Path, text: str, recorder: Recorder, **defaults: Any) -> str:
    (folder / "page.qmd").write_text(text, encoding="utf-8")
    page = read_page(folder, "page.qmd")
    quiet = {"echo": False, **defaults}
    executed = execute_page(page, recorder, {"bundle": "../bundle", "lang": "zh"}, quiet, folder)
    return "\n".join(line.text for line in executed.lines)


def test_parameters_are_set_after_the_tagged_cell(tmp_path: Path) -> None:
    recorder = Recorder()
    _run(tmp_path, "```{python}\nimport os\n```\n```{python}\n#| tags: [parameters]\nlang = 'en'\n```\n", recorder)
    assert recorder.ran[-1] == "bundle = '../bundle'\nlang = 'zh'"
    assert len(recorder.ran) == 3


def test_without_a_tagged_cell_parameters_come_first(tmp_path: Path) -> None:
    recorder = Recorder()
    _run(tmp_path, "```{python}\nx = 1\n```\n", recorder)
    assert recorder.ran[0].startswith("bundle = ")


WITH_TEXT = """::: {.content-visible when-format="html"}
```{=html}
<b>x</b>
```
:::

::: {.content-visible unless-format="html"}
```text
x
```
:::"""
CELLS = [
    ("#| output: asis\nA", [_printed("a **b**\n")], "a **b**"),
    ("A", [_printed("a\n"), _printed("b\n")], "```text\na\nb\n```"),
    ("A", [_printed("has ``` inside")], "````text\nhas ``` inside\n````"),
    ("#| output: false\nA", [_printed("a")], ""),
    ("#| include: false\nA", [_printed("a")], ""),
    ("#| echo: true\n#| output: false\nA", [], "```python\nA\n```"),
    ("#| warning: false\nA", [_printed("careful", "stderr")], ""),
    ("A", [_printed("careful", "stderr")], "```text\ncareful\n```"),
    ("A", [_shown(plain="x", markdown="**x**")], "**x**"),
    ("A", [_shown(plain="<HTML object>", html="<b>x</b>")], "```{=html}\n<b>x</b>\n```"),
    (
        "A",
        [_shown(plain="x", html="<b>x</b>")],
        WITH_TEXT,
    ),
    ("A", [_shown(plain="x")], "```text\nx\n```"),
    ("#| label: tbl-a\n#| tbl-cap: 题注\nA", [_shown(markdown="| a |")], "::: {#tbl-a}\n\n| a |\n\n题注\n\n:::"),
    ("#| label: setup\nA", [_shown(markdown="x")], "x"),
]


@pytest.mark.parametrize(("code", "outputs", "expected"), CELLS)
def test_outputs_become_markdown(tmp_path: Path, code: str, outputs: list[Any], expected: str) -> None:
    assert _run(tmp_path, f"```{{python}}\n{code}\n```\n", Recorder({"A": outputs})).strip() == expected


def test_a_display_that_no_document_shows_is_an_error_with_its_line(tmp_path: Path) -> None:
    widget = {
        "output_type": "display_data",
        "data": {"application/javascript": "1", "text/plain": "<J>"},
        "metadata": {},
    }
    with pytest.raises(RenderError, match="displays application/javascript") as caught:
        _run(tmp_path, "甲\n\n```{python}\nA\n```\n", Recorder({"A": [widget]}))
    assert caught.value.where == "page.qmd:3"
    assert _run(tmp_path, "```{python}\n#| output: false\nA\n```\n", Recorder({"A": [widget]})).strip() == ""


def test_a_displayed_image_is_written_beside_the_page(tmp_path: Path) -> None:
    cell = "#| label: fig-a\n#| fig-cap: 题注\n#| fig-alt: 替代文字\nA"
    text = _run(tmp_path, f"```{{python}}\n{cell}\n```\n", Recorder({"A": [_shown(svg="<svg/>", plain="p")]}))
    assert '![](page_files/cell0-1.svg){fig-alt="替代文字"}' in text
    assert (tmp_path / "page_files/cell0-1.svg").read_text(encoding="utf-8") == "<svg/>"


def test_a_cell_that_is_not_evaluated_is_not_run(tmp_path: Path) -> None:
    recorder = Recorder({"A": [_printed("a")]})
    assert _run(tmp_path, "```{python}\n#| eval: false\nA\n```\n", recorder).strip() == ""
    assert not any("A" in code for code in recorder.ran)


def test_inline_values_stand_in_their_place_and_text_is_escaped(tmp_path: Path) -> None:
    def ok(**data: str) -> dict[str, Any]:
        return {"status": "ok", "data": _shown(**data)["data"]}

    values = {
        "n": ok(plain="618"),
        "label": ok(plain="'<script>*a*</script>'"),
        "Markdown(x)": ok(plain="<obj>", markdown="**粗**"),
    }
    text = (
        "# 共 `{python} n` 份\n\n- `{python} label` 与 `{python} Markdown(x)`\n\n"
        "``{python} n``\n\n```\n`{python} n`\n```\n"
    )
    lines = _run(tmp_path, text, Recorder(values=values)).splitlines()
    assert lines[0] == "# 共 618 份"
    assert lines[2] == r"- \<script\>\*a\*\</script\> 与 **粗**"
    assert lines[4:] == ["``{python} n``", "", "```", "`{python} n`", "```"]


def test_a_failing_expression_names_its_line(tmp_path: Path) -> None:
    values = {"x": {"status": "error", "ename": "NameError", "evalue": "name 'x' is not defined"}}
    with pytest.raises(RenderError, match="NameError: name 'x' is not defined") as caught:
        _run(tmp_path, "甲\n\n乙 `{python} x`\n", Recorder(values=values))
    assert caught.value.where == "page.qmd:3"


def test_inline_code_of_another_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="inline code is Python"):
        _run(tmp_path, "`{r} 1 + 1`\n", Recorder())


def test_escaped_text_is_one_line_without_markup() -> None:
    assert escape_markdown("a_b\n# c: 1 < 2 & 'd'") == r"a\_b \# c\: 1 \< 2 \& \'d\'"


def test_a_failing_cell_names_page_line_and_last_line(tmp_path: Path) -> None:
    text = "文字\n\n```{python}\n#| output: asis\ndef f():\n    raise ValueError('no such\\ntable')\n\nf()\n```\n"
    (tmp_path / "page.qmd").write_text(text, encoding="utf-8")
    page = read_page(tmp_path, "page.qmd")
    with (
        Kernels(tmp_path).session(tmp_path) as session,
        pytest.raises(RenderError, match="ValueError: table") as caught,
    ):
        execute_page(page, session, {"lang": "zh"}, {}, tmp_path)
    assert caught.value.where == "page.qmd:8"


def test_a_kernel_runs_in_the_pages_folder_with_this_interpreter(tmp_path: Path) -> None:
    with Kernels(tmp_path).session(tmp_path) as session:
        outputs = session.run("import os, sys, liandong\nprint(os.getcwd() == os.path.realpath('.'), sys.executable)")
        values = session.evaluate(["1 + 1", "missing"])
    import sys

    assert outputs[0]["text"].split() == ["True", sys.executable]
    assert values[0]["data"]["text/plain"] == "2"
    assert values[1]["ename"] == "NameError"
