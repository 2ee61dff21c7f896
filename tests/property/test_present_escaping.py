from __future__ import annotations

import html
import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from liandong.present.escaping import html_text, markdown_text, plain, typst_string, xml_text
from liandong.present.layout import text_width

TEXT = st.text(st.characters(codec="utf-8")) | st.text("`*_{}[]<>#$@~^|!\"'\\&;:.-=+() ab\n\u00a0{{<>}}")


@given(TEXT)
def test_html_and_xml_give_back_the_text(text: str) -> None:
    assert html.unescape(html_text(text)) == plain(text)
    parsed = ET.fromstring(f'<p a="{xml_text(text)}">{xml_text(text)}</p>')  # noqa: S314 (our own text)
    assert (parsed.text or "") == plain(text)


@given(TEXT)
def test_markdown_keeps_every_sign_behind_a_backslash(text: str) -> None:
    escaped = markdown_text(text)
    assert re.sub(r"\\(.)", r"\1", escaped) == plain(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>#$@{}]", escaped)


@given(TEXT)
def test_a_typst_string_ends_where_it_should(text: str) -> None:
    literal = typst_string(text)
    assert re.fullmatch(r'"(?:[^"\\]|\\.)*"', literal)
    assert "`" not in literal
    assert "{{" not in literal
    unescaped = re.sub(r"\\u\{(\w+)\}", lambda match: chr(int(match[1], 16)), literal[1:-1])
    assert re.sub(r"\\(.)", r"\1", unescaped).replace("\u200b", "") == plain(text).replace("\u200b", "")


@given(TEXT)
def test_nothing_is_printed_on_two_lines(text: str) -> None:
    for escape in (plain, html_text, markdown_text, typst_string, xml_text):
        assert len(escape(text).splitlines()) <= 1


@given(TEXT, TEXT)
def test_width_grows_with_the_text(first: str, second: str) -> None:
    assert text_width(first + second) >= text_width(first) >= 0
