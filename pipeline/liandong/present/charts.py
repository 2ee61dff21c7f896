"""One style for all figures, and their files: SVG with letters as paths, PNG for Word, the same bytes every time."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any, Final

from liandong.errors import RenderError
from liandong.present.escaping import visible
from liandong.present.layout import text_width
from liandong.present.svg import slim
from liandong.present.vector import compact

FAMILY: Final = "Noto Sans CJK SC"
INK, TEAL, ACCENT, QUIET, HAIRLINE = "#1d2a30", "#17565c", "#b4532a", "#5d6b70", "#d5dddd"
WIDTH: Final = 6.3
"""Inches: the text width of an A4 page."""
_DPI: Final = 200
_PNG: Final = {"compress_level": 4}  # half the time of 6 for a tenth more bytes
_LABEL_EM: Final = 15.0
_SETTINGS: Final[dict[Any, Any]] = {
    "svg.hashsalt": "liandong",
    "svg.fonttype": "path",
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
    "axes.unicode_minus": False,
    "figure.max_open_warning": 0,
    "font.family": FAMILY,
    "font.size": 9.0,
    **dict.fromkeys(("axes.labelsize", "xtick.labelsize", "ytick.labelsize"), 9.0),
    **dict.fromkeys(("text.color", "xtick.color", "ytick.color"), INK),
    **dict.fromkeys(("axes.edgecolor", "axes.labelcolor", "hatch.color"), QUIET),
    "hatch.linewidth": 0.6,
}


def grammar() -> Any:
    """Return the module plotnine, imported on first use: it takes two seconds."""
    import plotnine

    return plotnine


def font_file() -> Path:
    """Return the font of the figures, which the package mplfonts brings.

    Raises
    ------
    RenderError
        When it is not there.
    """
    spec = find_spec("mplfonts")
    path = Path(spec.origin).parent / "fonts" / "NotoSansCJKsc-Regular.otf" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise RenderError(
            "the font of the figures is not installed", hint="pip install mplfonts", zh="缺少绘图所需的中文字体。"
        )
    return path


@cache
def register_font() -> None:
    """Tell matplotlib of the font; RenderError when it is not there."""
    from matplotlib import font_manager

    font_manager.fontManager.addfont(str(font_file()))


@contextmanager
def in_style() -> Iterator[None]:
    """Within it, or within a function that it decorates, matplotlib draws in the style of all figures."""
    import matplotlib as mpl

    register_font()
    with mpl.rc_context(_SETTINGS):
        yield


def get_ready() -> None:
    """Import what draws figures and look for their font; RenderError when it is not there."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: F401 (the import is what takes the time)

    register_font()


def style(height: float) -> Any:
    """Return the theme of all figures for a height in inches."""
    p9 = grammar()

    blank = p9.element_blank()
    return p9.theme_minimal(base_size=9, base_family=FAMILY) + p9.theme(
        figure_size=(WIDTH, height),
        text=p9.element_text(color=INK),
        axis_text=p9.element_text(color=INK, size=8.5),
        axis_text_y=p9.element_text(ma="right", linespacing=1.05),
        axis_title_x=p9.element_text(size=8.5, color=QUIET, margin={"t": 3}),
        axis_title_y=p9.element_text(size=8.5, color=QUIET, margin={"r": 6}),
        panel_grid_minor=blank,
        panel_grid_major_y=blank,
        panel_grid_major_x=p9.element_line(color=HAIRLINE, size=0.5),
        strip_text=p9.element_text(size=9, color=TEAL, ha="left", margin={"b": 4}),
        legend_position="top",
        legend_justification="left",
        legend_title=blank,
        legend_text=p9.element_text(size=8.5),
        legend_key_size=12,
        legend_box_spacing=0.01,
        plot_margin=0.01,
        panel_spacing=0.05,
    )


def save(plot: Any, folder: Path, name: str) -> list[Path]:
    """Draw `plot`, a sheet of canvas.py or a plot of plotnine, once for both files, and return their paths.

    They are ``<name>.svg`` and ``<name>.png`` in `folder`.

    Raises
    ------
    RenderError
        When the font lacks a character of a label.
    """
    get_ready()
    from matplotlib import pyplot as plt

    paths = [folder / f"{name}.svg", folder / f"{name}.png"]
    with in_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore")
        warnings.filterwarnings("error", message=r"Glyph .* missing from")
        try:
            figure = _laid_out(plot)
            vector = StringIO()
            figure.savefig(vector, format="svg", dpi=_DPI, metadata={"Date": None, "Creator": None})
            paths[0].write_text(compact(vector.getvalue()), encoding="utf-8")
            paths[0].write_text(slim(paths[0].read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
            figure.savefig(paths[1], dpi=_DPI, metadata={"Software": None}, pil_kwargs=_PNG)
        except UserWarning as warning:
            raise RenderError(
                f"the font of the figures has no sign for a character of figure {name}: {warning}",
                hint="write the label in other characters",
                zh=f"图 {name} 的标签含有字体中没有的字符。",
            ) from warning
        finally:
            plt.close("all")
    return paths


def _laid_out(plot: Any) -> Any:
    """Return the figure of `plot`, arranged once for both files: matplotlib would draw it whole to do so, for each."""
    from matplotlib.figure import Figure

    if isinstance(plot, Figure):  # the sheets of canvas.py are arranged as they are made
        return plot
    figure = plot.draw()
    figure.set_dpi(_DPI)
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine(None)
    return figure


def wrapped(text: str, width: float = _LABEL_EM) -> str:
    """Return a label in lines of at most `width` em: Latin words that fit stay whole, Chinese breaks anywhere."""
    lines, line = [], ""
    for piece in _pieces(drawn(text), width):
        if line and text_width(line + piece.rstrip()) > width and piece.strip() not in _CLOSING:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return "\n".join([*lines, line.rstrip()])


_STRAIGHT: Final = str.maketrans("’‘“”", "''\"\"")
_CLOSING: Final = frozenset("，。；：、）》”’！？,.;:)!?")


def _pieces(text: str, width: float) -> list[str]:
    pieces: list[str] = []
    for character in text:
        latin = character.isascii() and not character.isspace()
        if (
            latin
            and pieces
            and pieces[-1][-1].isascii()
            and not pieces[-1][-1].isspace()
            and text_width(pieces[-1] + character) <= width
        ):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def drawn(text: str) -> str:
    """Return text for a figure: what a reader sees of it, for an SVG with control characters is no XML.

    The font draws curly quotation marks as wide as a Chinese character: straight ones stand in for them in text without
    Chinese.
    """
    text = visible(text)
    return text.translate(_STRAIGHT) if text_width(text) < len(text) * 0.8 else text


def tick(value: float) -> str:
    """Return a number for an axis; a dash is its minus, because the font's own is as wide as a Chinese character."""
    return f"{value:g}".replace("-", "–")


def ticks(values: Sequence[float]) -> list[str]:
    """Return the labels of an axis."""
    return [tick(round(value, 10)) for value in values]
