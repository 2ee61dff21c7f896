"""Quarto itself cannot be had here; a program of its name records how it is called."""

import json
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from liandong.errors import RenderError
from liandong.render import PageJob, render_pages
from liandong.render.quarto import find_quarto, quarto_command, quarto_version, require_quarto

JOB = PageJob("zh/page.qmd", "page.zh", "zh", ("html", "pdf", "docx"))

FAKE = """#!{python}
import json, os, pathlib, sys, zipfile
if sys.argv[1:] == ["--version"]:
    print("{version}")
    sys.exit(0)
if {fails}:
    print("\\x1b[31mERROR: cell 3 failed\\x1b[39m", file=sys.stderr)
    sys.exit(1)
page = pathlib.Path(sys.argv[2])
record = {{"argv": sys.argv[1:], "cwd": os.getcwd(), "python": os.environ["QUARTO_PYTHON"]}}
record["fonts"] = sorted(os.listdir(os.environ["TYPST_FONT_PATHS"]))
record["bundle"] = sorted(os.listdir(page.parent / ".." / "bundle"))
pathlib.Path({record!r}).write_text(json.dumps(record))
page.with_suffix(".html").write_text("<html><head></head><body>{body}</body></html>", encoding="utf-8")
page.with_suffix(".pdf").write_bytes(b"%PDF-fake")
with zipfile.ZipFile(page.with_suffix(".docx"), "w") as archive:
    archive.writestr("word/settings.xml", "<w:settings><w:rsids/></w:settings>")
    archive.writestr("word/document.xml", "<w:document><w:body></w:body></w:document>")
"""


@pytest.fixture
def fake_quarto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    def install(version: str = "1.8.25", *, fails: bool = False, body: str = "字") -> Path:
        folder = tmp_path / "bin"
        folder.mkdir()
        record = tmp_path / "record.json"
        script = FAKE.format(python=sys.executable, version=version, fails=fails, record=str(record), body=body)
        (folder / "quarto").write_text(script, encoding="utf-8")
        (folder / "quarto").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return record

    return install


@pytest.fixture
def no_quarto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


def test_the_command_asks_for_all_formats_at_once_with_papermill_parameters() -> None:
    assert quarto_command("/opt/quarto", JOB) == [
        *("/opt/quarto", "render", "zh/page.qmd", "--to", "html,typst,docx"),
        *("-P", "bundle:../bundle", "-P", "lang:zh"),
    ]


def test_a_parameter_that_looks_like_a_number_stays_text() -> None:
    job = PageJob("zh/page.qmd", "page.zh", "zh", ("html",), (("community", "007"), ("note", '甲: "乙"')))
    assert quarto_command("/opt/quarto", job)[-4:] == ["-P", 'community:"007"', "-P", 'note:"甲: \\"乙\\""']


def test_quarto_renders_the_staged_project_with_our_python_and_fonts(
    tmp_path: Path,
    fake_quarto: Callable[..., Path],
    make_project: Callable[..., Path],
    make_bundle: Callable[..., Path],
) -> None:
    record = fake_quarto()
    project = make_project(
        tmp_path, {"zh/page.qmd": "# 字\n", "bundle/restricted/responses.csv": "of somebody at work here"}
    )
    report = render_pages(project, [JOB], make_bundle(tmp_path), tmp_path / "out", renderer="auto")
    said = json.loads(record.read_text(encoding="utf-8"))
    assert said["python"] == sys.executable
    assert said["fonts"] == ["NotoSansCJKsc-Regular.otf", "NotoSerifCJKsc-Regular.otf"]
    assert said["bundle"] == ["figures", "manifest.json", "tables"]
    assert not Path(said["cwd"]).is_relative_to(project), "it works in a copy"
    assert (report.renderer, report.version) == ("quarto", "1.8.25")
    assert [path.name for path in report.files] == ["page.zh.html", "page.zh.pdf", "page.zh.docx"]
    html, pdf, word = report.files
    assert "@font-face" in html.read_text(encoding="utf-8")
    assert pdf.read_bytes() == b"%PDF-fake"
    with zipfile.ZipFile(word) as archive:
        assert b"compatibilityMode" in archive.read("word/settings.xml")


def test_a_failure_shows_what_quarto_said_and_leaves_nothing(
    tmp_path: Path,
    fake_quarto: Callable[..., Path],
    make_project: Callable[..., Path],
    make_bundle: Callable[..., Path],
) -> None:
    fake_quarto(fails=True)
    project = make_project(tmp_path, {"zh/page.qmd": "# 字\n"})
    with pytest.raises(RenderError, match=r"\nERROR: cell 3 failed") as caught:
        render_pages(project, [JOB], make_bundle(tmp_path), tmp_path / "out", renderer="quarto")
    assert caught.value.where == "zh/page.qmd"
    assert not (tmp_path / "out").exists()


def test_a_missing_glyph_is_an_error_with_quarto_too(
    tmp_path: Path,
    fake_quarto: Callable[..., Path],
    make_project: Callable[..., Path],
    make_bundle: Callable[..., Path],
) -> None:
    fake_quarto(body="&#x1F600;")
    project = make_project(tmp_path, {"zh/page.qmd": "# 字\n"})
    with pytest.raises(RenderError, match="U\\+1F600"):
        render_pages(project, [JOB], make_bundle(tmp_path), tmp_path / "out", renderer="quarto")


@pytest.mark.parametrize(
    ("version", "found"), [("1.4.549", False), ("1.5.0", True), ("2.0", True), ("99.9.9-dev", True), ("?", False)]
)
def test_auto_takes_a_quarto_that_is_new_enough(fake_quarto: Callable[..., Path], version: str, *, found: bool) -> None:
    fake_quarto(version)
    assert (find_quarto() is not None) is found


def test_an_old_quarto_is_refused_by_name(fake_quarto: Callable[..., Path]) -> None:
    fake_quarto("1.3.450")
    with pytest.raises(RenderError, match=r"1\.5 or newer is needed; .*quarto says 1\.3\.450"):
        require_quarto()


@pytest.mark.usefixtures("no_quarto")
def test_without_quarto_auto_is_silent_and_quarto_is_an_error() -> None:
    assert find_quarto() is None
    with pytest.raises(RenderError, match="not on PATH"):
        require_quarto()


def test_a_program_that_does_not_start_has_no_version(tmp_path: Path) -> None:
    broken = tmp_path / "quarto"
    broken.write_text("not a program", encoding="utf-8")
    assert quarto_version(str(broken)) is None
