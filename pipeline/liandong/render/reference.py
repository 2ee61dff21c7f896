"""The Word template, reports/styles/reference.docx: our styles, header and footer around pandoc's frame.

The file is committed, so that `quarto render` finds it; `python -m liandong.render.reference FILE` writes it
anew after a change here, and a test holds the two against each other. `python -m liandong.render.reference FILE sheet`
writes styles/sheet.docx, the one for pages that have to fit a single sheet of paper.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from liandong.definitions.linkage_key import without_key
from liandong.render.docx import with_layout_of_today
from liandong.render.pandoc import pandoc_path
from liandong.render.word_styles import ACCENT, INK, ONE_PAGE_STYLES, SERIF, STYLES, Style, colour, size

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORDML = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def reference_docx(*, one_page: bool = False) -> bytes:
    """Return the Word template, or that of a sheet of `one_page`; the same bytes for the same pandoc."""
    command = [pandoc_path(), "--print-default-data-file", "reference.docx"]
    default = subprocess.run(  # noqa: S603 — pandoc by its full path
        command, capture_output=True, check=True, env=without_key(os.environ)
    ).stdout
    parts = dict(_parts(default, one_page=one_page))
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts, key=lambda name: (name != "[Content_Types].xml", name)):
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), parts[name], zipfile.ZIP_DEFLATED)
    return output.getvalue()


def _parts(default: bytes, *, one_page: bool) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(default)) as archive:
        for name in archive.namelist():
            yield name, archive.read(name).decode("utf-8")
        types = archive.read("[Content_Types].xml").decode("utf-8")
        relations = archive.read("word/_rels/document.xml.rels").decode("utf-8")
        document = archive.read("word/document.xml").decode("utf-8")
        settings = archive.read("word/settings.xml").decode("utf-8")
    overrides = "".join(
        f'<Override PartName="/word/{part}1.xml" ContentType="{_WORDML}.{part}+xml"/>' for part in ("header", "footer")
    )
    links = "".join(
        f'<Relationship Type="{_OFFICE}/{part}" Id="rId{part}" Target="{part}1.xml"/>' for part in ("header", "footer")
    )
    start = document.index("<w:sectPr>")
    yield "[Content_Types].xml", types.replace("</Types>", f"{overrides}</Types>")
    yield "word/_rels/document.xml.rels", relations.replace("</Relationships>", f"{links}</Relationships>")
    yield (
        "word/document.xml",
        document[:start]
        + _section(1000 if one_page else 1588, 850 if one_page else 1418)
        + document[document.index("</w:body>") :],
    )
    yield "word/settings.xml", with_layout_of_today(settings)
    yield "word/styles.xml", _styles(ONE_PAGE_STYLES if one_page else STYLES)
    yield "word/fontTable.xml", _font_table()
    yield "word/header1.xml", _header()
    yield "word/footer1.xml", _footer()


def _section(top: int, bottom: int) -> str:
    return (
        f'<w:sectPr><w:headerReference {_R} w:type="default" r:id="rIdheader"/>'
        f'<w:footerReference {_R} w:type="default" r:id="rIdfooter"/>'
        '<w:pgSz w:w="11906" w:h="16838"/>'
        f'<w:pgMar w:top="{top}" w:right="1304" w:bottom="{bottom}" w:left="1304"'
        f' w:header="{top // 2}" w:footer="{(bottom + 56) // 2}" w:gutter="0"/>'
        "</w:sectPr>"
    )


def _styles(styles: Sequence[Style]) -> str:
    defaults = (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{SERIF}{colour(INK)}{size(21)}"
        '<w:lang w:val="en-GB" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>'
    )
    return f"{_HEAD}<w:styles {_W}>{defaults}{''.join(style.xml() for style in styles)}</w:styles>"


def _font_table() -> str:
    chinese = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{alternative}"/><w:panose1 w:val="{panose}"/>'
        f'<w:charset w:val="86"/><w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
        for name, alternative, panose, family in (
            ("SimSun", "宋体", "02010600030101010101", "roman"),
            ("SimHei", "黑体", "02010609060101010101", "swiss"),
        )
    )
    latin = "".join(
        f'<w:font w:name="{name}"><w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
        for name, family in (("Times New Roman", "roman"), ("Arial", "swiss"), ("Consolas", "modern"))
    )
    return f"{_HEAD}<w:fonts {_W}>{latin}{chinese}</w:fonts>"


def _field(instruction: str, result: str, run: str = "") -> str:
    properties = f"<w:rPr>{run}</w:rPr>" if run else ""
    marks = [f'<w:r>{properties}<w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    return (
        f'{marks[0]}<w:r>{properties}<w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>{marks[1]}'
        f'<w:r>{properties}<w:t xml:space="preserve">{result}</w:t></w:r>{marks[2]}'
    )


def _header() -> str:
    title = _field('STYLEREF "Title"', "")
    note = _field('DOCPROPERTY "running-note"', "", colour(ACCENT))
    style = '<w:pPr><w:pStyle w:val="Header"/></w:pPr>'
    return f"{_HEAD}<w:hdr {_W}><w:p>{style}{title}<w:r><w:tab/></w:r>{note}</w:p></w:hdr>"


def _footer() -> str:
    pages = f'{_field("PAGE", "1")}<w:r><w:t xml:space="preserve"> / </w:t></w:r>{_field("NUMPAGES", "1")}'
    return f'{_HEAD}<w:ftr {_W}><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>{pages}</w:p></w:ftr>'


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(reference_docx(one_page="sheet" in sys.argv[2:]))
