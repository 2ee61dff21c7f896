"""The styles of the Word template: names, spacing, colours and the fonts that Word has in China.

What is written in `w:…` follows ECMA-376, part 1, 17.7; the children of `w:pPr` stand in its order, which
Word insists on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

INK: Final = "1D2A30"
TEAL: Final = "17565C"
ACCENT: Final = "A9491F"
QUIET: Final = "5D6B70"
HAIRLINE: Final = "C5D0D1"
CALLOUT_COLOURS: Final = {
    "note": "2F6F73",
    "tip": "3E7C59",
    "warning": "9A6414",
    "important": "A23B3B",
    "caution": "B5562B",
}
TEXT_WIDTH: Final = 9298
"""Twips between the margins of an A4 page."""

_TIMES: Final = "Times New Roman"
SERIF: Final = f'<w:rFonts w:ascii="{_TIMES}" w:hAnsi="{_TIMES}" w:eastAsia="SimSun" w:cs="{_TIMES}"/>'
SANS: Final = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="SimHei" w:cs="Arial"/>'
_CODE: Final = '<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas" w:eastAsia="SimHei"/>'


@dataclass(frozen=True, slots=True)
class Style:
    """One style: its name in Word, and its properties as WordprocessingML."""

    name: str
    paragraph: str = ""
    run: str = ""
    based_on: str = "Normal"
    following: str = ""
    kind: str = "paragraph"
    extra: str = ""

    @property
    def identifier(self) -> str:
        """Return the style's id: its name without spaces, every word with a capital."""
        return "".join(word[0].upper() + word[1:] for word in self.name.split())

    def xml(self) -> str:
        """Return the style as an element of word/styles.xml."""
        default = ' w:default="1"' if self.name in {"Normal", "Default Paragraph Font"} else ""
        based = f'<w:basedOn w:val="{self.based_on}"/>' if self.based_on and not default else ""
        following = f'<w:next w:val="{self.following}"/>' if self.following else ""
        paragraph = f"<w:pPr>{self.paragraph}</w:pPr>" if self.paragraph else ""
        run = f"<w:rPr>{self.run}</w:rPr>" if self.run else ""
        return (
            f'<w:style w:type="{self.kind}"{default} w:styleId="{self.identifier}"><w:name w:val="{self.name}"/>'
            f"{based}{following}<w:qFormat/>{paragraph}{run}{self.extra}</w:style>"
        )


def size(half_points: int) -> str:
    """Return the run property of a font size in half points."""
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def colour(value: str) -> str:
    """Return the run property of a text colour, RRGGBB."""
    return f'<w:color w:val="{value}"/>'


def _space(before: int, after: int, line: int = 0) -> str:
    lines = f' w:line="{line}" w:lineRule="auto"' if line else ""
    return f'<w:spacing w:before="{before}" w:after="{after}"{lines}/>'


def _tab(position: int, side: str = "left") -> str:
    return f'<w:tabs><w:tab w:val="{side}" w:pos="{position}"/></w:tabs>'


def _indent(left: int, right: int = 0) -> str:
    return f'<w:ind w:left="{left}" w:right="{right}"/>'


def _borders(**sides: tuple[int, int, str]) -> str:
    lines = (
        f'<w:{side} w:val="single" w:sz="{width}" w:space="{space}" w:color="{tone}"/>'
        for side, (width, space, tone) in sides.items()
    )
    return f"<w:pBdr>{''.join(lines)}</w:pBdr>"


def _sans(half_points: int, tone: str = INK) -> str:
    return f"{SANS}{colour(tone)}{size(half_points)}"


def _heading(level: int, half_points: int, tone: str, before: int, after: int) -> Style:
    # The number ends before the tab: longer numbers deeper down.
    tab = _tab(340 + 227 * level)
    outline = f'<w:outlineLvl w:val="{level - 1}"/>'
    paragraph = f"{_KEEP}{tab}{_space(before, after, 288)}{outline}"
    return Style(f"heading {level}", paragraph, _sans(half_points, tone), following="BodyText")


def _character(name: str, run: str = "") -> Style:
    return Style(name, run=run, kind="character", based_on="DefaultParagraphFont")


_NEXT: Final = "<w:keepNext/>"
_KEEP: Final = "<w:keepNext/><w:keepLines/>"
_LEFT: Final = '<w:jc w:val="left"/>'
_FRAME: Final = _borders(**dict.fromkeys(("top", "left", "bottom", "right"), (4, 5, ACCENT)))
_RULE: Final = '<w:{} w:val="single" w:sz="{}" w:space="0" w:color="' + INK + '"/>'
_BOOKTABS: Final = (
    f"<w:tblPr><w:tblBorders>{_RULE.format('top', 10)}{_RULE.format('bottom', 10)}</w:tblBorders>"
    '<w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    f'<w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>{_RULE.format("bottom", 6)}</w:tcBorders></w:tcPr>'
    "</w:tblStylePr>"
)

STYLES: Final = (
    Style("Normal"),
    Style("Body Text", f'{_space(0, 140, 360)}<w:jc w:val="both"/>'),
    Style("First Paragraph", based_on="BodyText", following="BodyText"),
    Style("Compact", _space(0, 50, 340), based_on="BodyText"),
    Style("Title", f"{_NEXT}{_borders(top=(24, 18, ACCENT))}{_space(1200, 120, 288)}", _sans(52, TEAL)),
    Style("Subtitle", f"{_NEXT}{_space(60, 120, 312)}", _sans(27)),
    Style("Author", _space(60, 20), _sans(19, QUIET)),
    Style("Date", _space(20, 120), _sans(19, QUIET), following="BodyText"),
    Style("Running Note", f"{_FRAME}{_space(160, 320, 300)}{_indent(120, 120)}", _sans(19, ACCENT)),
    Style("Abstract Title", f"{_KEEP}{_space(200, 60)}", _sans(21, TEAL)),
    Style("Abstract", _space(60, 160, 340), based_on="BodyText"),
    _heading(1, 32, TEAL, 520, 200),
    _heading(2, 26, TEAL, 400, 160),
    _heading(3, 23, INK, 320, 120),
    *(_heading(level, 21, INK, 260, 100) for level in range(4, 10)),
    Style("Block Text", f"{_space(120, 120, 340)}{_indent(420)}", colour(QUIET), based_on="BodyText"),
    Style("footnote text", _space(0, 40, 276), size(17)),
    Style("Footnote Block Text", _space(0, 40), size(17)),
    Style("Definition Term", f"{_KEEP}{_space(80, 0)}", _sans(21, TEAL)),
    Style("Definition", f"{_space(0, 100, 340)}{_indent(420)}"),
    Style("caption", f"{_space(60, 120, 288)}{_LEFT}", _sans(19)),
    Style("Table Caption", f"{_KEEP}{_space(320, 100, 288)}", based_on="Caption"),
    Style("Image Caption", _space(80, 320, 288), based_on="Caption"),
    Style("Figure", _space(200, 60)),
    Style("Captioned Figure", f"{_NEXT}{_space(240, 40)}{_LEFT}", based_on="Figure"),
    Style("Table Text", f"{_space(30, 30, 252)}{_LEFT}", _sans(17)),
    Style("Table Header", f"{_NEXT}{_space(40, 40, 252)}", _sans(17, TEAL), based_on="TableText"),
    Style("Table Note", f"{_space(80, 240, 264)}{_LEFT}", _sans(16, QUIET)),
    Style("Callout Title", f"{_NEXT}{_space(40, 60, 300)}{_LEFT}", _sans(22, TEAL)),
    *(Style(f"Callout {kind}", run=colour(tone), based_on="CalloutTitle") for kind, tone in CALLOUT_COLOURS.items()),
    Style("Callout Text", f"{_space(0, 80, 340)}{_LEFT}", based_on="BodyText"),
    Style("Spacer", _space(60, 60, 200), size(8)),
    Style("Source Code", f'<w:wordWrap w:val="0"/>{_space(0, 0, 264)}', f"{_CODE}{size(17)}"),
    Style("TOC Heading", f"{_KEEP}{_space(400, 160)}", _sans(26, ACCENT)),
    Style("toc 1", f"{_tab(420)}{_space(100, 40)}", _sans(20)),
    Style("toc 2", f"{_tab(1020)}{_space(20, 20)}{_indent(420)}", _sans(19, QUIET)),
    Style("toc 3", f"{_tab(1700)}{_space(10, 20)}{_indent(1020)}", _sans(18, QUIET)),
    Style("header", f"{_borders(bottom=(4, 4, HAIRLINE))}{_tab(TEXT_WIDTH, 'right')}", _sans(16, QUIET)),
    Style("footer", '<w:jc w:val="right"/>', _sans(16, QUIET)),
    Style("Default Paragraph Font", kind="character"),
    _character("Body Text Char"),
    _character("Verbatim Char", f"{_CODE}{size(18)}"),
    _character("Section Number", colour(ACCENT)),
    _character("Caption Label", colour(TEAL)),
    _character("Strong Text", f"{SANS}{colour(TEAL)}"),
    _character("Emphasis Text", SANS),
    _character("footnote reference", '<w:vertAlign w:val="superscript"/>'),
    _character("Hyperlink", colour(TEAL)),
    Style("Normal Table", kind="table", based_on="", extra='<w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr>'),
    Style("Table", kind="table", based_on="NormalTable", extra=_BOOKTABS),
)

_CLOSER: Final = (
    Style("Normal", run=size(19)),
    Style("Body Text", _space(0, 60, 250)),
    Style("Compact", _space(0, 10, 250), based_on="BodyText"),
    Style("Title", f"{_NEXT}{_space(0, 20, 264)}", _sans(30, TEAL)),
    Style("Subtitle", f"{_NEXT}{_space(0, 0, 252)}", _sans(18)),
    Style("Author", _space(0, 0), _sans(16, QUIET)),
    Style("Date", _space(0, 40), _sans(16, QUIET), following="BodyText"),
    Style("Running Note", _space(0, 80, 252), _sans(16, ACCENT)),
    _heading(1, 21, TEAL, 100, 40),
    Style("Table Note", f"{_space(0, 40, 120)}{_LEFT}", _sans(4, QUIET)),
)
ONE_PAGE_STYLES: Final = tuple({style.name: style for style in (*STYLES, *_CLOSER)}.values())
"""The styles of a sheet that has to fit one page: the same, smaller and closer."""
