"""Filters of the project as Quarto runs them: without our options, with the parameters that it keeps for filters."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from liandong.render.dialect import READER
from liandong.render.pandoc import pandoc_path

FILTERS = Path(__file__).parents[3] / "reports" / "filters"
# Quarto loads a filter into a table whose `_G` is its own: `param` is a function of that.
QUARTO = """
local own = {{ param = function(name, default) local v = ({parameters})[name]; if v == nil then return default end
  return v end }}
local env = setmetatable({{ _G = own }}, {{ __index = _G }})
assert(loadfile("{script}", "bt", env))()
Pandoc, Meta, Image = env.Pandoc, env.Meta, env.Image
"""
PAGE = """# Sample

[618]{.ld-number data-table="n" data-column="n" data-value="618"}

::: {.callout-note}
# A title, no section
[1]{.ld-number data-table="n" data-column="n" data-value="1"}
:::

::: {.panel-tabset}
## A tab
[2]{.ld-number data-table="n" data-column="n" data-value="2"}
:::

::: {.content-hidden when-format="typst"}
# Only elsewhere
:::

# Results {.unnumbered}

[3]{.ld-number data-table="n" data-column="n" data-value="3"}

# Effects

## Primary

### Deep

[4]{.ld-number data-table="n" data-column="n" data-value="4"}

::: {.ld-numbers}
:::
"""
Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def once(name: str, text: str, metadata: dict[str, object], parameters: str, *options: str) -> str:
        wrapper, settings = tmp_path / "wrapper.lua", tmp_path / "metadata.json"
        wrapper.write_text(QUARTO.format(script=FILTERS / name, parameters=parameters), encoding="utf-8")
        settings.write_text(json.dumps(metadata), encoding="utf-8")
        command = [
            pandoc_path(),
            f"--from={READER}",
            f"--lua-filter={wrapper}",
            f"--metadata-file={settings}",
            *options,
        ]
        return subprocess.run(command, input=text, capture_output=True, check=True, encoding="utf-8").stdout

    return once


def test_the_list_of_numbers_names_sections_by_the_number_that_quarto_gives_them(run: Run) -> None:
    """Quarto takes number-sections out of the metadata and of pandoc's options; only its parameters have it."""
    meta = {"lang": "en", "number-depth": 2}
    found = run("numbers.lua", PAGE, meta, '{["number-sections"] = true}', "--to=typst")
    rows = [line for line in found.splitlines() if "n: n" in line]
    numbered = [("618", "1"), ("1", "1"), ("2", "1"), ("3", "1"), ("4", "2.1")]
    assert [row.split(", ")[:2] for row in rows] == [[f'"{number}"', f'"{section}"'] for number, section in numbered]


@pytest.mark.parametrize("to", ["typst", "html"])
def test_below_the_list_stand_whole_hashes_of_the_tables_named_and_of_the_data(run: Run, to: str) -> None:
    tables = {"n": {"file": "tables/n.csv", "sha256": "ab" * 32}, "m": {"file": "tables/m.csv", "sha256": "cd" * 32}}
    sources = json.dumps({"tables": tables, "inputs": {"people": "ef" * 32}, "definitions": {"study.yaml": "01" * 32}})
    script = f'```{{=html}}\n<style></style>\n<script type="application/json" id="ld-sources">{sources}</script>\n```\n'
    found = run("numbers.lua", script + PAGE, {"lang": "zh"}, "{}", f"--to={to}").replace(script.split("\n")[2], "")
    where = [found.find(part * 32) for part in ("ab", "ef", "01")]
    assert -1 < where[0] < where[1] < where[2]
    assert "cd" * 32 not in found
    assert "数据 people" in found


def test_without_numbers_of_sections_their_titles_are_named(run: Run) -> None:
    found = run("numbers.lua", PAGE, {"lang": "en"}, "{}", "--to=typst")
    assert '"4", "Effects"' not in found
    assert '"4", "Deep"' in found


def test_a_path_reaches_typst_as_it_is(run: Run, tmp_path: Path) -> None:
    (tmp_path / "template").write_text('$if(house-logo)$image("$house-logo$")$endif$\n', encoding="utf-8")
    template = f"--template={tmp_path / 'template'}"
    meta = {"house-logo": r"\.\./my\_study/a \#1.svg"}
    assert run("paths.lua", "", meta, "{}", "--to=typst", template) == 'image("../my_study/a #1.svg")\n'
    assert "image" not in run("paths.lua", "", {}, "{}", "--to=typst", template)


def test_word_has_the_alternative_text_of_a_picture(run: Run, tmp_path: Path, make_bundle: Callable[..., Path]) -> None:
    picture, target = tmp_path / "a.png", tmp_path / "a.docx"
    shutil.copyfile(make_bundle(tmp_path) / "figures" / "coverage.png", picture)
    run("alt.lua", f'![]({picture}){{fig-alt="A rising line"}}', {}, "{}", "--to=docx", f"--output={target}")
    with zipfile.ZipFile(target) as archive:
        assert 'descr="A rising line"' in archive.read("word/document.xml").decode("utf-8")
