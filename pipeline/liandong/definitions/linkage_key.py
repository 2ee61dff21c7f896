"""The name of the secret that keys the hashes of linkage fields, and environments of other processes without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KEY_VARIABLE: Final = "LIANDONG_KEY"


def without_key(environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` as other processes get it: readers of foreign files and report pages need no secret."""
    return {name: value for name, value in environment.items() if name != KEY_VARIABLE}
