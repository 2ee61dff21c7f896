import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from liandong.errors import OutputError, RenderError
from liandong.render import PageJob, render_pages
from liandong.render.kernel import Kernels
from liandong.render.stage import bundle_parameter, deliver, stage_project

Make = Callable[..., Path]


def _render(root: Path, make_project: Make, make_bundle: Make, text: str, *formats: str) -> None:
    job = PageJob("zh/page.qmd", "page.zh", "zh", formats or ("html",))  # type: ignore[arg-type]
    project = make_project(root, {"zh/page.qmd": text})
    render_pages(project, [job], make_bundle(root), root / "out", renderer="embedded")


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("# 一\n\n见 @tbl-none。\n", "zh/page.qmd:3", "nothing with the label tbl-none"),
        ("# 一 {.unnumbered #sec-a}\n\n见 @sec-a\n", "zh/page.qmd:3", "nothing with the label sec-a"),
        ("甲\n\n::: {#tbl-a}\n题注\n:::\n", "zh/page.qmd:3", "needs content and"),
        ("甲\n\n::: {.panel-tabset}\n乙\n:::\n", "zh/page.qmd:3", "a tabset starts with a heading"),
        ("{{< meta none.such >}}\n", "zh/page.qmd:1", "no none.such"),
        ("甲\n\n![](missing.png)\n", "zh/page.qmd:3", "missing.png"),
        ("甲[^1]\n\n[^1]: 乙\n\n[^1]: 丙\n", "zh/page.qmd:5", "Duplicate note"),
        ("甲\n\n笑😀\n", "zh/page.qmd:3", "U\\+1F600"),
        ("```{python}\nraise KeyError('tables/x.csv')\n```\n", "zh/page.qmd:2", "KeyError"),
    ],
)
def test_a_page_that_cannot_be_rendered_names_its_line_and_leaves_nothing(
    tmp_path: Path, make_project: Make, make_bundle: Make, text: str, where: str, message: str
) -> None:
    with pytest.raises(RenderError, match=message) as caught:
        _render(tmp_path, make_project, make_bundle, text)
    assert caught.value.where == where
    assert not (tmp_path / "out").exists()


def test_one_bad_page_keeps_the_good_one_back(tmp_path: Path, make_project: Make, make_bundle: Make) -> None:
    project = make_project(tmp_path, {"zh/page.qmd": "# 好\n", "en/page.qmd": "See @fig-none.\n"})
    jobs = [PageJob("zh/page.qmd", "page.zh", "zh", ("html",)), PageJob("en/page.qmd", "page.en", "en", ("html",))]
    with pytest.raises(RenderError, match="fig-none"):
        render_pages(project, jobs, make_bundle(tmp_path), tmp_path / "out", renderer="embedded")
    assert not (tmp_path / "out").exists()


def test_a_typst_error_is_reported_as_one(tmp_path: Path, make_project: Make, make_bundle: Make) -> None:
    with pytest.raises(RenderError, match="Typst: unknown variable"):
        _render(tmp_path, make_project, make_bundle, "```{=typst}\n#nothing-here\n```\n", "pdf")


def test_killed_kernels_end_at_once_and_no_other_starts(tmp_path: Path) -> None:
    kernels = Kernels(tmp_path)
    started = threading.Event()
    caught: list[Exception] = []

    def work() -> None:
        try:
            with kernels.session(tmp_path) as session:
                started.set()
                session.run("import time; time.sleep(60)")
        except RenderError as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert started.wait(30)
    time.sleep(0.2)
    kernels.kill()
    thread.join(20)
    assert not thread.is_alive()
    assert "kernel" in str(caught[0])
    with pytest.raises(RenderError, match="kernel"), kernels.session(tmp_path) as session:
        session.run("1")


def test_project_and_bundle_must_be_what_they_claim(tmp_path: Path, make_project: Make, make_bundle: Make) -> None:
    project, bundle = make_project(tmp_path, {}), make_bundle(tmp_path)
    with pytest.raises(RenderError, match=r"_quarto\.yml is missing"):
        stage_project(bundle, bundle, tmp_path / "a")
    with pytest.raises(RenderError, match=r"manifest\.json is missing"):
        stage_project(project, project, tmp_path / "b")


def test_nothing_restricted_is_staged(tmp_path: Path, make_project: Make, make_bundle: Make) -> None:
    project, bundle = make_project(tmp_path, {}), make_bundle(tmp_path)
    staged = stage_project(project, bundle, tmp_path / "staged")
    assert sorted(path.name for path in (staged / "bundle").iterdir()) == ["figures", "manifest.json", "tables"]
    assert (staged / "styles/embedded.html").is_file()


@pytest.mark.parametrize(
    ("source", "expected"), [("zh/a.qmd", "../bundle"), ("a.qmd", "bundle"), ("a/b/c.qmd", "../../bundle")]
)
def test_the_bundle_is_given_relative_to_the_page(source: str, expected: str) -> None:
    assert bundle_parameter(source) == expected


def test_an_unwritable_folder_is_an_output_error(tmp_path: Path) -> None:
    made = tmp_path / "a.html"
    made.write_text("x", encoding="utf-8")
    (tmp_path / "out").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        deliver({"a.html": made}, tmp_path / "out")


def test_a_file_that_cannot_be_delivered_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    made, out = tmp_path / "a.html", tmp_path / "out"
    made.write_text("new", encoding="utf-8")
    out.mkdir()
    (out / "a.html").write_text("old", encoding="utf-8")
    with pytest.raises(OutputError):
        deliver({"a.html": made, "b.html": tmp_path / "missing"}, out)
    assert [path.name for path in out.iterdir()] == ["a.html"]
    assert (out / "a.html").read_text(encoding="utf-8") == "old"
