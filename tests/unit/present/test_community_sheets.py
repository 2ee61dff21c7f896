"""The sheet of one community says what its rows say, keeps to bands where it must, and survives any name."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.present.side_by_side import COMMUNITIES, HARD, banded_tables, compared_manifest, compared_tables
from tests.cases.present.walking import Books, walked

from liandong.definitions import Language
from liandong.errors import RenderError
from liandong.evidence import Bundle
from liandong.present import SheetPage, open_sheet
from liandong.present.marks import unmarked
from liandong.present.sheets_facts import file_names, shown_communities
from liandong.present.sheets_index import write_index
from liandong.present.sheets_words import legend, table
from liandong.render import PageJob, render_pages
from liandong.workflow.resources import reports_folder

_NAMESPACES = 'xmlns:w="urn:w" xmlns:v="urn:v" xmlns:o="urn:o"'


@pytest.fixture(scope="module")
def compared(make_bundle: Callable[..., Bundle]) -> Bundle:
    return make_bundle("compared", compared_manifest(), compared_tables())


@pytest.fixture(scope="module")
def banded(make_bundle: Callable[..., Bundle]) -> Bundle:
    return make_bundle("banded", compared_manifest(10), banded_tables())


def _sheet(bundle: Bundle, community: str = "C1", lang: Language = "en") -> SheetPage:
    return open_sheet(str(bundle.path), lang, community)


def _words(page: SheetPage) -> str:
    """Return the text of a page without the attributes of its numbers."""
    text = "".join(part() for part in (page.basis, page.found, page.sure, page.cannot))
    return re.sub(r"\[([^\]]*)\]\{[^}]*\}", r"\1", text).replace("\\", "")


def _block(page: SheetPage, form: str) -> str:
    found = re.search(rf"```{{={form}}}\n(.*?)\n```", str(page.table()), re.DOTALL)
    assert found
    return found[1]


def test_what_stands_out_is_said_with_its_figure_and_that_of_all_others(compared: Bundle) -> None:
    said = _words(_sheet(compared))
    assert "Higher than in the other communities:" in said
    assert "(95%, against 35%)" in said
    assert "Of 4 comparisons, 1 can be said to differ" in said


def test_where_nothing_differs_that_is_said_once_and_not_called_alike(compared: Bundle) -> None:
    said = _words(_sheet(compared, "C2"))
    assert said.count("No difference from the other communities can be made out") == 1
    assert "does not mean alike" in said


def test_a_community_goes_by_its_label_where_there_is_one(compared: Bundle) -> None:
    assert "Community two" in _sheet(compared, "C2").opening()
    assert "第二社区有18名受访居民作答" in _words(_sheet(compared, "C2", "zh"))


def test_the_numbers_of_the_text_know_their_row(compared: Bundle) -> None:
    assert 'data-table="communities"' in _sheet(compared).basis()
    assert 'data-column="estimate"' in _sheet(compared).found()


def test_every_measure_has_a_line_with_its_picture_and_its_figures(compared: Bundle) -> None:
    lines = {line.title: line for line in table(_sheet(compared).sheet).lines if line.kind == "row"}
    reached = next(line for title, line in lines.items() if "eached" in title or "reached" in title)
    assert reached.figures == ("95", "[75, 100]", "94", "35", "higher")
    assert reached.mark is not None
    assert (reached.mark.at, reached.mark.rest) == (pytest.approx(0.95), pytest.approx(0.35))
    assert len(lines) == 4


def test_bands_take_the_place_of_figures_where_people_must_not_be_counted(banded: Bundle) -> None:
    page = _sheet(banded)
    said = _words(page)
    assert "no numbers of people" in said
    assert "(about 20% to 70%, of all respondents 99%)" in said
    lines = [line for line in table(page.sheet).lines if line.kind == "row"]
    assert {line.figures[0] for line in lines} == {"20–70", "0.20–0.70"}
    assert not re.search(r"\b1[789]\b|\b95\b|\b0\.6[24]\b", said)


def test_a_figure_that_is_hidden_of_one_community_alone_is_a_dash(make_bundle: Callable[..., Bundle]) -> None:
    tables = banded_tables()
    for row in tables["communities"]:
        if row["measure"] == "integrated" and row["cluster"] == "C1":
            row.update(band_low=None, band_high=None, standing="unknown", suppressed=True)
    page = _sheet(make_bundle("dash", compared_manifest(10), tables))
    line = next(line for line in table(page.sheet).lines if line.figures[:1] == ("—",))
    assert line.figures[-1] == "not judged"
    assert "recognised among few people" in page.table()


def test_a_community_of_which_nothing_may_be_published_has_no_sheet(banded: Bundle) -> None:
    shown, hidden = shown_communities(banded.table("communities"))
    assert (shown, hidden) == (["C1", "C2", HARD], ["C3"])
    with pytest.raises(RenderError, match="there is no sheet of 'C3'"):
        _sheet(banded, "C3")


def test_without_a_comparison_the_page_says_so(survey: Bundle) -> None:
    with pytest.raises(RenderError, match="no comparison of communities"):
        _sheet(survey)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_hard_name_breaks_no_format(compared: Bundle, lang: Language) -> None:
    page = _sheet(compared, HARD, lang)
    ET.fromstring(f"<x {_NAMESPACES}>{_block(page, 'openxml')}</x>")  # noqa: S314 (ours)
    reader = _Balanced()
    reader.feed(_block(page, "html"))
    assert not reader.open
    assert "b" not in reader.seen
    assert HARD.split()[0] in unmarked(page.sheet.name)


@pytest.mark.parametrize("community", ["C1", HARD])
def test_typst_sets_the_table(compared: Bundle, community: str, tmp_path: Path) -> None:
    import typst

    source = tmp_path / "sheet.typ"
    source.write_text(_block(_sheet(compared, community), "typst"), encoding="utf-8")
    assert typst.compile(str(source), format="svg").startswith(b"<svg")


@pytest.mark.parametrize(
    ("communities", "names"),
    [
        (["C01", "C02"], ["C01", "C02"]),
        (["甲社区", "乙/丙 社区"], ["甲社区", "乙-丙-社区"]),
        (["a/b", "a b", "A-B"], ["a-b", "a-b-2", "A-B-3"]),
        (["a-b-2", "a b", "a/b"], ["a-b-2", "a-b", "a-b-3"]),
        (["..", "/", ""], ["community", "community-2", "community-3"]),
        (["con", "index"], ["community-con", "community-index"]),
        (["../../etc/passwd", "x\ny\u202e"], ["etc-passwd", "x-y"]),
        (["社" * 50], ["社" * 20]),
    ],
)
def test_file_names_are_safe_and_differ(communities: list[str], names: list[str]) -> None:
    assert list(file_names(communities).values()) == names


@given(st.lists(st.text(max_size=80), unique=True, max_size=12))
def test_whatever_a_community_is_called_its_file_name_is_its_own(communities: list[str]) -> None:
    names = file_names(communities)
    assert list(names) == communities
    assert len({name.casefold() for name in names.values()}) == len(communities)
    for name in names.values():
        assert all(character.isalnum() or character == "-" or not character.isascii() for character in name)
        # 80 characters of two-digit numbering still leave room for a language, an ending and a temporary name.
        assert 0 < len(name.encode()) < 80


def test_the_list_of_sheets_links_each_of_them(compared: Bundle, tmp_path: Path) -> None:
    files = {name: {"pdf": f"{stem}.en.pdf"} for name, stem in file_names(COMMUNITIES).items()}
    text = write_index(compared.path, tmp_path / "index.en.html", "en", files).read_text(encoding="utf-8")
    assert text.count(".en.pdf") == len(COMMUNITIES)
    assert "Community two" in text
    assert "<b>" not in text


class _Balanced(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag != "col":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)


def test_scores_have_the_range_of_their_scale_on_every_sheet(
    compared: Bundle, make_bundle: Callable[..., Bundle]
) -> None:
    ends = {}
    for community in ("C1", "C2"):
        page = _sheet(compared, community)
        ends[community] = [line.ends for line in table(page.sheet).lines if line.kind == "axis"][-1]
        assert "belonging (a score of 0–1) 0.6" in _words(page)
    assert set(ends.values()) == {("0", "0.5", "1")}
    tables = compared_tables()
    for row in tables["scales"]:
        row.update(score_low=None, score_high=None)
    bundle = make_bundle("rangeless", compared.manifest, tables)
    found = {
        [line.ends for line in table(_sheet(bundle, name).sheet).lines if line.kind == "axis"][-1]
        for name in ("C1", "C2", HARD)
    }
    assert len(found) == 1, "round values around all communities"
    assert "a score of" not in _words(_sheet(bundle))


def test_bands_are_set_against_the_figure_of_all_and_its_interval(banded: Bundle) -> None:
    sheet = _sheet(banded).sheet
    marks = {line.title: line.mark for line in table(sheet).lines if line.mark}
    reached = next(row for row in sheet.rows if row["measure"] == "reached")
    whole = sheet.whole(reached)
    mark = marks[unmarked(sheet.facts.title("reached"))]
    assert mark is not None
    assert whole.value is not None
    assert whole.low is not None
    assert whole.low < whole.value
    assert mark.rest == pytest.approx(whole.value)
    assert mark.rest_low == pytest.approx(whole.low, abs=0.004)
    assert (mark.low, mark.at, mark.high) == pytest.approx((0.2, 0.7, 0.7))
    assert "although its range contains" in unmarked(legend(sheet))


def test_lower_is_told_like_higher(compared: Bundle, make_bundle: Callable[..., Bundle]) -> None:
    page = _sheet(_standings(compared, make_bundle, "lower", reached="similar", integrated="lower"))
    assert [row["measure"] for row in page.sheet.different()] == ["integrated"]
    said = _words(page)
    assert "Lower than in the other communities: " in said
    assert "Of 4 comparisons, 1 can be said to differ" in said
    mark = next(line.mark for line in table(page.sheet).lines if line.mark and line.mark.standing)
    assert mark.standing == "lower"


def test_a_best_guess_without_an_interval_says_so(compared: Bundle) -> None:
    assert "It has no interval of its own" in _words(_sheet(compared))


def test_groups_without_room_are_named(compared: Bundle, make_bundle: Callable[..., Bundle]) -> None:
    assert "To keep to one page" not in unmarked(legend(_sheet(compared).sheet))
    tables = compared_tables()
    like = next(row for row in tables["indicators"] if row["indicator"] == "reached" and row["universe"] == "all")
    of_one = [row for row in tables["communities"] if row["measure"] == "reached"]
    for number in range(18):
        tables["indicators"].append({**like, "indicator": f"need_{number}", "group": "needs"})
        tables["communities"] += [{**row, "measure": f"need_{number}", "standing": "similar"} for row in of_one]
    sheet = _sheet(make_bundle("crowded", compared.manifest, tables)).sheet
    assert "needs" not in {panel.name for panel in sheet.panels}
    assert "To keep to one page, measures of “" in unmarked(legend(sheet))


def test_a_hard_name_is_rendered_in_every_format_on_one_page(compared: Bundle, tmp_path: Path) -> None:
    from pypdf import PdfReader

    name = file_names(COMMUNITIES)[HARD]
    job = PageJob("zh/community.qmd", f"{name}.zh", "zh", ("html", "pdf", "docx"), (("community", HARD),))
    parts = ("tables", "manifest.json")
    made = render_pages(reports_folder(), [job], compared.path, tmp_path, renderer="embedded", parts=parts)
    html, pdf, docx = made.files
    document = PdfReader(pdf)
    assert len(document.pages) == 1
    assert "{x}" in document.pages[0].extract_text()
    text = html.read_text(encoding="utf-8")
    assert "&lt;b&gt;社区" in text
    walk, books = walked(text), Books.of(compared.path)
    assert walk.loose == []
    assert [*filter(None, map(books.fault, walk.numbers))] == []
    assert len(walk.numbers) == 7
    with zipfile.ZipFile(docx) as archive:
        body = archive.read("word/document.xml").decode()
    assert body.count("<v:group") == len([line for line in table(_sheet(compared, HARD).sheet).lines if line.mark])


def _standings(bundle: Bundle, make_bundle: Callable[..., Bundle], name: str, **of: str) -> Bundle:
    """Return the bundle with other standings of C1, by measure."""
    tables = compared_tables()
    for row in tables["communities"]:
        if row["cluster"] == "C1" and row["measure"] in of:
            row["standing"] = of[row["measure"]]
    return make_bundle(name, bundle.manifest, tables)


def test_what_was_not_judged_is_not_called_alike(compared: Bundle, make_bundle: Callable[..., Bundle]) -> None:
    unknown = dict.fromkeys(("reached", "less_anxious", "integrated"), "unknown")
    some = _sheet(_standings(compared, make_bundle, "some", **unknown), lang="zh")
    assert "能够比较的1项与其余社区都分不出高低，其他各项不作判断" in _words(some)
    assert "比较的1项中，没有一项" in _words(some)
    none = _sheet(_standings(compared, make_bundle, "none", **unknown, belonging="unknown"), lang="zh")
    assert "各项都不作判断" in _words(none)
    assert "分不出高低" not in _words(none)
    assert "没有一项" not in _words(none)


def test_a_group_of_which_nothing_was_judged_says_so_beside_what_stands_out(
    compared: Bundle, make_bundle: Callable[..., Bundle]
) -> None:
    said = _words(_sheet(_standings(compared, make_bundle, "group", less_anxious="unknown"), lang="zh"))
    assert "高于其余社区的有" in said
    assert said.count("各项都不作判断") == 1


def test_the_most_common_comes_first_and_only_where_nothing_is_hidden(
    compared: Bundle, make_bundle: Callable[..., Bundle]
) -> None:
    tables = compared_tables()
    for row in tables["indicators"]:
        row["group"] = "wellbeing"
    for row in tables["communities"]:
        if row["measure"] == "less_anxious":
            row["estimate"] = 0.5
    whole = _words(_sheet(make_bundle("whole", compared.manifest, tables)))
    assert re.search(r"most common is “[^”]*” \(95%\), least common “[^”]*” \(35%\)", whole)
    for row in tables["communities"]:
        if row["measure"] == "less_anxious" and row["cluster"] == "C1":
            row.update(estimate=None, conf_low=None, conf_high=None)
    assert "most common" not in _words(_sheet(make_bundle("hidden", compared.manifest, tables)))
