"""``liandong report --by community``: a sheet for each community that may be shown; one page, small, repeatable."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pypdf import PdfReader

from liandong.cli import main
from liandong.definitions import Language
from liandong.errors import ExitCode
from liandong.evidence import read_bundle
from liandong.render import PageJob, render_pages
from liandong.workflow.resources import reports_folder

HUBEI = Path(__file__).resolve().parents[2] / "examples" / "hubei"
_MOST_BYTES = 250_000
_SOME = ("C07", "C32")


@pytest.fixture(scope="module")
def bundle(example_bundle: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(example_bundle("hubei"), tmp_path_factory.mktemp("sheets") / "bundle"))


@pytest.fixture(scope="module")
def some(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the sheets of two communities in both languages and every format."""
    return _rendered(bundle, tmp_path_factory.mktemp("some"), ("zh", "en"))


def _rendered(bundle: Path, out: Path, languages: tuple[Language, ...]) -> list[Path]:
    jobs = [
        PageJob(f"{lang}/community.qmd", f"{name}.{lang}", lang, ("html", "pdf", "docx"), (("community", name),))
        for lang in languages
        for name in _SOME
    ]
    parts = ("tables", "manifest.json")
    made = render_pages(reports_folder(), jobs, bundle, out, renderer="embedded", parts=parts)
    return list(made.files)


def test_every_community_has_a_sheet_and_the_list_links_them_all(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = bundle / "report" / "communities"
    place.mkdir(parents=True)
    (place / "C99.zh.html").write_text("of a community that is no more", encoding="utf-8")
    command = ["report", str(HUBEI), "--by", "community", "--out", str(bundle), "--renderer", "embedded"]
    assert main([*command, "--lang", "zh", "--format", "html"]) == ExitCode.DONE
    listed = [Path(line) for line in capsys.readouterr().out.splitlines()]
    communities = read_bundle(bundle).table("communities")["cluster"].unique().sort().to_list()
    assert sorted(file.name for file in listed) == sorted(
        [*(f"{name}.zh.html" for name in communities), "index.zh.html"]
    )
    assert sorted(place.iterdir()) == sorted(listed)
    index = (place / "index.zh.html").read_text(encoding="utf-8")
    assert set(re.findall(r'href="([^"]+)"', index)) == {file.name for file in listed} - {"index.zh.html"}
    titles = {re.search(r"<title>(.*?)</title>", file.read_text(encoding="utf-8"))[1] for file in listed}  # type: ignore[index]
    assert len(titles) == len(listed), "each sheet says which community it is about"


def test_a_sheet_is_one_page(some: list[Path]) -> None:
    assert {file.name: len(PdfReader(file).pages) for file in some if file.suffix == ".pdf"} == {
        f"{name}.{lang}.pdf": 1 for lang in ("zh", "en") for name in _SOME
    }


def test_a_sheet_is_small_and_asks_for_nothing(some: list[Path]) -> None:
    for file in some:
        if file.suffix == ".html":
            assert file.stat().st_size < _MOST_BYTES, file.name
            assert not re.search(r'(?:src|href)="https?:', file.read_text(encoding="utf-8"))


def test_the_same_bundle_gives_the_same_bytes(bundle: Path, some: list[Path], tmp_path: Path) -> None:
    again = {file.name: file.read_bytes() for file in _rendered(bundle, tmp_path, ("zh",))}
    assert again == {file.name: file.read_bytes() for file in some if ".zh." in file.name}


def test_by_takes_the_cluster_of_the_design_and_says_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(HUBEI), "--by", "district"]) == ExitCode.DEFINITIONS
    assert "'district' is not what this study is clustered by" in capsys.readouterr().err


def test_a_design_without_clusters_has_no_sheets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(HUBEI.parent / "neimenggu"), "--by", "community"]) == ExitCode.DEFINITIONS
    assert "design.cluster" in capsys.readouterr().err


def test_where_every_community_is_too_small_there_is_no_sheet_and_the_reason_is_told(
    small_study: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    titles = {"zh": "得到服务", "en": "Served"}
    served = {
        "id": "served",
        "group": "coverage",
        "title": titles,
        "numerator": "served == 1",
        "source": {"citation": "own"},
    }
    path = small_study.write()
    text = yaml.safe_dump({"indicators": [served]}, allow_unicode=True)
    (path.parent / "instrument" / "indicators.yaml").write_text(text, encoding="utf-8")
    command = ["report", str(path), "--by", "community", "--out", str(tmp_path / "out")]
    assert main(command) == ExitCode.RENDERING
    said = capsys.readouterr().err
    assert "of none of the 8 communities may anything be published" in said
    assert "minimum_cell" in said
