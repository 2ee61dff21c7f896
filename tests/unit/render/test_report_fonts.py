import base64
import io
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from liandong.errors import RenderError
from liandong.render.fonts import check_glyphs, check_html_glyphs, embed_fonts, font_faces, stage_fonts
from liandong.render.source import Line

PAGE = """<html><head><title>题</title><style>x{content:"龘"}</style></head><body><h1>标题</h1>
<p>正文 ABC <strong>重点</strong></p><table><tr><td>表格</td></tr></table><img src="a"><p>尾 &lt;</p></body></html>"""


def _characters(css: str) -> dict[str, set[str]]:
    faces = re.findall(r'font-family:"([^"]+)".*?base64,([^)]+)\)', css)
    return {
        name: {chr(code) for code in TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap()} for name, data in faces
    }


def test_a_missing_glyph_names_the_character_and_its_place() -> None:
    lines = [Line("正常", "p.qmd", 1), Line("笑😀脸", "p.qmd", 7)]
    with pytest.raises(RenderError, match=r"😀 \(U\+1F600 GRINNING FACE\)") as caught:
        check_glyphs(lines)
    assert caught.value.where == "p.qmd:7"


def test_every_missing_character_is_named() -> None:
    with pytest.raises(RenderError, match=r"U\+1F600.*p\.qmd:1.*U\+1F680.*p\.qmd:2"):
        check_glyphs([Line("😀", "p.qmd", 1), Line("🚀😀", "p.qmd", 2)])


def test_rare_characters_punctuation_and_invisible_ones_pass() -> None:
    check_glyphs([Line("㙓䶮龘 “五社”—…《》 β≤±−’\t\u200b\u2060\ufeff\u00a0", "p.qmd", 1)])


def test_html_of_another_renderer_is_checked_by_what_it_shows() -> None:
    check_html_glyphs("<style>😀</style><p>好</p>", "p")
    with pytest.raises(RenderError, match="U\\+1F600"):
        check_html_glyphs("<p>&#x1F600;</p>", "p")


def test_chinese_pages_carry_what_they_show_and_no_more() -> None:
    fonts = _characters(font_faces(PAGE, "zh"))
    digits = set(" 0123456789")
    assert fonts["LD Serif SC"] == set("标题正文ABC重点表格尾<") | digits
    assert fonts["LD Sans SC"] == set("标题重点表格") | digits


def test_english_pages_carry_chinese_names_only() -> None:
    fonts = _characters(font_faces("<p>The 五社 “programme”</p>", "en"))
    assert fonts == {"LD Serif SC": set("五社") | set(" 0123456789")}
    assert font_faces("<p>plain</p>", "en") == ""


def test_fonts_go_into_the_first_style_or_the_head() -> None:
    ours = embed_fonts("<head><style>\n/* fonts */\n</style></head><p>字</p>", "zh")
    assert ours.count("@font-face") == 1
    assert "/* fonts */" not in ours
    theirs = embed_fonts("<head><title>t</title></head><p>字</p>", "zh")
    assert theirs.index("@font-face") < theirs.index("</head>")


def test_subsets_have_the_same_bytes_every_time() -> None:
    assert font_faces(PAGE, "zh") == font_faces(PAGE, "zh")


def test_typst_gets_the_two_fonts_and_no_other(tmp_path: Path) -> None:
    folder = stage_fonts(tmp_path / "fonts")
    assert sorted(path.name for path in folder.iterdir()) == [
        "NotoSansCJKsc-Regular.otf",
        "NotoSerifCJKsc-Regular.otf",
    ]
