"""What an SPSS system file says about its variables together: the weight, and the multiple-response sets.

The library that reads these files rounds the value that a set counts, loses one that is a text, and leaves out sets
whose label it cannot decode; so they are taken from the bytes here. Layout after the PSPP developers' guide, "Multiple
Response Sets Records".
"""

from __future__ import annotations

from dataclasses import dataclass

from liandong.ingest.headers.cursor import DamagedFileError

_LINE_END = b"\n"
_DIGITS = frozenset(b"0123456789")


@dataclass(frozen=True, slots=True)
class StoredSet:
    """A multiple-response set as bytes.

    Attributes
    ----------
    name
        Without its dollar sign.
    label
        Empty when it has none.
    variables
        Their short names.
    counted
        The value that says yes, as it is written; None for a set of categories.
    """

    name: bytes
    label: bytes
    variables: tuple[bytes, ...]
    counted: bytes | None


def parse_sets(content: bytes) -> list[StoredSet]:
    """Return the sets of one record, which holds one per line.

    Raises
    ------
    DamagedFileError
        When the record is not of this layout.
    """
    sets = []
    rest = content.lstrip(_LINE_END)
    while rest.strip(b"\0 \r\n"):
        found, rest = _one_set(rest)
        sets.append(found)
        rest = rest.lstrip(_LINE_END)
    return sets


def _one_set(text: bytes) -> tuple[StoredSet, bytes]:
    name, equals, rest = text.partition(b"=")
    kind = rest[:1]
    if not equals or kind not in {b"C", b"D", b"E"}:
        raise DamagedFileError(f"declares a multiple-response set that makes no sense: {text[:40]!r}")
    rest = rest[1:]
    counted: bytes | None = None
    if kind == b"E":
        # The labels of the categories come from the counted values; 1 or 11 says where the label of the set is from.
        _, _, rest = rest.lstrip(b" ").partition(b" ")
    if kind != b"C":
        counted, rest = _counted_text(rest)
    label, rest = _counted_text(rest)
    variables, _, rest = rest.partition(_LINE_END)
    return StoredSet(name.removeprefix(b"$"), label.strip(b" "), tuple(variables.split()), counted), rest


def _counted_text(text: bytes) -> tuple[bytes, bytes]:
    """Split off a text that stands behind its length and a blank."""
    digits, _, rest = text.lstrip(b" ").partition(b" ")
    if not digits or not _DIGITS.issuperset(digits) or int(digits) > len(rest):
        raise DamagedFileError(f"declares a multiple-response set that makes no sense: {text[:40]!r}")
    return rest[: int(digits)], rest[int(digits) :]
