"""The embedded renderer and Quarto make the same document; held where a new enough Quarto is on PATH."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.cases.render.finished import Finished, differences, read_finished, text_units

from liandong.render.quarto import OLDEST_QUARTO, find_quarto

ROOT = Path(__file__).resolve().parents[2]
STUDY = ROOT / "examples" / "hubei" / "study.yaml"
FORMATS = ("html", "pdf", "docx")
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "evaluation": ("report",),
    "audit": ("claims",),
    "data_quality": ("quality",),
}

needs_quarto = pytest.mark.skipif(
    find_quarto() is None, reason=f"Quarto {'.'.join(map(str, OLDEST_QUARTO))} or newer is not on PATH"
)
needs_pdftotext = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler) is not on PATH")
Render = Callable[[str, str, str], Mapping[str, Path]]


def _liandong(*arguments: object) -> list[Path]:
    command = [sys.executable, "-m", "liandong", *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT / "pipeline")
    assert result.returncode == 0, result.stderr
    return [Path(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def render(tmp_path_factory: pytest.TempPathFactory) -> Render:
    """Return a function that renders a page in a language by a renderer, once each, from one bundle."""
    root = tmp_path_factory.mktemp("renderers")
    made: dict[tuple[str, str, str], Mapping[str, Path]] = {}
    bundle = root / "bundle"

    def once(page: str, lang: str, renderer: str) -> Mapping[str, Path]:
        if (page, lang, renderer) not in made:
            if not bundle.exists():
                _liandong("run", STUDY, "--out", bundle)
            files = _liandong(*COMMANDS[page], STUDY, "--out", bundle, "--lang", lang, "--renderer", renderer)
            kept = root / renderer
            kept.mkdir(exist_ok=True)
            made[page, lang, renderer] = {
                file.suffix[1:]: Path(shutil.copy(file, kept / file.name))
                for file in files
                if file.stem == f"{page}.{lang}"
            }
        return made[page, lang, renderer]

    return once


def _agree(embedded: Mapping[str, Path], quarto: Mapping[str, Path]) -> None:
    assert set(embedded) == set(quarto) == set(FORMATS)
    one, other = ({form: read_finished(files[form]) for form in FORMATS} for files in (embedded, quarto))
    units = [*text_units(one["html"]), *text_units(one["docx"])]
    found = [differences(one[form], other[form], units) for form in FORMATS]
    assert not any(found), "\n".join(["one is the embedded renderer, other is Quarto", *filter(None, found)])


@needs_quarto
@needs_pdftotext
@pytest.mark.parametrize(
    ("page", "lang"),
    [("evaluation", "zh"), ("evaluation", "en"), ("audit", "zh"), ("audit", "en"), ("data_quality", "en")],
)
def test_both_renderers_make_the_same_document(render: Render, page: str, lang: str) -> None:
    _agree(render(page, lang, "embedded"), render(page, lang, "quarto"))


@pytest.fixture(scope="module")
def sheet(render: Render) -> Callable[[str, str], Mapping[str, Path]]:
    """Return a function that renders the sheet of one community; all of them would take Quarto minutes."""
    from liandong.render import PageJob, render_pages
    from liandong.workflow.resources import reports_folder

    def make(lang: str, renderer: str) -> Mapping[str, Path]:
        bundle = render("audit", lang, "embedded")["html"].parents[1] / "bundle"
        job = PageJob(f"{lang}/community.qmd", f"sheet.{lang}", lang, FORMATS, (("community", "C07"),))
        report = render_pages(reports_folder(), [job], bundle, bundle.parent / f"sheets-{renderer}", renderer=renderer)
        return {file.suffix[1:]: file for file in report.files}

    return make


@needs_quarto
@needs_pdftotext
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_both_renderers_make_the_same_sheet(sheet: Callable[[str, str], Mapping[str, Path]], lang: str) -> None:
    _agree(sheet(lang, "embedded"), sheet(lang, "quarto"))


def test_a_rendering_agrees_with_another_one_of_the_same_renderer(render: Render) -> None:
    """The comparison itself on a real page, wherever this runs: nothing differs but what is made to differ."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not on PATH")
    files = render("audit", "en", "embedded")
    _agree(files, files)
    html = read_finished(files["html"])
    assert len(html.parts["numbers"]) > 20, "numbers are read"
    assert len(html.parts["sources"]) == 1
    pdf = read_finished(files["pdf"])
    units = text_units(html)
    unseen = Finished("pdf", pdf.parts, pdf.stream.replace("Publishedfiguresandthedata", ""))
    assert "that the other lacks" in differences(pdf, unseen, units)
