"""Which keys go with which kind of claim: a key that no check would read is a mistake, not a remark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from liandong.definitions.vocabulary import at
from liandong.errors import Problem

_ESTIMATES = ("mean", "difference", "coefficient", "ratio")
_TESTED = ("difference", "coefficient")
_AMOUNTS = ("percent", "count", "mean", "difference", "ratio", "growth", "coefficient")

# Key → the kinds of claim that it says something about. All others go with every kind.
KINDS_OF: Mapping[str, tuple[str, ...]] = {
    "rounded_to": _AMOUNTS,
    "rounding": _AMOUNTS,
    "need": ("percent",),
    "weighted": ("percent", "mean"),
    "items": ("mean",),
    "scale_range": ("mean", *_TESTED),
    "sd": ("mean", *_TESTED),
    "se": _ESTIMATES,
    "statistic": ("difference", "coefficient", "ratio"),
    "interval": _ESTIMATES,
    "p_value": _ESTIMATES,
    "stars": _ESTIMATES,
    "levels": _ESTIMATES,
    "df": (*_ESTIMATES, "p_value"),
    "level": (*_ESTIMATES, "p_value"),
    "coefficient": ("p_value",),
    "arms": (*_TESTED, "p_value"),
    "parts": ("percent", "count"),
    "of_which": ("percent", "count"),
    "complements": ("percent",),
    "of": ("percent", "mean", "ratio"),
    "per": ("ratio",),
    "from": ("difference", "growth", "comparison"),
    "to": ("difference", "growth", "comparison"),
    "years": ("growth",),
    "relation": ("comparison",),
    "order": ("comparison",),
    "operands_differ": ("percent", "mean", "ratio", "difference", "growth", "comparison"),
}


def misplaced_keys(where: str, claim: Any) -> Iterator[Problem]:
    """Yield the keys of a raw claim that its kind has no use for, and those that lack what they go with."""
    kind = at(claim, "kind")
    for key, kinds in KINDS_OF.items():
        if at(claim, key) is not None and isinstance(kind, str) and kind not in kinds:
            yield Problem(f"{where}.{key}", f"does not go with kind {kind!r}", f"it goes with {', '.join(kinds)}")
    for key, needed in (("years", "from"), ("per", "of"), ("items", "n"), ("levels", "stars")):
        if at(claim, key) is not None and at(claim, needed) is None:
            yield Problem(f"{where}.{key}", f"needs {needed}")
