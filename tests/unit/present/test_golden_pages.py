"""Every page reads as it did: its whole visible text in both languages, from small bundles made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.golden.present.page_text import FOLDER, LANGUAGES, PAGES, golden_text, read_text

from liandong.definitions import Language

REPORTS = Path(__file__).resolve().parents[3] / "reports"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("golden")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_reads_as_it_did(page: str, lang: Language, place: Path) -> None:
    folder = place / page
    folder.mkdir(exist_ok=True)
    kept = (FOLDER / f"{page}.{lang}.txt").read_text(encoding="utf-8")
    assert golden_text(page, lang, folder) == kept, "intended? then see tests/golden/present/README.md"


def test_every_page_has_its_golden_text() -> None:
    pages = {f"{path.stem}.{path.parent.name}.txt" for path in REPORTS.glob("[ez][nh]/*.qmd")}
    assert pages == {path.name for path in FOLDER.glob("*.txt")}


def test_what_is_not_read_is_left_out() -> None:
    html = "<head><title>t</title></head><h2>A</h2><p>One. Two 2.5 <b>three</b></p><svg><text>no</text></svg>"
    table = "<table><tr><th>a</th><td><p>b</p></td></tr></table><img alt='Dots' src='x'><script>no</script>"
    assert read_text(html + table) == "## A\nOne.\nTwo 2.5 three\na | b\n[Dots]\n"
