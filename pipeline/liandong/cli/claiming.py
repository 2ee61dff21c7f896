"""How ``liandong claims`` shows its verdicts: a compact table of 80 columns, and one sentence each."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from liandong.cli.terminal import printable

if TYPE_CHECKING:
    from liandong.workflow import ClaimsResult, ClaimVerdict

_WIDTH: Final = 80
_CLAIM, _FIGURE = 27, 16
# Sign, word, colour of the terminal: each says it alone.
_SIGNS: Final = {
    "supported": ("✓", "supported", "32"),
    "consistent": ("○", "consistent", "36"),
    "not_checkable": ("□", "not checkable", "2"),
    "doubtful": ("△", "doubtful", "33"),
    "contradicted": ("×", "contradicted", "31"),
    "derived": ("=", "calculated here", "2"),
}
_DERIVED: Final = "derived"


def show_claims(result: ClaimsResult) -> None:
    """Print the verdicts on stdout: what was published, what was found, the verdict, and why."""
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    for line in _lines(result, coloured=coloured):
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _lines(result: ClaimsResult, *, coloured: bool) -> Iterator[str]:
    counts = {verdict: sum(one.verdict == verdict for one in result.verdicts) for verdict in _SIGNS}
    derived = counts.pop(_DERIVED)
    told = ", ".join(f"{count} {_SIGNS[verdict][1]}" for verdict, count in counts.items() if count)
    published = len(result.verdicts) - derived
    figures = "published figure" if published == 1 else "published figures"
    yield from wrap(f"{result.study_id}: {published} {figures}: {told or 'none'}.", _WIDTH)
    if derived:
        yield from wrap(f"Calculated here from them, and published nowhere: {derived}, marked =.", _WIDTH)
    yield from wrap(_basis(result), _WIDTH)
    for note in result.notes:
        yield from wrap(printable(f"note: {note}"), _WIDTH)
    yield ""
    yield f"  {_padded('claim', _CLAIM)} {'published':>{_FIGURE}} {'found':>{_FIGURE}}  verdict"
    for one in result.verdicts:
        yield from _of_one(one, coloured=coloured)
    yield ""


def _basis(result: ClaimsResult) -> str:
    if result.without_data:
        return "There are no data: the figures are held against each other, so none can be supported."
    if result.simulated:
        return "The data are simulated: they support no figure, and decide nothing."
    return "Held against the study's published tables and against each other."


def _of_one(one: ClaimVerdict, *, coloured: bool) -> Iterator[str]:
    sign, name, colour = _SIGNS[one.verdict]
    verdict = f"\x1b[{colour}m{name}\x1b[0m" if coloured else name
    figures = f"{_right(_fitting(one.published))} {_right(_fitting(one.found))}"
    claim = printable(one.claim)
    if _columns(claim) > _CLAIM:  # a long name has a line of its own
        yield f"{sign} {claim}"
        sign, claim = " ", ""
    yield f"{sign} {_padded(claim, _CLAIM)} {figures}  {verdict}"
    argument, indent = printable(one.argument), "    "
    yield from wrap(argument, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _fitting(texts: Sequence[str]) -> str:
    """Return the first of several texts that fits its column, else the last one, cut."""
    cleaned = [" ".join(printable(text).split()) for text in texts]
    return next((text for text in cleaned if _columns(text) <= _FIGURE), _cut(cleaned[-1]))


def _cut(text: str) -> str:
    while _columns(text) > _FIGURE:
        text = text[:-2] + "…"
    return text


def _right(text: str) -> str:
    return " " * (_FIGURE - _columns(text)) + text


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _columns(text))


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
