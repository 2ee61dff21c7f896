import io
import zipfile
from pathlib import Path

import docx
import pytest

from liandong.render.docx import finish_docx, with_layout_of_today
from liandong.render.reference import reference_docx

COMMITTED = Path(__file__).parents[3] / "reports/styles/reference.docx"
OURS = ("word/styles.xml", "word/header1.xml", "word/footer1.xml", "word/fontTable.xml")


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(("name", "one_page"), [("reference.docx", False), ("sheet.docx", True)])
def test_the_committed_template_is_what_the_code_builds(name: str, *, one_page: bool) -> None:
    built, committed = _parts(reference_docx(one_page=one_page)), _parts(COMMITTED.with_name(name).read_bytes())
    # pandoc's own parts may change with its version; ours are compared byte for byte.
    assert [name for name in OURS if built[name] != committed[name]] == []
    assert b"rIdheader" in committed["word/document.xml"]


def test_tables_find_the_styles_they_name() -> None:
    document = docx.Document(str(COMMITTED))
    styles = {style.style_id: style.name for style in document.styles}
    expected = {"TableText": "Table Text", "TableHeader": "Table Header", "TableNote": "Table Note", "Table": "Table"}
    assert {key: styles[key] for key in expected} == expected


def test_chinese_text_has_a_font_for_east_asia_in_every_family() -> None:
    styles = _parts(COMMITTED.read_bytes())["word/styles.xml"].decode("utf-8")
    assert styles.count("<w:rFonts") == styles.count("w:eastAsia=") - styles.count("w:lang ")


def test_the_header_is_filled_from_the_documents_properties() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("docProps/core.xml", "<dc:title>甲 &amp; 乙</dc:title>")
        archive.writestr("word/document.xml", "<w:document><w:body></w:body></w:document>")
        archive.writestr("word/settings.xml", "<w:settings></w:settings>")
        archive.writestr("word/header1.xml", _parts(COMMITTED.read_bytes())["word/header1.xml"])
    header = _parts(finish_docx(data.getvalue()))["word/header1.xml"].decode("utf-8")
    assert '<w:t xml:space="preserve">甲 &amp; 乙</w:t>' in header
    assert '<w:t xml:space="preserve"></w:t>' not in header


def test_the_layout_is_asked_for_once() -> None:
    settings = with_layout_of_today("<w:settings><w:rsids/></w:settings>")
    assert settings.count("<w:compat>") == 1
    assert with_layout_of_today(settings) == settings
