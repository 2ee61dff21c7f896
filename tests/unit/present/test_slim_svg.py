from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liandong.present.svg import slim

SVG = """<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"
  "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 453.6 200.736" xmlns="http://www.w3.org/2000/svg">
 <metadata><x>who made it</x></metadata>
 <g id="text_1">
  <!-- a label -->
  <g style="fill: #1d2a30; stroke-width: 0.5" transform="translate(108.107206 178.760947) scale(0.085 -0.085)">
   <defs><path id="glyph-11" d="M 1779 -83
C 2669 -83 3238 730 3238 2362
C 3238 3987 2669 4781 1779 4781
z
" transform="scale(0.015625)"/></defs>
   <use xlink:href="#glyph-11"/>
  </g>
 </g>
</svg>
"""


def test_only_what_is_drawn_stays() -> None:
    assert slim(SVG) == (
        '<svg xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 453.6 200.736" xmlns="http://www.w3.org/2000/svg">'
        '<g><g style="fill:#1d2a30;stroke-width:0.5" transform="translate(108.11 178.76) scale(0.085 -0.085)"><defs>'
        '<path id="glyph-11" d="M1779-83C2669-83 3238 730 3238 2362 3238 3987 2669 4781 1779 4781z" '
        'transform="scale(0.015625)"/></defs><use xlink:href="#glyph-11"/></g></g></svg>\n'
    )
    ET.fromstring(slim(SVG))  # noqa: S314 (our own text)
    assert slim(slim(SVG)) == slim(SVG)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("M 0 0 L 1 1 L 2 2 z M 3 3 L 4 4 z", "M0 0L1 1 2 2zM3 3L4 4z"),
        ("M 0.004 -0.004 L 0.5 -0.5", "M0 0L.5-.5"),
        ("M 1e-07 1.5e+02 L 10.10 100", "M0 150L10.1 100"),
        ("M 1 1 M 2 2 L 3 3", "M1 1M2 2L3 3"),
    ],
)
def test_paths_are_written_short(data: str, expected: str) -> None:
    assert slim(f'<path d="{data}"/>') == f'<path d="{expected}"/>\n'


Point = tuple[float, float]
points = st.tuples(*[st.floats(-5000, 5000, allow_nan=False)] * 2)


@given(st.lists(st.lists(points, min_size=2, max_size=5), min_size=1, max_size=4))
def test_a_path_goes_where_it_went(lines: list[list[Point]]) -> None:
    data = " ".join(
        " ".join(f"{'L' if at else 'M'} {x:.6f} {y:.6f}" for at, (x, y) in enumerate(line)) for line in lines
    )
    written = slim(f'<path d="{data}"/>')
    read = [[float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", part)] for part in written.split("M")[1:]]
    assert [len(one) for one in read] == [2 * len(line) for line in lines]
    for numbers, line in zip(read, lines, strict=True):
        # Half of the last digit kept, and what six digits lost before.
        assert numbers == pytest.approx([number for point in line for number in point], abs=0.00501)
