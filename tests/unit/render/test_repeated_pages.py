"""One page for several parameters: one kernel, one subset of the fonts, and nothing left from one to the next."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from liandong.render import PageJob, RenderReport, render_pages

PAGE = """```{python}
#| tags: [parameters]
place = ""
```

```{python}
#| output: asis
import os

print("left over" if "before" in globals() else "fresh")
before = place

```

# `{python} place`

进程 `{python} os.getpid()`
"""
PLACES = ("甲社区", "乙社区", "007")


@pytest.fixture(scope="module")
def repeated(
    tmp_path_factory: pytest.TempPathFactory, make_project: Callable[..., Path], make_bundle: Callable[..., Path]
) -> RenderReport:
    root = tmp_path_factory.mktemp("repeated")
    project = make_project(root, {"zh/page.qmd": PAGE})
    jobs = [PageJob("zh/page.qmd", f"{name}.zh", "zh", ("html",), (("place", name),)) for name in PLACES]
    return render_pages(project, jobs, make_bundle(root), root / "out", renderer="embedded")


def _texts(report: RenderReport) -> list[str]:
    return [file.read_text(encoding="utf-8") for file in report.files]


def test_each_document_has_its_own_parameter(repeated: RenderReport) -> None:
    assert [file.name for file in repeated.files] == [f"{name}.zh.html" for name in PLACES]
    for text, name in zip(_texts(repeated), PLACES, strict=True):
        assert re.search(r"<h1[^>]*>.*?" + name, text, re.DOTALL)


def test_all_run_in_one_kernel_and_none_sees_names_of_another(repeated: RenderReport) -> None:
    texts = _texts(repeated)
    assert len({re.search(r"进程\s*(\d+)", text)[1] for text in texts}) == 1  # type: ignore[index]
    assert all("fresh" in text and "left over" not in text for text in texts)


def test_all_carry_the_same_fonts_with_the_glyphs_of_all(repeated: RenderReport) -> None:
    faces = [re.findall(r"@font-face\{.*?\}", text) for text in _texts(repeated)]
    assert len(faces[0]) == 2
    assert faces[0] == faces[1] == faces[2]


def test_the_time_of_each_is_told(repeated: RenderReport) -> None:
    assert list(repeated.seconds) == [f"{name}.zh" for name in PLACES]
