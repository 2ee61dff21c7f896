"""The rules of statistical disclosure control of a study, as configuration."""

from __future__ import annotations

from pydantic import Field as Key

from liandong.definitions.text import Definition, Text

DEFAULT_MINIMUM_CELL = 10


class Disclosure(Definition):
    """The smallest published cell; lowering it below the default of 10 needs a reason, which the report prints."""

    minimum_cell: int = Key(default=DEFAULT_MINIMUM_CELL, ge=1)
    reason: Text | None = None
