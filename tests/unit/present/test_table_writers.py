from __future__ import annotations

import io
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from tests.golden.present.example_tables import FOLDER, HOSTILE, HOSTILE_TEXT, NESTED, WRITERS

from liandong.present import Table
from liandong.present.charts import FAMILY
from liandong.present.docx_table import docx_table
from liandong.present.html_table import html_table, table_style
from liandong.present.markdown import table_block
from liandong.present.typst_table import typst_table

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class Reader(HTMLParser):
    """Collects tags and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read_html(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    return reader


def read_xml(text: str) -> ET.Element:
    return ET.fromstring(f'<w:body xmlns:w="{W[1:-1]}">{text}</w:body>')  # noqa: S314 (our own text)


@pytest.mark.parametrize("table", [NESTED, HOSTILE], ids=lambda table: table.id)
@pytest.mark.parametrize("ending", WRITERS)
def test_tables_are_written_as_they_were(table: Table, ending: str) -> None:
    golden = (FOLDER / f"{table.id}.{ending}").read_text(encoding="utf-8")
    assert WRITERS[ending](table) + "\n" == golden


def test_hostile_text_stays_text_in_html() -> None:
    reader = read_html(html_table(HOSTILE))
    assert {tag for tag, _ in reader.tags} <= {
        *("div", "table", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "p", "span")
    }
    assert reader.text.count(HOSTILE_TEXT) == 4  # header, group, row, note
    assert "`" not in html_table(HOSTILE)
    assert "{{" not in html_table(HOSTILE)


def test_hostile_text_stays_text_in_word() -> None:
    texts = ["".join(t.text or "" for t in p.iter(f"{W}t")) for p in read_xml(docx_table(HOSTILE)).iter(f"{W}p")]
    assert texts.count(HOSTILE_TEXT) == 4


def test_typst_takes_every_table_and_prints_hostile_text_as_it_is() -> None:
    typst = pytest.importorskip("typst", reason="typst is not installed")
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    from liandong.present.charts import font_file

    source = f'#set text(font: "{FAMILY}")\n' + "\n".join(map(typst_table, (NESTED, HOSTILE)))
    pdf = typst.compile(source.encode(), font_paths=[str(font_file().parent)], ignore_system_fonts=True)
    text = "".join(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    assert "嵌套" not in text  # the caption is the renderer's
    assert "(0.070)" in text
    assert text.count("".join(HOSTILE_TEXT.split())) == 4


def test_a_group_heads_the_rows_of_its_body_in_html() -> None:
    scopes = [attributes.get("scope") for tag, attributes in read_html(html_table(NESTED)).tags if tag == "th"]
    assert scopes.count("rowgroup") == 1
    assert scopes.count("colgroup") == 1


def test_the_name_of_a_row_stands_beside_its_details() -> None:
    names = [a for tag, a in read_html(html_table(NESTED)).tags if tag == "th" and a.get("rowspan")]
    assert [attributes["rowspan"] for attributes in names] == ["3", "2"]
    merges = [merge.get(f"{W}val") for merge in read_xml(docx_table(NESTED)).iter(f"{W}vMerge")]
    assert merges == ["restart", None, None, "restart", None]


def test_quarto_leaves_our_html_alone() -> None:
    tables = [attributes for tag, attributes in read_html(html_table(NESTED)).tags if tag == "table"]
    assert [attributes["data-quarto-disable-processing"] for attributes in tables] == ["true"]


def test_the_word_header_repeats_and_numbers_stand_on_decimal_stops() -> None:
    body = read_xml(docx_table(NESTED))
    rows = [*body.iter(f"{W}tr")]
    assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows[:3]] == [True, True, False]
    stops = {tab.get(f"{W}val") for tab in body.iter(f"{W}tab")}
    assert stops == {"decimal"}
    widths = [int(column.get(f"{W}w") or 0) for column in body.iter(f"{W}gridCol")]
    assert sum(widths) == pytest.approx(9298, abs=len(widths))


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert "http" not in html_table(NESTED) + table_style()
    assert "url(" not in table_style()


def test_a_float_holds_three_raw_blocks_and_ends_with_its_caption() -> None:
    block = table_block(NESTED)
    assert block.startswith("\n::: {#tbl-nested}\n")
    fences = [line for line in block.splitlines() if line.startswith("```{")]
    assert fences == ["```{=html}", "```{=typst}", "```{=openxml}"]
    assert block.rstrip().splitlines()[-3:] == ["社工服务：嵌套回归", "", ":::"]


def test_a_hostile_caption_is_escaped() -> None:
    caption = table_block(HOSTILE).rstrip().splitlines()[-3]
    assert caption.startswith(r"\<script\>alert\(\"1\"\)")
    assert r"\@tbl\-x" in caption
    assert "{{<" not in caption
