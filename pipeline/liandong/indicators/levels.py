"""Values of a categorical column as the texts that tables carry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl


def level_text(value: Any) -> str:
    """Return `value` as a table names it: conditions as 1 and 0, whole numbers without a decimal point."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def levels_of(values: pl.Series, known: Sequence[Any] = (), *, only_found: bool = False) -> list[Any]:
    """Return the values of a column: those of `known`, in their order, then others that occur, sorted.

    With `only_found`, values that do not occur are left out.
    """
    found = values.drop_nulls().unique().sort().to_list()
    listed = [value for value in dict.fromkeys(known) if not only_found or value in found]
    return [*listed, *(value for value in found if value not in listed)]
