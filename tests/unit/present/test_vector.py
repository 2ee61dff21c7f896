from __future__ import annotations

import re

import pytest

from liandong.present.vector import compact

_COMMANDS = re.compile(r"[A-Za-z]|-?\d+")


def walked(path: str) -> list[tuple[int, int]]:
    """Return every point of a path of whole numbers, absolute or step by step, as a reader of SVG meets them."""
    tokens, points = _COMMANDS.findall(path), []
    at, command, here, start = 0, "", (0, 0), (0, 0)
    sizes = {"m": 1, "l": 1, "h": 1, "v": 1, "c": 3, "q": 2}
    while at < len(tokens):
        if tokens[at].isalpha():
            command, at = tokens[at], at + 1
        if command in "zZ":
            points.append(start)
            here = start
            continue
        base, lower = here, command.lower()
        for _ in range(sizes[lower]):
            if lower in "hv":
                value, at = int(tokens[at]), at + 1
                here = (base[0] + value, base[1]) if lower == "h" else (base[0], base[1] + value)
            else:
                x, y, at = int(tokens[at]), int(tokens[at + 1]), at + 2
                here = (base[0] + x, base[1] + y) if command.islower() else (x, y)
            points.append(here)
        if lower == "m":
            start, command = here, "l" if command == "m" else "L"
    return points


@pytest.mark.parametrize(
    "path",
    [
        "M 294 1594 \nL 3136 1594 \nL 3136 2003 \nL 294 2003 \nL 294 1594 \nz\n",
        "M 1779 -83 \nC 2669 -83 3238 730 3238 2362 \nC 3238 3987 26 47 17 47 \nz\nM 5 6 \nL 7 6 \nL 9 10 \nz\n",
        "M 10 20 \nQ 30 40 50 60 \nQ 70 -80 90 100 \nL 90 90 \nL 90 80 \nL 12 21 \nz\n",
        "M -5 -6 \nL -7 -6 \nL -7 8 \nL 0 0 \nz\nM 0 0 \nL 1 0 \nL 1 1 \nz\n",
    ],
)
def test_a_letter_told_step_by_step_has_the_same_points(path: str) -> None:
    svg = f'<svg><defs><path id="g" d="{path}"/></defs><use xlink:href="#g"/></svg>'
    found = re.search(r' d="([^"]*)"', compact(svg))
    assert found is not None
    closed = [point for at, point in enumerate(walked(path)) if at == 0 or point != walked(path)[at - 1]]
    short = [point for at, point in enumerate(walked(found[1])) if at == 0 or point != walked(found[1])[at - 1]]
    assert short == closed
    assert len(found[1]) < len(path)


def test_names_that_are_referred_to_stay_joined_and_others_go() -> None:
    path = '<g id="axes_1"><path id="clip9" d="M 0.5 1.25 \nL 2 3 \n"/></g>'
    svg = path + '<use xlink:href="#clip9"/><g style="x: url(#clip9)"/>'
    text = compact(svg)
    name = re.search(r'<path id="([^"]+)"', text)
    assert name is not None
    assert f'href="#{name[1]}"' in text
    assert f"url(#{name[1]})" in text
    assert "axes_1" not in text
    assert 'd="M 0.5 1.25 L 2 3"' in text


def test_what_draws_nothing_goes() -> None:
    svg = '<!DOCTYPE svg>\n<svg>\n <metadata>\n  <x/>\n </metadata>\n <!-- text -->\n <g id="line2d_2"/>\n</svg>'
    assert compact(svg).strip() == "<svg></svg>"
