"""The house style of a report: logo, colour, document number, signatures; and whether a reader can see it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from pydantic import field_validator

from liandong.definitions.text import Definition, Text
from liandong.errors import Problem

LEAST_CONTRAST: Final = 4.5
"""Of text on its ground: WCAG 2.2, success criterion 1.4.3."""
LARGEST_LOGO: Final = 500_000
"""Bytes. It stands in every HTML file, which is to stay small."""
_WHITE: Final = (255, 255, 255)
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_KINDS: Final = {b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg"}


class Signature(Definition):
    """A line of the signature block: who signs in which role; without a name it is left for a hand to fill in."""

    role: Text
    name: Text | None = None


class House(Definition):
    """How the reports of one institution look.

    ``logo`` is a PNG or JPEG file beside study.yaml; ``colour`` takes the place of the dark teal of headings and links.
    """

    logo: str | None = None
    logo_text: Text | None = None
    colour: str | None = None

    @field_validator("colour")
    @classmethod
    def _readable(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not _HEX.fullmatch(value):
            raise ValueError(f'expected a colour as "#17565c"; {value!r} is none')
        found = contrast(value)
        if found < LEAST_CONTRAST:
            raise ValueError(
                f"headings in {value} on white would have a contrast of {found:.2f} to 1; at least {LEAST_CONTRAST} is "
                "needed to be read, so take a darker one"
            )
        return value.lower()


def contrast(colour: str) -> float:
    """Return the contrast of ``#rrggbb`` with white, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    return (_luminance(_WHITE) + 0.05) / (_luminance(channels(colour)) + 0.05)


def channels(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue of ``#rrggbb``, 0 to 255."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def logo_problems(path: Path, where: str) -> list[Problem]:
    """Return why the file at `path` cannot be the logo: it is absent, of another kind than its name says, or large."""
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
        size = path.stat().st_size
    except OSError as error:
        return [Problem(where, f"the logo cannot be read: {error.strerror}")]
    kind = next((ending for mark, ending in _KINDS.items() if head.startswith(mark)), None)
    if kind is None:
        return [Problem(where, f"expected a PNG or JPEG file; {path.name} is neither", "convert the logo to PNG")]
    if size > LARGEST_LOGO:
        return [Problem(where, f"{path.name} has {size:,} bytes; at most {LARGEST_LOGO:,} can be", "make it smaller")]
    return []


def logo_file_name(path: Path) -> str:
    """Return the name under which the logo lies in a bundle; its ending is that of its bytes."""
    with path.open("rb") as stream:
        head = stream.read(8)
    return "logo" + next(ending for mark, ending in _KINDS.items() if head.startswith(mark))


def _luminance(colour: tuple[int, int, int]) -> float:
    shares = [value / 255 for value in colour]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)  # noqa: PLR2004 (WCAG)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
