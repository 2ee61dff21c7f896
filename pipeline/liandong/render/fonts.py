"""The two Chinese fonts: whether they have every character, and the part of them that an HTML file carries.

Noto Sans CJK SC and Noto Serif CJK SC (SIL Open Font License) come with the package `mplfonts`.
"""

from __future__ import annotations

import base64
import html
import io
import shutil
import unicodedata
from collections.abc import Sequence
from functools import cache
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from liandong.errors import RenderError
from liandong.render.dialect import Language
from liandong.render.source import Line

FONT_FILES: Final = {"sans": "NotoSansCJKsc-Regular.otf", "serif": "NotoSerifCJKsc-Regular.otf"}
_FACES: Final = {"sans": "LD Sans SC", "serif": "LD Serif SC"}
_SANS_TAGS: Final = frozenset({"h1", "h2", "h3", "h4", "strong", "em", "table", "figcaption", "nav", "header", "code"})
_SANS_CLASSES: Final = frozenset({"callout-title-container"})
_NUMBER: Final = "ld-number"
_SILENT_TAGS: Final = frozenset({"style", "script", "head"})
_VOID_TAGS: Final = frozenset({"img", "br", "hr", "meta", "link", "input", "wbr", "col"})
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_FIRST_CHINESE: Final = 0x2E80
_FEATURES: Final = ("kern", "halt", "chws")
"""Kerning of Latin and of Chinese punctuation; all else in the layout tables serves other scripts and directions."""


def font_path(family: str) -> Path:
    """Return the file of `sans` or `serif`.

    Raises
    ------
    RenderError
        When the package that brings the fonts is not there.
    """
    spec = find_spec("mplfonts")
    path = Path(spec.origin).parent / "fonts" / FONT_FILES[family] if spec and spec.origin else None
    if path is None or not path.is_file():
        raise RenderError(
            f"the font {FONT_FILES[family]} is not installed",
            hint="pip install mplfonts",
            zh="缺少中文字体，请重新安装 mplfonts。",
        )
    return path


def stage_fonts(folder: Path) -> Path:
    """Put the two fonts, and no other of the package, into a folder for Typst, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for family in FONT_FILES:
        path = font_path(family)
        target = folder / path.name
        try:
            target.hardlink_to(path)
        except OSError:
            shutil.copyfile(path, target)
    return folder


def read_fonts() -> None:
    """Import what cuts fonts and read which characters they have, which is kept: for a moment when there is time."""
    from fontTools import subset  # noqa: F401 (the import is what takes the time)

    _covered()


def check_glyphs(lines: Sequence[Line]) -> None:
    """Require a glyph for every character: Typst leaves out what it has no glyph for, without a word.

    Raises
    ------
    RenderError
        Naming each missing character and the first place where it stands.
    """
    lacking = {c for c in set().union(*(line.text for line in lines)) if not _is_covered(c)}
    if lacking:
        missing = {c: next(line.where for line in lines if c in line.text) for c in lacking}
        listed = "; ".join(f"{_named(character)} at {where}" for character, where in sorted(missing.items()))
        raise RenderError(
            f"the report's fonts have no glyph for {listed}",
            where=next(iter(missing.values())) if len(missing) == 1 else None,
            hint="write it in other characters, or correct the label that it comes from",
            zh=f"字体中没有这些字符：{'、'.join(sorted(missing))}",
        )


def check_html_glyphs(document: str, name: str) -> None:
    """Require a glyph for every visible character of an HTML file that something else has made."""
    reader = _Characters()
    reader.feed(document)
    check_glyphs([Line("".join(sorted(reader.all)), name, 1)])


def font_faces(document: str, lang: Language) -> str:
    """Return the `@font-face` rules for an HTML file: a WOFF2 subset of each family with the glyphs it shows.

    The serif family is that of the text, the sans family that of headings, tables, captions and emphasis. In
    English the system's fonts carry the Latin text, and both hold the Chinese names only. What scripts show, in the
    sans family too, are their own words and where a number comes from.
    """
    reader = _Characters()
    reader.feed(document)
    first = 0 if lang == "zh" else _FIRST_CHINESE
    wanted = {
        family: "".join(sorted(c for c in characters if ord(c) >= first and ord(c) in _covered() and not c.isspace()))
        for family, characters in (("serif", reader.all), ("sans", reader.sans | reader.by_script[lang]))
    }
    return "\n".join(_face(family, characters) for family, characters in wanted.items() if characters)


def embed_fonts(document: str, lang: Language) -> str:
    """Return the HTML file with its fonts inside, in the first style element of its head."""
    return with_faces(document, font_faces(document, lang))


def with_faces(document: str, faces: str) -> str:
    """Return the HTML file with these `@font-face` rules where :func:`embed_fonts` puts its own."""
    if "/* fonts */" in document:
        return document.replace("/* fonts */", faces, 1)
    return document.replace("</head>", f"<style>\n{faces}\n</style>\n</head>", 1)


def _is_covered(character: str) -> bool:
    return ord(character) in _covered() or unicodedata.category(character) in _INVISIBLE


def _named(character: str) -> str:
    return f"{character} (U+{ord(character):04X} {unicodedata.name(character, 'unnamed')})"


@cache
def _covered() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    covered: set[int] = set()
    for family in FONT_FILES:
        with TTFont(font_path(family), lazy=True) as font:
            covered.update(font.getBestCmap())
    return frozenset(covered)


def _face(family: str, characters: str) -> str:
    data = base64.b64encode(_subset(family, characters)).decode("ascii")
    return (
        f'@font-face{{font-family:"{_FACES[family]}";font-weight:400;font-style:normal;'
        f'src:url(data:font/woff2;base64,{data}) format("woff2")}}'
    )


def _subset(family: str, characters: str) -> bytes:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options: Any = Options(
        layout_features=list(_FEATURES),
        hinting=False,
        bidi_closure=False,
        desubroutinize=True,
        name_IDs=[0, 1, 2, 13, 14],
        notdef_outline=True,
        drop_tables=["DSIG", "VORG", "vhea", "vmtx", "BASE"],
    )
    # The extents in the header stay those of the whole font: to find those of a part takes a quarter of the time.
    with TTFont(font_path(family), lazy=True, recalcTimestamp=False, recalcBBoxes=False) as font:
        subsetter: Any = Subsetter(options)
        subsetter.populate(text=characters + " 0123456789")
        subsetter.subset(font)
        font.flavor = "woff2"
        data = io.BytesIO()
        font.save(data)
    return data.getvalue()


class _Characters(HTMLParser):
    """Collects the characters that a page shows, and those among them that stand in the sans family."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.all: set[str] = set()
        self.sans: set[str] = set()
        self.by_script: dict[Language, set[str]] = {"zh": set(), "en": set()}
        self._open: list[tuple[str, bool]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID_TAGS:
            return
        classes = set((dict(attrs).get("class") or "").split())
        if _NUMBER in classes:
            for shown in self.by_script.values():
                shown.update(*(value or "" for _, value in attrs))
        self._open.append((tag, tag in _SANS_TAGS or bool(classes & _SANS_CLASSES)))
        self._silent += tag in _SILENT_TAGS

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index][0] == tag:
                self._silent -= sum(name in _SILENT_TAGS for name, _ in self._open[index:])
                del self._open[index:]
                return

    def handle_data(self, data: str) -> None:
        if self._silent:
            # A script has the words of both languages; in an English page nobody sees the Chinese ones.
            self.by_script["zh"].update(data if self._open[-1][0] == "script" else "")
            return
        characters = set(html.unescape(data))
        self.all |= characters
        if any(sans for _, sans in self._open):
            self.sans |= characters
